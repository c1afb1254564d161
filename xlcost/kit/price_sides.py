"""Lines for the price of a GPU-hour in a plan: an own price, or that on the Prices sheet, in the plan's currency.

A "side" of a plan is a use of rented GPUs, such as training or serving, with its own GPU, provider, term and price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xlcost.kit import styles
from xlcost.kit.cells import Cells
from xlcost.kit.lines import Line
from xlcost.native import where
from xlcost.prices.lookup import offer_value

FEWEST = 3  # providers behind a median that is worth the name


@dataclass(frozen=True)
class PriceSide:
    """A side: `name` begins its inputs (Train_Gpu, Train_Provider, Train_Term, Train_Own_Price), and in small letters
    its lines; `used` is the input that is above 0 if the plan has this use."""

    name: str
    used: str

    @property
    def listed(self) -> str:
        """The key of the line with the price on the Prices sheet."""
        return f"{self.name.lower()}_listed"

    @property
    def members(self) -> str:
        """The key of the line with the number of providers behind it."""
        return f"{self.name.lower()}_members"

    @property
    def price(self) -> str:
        """The key of the line with the price that the plan uses."""
        return f"{self.name.lower()}_price"

    def offer(self, x: Cells) -> dict[str, Any]:
        """The arguments of GPU_PRICE for this side."""
        return {
            "gpu": x[f"{self.name}_Gpu"],
            "provider": x[f"{self.name}_Provider"],
            "term": x[f"{self.name}_Term"],
            "as_of": x["Price_Date"],
        }

    def when_used(self, x: Cells, value: Any, otherwise: Any = 0) -> Any:
        """The value if the plan has this use, else `otherwise`."""
        return where(x[self.used] > 0, value, otherwise)

    def own_or_listed(self, x: Cells, own: Any, listed: Any, unused: Any) -> Any:
        """`own` where a price was typed in, `listed` where it is looked up, `unused` in a plan without this use."""
        return self.when_used(x, where(x[f"{self.name}_Own_Price"].left_out, listed, own), unused)


def price_lines(side: PriceSide) -> tuple[Line, ...]:
    """Lines of a side: listed price in dollars, providers behind it, the price that the plan uses with its source."""

    def listed(f: Any, x: Cells) -> Any:
        return side.own_or_listed(x, 0, f.GPU_PRICE(**side.offer(x)), 0)

    def members(f: Any, x: Cells) -> Any:
        return side.own_or_listed(x, 1, offer_value("members", *side.offer(x).values()), 0)

    def price(f: Any, x: Cells) -> Any:
        own = x[f"{side.name}_Own_Price"] * x["per_typed"]
        return side.own_or_listed(x, own, x[side.listed] * x["per_dollar"], 0)

    def source(f: Any, x: Cells) -> Any:
        return side.own_or_listed(x, "own price", f.PRICE_SOURCE(**side.offer(x)), "not used")

    few = "A median of few moves when one comes or goes; 0 = own quote"
    unlisted = "None where you give an own price"
    per_hour = "Price of a GPU-hour"
    return (
        Line(side.listed, f"{per_hour} on the Prices sheet", "USD / h", styles.FOUR, listed, unlisted),
        Line(side.members, "Providers behind it", "providers", styles.WHOLE, members, few),
        Line(side.price, per_hour, "Currency / h", styles.FOUR, price, source),
    )  # fmt: skip


def lacking_sellers(x: Cells, side: PriceSide) -> Any:
    """How many providers the median of a side lacks."""
    behind = x[side.members]
    lacking = where(behind > 0, np.maximum(FEWEST - behind, 0), 0)  # 0 is an own quote
    chosen = where(x[f"{side.name}_Provider"] == "median", lacking, 0)
    return side.when_used(x, where(x[f"{side.name}_Own_Price"].left_out, chosen, 0))
