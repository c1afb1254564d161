"""Newer editions of the market's prices: what a file would add to the existing rows, and its outliers.

Rows are only added. A price stands for its gpu, provider, term and instance on its day: one that is there already is
left out, another price for the same day is an error.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from xlcost.csv_tables import refuse
from xlcost.feeds.rows import Edition
from xlcost.prices.periods import LIST_TERM, TINY, VALID_DAYS, Offer, cheapest
from xlcost.quantities import ONE_DAY

FACTOR = 3.0  # a change beyond it is suspicious
MARKET_FACTOR = 10.0  # the same for a first price, against the market's median


@dataclass(frozen=True)
class Outlier:
    """A row whose price is far from the last one, or above the on-demand price; `was` is that price, `whose` whose."""

    row: Any
    was: float
    whose: str


@dataclass(frozen=True)
class Change:
    """An offer's price before, with the day it was seen, and after; None before where the offer is new."""

    offer: Offer
    before: float | None
    seen: dt.date | None
    after: float
    instances: int


@dataclass(frozen=True)
class Plan:
    """The rows that would be written, and what a person should know before; `present` counts rows already there."""

    rows: list[Any]
    present: int
    outliers: list[Outlier]
    changes: list[Change]
    gone: list[tuple[Offer, float, dt.date]]
    backdated: list[Offer]


class PriceHistory:
    """The existing rows, by offer."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.by_offer: dict[Offer, list[Any]] = defaultdict(list)
        for row in rows:
            self.by_offer[row.gpu, row.provider, row.term].append(row)

    def in_force(self, offer: Offer, day: dt.date) -> list[Any]:
        """The rows of the last sighting up to a day, if that is no more than a year old."""
        rows = self.last(offer, day)
        return rows if rows and rows[0].as_of > day - VALID_DAYS * ONE_DAY else []

    def last(self, offer: Offer, day: dt.date) -> list[Any]:
        """The rows of the last sighting up to a day."""
        rows = [row for row in self.by_offer.get(offer, ()) if row.as_of <= day]
        last = max((row.as_of for row in rows), default=None)
        return [row for row in rows if row.as_of == last]

    def median(self, gpu: str, term: str, day: dt.date) -> float | None:
        """The market's median on a day."""
        live = [self.in_force(offer, day) for offer in self.by_offer if (offer[0], offer[2]) == (gpu, term)]
        usd = [cheapest(rows).usd_per_gpu_hour for rows in live if rows]
        return median(usd) if usd else None


def plan(edition: Edition, existing: Sequence[Any], accept_outliers: bool) -> Plan:
    """What the edition would add to the rows that are there."""
    fresh = _new_rows(edition, existing)
    history = PriceHistory(existing)
    least = {id(cheapest(rows)) for rows in _by_offer_and_day(fresh).values()}
    listed = _on_demand([] if edition.by_region else [*existing, *edition.rows])
    outliers = [found for row in fresh if (found := _dearer(row, listed) or _outlier(row, history, id(row) in least))]
    left = {id(one.row) for one in outliers} if not accept_outliers else set()
    rows = [row for row in fresh if id(row) not in left]
    return Plan(
        rows,
        len(edition.rows) - len(fresh),
        outliers,
        _changes(rows, history),
        _gone(edition, history),
        _backdated(rows, history),
    )


def _offer(row: Any) -> Offer:
    return row.gpu, row.provider, row.term


def _by_offer_and_day(rows: Iterable[Any]) -> dict[tuple[Offer, dt.date], list[Any]]:
    groups: dict[tuple[Offer, dt.date], list[Any]] = defaultdict(list)
    for row in rows:
        groups[_offer(row), row.as_of].append(row)
    return groups


def _new_rows(edition: Edition, existing: Iterable[Any]) -> list[Any]:
    """The rows that are not there yet; another price for a row that is there is an error."""

    def key(row: Any) -> tuple[Any, ...]:
        return *_offer(row), row.instance, row.gpus, row.as_of, None if edition.by_region else row.region

    known = defaultdict(list)
    for row in existing:
        known[key(row)].append(row.usd_per_gpu_hour)
    fresh, wrong = [], []
    for row in edition.rows:
        prices = known.get(key(row))
        if prices is None:
            fresh.append(row)
        elif not any(math.isclose(usd, row.usd_per_gpu_hour, rel_tol=1e-6) for usd in prices):
            what = " ".join(str(part) for part in (row.provider, row.gpu, row.term, row.instance) if part)
            wrong.append(f"{what} is {prices[0]:g} on {row.as_of} already; the file says {row.usd_per_gpu_hour:g}")
    refuse("a price is never overwritten; if the file is of another day, give that as --as-of", wrong)
    return fresh


def _outlier(row: Any, history: PriceHistory, is_cheapest: bool) -> Outlier | None:
    """The outlier that a row is against the same instance, else the provider's price for the gpu, else the median."""
    seen = history.in_force(_offer(row), row.as_of)
    same = [one.usd_per_gpu_hour for one in seen if one.instance and one.instance == row.instance]
    usd = row.usd_per_gpu_hour
    if same:
        return Outlier(row, min(same), row.instance) if _apart(usd, min(same), FACTOR) else None
    if seen:
        was = cheapest(seen).usd_per_gpu_hour
        return Outlier(row, was, row.provider) if _apart(usd, was, FACTOR) and (is_cheapest or usd < was) else None
    before = history.last(_offer(row), row.as_of)
    if before and not _apart(usd, cheapest(before).usd_per_gpu_hour, FACTOR):
        return None
    was = history.median(row.gpu, row.term, row.as_of)
    return Outlier(row, was, "the market's median") if was and _apart(usd, was, MARKET_FACTOR) else None


def _on_demand(rows: Iterable[Any]) -> dict[tuple[Any, ...], list[Any]]:
    listed = defaultdict(list)
    for row in rows:
        if row.term == LIST_TERM:
            listed[_sold(row)].append(row)
    return listed


def _sold(row: Any) -> tuple[Any, ...]:
    """The key of an instance on a day, whatever the term and region."""
    return row.gpu, row.provider, row.instance, row.gpus, row.as_of


def _dearer(row: Any, listed: Mapping[tuple[Any, ...], list[Any]]) -> Outlier | None:
    """The outlier that a spot or committed price is against on demand, for the same instance, day and region."""
    if row.term == LIST_TERM:
        return None
    same = [one for one in listed.get(_sold(row), ()) if one.region == row.region or not (one.region and row.region)]
    was = min((one.usd_per_gpu_hour for one in same), default=math.inf)
    return Outlier(row, was, "on demand that day") if row.usd_per_gpu_hour > was * (1 + TINY) else None


def _apart(one: float, other: float, factor: float) -> bool:
    return max(one / other, other / one) > factor


def _changes(rows: Iterable[Any], history: PriceHistory) -> list[Change]:
    changes = []
    for (offer, day), group in sorted(_by_offer_and_day(rows).items()):
        seen = history.in_force(offer, day)
        same_day = [row for row in seen if row.as_of == day]
        before = cheapest(seen) if seen else None
        changes.append(
            Change(
                offer,
                before.usd_per_gpu_hour if before else None,
                before.as_of if before else None,
                cheapest([*group, *same_day]).usd_per_gpu_hour,
                len(group),
            )
        )
    return changes


def _gone(edition: Edition, history: PriceHistory) -> list[tuple[Offer, float, dt.date]]:
    """Offers in force that the file lacks, though it has others of the same provider and term."""
    if not edition.rows:
        return []
    day = max(row.as_of for row in edition.rows)
    has, sides = {_offer(row) for row in edition.rows}, {(row.provider, row.term) for row in edition.rows}
    gone = []
    for offer in sorted(history.by_offer):
        seen = history.in_force(offer, day)
        if seen and offer not in has and offer[1:] in sides:
            gone.append((offer, cheapest(seen).usd_per_gpu_hour, seen[0].as_of))
    return gone


def _backdated(rows: Iterable[Any], history: PriceHistory) -> list[Offer]:
    """Offers with a later sighting than a row that would be added."""
    return sorted(
        {_offer(row) for row in rows if any(one.as_of > row.as_of for one in history.by_offer.get(_offer(row), ()))}
    )
