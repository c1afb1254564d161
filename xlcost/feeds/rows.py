"""The rows that a file adds to the table of GPU prices: of a public catalogue, or of a table of ours."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from xlcost.csv_tables import hostile, in_order, in_parts, refuse, rows_of_text
from xlcost.errors import BadInput, NotInTable
from xlcost.facts.store import GPUS, plain
from xlcost.feeds.catalogues import Catalogue, Listing, Offered
from xlcost.feeds.chip_names import Names, Unclear
from xlcost.prices.market import EDITION, MEDIAN
from xlcost.prices.quotes.periods import OWN

FUTURE_DAYS = 92  # past the last day that is known, a day is taken for a slip
DEAREST = 10_000  # USD per GPU and hour
MOST_CHIPS = 10_000
MOST_LINES = 100_000  # of a table of ours
ROUNDED = 0.01  # an instance's price beside that of its gpus, each as it is printed
NAMED = re.compile(  # a page or path, or a document by its number, day or name
    r"(?=.{6}).*(\w://\w|\w[./]\w|\w\W+\w*\d|\d\W+\w|\w\W+[A-ZÀ-Þ])", re.DOTALL
)


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
    from xlcost.facts.schema import GpuPrice

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
    from xlcost.facts.schema import GpuPrice

    if text.count("\n") > MOST_LINES:
        raise BadInput(f"{name} has more than {MOST_LINES:,} lines; that is no table of prices")
    columns = {column: one.is_required() for column, one in GpuPrice.model_fields.items()}
    table, last, edition = rows_of_text(name, text, columns), closed(there), Edition([])
    wrong = list(table.wrong)
    for part in in_parts(table.rows, GpuPrice):
        row = part.row
        if row and row.source.startswith(OWN):
            edition.left_out[row.gpu, "is an own quote, no price of the market"] += 1
            continue
        wrong += [(part.line, why) for why in (*part.wrong, *_wrong(part.known, last))]
        if row:
            edition.rows.append(row.model_copy(update={"provider": known.get(plain(row.provider), row.provider)}))
    refuse(name, in_order(wrong))
    return edition


def _wrong(row: Mapping[str, Any], last: dt.date) -> Iterable[str]:
    """What is wrong with a row, of which only some columns may be known, seen from the tables."""
    gpu, day, usd = row.get("gpu"), row.get("as_of"), row.get("usd_per_gpu_hour")
    try:
        if gpu and (key := GPUS.rows[GPUS.row_number(gpu)]["id"]) != gpu:
            yield f"gpu: '{gpu}' is a name; write the id {key}"
    except NotInTable as error:
        yield f"gpu: {error}"
    try:
        if day:
            check_day(day, last)
    except BadInput as error:
        yield str(error)
    if usd and usd > DEAREST:
        yield f"usd_per_gpu_hour: {usd:g} is more than {DEAREST:,} USD"
    if plain(row.get("provider", "")) == MEDIAN:
        yield "provider: 'median' is no provider"
    yield from _implausible(row)


def _implausible(row: Mapping[str, Any]) -> Iterable[str]:
    """A row that contradicts itself, or says nothing of where it was read."""
    usd, whole, gpus = (row.get(column) for column in ("usd_per_gpu_hour", "usd_per_instance_hour", "gpus"))
    if usd and whole and gpus and abs(whole / (usd * gpus) - 1) > ROUNDED:
        yield f"usd_per_instance_hour: {whole:g} is not {gpus} x {usd:g} = {usd * gpus:g}, the price of its gpus"
    source = row.get("source")
    if source and not hostile(source) and not NAMED.match(source):
        yield f"source: '{source[:60]}' names no page, path or document; write one such as vendor.com/pricing"
