"""The user's own quotes as periods: prices, and discounts off a provider's list prices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from xlcost.facts.store import plain
from xlcost.prices.folder import QUOTES, own_rows
from xlcost.prices.market import MEDIAN, VALID_DAYS, Period, market_names

OWN = "own quote"
LIST_TERM = "on_demand"  # what a discount is off: list prices are on-demand prices
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Discount:
    """A share off the list prices of a provider, for a term, from `start` up to, not including, `end`."""

    provider: str
    term: str
    start: dt.date
    end: dt.date
    off: float
    source: str


def own_quotes() -> tuple[Any, ...]:
    """The user's quotes, as they were added."""
    return own_rows(QUOTES, _model)


def _model() -> Any:
    from xlcost.prices.quotes.schema import OwnQuote

    return OwnQuote


def spelled(provider: str | None) -> str:
    """A provider as the market's table spells it, or as the quote does; the median where none is named."""
    if provider is None or plain(provider) in (MEDIAN, "any"):
        return MEDIAN
    return market_names().get(plain(provider), provider)


def spans(quotes: Iterable[Any]) -> list[tuple[Any, dt.date, dt.date]]:
    """(quote, first day, first day after it), for quotes of one gpu, provider and term; a later one ends it."""
    in_order = sorted(quotes, key=lambda q: (q.begins, q.as_of))
    found = []
    for quote, following in zip(in_order, [*in_order[1:], None], strict=True):
        end = quote.until + DAY if quote.until else quote.begins + dt.timedelta(days=VALID_DAYS)
        found.append((quote, quote.begins, min(end, following.begins) if following else end))
    return [one for one in found if one[1] < one[2]]


def by_offer(*, discounts: bool) -> list[list[Any]]:
    """Quotes, or discounts, of the same gpu, provider and term."""
    groups = defaultdict(list)
    for quote in own_quotes():
        if (quote.off_list is not None) == discounts:
            groups[quote.gpu, spelled(quote.provider), quote.term].append(quote)
    return list(groups.values())


def source(quote: Any) -> str:
    """Where a quote comes from, as PRICE_SOURCE says it."""
    whose = "" if quote.provider is None else f"{spelled(quote.provider)}, "
    off = f", {round(quote.off_list * 100, 6):g}% off list" if quote.off_list else ""
    return f"{OWN}, {quote.as_of.isoformat()}, {whose}{quote.source}{off}"


@cache
def own_periods() -> tuple[Period, ...]:
    """The prices that the user was quoted."""
    return tuple(
        Period(
            quote.gpu,
            spelled(quote.provider),
            quote.term,
            start,
            end,
            quote.usd_per_gpu_hour,
            source(quote),
            members=0.0,
        )
        for group in by_offer(discounts=False)
        for quote, start, end in spans(group)
    )


@cache
def discounts() -> tuple[Discount, ...]:
    """The discounts that the user has."""
    return tuple(
        Discount(spelled(quote.provider), quote.term, start, end, quote.off_list, source(quote))
        for group in by_offer(discounts=True)
        for quote, start, end in spans(group)
    )


def discounted(listed: Period, discount: Discount) -> Period:
    """A list price less the discount, while both hold."""
    return Period(
        listed.gpu,
        listed.provider,
        discount.term,
        max(listed.start, discount.start),
        min(listed.end, discount.end),
        listed.usd * (1 - discount.off),
        f"{discount.source}: {listed.source}",
    )
