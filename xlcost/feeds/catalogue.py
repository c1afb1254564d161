"""What a public catalogue of prices comes to, whatever its format: the cheapest price of each offer, and where.

Catalogues price whole instances, in US dollars an hour, in many regions; of these the cheapest is kept. None says
whose prices they are, or of which day.

A new format is one file with a `FORMAT`: its id, its name, the columns by which it is known, and a function that
goes through the lines and calls `Catalogue.add` for each price. Then a word in `formats.CATALOGUES`, and one in the
help of `xlcost prices update`.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from xlcost.csv_tables import Numbered, why_refused
from xlcost.errors import BadInput

MOST_OFFERS = 50_000
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
TPU_SLICE = re.compile(r"(?:tpu-)?(v2|v3|v4|v5p|v5e|v5litepod|v6e)-([1-9]\d{0,5})", re.IGNORECASE)
TWO_CORES = ("v2", "v3", "v4", "v5p")  # their slices are counted in cores, two to a chip; the others in chips


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

    name: str
    rows: int = 0
    cheapest: dict[Offered, Listing] = field(default_factory=dict)
    regions: dict[Offered, set[str]] = field(default_factory=lambda: defaultdict(set))
    unpriced: int = 0  # prices that are blank or zero: no offers
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, what: Offered, region: str, prices: list[float | None]) -> None:
        """One offer, if it is the cheapest so far; prices are added, and without one of them it is none."""
        for column, text in (("gpu", what.chip.name), ("instance", what.instance), ("region", region)):
            if why := why_refused(text) or ("" if text.isprintable() else "holds characters that are no text"):
                self.wrong.append((line, f"{column}: {why}"))
        dollars = [usd for usd in prices if usd is not None and usd > 0]
        if not dollars or len(dollars) < len(prices):
            self.unpriced += 1
            return
        what, chips = _one_of_a_slice(what)
        one = Listing(float(f"{sum(dollars) / chips:.10g}"), region, line, len(dollars) > 1)
        self.regions[what].add(region)
        least = self.cheapest.get(what)
        if least is None or (one.usd, one.region) < (least.usd, least.region):
            self.cheapest[what] = one
        if len(self.cheapest) > MOST_OFFERS:
            sentence = f"{self.name} has more than {MOST_OFFERS:,} different offers; that is no catalogue of prices"
            raise BadInput(sentence)

    def number(self, line: int, cells: dict[str, str], column: str) -> float | None:
        """A number; None where the cell is blank. What is no number, or below 0, is an error of the file."""
        text = cells[column]
        if not text:
            return None
        number = float(text) if NUMBER.fullmatch(text) else math.inf
        if math.isfinite(number) and number >= 0:
            return number
        self.wrong.append((line, f"{column}: '{text[:40]}' is {'below 0' if math.isfinite(number) else 'no number'}"))
        return None


@dataclass(frozen=True)
class Format:
    """A format of price lists: its id, what a list is called, the columns by which it is known, what reads its lines
    into a catalogue (a table of ours is none)."""

    id: str
    title: str
    columns: tuple[str, ...]
    offers: Callable[[Catalogue, Iterator[Numbered]], None] | None = None


def _one_of_a_slice(what: Offered) -> tuple[Offered, float]:
    """One chip of a slice of a TPU pod, and how many the slice has; all else as it is, once."""
    part = TPU_SLICE.fullmatch(what.chip.name)
    if part is None:
        return what, 1.0
    version = part[1].lower().replace("litepod", "e")
    chips = int(part[2]) / (2 if version in TWO_CORES else 1)
    return Offered(Chip(f"TPU {version}", "", None, 1.0), f"TPU {version}", what.term), chips
