"""The rows that a file adds to the table of GPU prices: of a public catalogue, or of a table of ours."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from xlcost.errors import BadInput, NotInTable
from xlcost.tables.catalogues import Catalogue, Listing, Offered
from xlcost.tables.chip_names import Names, Unclear
from xlcost.tables.intake import refuse, rows_of_text, validated
from xlcost.tables.periods import EDITION, MEDIAN
from xlcost.tables.quotes import OWN
from xlcost.tables.store import GPUS, plain

FUTURE_DAYS = 183  # past the last day that is known, a day is taken for a slip
DEAREST = 10_000  # USD per GPU and hour
MOST_CHIPS = 10_000
MOST_LINES = 100_000  # of a table of ours


@dataclass
class Edition:
    """The rows of a file, and how many of its lines were not understood, by chip and reason."""

    rows: list[Any]
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    unpriced: int = 0
    by_region: bool = False  # one region each was kept


def closed(rows: Iterable[Any]) -> dt.date:
    """The last day of a table, or that of the packaged edition."""
    days: list[dt.date] = [row.as_of for row in rows]
    return max([EDITION, *days])


def check_day(day: dt.date, last: dt.date) -> None:
    """A day that lies far ahead of all that is known is a slip."""
    if day > last + dt.timedelta(days=FUTURE_DAYS):
        raise BadInput(
            f"as-of: {day} lies more than {FUTURE_DAYS} days after {last}, the last day that the tables know; give the "
            "day on which the file was read, or merge the editions between first"
        )


def of_catalogue(
    found: Catalogue, there: Iterable[Any], provider: str, day: dt.date, source: str, given: Mapping[str, str]
) -> Edition:
    """The rows of a public catalogue: per gpu, term and instance its cheapest region."""
    from xlcost.tables.schema import GpuPrice

    names = Names((row for row in there if row.provider == provider), given)
    edition = Edition([], Counter(found.left_out), found.unpriced, by_region=True)
    best: dict[tuple[Any, ...], dict[str, Any]] = {}
    for what, one in found.cheapest.items():
        try:
            cells = _cells(what, one, names, len(found.regions[what]))
        except Unclear as why:
            edition.left_out[what.chip.name, str(why)] += 1
            continue
        key = (cells["gpu"], cells["term"], cells["instance"] or "", cells["gpus"])
        if key not in best or cells["usd_per_gpu_hour"] < best[key]["usd_per_gpu_hour"]:
            best[key] = cells
    common = {"provider": provider, "as_of": day, "source": source, "checked": "yes"}
    edition.rows = [GpuPrice.model_validate(cells | common) for _, cells in sorted(best.items())]
    return edition


def _cells(what: Offered, one: Listing, names: Names, regions: int) -> dict[str, Any]:
    """One row's cells of its own, or Unclear."""
    gpu, instance = names.known(what.chip, what.instance)
    number = what.chip.number
    if not number.is_integer() or not 1 <= number <= MOST_CHIPS:
        raise Unclear("is a share of a chip" if 0 < number < 1 else f"counts {number:g} chips")
    usd = float(f"{one.usd / number:.10g}")
    if usd > DEAREST:
        raise Unclear(f"costs more than {DEAREST:,} USD an hour for one chip")
    basis = "chip" if instance.startswith("TPU ") else "instance" if instance else "gpu_only"
    notes = ["prices of GPU and machine added"] * one.host + [f"cheapest of {regions} regions"] * (regions > 1)
    return {
        "gpu": gpu,
        "term": what.term,
        "usd_per_gpu_hour": usd,
        "usd_per_instance_hour": one.usd if basis == "instance" else None,
        "instance": instance or None,
        "gpus": int(number),
        "region": one.region or None,
        "basis": basis,
        "notes": "; ".join(notes) or None,
    }


def of_table(name: str, text: str, there: Iterable[Any], known: Mapping[str, str]) -> Edition:
    """The rows of a table of ours; whatever is wrong with them is one error. `known`: plain name -> provider."""
    from xlcost.tables.schema import GpuPrice

    if text.count("\n") > MOST_LINES:
        raise BadInput(f"{name} has more than {MOST_LINES:,} lines; that is no table of prices")
    columns = {column: one.is_required() for column, one in GpuPrice.model_fields.items()}
    last, wrong, edition = closed(there), [], Edition([])
    for line, row in validated(name, rows_of_text(name, text, columns), GpuPrice):
        if row.source.startswith(OWN):
            edition.left_out[row.gpu, "is an own quote, no price of the market"] += 1
            continue
        wrong += [f"line {line}, {why}" for why in _wrong(row, last)]
        edition.rows.append(row.model_copy(update={"provider": known.get(plain(row.provider), row.provider)}))
    refuse(name, wrong)
    return edition


def _wrong(row: Any, last: dt.date) -> Iterable[str]:
    try:
        if GPUS.rows[GPUS.row_number(row.gpu)]["id"] != row.gpu:
            yield f"gpu: '{row.gpu}' is a name; write the id {GPUS.rows[GPUS.row_number(row.gpu)]['id']}"
    except NotInTable as error:
        yield f"gpu: {error}"
    try:
        check_day(row.as_of, last)
    except BadInput as error:
        yield str(error)
    if row.usd_per_gpu_hour > DEAREST:
        yield f"usd_per_gpu_hour: {row.usd_per_gpu_hour:g} is more than {DEAREST:,} USD"
    if plain(row.provider) == MEDIAN:
        yield "provider: 'median' is no provider"
