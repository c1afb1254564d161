"""GPU prices as of a date. A price holds from the day it was seen until the next sighting, at most a year.

Offers become periods: who, what, term, from, until, dollars. A provider's price is its cheapest whole instance
(the GPU alone only where nothing else is offered); provider "median" is the median of all providers that offer
the GPU on that day. A price is never extrapolated: outside the periods, and after the data edition, there is none.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from xlcost.errors import NotInTable, nearest
from xlcost.tables.store import GPUS, each_row, plain, read_rows

EDITION = dt.date(2026, 11, 1)  # the day the packaged tables were closed
VALID_DAYS = 365
MEDIAN = "median"
DAY_ZERO = dt.date(1899, 12, 30)


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
    members: float = 1.0  # providers behind it


def _best(offers: list[Any]) -> Any:
    return min(offers, key=lambda o: (o.basis == "gpu_only", o.usd_per_gpu_hour, o.gpus or 0, o.instance or ""))


def _provider_periods(offers: list[Any]) -> list[Period]:
    """One provider, GPU and term: each sighting holds until the next, at most a year."""
    sightings = defaultdict(list)
    for offer in offers:
        sightings[offer.as_of].append(offer)
    days = sorted(sightings)
    periods = []
    for day, following in zip(days, [*days[1:], dt.date.max], strict=True):
        offer = _best(sightings[day])
        what = " ".join(str(part) for part in (offer.provider, offer.instance) if part)
        periods.append(
            Period(
                offer.gpu,
                offer.provider,
                offer.term,
                day,
                min(following, day + dt.timedelta(days=VALID_DAYS), EDITION + dt.timedelta(days=1)),
                offer.usd_per_gpu_hour,
                f"{day.isoformat()}, {what}, {offer.source}",
            )
        )
    return periods


def _median_periods(periods: list[Period]) -> list[Period]:
    """One GPU and term, over all providers: a new period at each day on which an offer begins or ends."""
    days = sorted({d for p in periods for d in (p.start, p.end)})
    medians: list[Period] = []
    for start, end in itertools.pairwise(days):
        live = sorted((p for p in periods if p.start <= start < p.end), key=lambda p: p.provider)
        if live:
            names = ", ".join(p.provider for p in live)
            seen = max(p.start for p in live).isoformat()
            text = f"{seen}, median of {len(live)}: {names}" if len(live) > 1 else live[0].source
            usd = median(p.usd for p in live)
            medians.append(Period(live[0].gpu, MEDIAN, live[0].term, start, end, usd, text, float(len(live))))
    return medians


@cache
def periods() -> tuple[Period, ...]:
    """All periods, in a fixed order: gpu, provider, term, start."""
    offers, by_gpu = defaultdict(list), defaultdict(list)
    for offer in read_rows("gpu_prices.csv", "GpuPrice"):
        offers[offer.gpu, offer.provider, offer.term].append(offer)
    out = [p for group in offers.values() for p in _provider_periods(group)]
    for p in out:
        by_gpu[p.gpu, p.term].append(p)
    out += [p for group in by_gpu.values() for p in _median_periods(group)]
    return tuple(sorted(out, key=lambda p: (p.gpu, p.provider, p.term, p.start)))


COMMON_NAMES = {
    "amazon": "AWS",
    "amazonwebservices": "AWS",
    "microsoft": "Azure",
    "microsoftazure": "Azure",
    "google": "GCP",
    "googlecloud": "GCP",
    "oracle": "OCI",
    "oraclecloud": "OCI",
    "datacrunch": "Verda",
    "lambdalabs": "Lambda",
    "ovh": "OVHcloud",
    "vast": "Vast.ai",
}


@cache
def providers() -> dict[str, str]:
    """Plain name -> provider, "median" among them."""
    return {plain(p.provider): p.provider for p in periods()} | COMMON_NAMES


def known_provider(name: str) -> str:
    """A provider as the table spells it."""
    known = providers().get(plain(name))
    if known is None:
        named = sorted(set(providers().values()) - {MEDIAN})
        raise NotInTable(f"unknown provider '{name}'{nearest(name, named)}; known are {', '.join(named)}")
    return known


@cache
def _by_offer() -> dict[tuple[str, str, str], list[Period]]:
    found = defaultdict(list)
    for p in periods():
        found[p.gpu, p.provider, p.term].append(p)
    return dict(found)


@cache
def period(gpu: str, provider: str, term: str, serial: float) -> Period:
    """The period in force on a day (given as the spreadsheet's number)."""
    gpu_id = GPUS.rows[GPUS.row_number(gpu)]["id"]
    known = known_provider(provider)
    day = DAY_ZERO + dt.timedelta(days=int(serial))
    for p in _by_offer().get((gpu_id, known, term), []):
        if p.start <= day < p.end:
            return p
    raise NotInTable(_what_exists(gpu_id, known, term, day))


def _what_exists(gpu: str, provider: str, term: str, day: dt.date) -> str:
    """The sentence for a price that the table does not have: what it has instead."""
    if day > EDITION:
        return f"as_of: {day.isoformat()} lies after the data edition of {EDITION.isoformat()}, where prices end"
    whose = "" if provider == MEDIAN else f" from {provider}"
    missing = f"no {term} price of '{gpu}'{whose} on {day.isoformat()}"
    seen = [p for p in periods() if p.gpu == gpu and p.provider != MEDIAN]
    same = [p for p in seen if p.term == term and provider in (MEDIAN, p.provider)]
    if same:
        return f"{missing}; the table has it {_spans(same)}"
    live = sorted({(p.provider, p.term) for p in seen if p.start <= day < p.end}, key=lambda o: (o[0] != provider, o))
    if live:
        return f"{missing}; that day the table has {', '.join(f'{who} {what}' for who, what in live[:6])}"
    if seen:
        return f"{missing}; the table has other prices of it {_spans(seen)}"
    return f"{missing}; the table has no price of this gpu at all"


def _spans(periods: list[Period]) -> str:
    """From when to when, gaps told apart."""
    joined: list[list[dt.date]] = []
    for start, end in sorted((p.start, p.end) for p in periods):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    day = dt.timedelta(days=1)
    return " and ".join(f"from {start.isoformat()} to {(end - day).isoformat()}" for start, end in joined)


def offer_value(column: str, gpu: Any, provider: Any, term: Any, serial: Any) -> Any:
    """`usd` or `source` of the period in force; text and floats for one offer, arrays for ranges."""
    for part in (gpu, provider, term, serial):
        if hasattr(part, "__xl_offer__"):
            return part.__xl_offer__(offer_value, column, gpu, provider, term, serial)
    if all(isinstance(part, (str, float)) for part in (gpu, provider, term, serial)):
        return getattr(period(gpu, provider, term, serial), column)
    return each_row(lambda g, p, t, s: getattr(period(g, p, t, s), column), gpu, provider, term, serial)
