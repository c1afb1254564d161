"""Prices on two days: what is new, what is gone, what changed and by how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from xlcost.errors import BadInput, NotInTable
from xlcost.facts.store import GPUS
from xlcost.prices.current import current_market
from xlcost.prices.market import Market
from xlcost.prices.periods import MEDIAN, Offer
from xlcost.quantities import ONE_DAY, TERMS, iso_day

STATES = ("changed", "new", "gone", "same")


@dataclass(frozen=True)
class Difference:
    """A price on the first day and on the second; None where there is none."""

    gpu: str
    provider: str
    term: str
    before: float | None
    after: float | None


def first_day(market: Market | None = None) -> dt.date:
    """The first day with a known price."""
    market = market or current_market()
    return min(p.start for p in (*market.periods, *market.own_periods))


def day_asked(text: str | None, name: str, market: Market | None = None) -> dt.date:
    """The day that was typed, or the last that the tables know."""
    day = (market or current_market()).edition_day if text is None else iso_day(text)
    if day is None:
        raise BadInput(f"{name}: '{text}' is no date; write it as 2026-10-31")
    return day


def known_day(text: str | None, name: str, market: Market | None = None) -> dt.date:
    """The same, but an error for a day before or after those that the tables know."""
    market = market or current_market()
    day, first, last = day_asked(text, name, market), first_day(market), market.edition_day
    if not first <= day <= last:
        own = max([last, *(p.end - ONE_DAY for p in market.own_periods)])
        beyond = f", and after that only quotes of your own, to {own}" if own > last else ""
        span = f"the tables know prices from {first} to {last}{beyond}"
        raise NotInTable(f"{name}: {day} cannot be used; {span}")
    return day


def offer_filter(
    gpu: str | None, provider: str | None, term: str | None, market: Market | None = None
) -> Callable[[Offer], bool]:
    """A test whether an offer is of a gpu, a provider, a term; None takes all."""
    if term is not None and term not in TERMS:
        raise BadInput(f"term: '{term}' is not known; it takes {', '.join(TERMS)}")
    parts = (
        None if gpu is None else GPUS.id(gpu),
        None if provider is None else (market or current_market()).provider(provider),
        term,
    )
    return lambda offer: all(part in (None, given) for part, given in zip(parts, offer, strict=True))


def differences(
    first: dt.date, second: dt.date, keeps: Callable[[Offer], bool], market: Market | None = None
) -> list[Difference]:
    """All offers in force on one of the days, by gpu, provider and term."""
    if second <= first:
        raise BadInput(f"diff: {second} does not come after {first}; name the earlier day first")
    market = market or current_market()
    before, after = (
        {p.offer: p.usd for p in market.in_force(day) if keeps(p.offer) and p.provider != MEDIAN}
        for day in (first, second)
    )
    return [Difference(*offer, before.get(offer), after.get(offer)) for offer in sorted({*before, *after})]


def medians(
    first: dt.date, second: dt.date, offers: list[Difference], market: Market | None = None
) -> list[Difference]:
    """The medians of the gpus and terms that these offers are of, on the same days."""
    market, out = market or current_market(), []
    for gpu, term in sorted({(one.gpu, one.term) for one in offers}):
        before, after = (market.price(gpu, MEDIAN, term, day) for day in (first, second))
        if before or after:
            out.append(Difference(gpu, MEDIAN, term, before.usd if before else None, after.usd if after else None))
    return out
