"""Findings about the prices of a day that a person should look at: gaps, outliers, old sightings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from xlcost.errors import BadInput
from xlcost.facts.store import GPUS
from xlcost.prices.current import current_market
from xlcost.prices.market import Market
from xlcost.prices.periods import LIST_TERM, MEDIAN, TINY, VALID_DAYS, Offer, Period
from xlcost.prices.quotes.periods import first_day
from xlcost.quantities import ONE_DAY, iso_day

RATIO = 3.0  # times the median, or that part of it
SELLERS = 3  # fewer make no median to measure against
OLD = 180  # days
KINDS = {
    "gpu": "GPUs that nobody offers",
    "provider": "providers without a price in force",
    "offer": "offers that have lapsed while the provider has others",
    "outlier": "prices far from the median",
    "dearer": "spot and committed prices dearer than on demand",
    "old": "prices seen long ago",
    "quote": "own quotes that have ended",
}


@dataclass(frozen=True)
class Finding:
    """A finding; `day` is the last on which there was a price, or that on which it was seen."""

    kind: str
    gpu: str | None
    provider: str | None
    term: str | None
    usd: float | None
    day: dt.date | None
    what: str


def findings(day: dt.date, ratio: float = RATIO, old: int = OLD, market: Market | None = None) -> list[Finding]:
    """All findings of a day, by kind."""
    if not 1 < ratio <= 1000:
        raise BadInput(f"ratio: {ratio:g} cannot be used; it takes a number above 1 to 1000")
    if not 0 <= old <= VALID_DAYS:
        what = f"days from 0 to {VALID_DAYS}, after which a price has lapsed"
        raise BadInput(f"older: {old} cannot be used; it takes {what}")
    market = market or current_market()
    live, middle = market.in_force(day), [p for p in market.periods if p.provider == MEDIAN and p.holds(day)]
    return [
        *_gaps(market, day, live),
        *_outliers(live, middle, ratio),
        *_dearer(live, middle),
        *_old(day, live, old),
        *_ended(market, day),
    ]


def _gaps(market: Market, day: dt.date, live: list[Period]) -> Iterable[Finding]:
    """GPUs, then providers, then offers without a price in force."""
    last: dict[Offer, dt.date] = {}
    for p in (*market.periods, *market.own_periods):
        if p.provider != MEDIAN and p.start <= day:
            last[p.offer] = max(last.get(p.offer, p.end), p.end)
    gpus, sellers = {p.gpu for p in live}, {p.provider for p in live}
    for gpu in (row["id"] for row in GPUS.rows if row["id"] not in gpus):
        ended = [end for offer, end in last.items() if offer[0] == gpu]
        until = max(ended) - ONE_DAY if ended else None
        yield Finding("gpu", gpu, None, None, None, until, "lapsed" if until else "never had a price")
    for who in sorted({who for _, who, _ in last} - sellers):
        ended = [end for offer, end in last.items() if offer[1] == who]
        yield Finding("provider", None, who, None, None, max(ended) - ONE_DAY, f"lapsed, with {len(ended)} offers")
    offers = {p.offer for p in live}
    for gpu, who, term in sorted(set(last) - offers):
        if who in sellers:
            others = sorted(t for g, w, t in offers if (g, w) == (gpu, who))
            what = f"lapsed; {', '.join(others)} in force" if others else "lapsed"
            yield Finding("offer", gpu, who, term, None, last[gpu, who, term] - ONE_DAY, what)


def _outliers(live: list[Period], medians: list[Period], ratio: float) -> Iterable[Finding]:
    """Offers far from the market's median of the gpu and term."""
    middle = {(p.gpu, p.term): p for p in medians}
    for p in live:
        of = middle.get((p.gpu, p.term))
        if of and of.members >= SELLERS and not 1 / ratio <= p.usd / of.usd <= ratio:
            what = f"{p.usd / of.usd:.2g} x {of.usd:,.4f}, the median of {of.members:.0f}"
            yield Finding("outlier", p.gpu, seller(p), p.term, p.usd, p.start, what)


def _dearer(live: list[Period], medians: list[Period]) -> Iterable[Finding]:
    """Offers above the same provider's on-demand price, then medians above the on-demand median."""
    for some in (live, medians):
        listed = {(p.gpu, p.provider): p for p in some if p.term == LIST_TERM}
        for p in some:
            of = listed.get((p.gpu, p.provider))
            if of and p.usd > of.usd * (1 + TINY):
                sellers = f"; medians of {p.members:.0f} and {of.members:.0f} sellers" if some is medians else ""
                what = f"{p.usd / of.usd:.3g} x {of.usd:,.4f}, on demand{sellers}"
                yield Finding("dearer", p.gpu, MEDIAN if sellers else seller(p), p.term, p.usd, p.start, what)


def _old(day: dt.date, live: list[Period], old: int) -> Iterable[Finding]:
    """Sightings older than so many days, the oldest first."""
    for p in sorted(live, key=day_seen):
        if (day - day_seen(p)).days > old:
            yield Finding("old", p.gpu, seller(p), p.term, p.usd, day_seen(p), f"{(day - day_seen(p)).days} days")


def day_seen(p: Period) -> dt.date:
    """The day on which a price was seen; an own quote, which has no members, may begin later than that."""
    return p.start if p.members else iso_day(p.source.split(", ")[1]) or p.start


def _ended(market: Market, day: dt.date) -> Iterable[Finding]:
    """Own quotes that have ended without another own quote after them."""
    for number, (_, end) in market.counting.items():
        quote = market.quotes[number - 1]
        offer = quote.gpu, quote.provider, quote.term
        same = [q for q in market.quotes if (q.gpu, q.provider, q.term) == offer]
        if end <= day and all(first_day(q, market.edition_day) < end for q in same):
            who = quote.provider or "any"
            what = f"number {number} has ended; what the market lists counts again"
            yield Finding("quote", quote.gpu, who, quote.term, quote.usd_per_gpu_hour, end - ONE_DAY, what)


def seller(p: Period) -> str:
    """The provider's name; "any" for a quote without one."""
    return "any" if p.provider == MEDIAN else p.provider
