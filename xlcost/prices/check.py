"""What a person should look at in the prices of a day: gaps, outliers, sightings that have grown old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from xlcost.errors import BadInput
from xlcost.facts.store import GPUS
from xlcost.prices.compare import TINY
from xlcost.prices.lookup import in_force
from xlcost.prices.market import MEDIAN, Period, periods
from xlcost.prices.quotes.periods import LIST_TERM, own_periods, own_quotes
from xlcost.prices.quotes.schema import ISO
from xlcost.prices.quotes.store import spans_of

RATIO = 3.0  # times the median, or that part of it
SELLERS = 3  # fewer make no median to measure against
OLD = 180  # days
DAY = dt.timedelta(days=1)
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
    """One thing to look at; `day` is the last on which there was a price, or on which it was seen."""

    kind: str
    gpu: str | None
    provider: str | None
    term: str | None
    usd: float | None
    day: dt.date | None
    what: str


def findings(day: dt.date, ratio: float = RATIO, old: int = OLD) -> list[Finding]:
    """All there is to look at on a day, by kind."""
    if not 1 < ratio <= 1000:
        raise BadInput(f"ratio: {ratio:g} cannot be used; it takes a number above 1 to 1000")
    if not 0 <= old <= 365:
        raise BadInput(f"older: {old} cannot be used; it takes days from 0 to 365, after which a price has lapsed")
    live = in_force(day)
    return [*_gaps(day, live), *_outliers(day, live, ratio), *_dearer(day, live), *_old(day, live, old), *_ended(day)]


def _gaps(day: dt.date, live: list[Period]) -> Iterable[Finding]:
    """GPUs, then providers, then offers that have no price in force."""
    last: dict[tuple[str, str, str], dt.date] = {}
    for p in (*periods(), *own_periods()):
        if p.provider != MEDIAN and p.start <= day:
            key = p.gpu, p.provider, p.term
            last[key] = max(last.get(key, p.end), p.end)
    gpus, sellers = {p.gpu for p in live}, {p.provider for p in live}
    for gpu in (row["id"] for row in GPUS.rows if row["id"] not in gpus):
        ended = [end for key, end in last.items() if key[0] == gpu]
        until = max(ended) - DAY if ended else None
        yield Finding("gpu", gpu, None, None, None, until, "lapsed" if until else "never had a price")
    for who in sorted({who for _, who, _ in last} - sellers):
        ended = [end for key, end in last.items() if key[1] == who]
        yield Finding("provider", None, who, None, None, max(ended) - DAY, f"lapsed, with {len(ended)} offers")
    offers = {(p.gpu, p.provider, p.term): p for p in live}
    for gpu, who, term in sorted(set(last) - set(offers)):
        if who in sellers:
            others = sorted(t for g, w, t in offers if (g, w) == (gpu, who))
            what = f"lapsed; {', '.join(others)} in force" if others else "lapsed"
            yield Finding("offer", gpu, who, term, None, last[gpu, who, term] - DAY, what)


def _outliers(day: dt.date, live: list[Period], ratio: float) -> Iterable[Finding]:
    """Offers against the market's median of the gpu and term."""
    middle = {(p.gpu, p.term): p for p in periods() if p.provider == MEDIAN and p.start <= day < p.end}
    for p in live:
        of = middle.get((p.gpu, p.term))
        if of and of.members >= SELLERS and not 1 / ratio <= p.usd / of.usd <= ratio:
            what = f"{p.usd / of.usd:.2g} x {of.usd:,.4f}, the median of {of.members:.0f}"
            yield Finding("outlier", p.gpu, named(p), p.term, p.usd, p.start, what)


def _dearer(day: dt.date, live: list[Period]) -> Iterable[Finding]:
    """Offers above the same provider's price on demand, then medians above that on demand, with who makes them."""
    market = [p for p in periods() if p.provider == MEDIAN and p.start <= day < p.end]
    for some, medians in ((live, False), (market, True)):
        listed = {(p.gpu, p.provider): p for p in some if p.term == LIST_TERM}
        for p in some:
            of = listed.get((p.gpu, p.provider))
            if of and p.usd > of.usd * (1 + TINY):
                sellers = f"; medians of {p.members:.0f} and {of.members:.0f} sellers" if medians else ""
                what = f"{p.usd / of.usd:.3g} x {of.usd:,.4f}, on demand{sellers}"
                yield Finding("dearer", p.gpu, MEDIAN if medians else named(p), p.term, p.usd, p.start, what)


def _old(day: dt.date, live: list[Period], old: int) -> Iterable[Finding]:
    """Sightings older than so many days, the oldest first."""
    for p in sorted(live, key=seen):
        if (day - seen(p)).days > old:
            yield Finding("old", p.gpu, named(p), p.term, p.usd, seen(p), f"{(day - seen(p)).days} days")


def seen(p: Period) -> dt.date:
    """The day on which a price was seen: a quote of one's own may begin later than that."""
    day = ISO.search(p.source) if p in own_periods() else None
    return dt.date.fromisoformat(day[0]) if day else p.start


def _ended(day: dt.date) -> Iterable[Finding]:
    """Own quotes of the past that nothing of the user's own has followed."""
    quotes = own_quotes()
    for number, (_, end) in spans_of(quotes).items():
        quote = quotes[number - 1]
        later = any(
            (q.gpu, q.provider, q.term) == (quote.gpu, quote.provider, quote.term) and q.begins >= end for q in quotes
        )
        if end <= day and not later:
            who = quote.provider or "any"
            what = f"number {number} has ended; what the market lists counts again"
            yield Finding("quote", quote.gpu, who, quote.term, quote.usd_per_gpu_hour, end - DAY, what)


def named(p: Period) -> str:
    """The provider; a quote without one holds for any."""
    return "any" if p.provider == MEDIAN else p.provider
