"""Sightings of prices become periods: who, what, term, from, until, dollars.

A price holds from the day it was seen until the next sighting, at most a year. A provider's price is its cheapest
whole instance (the GPU alone only where nothing else is offered); provider "median" is the median of all providers
that offer the GPU on that day. A price is never extrapolated: outside the periods, and after the last day that the
tables know, there is none.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from xlcost.quantities import ONE_DAY

EDITION = dt.date(2026, 11, 1)  # the day the packaged tables were closed
VALID_DAYS = 365
DAYS_AHEAD = 92  # a day further ahead of the last known one is taken for a slip
DEAREST = 10_000  # USD per GPU and hour; more is taken for a slip
TINY = 0.0005  # a smaller change of a price is the rounding of a source
MEDIAN = "median"
LIST_TERM = "on_demand"  # what a discount is off: list prices are on-demand prices
Offer = tuple[str, str, str]  # gpu, provider, term


@dataclass(frozen=True)
class Period:
    """A price in force from `start` up to, not including, `end`."""

    gpu: str
    provider: str
    term: str
    start: dt.date
    end: dt.date
    usd: float
    source: str
    members: float = 1.0  # providers behind the price; 0 for an own quote

    @property
    def offer(self) -> Offer:
        return self.gpu, self.provider, self.term

    def holds(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.start <= day < self.end


def edition_day(offers: Iterable[Any], packaged: dt.date = EDITION) -> dt.date:
    """The last day that the tables know: that of the packaged edition, or of a newer offer."""
    days: list[dt.date] = [offer.as_of for offer in offers]
    return max([packaged, *days])


def cheapest(offers: Iterable[Any]) -> Any:
    """The cheapest offer; a GPU alone only where nothing else is offered."""
    return min(offers, key=lambda o: (o.basis == "gpu_only", o.usd_per_gpu_hour, o.gpus or 0, o.instance or ""))


def market_periods(offers: Iterable[Any], last: dt.date) -> tuple[Period, ...]:
    """All periods of the market up to its last day, in a fixed order: gpu, provider, term, start."""
    by_offer, by_gpu = defaultdict(list), defaultdict(list)
    for offer in offers:
        by_offer[offer.gpu, offer.provider, offer.term].append(offer)
    out = [p for group in by_offer.values() for p in _provider_periods(group, last)]
    for p in out:
        by_gpu[p.gpu, p.term].append(p)
    out += [p for group in by_gpu.values() for p in _median_periods(group)]
    return tuple(sorted(out, key=lambda p: (*p.offer, p.start)))


def _provider_periods(offers: list[Any], last: dt.date) -> list[Period]:
    """One provider, GPU and term: each sighting holds until the next, at most a year."""
    sightings = defaultdict(list)
    for offer in offers:
        sightings[offer.as_of].append(offer)
    days = sorted(sightings)
    periods = []
    for day, following in zip(days, [*days[1:], dt.date.max], strict=True):
        offer = cheapest(sightings[day])
        what = " ".join(str(part) for part in (offer.provider, offer.instance) if part)
        end = min(following, day + VALID_DAYS * ONE_DAY, last + ONE_DAY)
        source = f"{day.isoformat()}, {what}, {offer.source}"
        periods.append(Period(offer.gpu, offer.provider, offer.term, day, end, offer.usd_per_gpu_hour, source))
    return periods


def _median_periods(periods: list[Period]) -> list[Period]:
    """One GPU and term, over all providers: a new period at each day on which an offer begins or ends."""
    days = sorted({d for p in periods for d in (p.start, p.end)})
    medians: list[Period] = []
    for start, end in itertools.pairwise(days):
        live = sorted((p for p in periods if p.holds(start)), key=lambda p: p.provider)
        if live:
            names = ", ".join(p.provider for p in live)
            seen = max(p.start for p in live).isoformat()
            text = f"{seen}, median of {len(live)}: {names}" if len(live) > 1 else live[0].source
            usd = median(p.usd for p in live)
            medians.append(Period(live[0].gpu, MEDIAN, live[0].term, start, end, usd, text, float(len(live))))
    return medians
