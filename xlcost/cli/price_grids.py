"""Prices as grids of columns and rows, which commands print and exports write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from xlcost.catalogue import spec_of
from xlcost.cli.output import Column, Grid, per_cent
from xlcost.errors import NotInTable
from xlcost.facts.rows import PROVENANCE
from xlcost.facts.store import GPUS
from xlcost.prices.check import KINDS, Finding
from xlcost.prices.compare import Difference, day_asked, offer_filter
from xlcost.prices.current import current_market
from xlcost.prices.periods import MEDIAN, TINY, Period
from xlcost.prices.quotes.effects import Effect
from xlcost.prices.quotes.incoming import price_text
from xlcost.prices.quotes.periods import OWN
from xlcost.quantities import ONE_DAY, iso_day

GPU, PROVIDER, TERM = Column("gpu"), Column("provider"), Column("term")
OFFER = (GPU, PROVIDER, TERM)
USD = Column("usd_per_gpu_hour", "usd", "USD/GPU-h")
SINCE, SOURCE = Column("from", "day", "since"), Column("source", "long", spare=True)
CHANGE = Column("change_percent", "percent", "change")
LISTED = (*OFFER, USD, SINCE, Column("own"), SOURCE)
HISTORY = (Column("from", "day"), Column("until", "day"), USD, CHANGE, Column("sellers", "number"))
FINDINGS = (Column("finding"), *OFFER, USD, Column("day", "day"), Column("what"))
PRICE = (Column("price"),)
PARTS = (Column("usd_per_gpu_hour", "usd"), Column("off_list", "number"))
COUNTING = (
    Column("as_of", "day", "seen", spare=True),
    Column("from", "day"),
    Column("until", "day"),
    Column("state"),
    SOURCE,
)


def offer_grid(gpu: str | None, provider: str | None, term: str | None, as_of: str | None) -> tuple[dt.date, Grid]:
    """(day, the offers in force on it)."""
    day = day_asked(as_of, "as_of")
    table = spec_of("PRICE_TABLE").call(gpu=gpu, provider=provider, term=term, as_of=day.isoformat())
    rows = [
        [gpu_id, who, what, usd, iso_day(since), OWN if source.startswith(OWN) else "", source]
        for gpu_id, who, what, usd, since, source in table[1:]
    ]
    return day, Grid(LISTED, rows)


def without_blank(grid: Grid) -> Grid:
    """The table without columns that hold nothing."""
    full = [i for i in range(len(grid.columns)) if any(row[i] not in ("", None) for row in grid.rows)]
    return Grid([grid.columns[i] for i in full], [[row[i] for i in full] for row in grid.rows])


def short_offers(grid: Grid) -> Grid:
    """Offers for a person to read: sources without what other columns say, no blank columns."""
    names = [column.name for column in grid.columns]
    who, since, source = (names.index(name) for name in ("provider", "from", "source"))
    rows = []
    for row in grid.rows:
        text = row[source].removeprefix(f"{OWN}, ").removeprefix(f"{row[since]}, ").removeprefix(row[who])
        rows.append([*row[:source], text.lstrip(", ")])
    return without_blank(Grid(grid.columns, rows))


def gpu_grids(gpu: str, term: str, as_of: str | None) -> tuple[dt.date, dict[str, Grid]]:
    """(day, grids by name): a GPU's specification, its offers on the day, the history of its median up to then."""
    row = GPUS.rows[GPUS.row_number(gpu)]
    fields = sorted(row, key=lambda field: field in PROVENANCE)  # specification first, then source
    cells = [(f, "; ".join(row[f]) if isinstance(row[f], tuple) else row[f]) for f in fields]
    keeps, day, market = offer_filter(None, None, term), day_asked(as_of, "as_of"), current_market()
    try:
        offers = offer_grid(row["id"], None, None, as_of)[1]
    except NotInTable:
        if day > market.edition_day:
            raise
        offers = Grid(LISTED, [])
    medians = [p for p in market.periods if (p.gpu, p.provider) == (row["id"], MEDIAN) and keeps(p.offer)]
    return day, {
        "specification": Grid((Column("field"), Column("value")), [c for c in cells if c[1] not in (None, "")]),
        "offers": Grid(offers.columns[1:], [r[1:] for r in offers.rows]),
        "history": Grid(HISTORY, _history([p for p in medians if p.start <= day])),
    }


def _history(medians: Sequence[Period]) -> list[list[Any]]:
    """Rows of periods with one price and number of sellers, with the change from the period before."""
    spans: list[list[Any]] = []
    for p in medians:
        if spans and (spans[-1][1], spans[-1][2], spans[-1][4]) == (p.start - ONE_DAY, p.usd, p.members):
            spans[-1][1] = p.end - ONE_DAY
        else:
            change = per_cent(spans[-1][2], p.usd) if spans else None
            spans.append([p.start, p.end - ONE_DAY, p.usd, change, p.members])
    return spans


def difference_grid(differences: Sequence[Difference], first: dt.date, second: dt.date) -> Grid:
    """Prices of two days beside each other."""
    columns = (
        *OFFER,
        Column("usd_before", "usd", str(first)),
        Column("usd_after", "usd", str(second)),
        CHANGE,
        Column("state"),
    )
    rows = [[d.gpu, d.provider, d.term, d.before, d.after, per_cent(d.before, d.after), _state(d)] for d in differences]
    return Grid(columns, rows)


def _state(d: Difference) -> str:
    if d.before is None or d.after is None:
        return "new" if d.before is None else "gone"
    return "changed" if abs(d.after / d.before - 1) >= TINY else "same"


def finding_grid(findings: Sequence[Finding]) -> Grid:
    """Findings, a row each."""
    return Grid(FINDINGS, [[f.kind, f.gpu, f.provider, f.term, f.usd, f.day, f.what] for f in findings])


def finding_grids(findings: Sequence[Finding]) -> dict[str, Grid]:
    """Heading of a kind -> its findings, without blank columns, for a person to read."""
    whole = {heading: finding_grid([f for f in findings if f.kind == kind]) for kind, heading in KINDS.items()}
    return {
        heading: without_blank(Grid(grid.columns[1:], [r[1:] for r in grid.rows])) for heading, grid in whole.items()
    }


def effect_grid(effects: Sequence[Effect], unit: str) -> Grid:
    """GPU_PRICE before and after a change of quotes, a row for each effect."""
    columns = (
        Column(unit, "number"),
        *OFFER,
        Column("as_of", "day", "as of"),
        Column("usd_before", "usd", "before"),
        Column("usd_after", "usd", "after"),
        CHANGE,
    )
    rows = [[e.line, e.gpu, e.provider, e.term, e.day, e.before, e.after, per_cent(e.before, e.after)] for e in effects]
    if not any(e.note for e in effects):
        return Grid(columns, rows)
    return Grid((*columns, Column("said", head="")), [[*row, e.note] for row, e in zip(rows, effects, strict=True)])


def quote_grid(quotes: Sequence[Any], *, for_people: bool) -> Grid:
    """The kept quotes, with the days on which each counts; for people price and discount share a column."""
    market, rows = current_market().with_quotes(quotes), []
    for n, q in enumerate(quotes, 1):
        start, end = market.counting.get(n, (None, None))
        last = end - ONE_DAY if end else None
        price = [price_text(q)] if for_people else [q.usd_per_gpu_hour, q.off_list]
        offer = (q.gpu or "all", q.provider or "any", q.term)
        rows.append([n, *offer, *price, q.as_of, start, last, _state_of(start, last, market.edition_day), q.source])
    return Grid((Column("number", "number", "no"), *OFFER, *(PRICE if for_people else PARTS), *COUNTING), rows)


def _state_of(start: dt.date | None, last: dt.date | None, day: dt.date) -> str:
    """The state of a quote on the last day known: counts, to come, ended, replaced."""
    if start is None or last is None:
        return "replaced"
    return "to come" if start > day else "ended" if last < day else "counts"
