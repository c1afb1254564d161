"""An example table of quotes, with all columns and with ids that the tables know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from xlcost.errors import NoResult
from xlcost.prices.current import current_market
from xlcost.prices.periods import LIST_TERM, MEDIAN, Period
from xlcost.prices.quotes.schema import OwnQuote
from xlcost.prices.quotes.store import file_text

GPU, OTHER = "h100-sxm", "a100-80-sxm"
FAMILIAR = ("AWS", "Azure", "GCP", "OCI")


def example() -> str:
    """CSV text with a provider's price, a price that holds where no provider is named, and a discount."""
    market = current_market()
    day = market.edition_day
    live = [p for p in market.periods if p.term == LIST_TERM and p.holds(day)]
    offer, median = _familiar(live), _median(live)
    rows: list[dict[str, Any]] = [
        {"gpu": GPU, "provider": offer.provider, "term": "1yr", "usd_per_gpu_hour": _less(offer)},
        {"gpu": OTHER, "term": LIST_TERM, "usd_per_gpu_hour": _less(median), "until": dt.date(day.year + 1, 12, 31)},
        {"provider": offer.provider, "term": "3yr", "off_list": 0.25, "from": day},
    ]
    sources = ("Offer 4711 by mail", "Framework contract 12", "Discount agreement 3")
    return file_text(
        OwnQuote.model_validate(row | {"as_of": day, "source": source})
        for row, source in zip(rows, sources, strict=True)
    )


def _familiar(live: list[Period]) -> Period:
    """The GPU's price at a well-known provider."""
    offers = [p for p in live if p.gpu == GPU and p.provider != MEDIAN]
    return _one(offers, lambda p: (FAMILIAR.index(p.provider) if p.provider in FAMILIAR else len(FAMILIAR), p.provider))


def _median(live: list[Period]) -> Period:
    return _one([p for p in live if p.gpu == OTHER and p.provider == MEDIAN], lambda p: p.provider)


def _one(found: list[Period], order: Callable[[Period], Any]) -> Period:
    if not found:
        raise NoResult(f"the tables have no {LIST_TERM} price of {GPU} and {OTHER} to make an example of")
    return min(found, key=order)


def _less(p: Period) -> float:
    """A tenth below the list price, in cents."""
    return round(p.usd * 0.9, 2)
