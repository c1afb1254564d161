"""The market that everybody asks: the packaged rows with what the user keeps, or another one for a while.

Prices as if there were other offers or quotes are those of another market:

    with as_if(current_market().with_quotes(quotes)):
        ...  # functions, lists of prices and workbooks answer from it
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from typing import Any

from xlcost.facts.tables import packaged_rows
from xlcost.prices.folder import merged_offers, own_quotes
from xlcost.prices.market import Market
from xlcost.prices.periods import edition_day


class _KeptMarket(Market):
    """The packaged rows, and what is kept in the user's folder; each part is read when it is first asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""

    @cached_property
    def offers(self) -> tuple[Any, ...]:  # type: ignore[override]
        return (*packaged_offers(), *self._merged)

    @cached_property
    def quotes(self) -> tuple[Any, ...]:  # type: ignore[override]
        return own_quotes()

    @cached_property
    def _merged(self) -> tuple[Any, ...]:
        return merged_offers()

    @cached_property
    def edition_day(self) -> dt.date:
        return edition_day(self._merged, self.edition)


@cache
def packaged_offers() -> tuple[Any, ...]:
    """The rows of the packaged table of GPU prices."""
    return tuple(packaged_rows("gpu_prices"))


_kept_market = cache(_KeptMarket)
_other: ContextVar[Market | None] = ContextVar("market", default=None)


def current_market() -> Market:
    """The market that prices are asked of: the kept one, or inside `as_if` the one named there."""
    return _other.get() or _kept_market()


@contextmanager
def as_if(market: Market) -> Iterator[Market]:
    """Functions, price lists and workbooks made inside answer from this market; the user's folder is not touched."""
    token = _other.set(market)
    try:
        yield market
    finally:
        _other.reset(token)


def reset_market() -> None:
    """The user's folder has changed: it is read anew when the market is next asked."""
    _kept_market.cache_clear()
