"""A public catalogue of prices in any format, reduced to the cheapest price of each offer and its region.

Catalogues price whole instances, in US dollars an hour, in many regions; the cheapest region is kept. A catalogue
says neither whose prices they are nor of which day.

A new format is one file with a `FORMAT`: its id, its name, the columns by which it is recognised, and a function that
calls `Catalogue.add` for each price of the lines. Add it to `formats.CATALOGUES`, and name it in the help of
`xlcost prices update`.
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
    """An accelerator as a line describes it: its name, its other name if any, GB of one, how many."""

    name: str
    hint: str
    memory: float | None
    number: float


class InstanceOffer(NamedTuple):
    """An offer: chips in an instance (blank where the chip alone is priced), for a term."""

    chip: Chip
    instance: str
    term: str


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer's cheapest price an hour, for all its chips, and its region; `host`: GPU and machine were added up."""

    usd: float
    region: str
    line: int
    host: bool


@dataclass
class Catalogue:
    """The offers of a file, and how many of its lines could not be used, by chip and reason."""

    name: str
    rows: int = 0
    cheapest: dict[InstanceOffer, Listing] = field(default_factory=dict)
    regions: dict[InstanceOffer, set[str]] = field(default_factory=lambda: defaultdict(set))
    unpriced: int = 0  # prices that are blank or zero: no offers
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, what: InstanceOffer, region: str, prices: list[float | None]) -> None:
        """Keep an offer if it is the cheapest so far; its prices are added up, and if one is missing it is no offer."""
        for column, text in (("gpu", what.chip.name), ("instance", what.instance), ("region", region)):
            if why := why_refused(text) or ("" if text.isprintable() else "holds characters that are no text"):
                self.wrong.append((line, f"{column}: {why}"))
        dollars = [usd for usd in prices if usd is not None and usd > 0]
        if not dollars or len(dollars) < len(prices):
            self.unpriced += 1
            return
        what, chips = _single_chip(what)
        one = Listing(float(f"{sum(dollars) / chips:.10g}"), region, line, len(dollars) > 1)
        self.regions[what].add(region)
        least = self.cheapest.get(what)
        if least is None or (one.usd, one.region) < (least.usd, least.region):
            self.cheapest[what] = one
        if len(self.cheapest) > MOST_OFFERS:
            sentence = f"{self.name} has more than {MOST_OFFERS:,} different offers; that is no catalogue of prices"
            raise BadInput(sentence)

    def number(self, line: int, cells: dict[str, str], column: str) -> float | None:
        """The number in a cell, None where it is blank; anything else, or below 0, is noted as wrong."""
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
    """A format of price lists: its id, what a list is called, the columns by which it is recognised, and the function
    that reads its lines into a catalogue (None for a table of xlcost)."""

    id: str
    title: str
    columns: tuple[str, ...]
    offers: Callable[[Catalogue, Iterator[Numbered]], None] | None = None


def _single_chip(what: InstanceOffer) -> tuple[InstanceOffer, float]:
    """One chip of a TPU slice, and how many the slice has; any other offer unchanged, and 1."""
    part = TPU_SLICE.fullmatch(what.chip.name)
    if part is None:
        return what, 1.0
    version = part[1].lower().replace("litepod", "e")
    chips = int(part[2]) / (2 if version in TWO_CORES else 1)
    return InstanceOffer(Chip(f"TPU {version}", "", None, 1.0), f"TPU {version}", what.term), chips
