"""New rows of own quotes: each checked by itself, against the others and against the quotes that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlcost.csv_tables import Numbered, begins_as_formula, csv_rows, fault_lines, refuse, rows_or_faults
from xlcost.errors import BadInput, nearest
from xlcost.facts.store import plain
from xlcost.prices.market import Market
from xlcost.prices.periods import DAYS_AHEAD, LIST_TERM, MEDIAN
from xlcost.prices.quotes.periods import MOST_QUOTES, first_day
from xlcost.quantities import ONE_DAY


@dataclass(frozen=True)
class QuoteRows:
    """The rows of a file: its name, the cells by line, what a line is called there, and lines that are no rows."""

    name: str
    rows: list[Numbered]
    unit: str = "line"
    wrong: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """The quotes before and after, those added (by line) or removed (by number), and notes for the user."""

    before: list[Any]
    after: list[Any]
    changed: dict[int, Any]
    notes: tuple[str, ...] = ()


def from_csv(path: Path) -> QuoteRows:
    """The rows of a CSV file."""
    from xlcost.prices.quotes.schema import OwnQuote

    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInput(f"{path} is not an ordinary file")
    table = csv_rows(path, OwnQuote)
    return QuoteRows(path.name, table.rows, wrong=table.wrong)


def addition(given: QuoteRows, market: Market) -> Change:
    """The change that adds these rows to the market's quotes, or one error: the first fault of each bad row."""
    wrong, notes = list(given.wrong), list[str]()
    fresh: dict[int, Any] = {}
    known = {_moment(quote, market): (f"number {n}", quote) for n, quote in enumerate(market.quotes, 1)}
    for line, quote, why in _checked(given, market):
        if why:
            wrong.append((line, why))
            continue
        here = f"{given.unit} {line}"
        where, other = known.setdefault(_moment(quote, market), (here, quote))
        if where == here:
            fresh[line] = quote
            notes += [f"{here}: {sentence}" for sentence in _new_provider(quote, market)]
        elif _same(quote, other):
            notes.append(f"{here}: left out, the same as {where}" + (", which you keep" if "number" in where else ""))
        else:
            wrong.append((line, _twice(quote, where, other, market)))
    if len(market.quotes) + len(fresh) > MOST_QUOTES:
        raise BadInput(f"{given.name}: nothing was taken; at most {MOST_QUOTES:,} quotes are kept")
    refuse(given.name, fault_lines(wrong, given.unit))
    return Change([*market.quotes], [*market.quotes, *fresh.values()], fresh, tuple(dict.fromkeys(notes)))


def _checked(given: QuoteRows, market: Market) -> Iterator[tuple[int, Any, str]]:
    """(line, quote, its first fault); providers are spelt as in the market, a kept quote or an earlier row."""
    from xlcost.prices.quotes.schema import OwnQuote

    known = {plain(quote.provider): market.spelling(quote.provider) for quote in market.quotes if quote.provider}
    rows = [(line, {column: " ".join(text.split()) for column, text in cells.items()}) for line, cells in given.rows]
    for line, quote, why in rows_or_faults(rows, OwnQuote):
        if quote is None or (why := next(_beyond(quote, market), "")):
            yield line, None, why
            continue
        who = market.spelling(quote.provider)
        spelling = None if who == MEDIAN else known.setdefault(plain(who), who)
        yield line, quote.model_copy(update={"provider": spelling}), ""


def _moment(quote: Any, market: Market) -> tuple[Any, ...]:
    """The key by which two quotes collide: same offer, first day and day seen, so that neither is the later one."""
    first = first_day(quote, market.edition_day)
    return quote.gpu, market.spelling(quote.provider), quote.term, first, quote.as_of


def _same(one: Any, other: Any) -> bool:
    parts = ("usd_per_gpu_hour", "off_list", "until", "source")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _twice(quote: Any, where: str, other: Any, market: Market) -> str:
    number, first = where.removeprefix("number "), first_day(quote, market.edition_day)
    ours, theirs = price_text(quote), price_text(other)
    against = f"{where}, with another end or source" if ours == theirs else f"{where} ({theirs})"
    mend = f"take that out first: xlcost prices remove {number}" if number != where else "keep one of them"
    offer = ", ".join(part for part in (quote.gpu, quote.provider, quote.term) if part)
    seen = "" if first == quote.as_of else f", seen {quote.as_of}"
    return f"{offer} from {first}{seen}: given already by {against}; {mend}"


def price_text(quote: Any) -> str:
    """A quote's price or discount as short text."""
    return f"{quote.usd_per_gpu_hour:,.10g}" if quote.off_list is None else f"{round(quote.off_list * 100, 6):g}% off"


def _beyond(quote: Any, market: Market) -> Iterator[str]:
    """Faults of a quote that only the market shows."""
    last = market.edition_day + DAYS_AHEAD * ONE_DAY
    if quote.as_of > last:
        yield (
            f"as_of: {quote.as_of} lies in the future of the data edition, {market.edition_day}; the last day taken is "
            f"{last}: correct the date, or renew the tables with xlcost prices update"
        )
    for column, text in (("provider", quote.provider or ""), ("source", quote.source)):
        if begins_as_formula(text):
            yield f"{column}: '{text[:40]}' begins as a formula, which a spreadsheet would run"
    if quote.off_list is None:
        return
    sellers = {p.provider for p in market.periods if p.term == LIST_TERM}
    if market.spelling(quote.provider) not in sellers:
        yield (
            f"off_list: the tables have no {LIST_TERM} list price of '{quote.provider}' that it could be off"
            f"{nearest(quote.provider, sorted(sellers - {MEDIAN}))}"
        )


def _new_provider(quote: Any, market: Market) -> Iterator[str]:
    """A note on a provider that neither the tables nor the kept quotes know; it is accepted."""
    who = quote.provider
    if who and plain(who) not in market.names and who not in {market.spelling(q.provider) for q in market.quotes}:
        yield f"new provider '{who}'{nearest(who, sorted({*market.names.values()} - {MEDIAN}))}"
