"""The rows that a file has for the table of GPU prices: of a public catalogue, or of a table of xlcost."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xlcost.csv_tables import fault_lines, refuse, rows_of_text, rows_or_faults
from xlcost.errors import BadInput, NotInTable
from xlcost.facts.store import GPUS, plain
from xlcost.feeds.catalogue import Catalogue, InstanceOffer, Listing
from xlcost.feeds.chip_names import Names, Unclear
from xlcost.prices.periods import DAYS_AHEAD, DEAREST, MEDIAN, edition_day
from xlcost.prices.quotes.periods import OWN
from xlcost.quantities import ONE_DAY

MOST_CHIPS = 10_000
MOST_LINES = 100_000  # of a table of ours
ROUNDING = 0.01  # an instance's price beside that of its gpus, each as it is printed
CITATION = re.compile(  # a page or path, or a document by its number, day or name
    r"(?=.{6}).*(\w://\w|\w[./]\w|\w\W+\w*\d|\d\W+\w|\w\W+[A-ZÀ-Þ])", re.DOTALL
)


@dataclass
class Edition:
    """The rows of a file, and how many of its lines were not understood, by chip and reason."""

    rows: list[Any]
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    unpriced: int = 0
    by_region: bool = False  # of each offer only the cheapest region was kept


def check_day(day: dt.date, last: dt.date) -> None:
    """Refuse a day that lies far ahead of the last known one, as a slip."""
    if day > last + DAYS_AHEAD * ONE_DAY:
        raise BadInput(
            f"as-of: {day} lies more than {DAYS_AHEAD} days after {last}, the last day that the tables know; give the "
            "day on which the file was read, or merge the editions between first"
        )


def edition_of_catalogue(
    found: Catalogue, there: Iterable[Any], provider: str, day: dt.date, source: str, given: Mapping[str, str]
) -> Edition:
    """The rows of a public catalogue: for each gpu, term and instance the cheapest region."""
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


def _cells(what: InstanceOffer, one: Listing, names: Names, regions: int) -> dict[str, Any]:
    """The cells of one row, without those that all rows share; raises Unclear."""
    gpu, instance = names.match(what.chip, what.instance)
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


def edition_of_table(name: str, text: str, there: Iterable[Any], known: Mapping[str, str]) -> Edition:
    """The rows of a table of xlcost; the first fault of each bad row is one error. `known`: plain name -> provider."""
    from xlcost.facts.schema import GpuPrice

    if text.count("\n") > MOST_LINES:
        raise BadInput(f"{name} has more than {MOST_LINES:,} lines; that is no table of prices")
    columns = {column: one.is_required() for column, one in GpuPrice.model_fields.items()}
    table, last, edition = rows_of_text(name, text, columns), edition_day(there), Edition([])
    wrong = list(table.wrong)
    for line, row, why in rows_or_faults(table.rows, GpuPrice):
        if row and row.source.startswith(OWN):
            edition.left_out[row.gpu, "is an own quote, no price of the market"] += 1
        elif row is None or (why := next(_faults(row, last), "")):
            wrong.append((line, why))
        else:
            edition.rows.append(row.model_copy(update={"provider": known.get(plain(row.provider), row.provider)}))
    refuse(name, fault_lines(wrong))
    return edition


def _faults(row: Any, last: dt.date) -> Iterator[str]:
    """Faults of a row that its schema does not see: unknown names, a day or price that cannot be, a source without a
    page."""
    try:
        if (key := GPUS.id(row.gpu)) != row.gpu:
            yield f"gpu: '{row.gpu}' is a name; write the id {key}"
        check_day(row.as_of, last)
    except NotInTable as error:
        yield f"gpu: {error}"
    except BadInput as error:
        yield str(error)
    usd, whole = row.usd_per_gpu_hour, row.usd_per_instance_hour
    if usd > DEAREST:
        yield f"usd_per_gpu_hour: {usd:g} is more than {DEAREST:,} USD"
    if plain(row.provider) == MEDIAN:
        yield "provider: 'median' is no provider"
    if whole and abs(whole / (usd * row.gpus) - 1) > ROUNDING:
        instance = f"{row.gpus} x {usd:g} = {usd * row.gpus:g}"
        yield f"usd_per_instance_hour: {whole:g} is not {instance}, the price of its gpus"
    if not CITATION.match(row.source):
        yield f"source: '{row.source[:60]}' names no page, path or document; write one such as vendor.com/pricing"
