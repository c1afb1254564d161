"""What a GPU-hour costs in a plan: an own price, or the one on the Prices sheet, in the plan's currency."""

from __future__ import annotations

from typing import Any

from xlcost.kit.spelling import Compute, Names
from xlcost.native import where
from xlcost.prices.lookup import offer_value

UNITS_OF = {"Train": "Train_Tokens", "Serve": "Requests_Day"}


def _offer(x: Names, side: str) -> dict[str, Any]:
    return {
        "gpu": x[f"{side}_Gpu"],
        "provider": x[f"{side}_Provider"],
        "term": x[f"{side}_Term"],
        "as_of": x["Price_Date"],
    }


def _asked(x: Names, side: str, own: Any, listed: Any, none: Any) -> Any:
    """Own where a price was typed in, listed where it is looked up, nothing where the side is not used."""
    return where(x[UNITS_OF[side]] > 0, where(x[f"{side}_Own_Price"].left_out, listed, own), none)


def listed(side: str) -> Compute:
    """The price on the Prices sheet, in dollars; 0 where it is not asked for."""
    return lambda f, x: _asked(x, side, 0, f.GPU_PRICE(**_offer(x, side)), 0)


def price(x: Names, side: str) -> Any:
    """The price of the plan, in its currency."""
    own = x[f"{side}_Own_Price"] * x["per_typed"]
    return _asked(x, side, own, x[f"{side.lower()}_listed"] * x["per_dollar"], 0)


def price_source(side: str) -> Compute:
    """Where the price of a side comes from, live."""
    return lambda f, x: _asked(x, side, "own price", f.PRICE_SOURCE(**_offer(x, side)), "not used")


def members(x: Names, side: str) -> Any:
    """Providers behind a price."""
    offer = _offer(x, side)
    found = offer_value("members", offer["gpu"], offer["provider"], offer["term"], offer["as_of"])
    return _asked(x, side, 1, found, 0)
