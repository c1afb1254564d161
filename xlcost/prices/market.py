"""GPU prices of the market as periods: who, what, term, from, until, dollars.

A price holds from the day it was seen until the next sighting, at most a year. A provider's price is its cheapest
whole instance (the GPU alone only where nothing else is offered); provider "median" is the median of all providers
that offer the GPU on that day. A price is never extrapolated: outside the periods, and after the last day that the
tables know, there is none.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from xlcost.facts.store import plain, read_rows
from xlcost.prices.folder import OFFERS, own_rows

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
    members: float = 1.0  # providers behind it; none behind an own quote


def best(offers: list[Any]) -> Any:
    """The cheapest offer; a GPU alone only where nothing else is offered."""
    return min(offers, key=lambda o: (o.basis == "gpu_only", o.usd_per_gpu_hour, o.gpus or 0, o.instance or ""))


def _provider_periods(offers: list[Any]) -> list[Period]:
    """One provider, GPU and term: each sighting holds until the next, at most a year."""
    sightings = defaultdict(list)
    for offer in offers:
        sightings[offer.as_of].append(offer)
    days = sorted(sightings)
    periods = []
    for day, following in zip(days, [*days[1:], dt.date.max], strict=True):
        offer = best(sightings[day])
        what = " ".join(str(part) for part in (offer.provider, offer.instance) if part)
        periods.append(
            Period(
                offer.gpu,
                offer.provider,
                offer.term,
                day,
                min(following, day + dt.timedelta(days=VALID_DAYS), closed() + dt.timedelta(days=1)),
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


def merged_offers() -> tuple[Any, ...]:
    """Offers of newer editions that the user merged."""
    return own_rows(OFFERS, _model)


def _model() -> Any:
    from xlcost.facts.schema import GpuPrice

    return GpuPrice


@cache
def closed() -> dt.date:
    """The day of the data edition: on it the packaged tables, or the newer edition merged into them, were closed."""
    days: list[dt.date] = [offer.as_of for offer in merged_offers()]
    return max([EDITION, *days])


@cache
def periods() -> tuple[Period, ...]:
    """All periods of the market, in a fixed order: gpu, provider, term, start."""
    offers, by_gpu = defaultdict(list), defaultdict(list)
    for offer in (*read_rows("gpu_prices.csv", "GpuPrice"), *merged_offers()):
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
def market_names() -> dict[str, str]:
    """Plain name -> provider of the market, "median" among them."""
    return {plain(p.provider): p.provider for p in periods()} | COMMON_NAMES
