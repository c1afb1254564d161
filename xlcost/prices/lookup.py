"""Look-up of GPU prices for functions: of one offer, or of the rows of ranges."""

from __future__ import annotations

from typing import Any

from xlcost.facts.store import each_row
from xlcost.prices.current import current_market


def offer_value(column: str, gpu: Any, provider: Any, term: Any, serial: Any) -> Any:
    """`usd`, `source` or `members` of the period in force; a text or float for one offer, an array for ranges."""
    period = current_market().period
    parts = gpu, provider, term, serial
    others = [part for part in parts if not isinstance(part, (str, float))]
    if not others:
        return getattr(period(*parts), column)
    for part in others:
        if hasattr(part, "__xl_offer__"):
            return part.__xl_offer__(offer_value, column, *parts)
    return each_row(lambda *row: getattr(period(*row), column), *parts)
