"""GPU prices as functions ask for them: of one offer, or of the rows of ranges."""

from __future__ import annotations

from typing import Any

from xlcost.facts.store import each_row
from xlcost.prices.current import current_market


def offer_value(column: str, gpu: Any, provider: Any, term: Any, serial: Any) -> Any:
    """`usd` or `source` of the period in force; text and floats for one offer, arrays for ranges."""
    for part in (gpu, provider, term, serial):
        if hasattr(part, "__xl_offer__"):
            return part.__xl_offer__(offer_value, column, gpu, provider, term, serial)
    period = current_market().period
    if all(isinstance(part, (str, float)) for part in (gpu, provider, term, serial)):
        return getattr(period(gpu, provider, term, serial), column)
    return each_row(lambda g, p, t, s: getattr(period(g, p, t, s), column), gpu, provider, term, serial)
