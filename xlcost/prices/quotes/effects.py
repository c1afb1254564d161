"""Effects of added or removed quotes on the prices that GPU_PRICE gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from xlcost.prices.current import current_market
from xlcost.prices.market import Market
from xlcost.prices.periods import LIST_TERM, Period
from xlcost.prices.quotes.incoming import Change
from xlcost.prices.quotes.periods import first_day, source
from xlcost.quantities import ONE_DAY


@dataclass(frozen=True)
class Effect:
    """A price before and after, on the last day known if the quote counts then, else on its first day."""

    line: int
    gpu: str
    provider: str
    term: str
    day: dt.date
    before: float | None
    after: float | None
    note: str


def effects(change: Change, most: int, market: Market | None = None) -> list[Effect]:
    """The effects of the first quotes that the change adds or removes, `most` of them."""
    market = market or current_market()
    before, after = market.with_quotes(change.before), market.with_quotes(change.after)
    holding = after if len(change.after) > len(change.before) else before
    return [
        _effect(line, quote, gpu, holding, before, after)
        for line, quote in islice(change.changed.items(), most)
        for gpu in _gpus(quote, holding)
    ]


def _effect(line: int, quote: Any, gpu: str, holding: Market, before: Market, after: Market) -> Effect:
    day, note = _day(quote, holding)
    who = holding.spelling(quote.provider)
    note = note or _beaten(quote, who, holding.price(gpu, who, quote.term, day))
    was, now = (p.usd if (p := one.price(gpu, who, quote.term, day)) else None for one in (before, after))
    return Effect(line, gpu, quote.provider or "any", quote.term, day, was, now, note)


def _day(quote: Any, holding: Market) -> tuple[dt.date, str]:
    """The day of the prices to show, and a note where that is not the last day known."""
    last = holding.edition_day
    span = next(((start, end) for one, start, end in holding.spans if one is quote), None)
    if span is None:
        return first_day(quote, last), "never counts: another has the same first day and was seen later"
    start, end = span
    if start <= last < end:
        return last, ""
    return start, f"counts from {start}" if start > last else f"counted until {end - ONE_DAY}"


def _gpus(quote: Any, holding: Market) -> Iterator[str]:
    """The gpu of a quoted price; of a discount all gpus that its provider has a list price of on the day shown."""
    if quote.gpu:
        yield quote.gpu
        return
    day, offer = min(_day(quote, holding)[0], holding.edition_day), (holding.spelling(quote.provider), LIST_TERM)
    yield from (p.gpu for p in holding.periods if (p.provider, p.term) == offer and p.holds(day))


def _beaten(quote: Any, provider: str, price: Period | None) -> str:
    """A note where a discount does not make the price, else nothing."""
    if quote.off_list is None or price is None or price.source.startswith(source(quote, provider)):
        return ""
    return "a price of your own beats the discount"
