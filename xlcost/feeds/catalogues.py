"""Price lists of public catalogues: gpuhunt's CSV and SkyPilot's vms.csv, read line by line and within limits.

Both price whole instances, in US dollars an hour, in many regions; of these the cheapest is kept. Neither says whose
prices they are, or of which day.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xlcost.csv_tables import Numbered, count_fault, hostile, in_order, refuse, separator_of
from xlcost.errors import BadInput
from xlcost.feeds.skypilot_hosts import with_hosts

MOST_ROWS = 500_000
MOST_OFFERS = 50_000
MOST_WRONG = 1000
NEEDED = {
    "gpuhunt": ("instance_name", "location", "price", "gpu_count", "gpu_name", "gpu_memory", "spot"),
    "skypilot": ("instancetype", "acceleratorname", "acceleratorcount", "price", "spotprice", "region"),
    "xlcost": ("gpu", "provider", "term", "usd_per_gpu_hour", "as_of", "source", "checked"),
}
OF_A_DAY = ("gpu", "provider", "term", "usd_per_gpu_hour", "from", "own")
CALLED = {"gpuhunt": "gpuhunt catalogue", "skypilot": "SkyPilot catalogue", "xlcost": "table of xlcost"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
MEMORY = re.compile(r"""['"]SizeInMiB['"]:\s*(\d{1,9})""")
CALLS_IT = re.compile(r"""['"]Name['"]:\s*['"]([^'"]{0,100})""")
TPU_SLICE = re.compile(r"(?:tpu-)?(v2|v3|v4|v5p|v5e|v5litepod|v6e)-([1-9]\d{0,5})", re.IGNORECASE)
TWO_CORES = ("v2", "v3", "v4", "v5p")  # their slices are counted in cores, two to a chip; the others in chips
BY_THE_CALENDAR = "gcp-dws-calendar-mode"  # gpuhunt's flag for capacity that is reserved ahead


class Chip(NamedTuple):
    """An accelerator as a line describes it: its name, what else it is called, GB of one, how many."""

    name: str
    hint: str
    memory: float | None
    number: float


class Offered(NamedTuple):
    """What is offered: chips in an instance (blank where the chip alone is priced), for a term."""

    chip: Chip
    instance: str
    term: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The cheapest price an hour of what is offered, for all its chips, and where. `host`: two prices were added."""

    usd: float
    region: str
    line: int
    host: bool


@dataclass
class Catalogue:
    """What a file offers, and how many of its lines could not be used, by chip and reason."""

    rows: int = 0
    cheapest: dict[Offered, Listing] = field(default_factory=dict)
    regions: dict[Offered, set[str]] = field(default_factory=lambda: defaultdict(set))
    unpriced: int = 0  # prices that are blank or zero: no offers
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)


def format_of(name: str, text: str, asked: str | None) -> str:
    """The format by the columns; one that was asked for is held to them."""
    if asked is not None and asked not in NEEDED:
        raise BadInput(f"format: '{asked}' is not known; it takes {', '.join(NEEDED)}")
    heads = set(_heads(_reader(text)))
    if asked:
        lacking = [column for column in NEEDED[asked] if column not in heads]
        if lacking:
            raise BadInput(f"{name}: a {CALLED[asked]} has a column '{lacking[0]}', which this file lacks")
        return asked
    fitting = [one for one, columns in NEEDED.items() if heads.issuperset(columns)]
    if not fitting and heads.issuperset(OF_A_DAY):
        raise BadInput(
            f"{name} holds the offers of one day, as xlcost prices export writes them, without the day of each "
            "sighting; give the whole table, which xlcost tables gpu_prices --format csv prints"
        )
    if not fitting:
        known = "; ".join(f"a {CALLED[one]} has {', '.join(columns)}" for one, columns in NEEDED.items())
        raise BadInput(f"{name}: its columns fit no format that is known: {known}")
    return fitting[0]


def read(name: str, text: str, fmt: str) -> Catalogue:
    """The offers of a catalogue; texts or numbers that cannot be taken are one error that says all of them."""
    found = Catalogue()
    for line, cells in _offers(fmt, _rows(name, text, found)):
        (_gpuhunt if fmt == "gpuhunt" else _skypilot)(found, line, cells)
        if len(found.cheapest) > MOST_OFFERS:
            raise BadInput(f"{name} has more than {MOST_OFFERS:,} different offers; that is no catalogue of prices")
    refuse(name, in_order(found.wrong))
    return found


def _offers(fmt: str, rows: Iterator[Numbered]) -> Iterator[Numbered]:
    if fmt == "skypilot":
        return with_hosts(rows)
    return ((line, cells) for line, cells in rows if cells["gpu_name"])


def _reader(text: str) -> Any:
    separator = separator_of(text)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _heads(reader: Any) -> list[str]:
    try:
        return [head.strip().lower() for head in next(reader, [])]
    except csv.Error:
        return []


def _rows(name: str, text: str, found: Catalogue) -> Iterator[Numbered]:
    """(line, cells by column), one at a time."""
    reader = _reader(text)
    heads = _heads(reader)
    twice = next((head for head in heads if heads.count(head) > 1), None)
    if twice is not None:
        raise BadInput(f"{name}: the column '{twice}' stands twice")
    try:
        for cells in reader:
            if any(cells):
                found.rows += 1
                if why := count_fault(cells, heads):
                    found.wrong.append((reader.line_num, why))
                else:
                    yield reader.line_num, dict(zip(heads, (cell.strip() for cell in cells), strict=True))
            if len(found.wrong) > MOST_WRONG:
                return
            if found.rows > MOST_ROWS:
                raise BadInput(f"{name} has more than {MOST_ROWS:,} rows; that is no catalogue of prices")
    except csv.Error as error:
        raise BadInput(f"{name}, line {reader.line_num}: is broken as CSV ({error})") from None
    if not found.rows:
        raise BadInput(f"{name} holds no row")


def _gpuhunt(found: Catalogue, line: int, cells: dict[str, str]) -> None:
    name, spot = cells["gpu_name"], cells["spot"].lower()
    if BY_THE_CALENDAR in cells.get("flags", "").split():
        found.left_out[name, "reserved by the calendar, not on demand"] += 1
        return
    if spot not in ("true", "false"):
        found.wrong.append((line, f"spot: '{cells['spot'][:40]}'; it takes True or False"))
    memory = _number(found, line, cells, "gpu_memory")
    chip = Chip(name, "", memory or None, _number(found, line, cells, "gpu_count") or 0.0)
    what = Offered(chip, cells["instance_name"], "spot" if spot == "true" else "on_demand")
    _take(found, line, what, cells["location"], [_number(found, line, cells, "price")])


def _skypilot(found: Catalogue, line: int, cells: dict[str, str]) -> None:
    name, info = cells["acceleratorname"], cells.get("gpuinfo", "")
    if machine := cells.get("host_lacking"):
        found.left_out[name, f"no price of its host {machine} in the same zone"] += 1
        return
    size, called = MEMORY.search(info), CALLS_IT.search(info)
    memory = float(size[1]) if size else None
    if memory and memory >= 1024:  # some lists give GB in the field that is named MiB
        memory /= 1024
    chip = Chip(name, called[1] if called else "", memory, _number(found, line, cells, "acceleratorcount") or 0.0)
    for term, column in (("on_demand", "price"), ("spot", "spotprice")):
        prices = [_number(found, line, cells, part) for part in (column, f"host_{column}") if part in cells]
        _take(found, line, Offered(chip, cells["instancetype"], term), cells["region"], prices)


def _take(found: Catalogue, line: int, what: Offered, region: str, prices: list[float | None]) -> None:
    """One offer, if it is the cheapest so far; without a price it is none."""
    for column, text in (("gpu", what.chip.name), ("instance", what.instance), ("region", region)):
        if why := hostile(text) or ("" if text.isprintable() else "holds characters that are no text"):
            found.wrong.append((line, f"{column}: {why}"))
    dollars = [usd for usd in prices if usd is not None and usd > 0]
    if not dollars or len(dollars) < len(prices):
        found.unpriced += 1
        return
    what, chips = _one_of_a_slice(what)
    one = Listing(float(f"{sum(dollars) / chips:.10g}"), region, line, len(dollars) > 1)
    found.regions[what].add(region)
    least = found.cheapest.get(what)
    if least is None or (one.usd, one.region) < (least.usd, least.region):
        found.cheapest[what] = one


def _one_of_a_slice(what: Offered) -> tuple[Offered, float]:
    """One chip of a slice of a TPU pod, and how many the slice has; all else as it is, once."""
    part = TPU_SLICE.fullmatch(what.chip.name)
    if part is None:
        return what, 1.0
    version = part[1].lower().replace("litepod", "e")
    chips = int(part[2]) / (2 if version in TWO_CORES else 1)
    return Offered(Chip(f"TPU {version}", "", None, 1.0), f"TPU {version}", what.term), chips


def _number(found: Catalogue, line: int, cells: dict[str, str], column: str) -> float | None:
    """A number; None where the cell is blank. What is no number, or below 0, is an error of the file."""
    text = cells[column]
    if not text:
        return None
    number = float(text) if NUMBER.fullmatch(text) else math.inf
    if math.isfinite(number) and number >= 0:
        return number
    found.wrong.append((line, f"{column}: '{text[:40]}' is {'below 0' if math.isfinite(number) else 'no number'}"))
    return None
