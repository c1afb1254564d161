"""The market that prices come from: packaged rows and the user's own, or inside `as_if` another one.

To compute with other offers or quotes, use another market:

    with as_if(current_market().with_quotes(quotes)):
        ...  # functions, price lists and workbooks take their prices from it
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
    """The packaged rows and those of the user's folder; each is read when it is first needed."""

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
    """The market that prices come from: the kept one, or inside `as_if` the one named there."""
    return _other.get() or _kept_market()


@contextmanager
def as_if(market: Market) -> Iterator[Market]:
    """Inside, functions, price lists and workbooks take prices from this market; the user's folder is not touched."""
    token = _other.set(market)
    try:
        yield market
    finally:
        _other.reset(token)


def reset_market() -> None:
    """Forget what was read from the user's folder, because it has changed; it is read again when needed."""
    _kept_market.cache_clear()
