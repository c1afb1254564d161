"""GPUs committed to for every period, and the rest of the demand on demand: the newsvendor problem."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.steps import step

TIE = 1e-12  # share of a commitment's price within which a saving counts as none


@step("USD")
def commitment_cost(demand: Any, committed: Any, on_demand_price: Any, committed_price: Any) -> Any:
    """Dollars over the periods: committed GPUs are paid in each, used or not, the demand above them on demand.

    >>> float(commitment_cost(np.array([4.0, 10.0]), 6, 3.0, 2.0))
    36.0
    """
    above = np.maximum(demand - committed, 0)
    return len(demand) * committed * committed_price + on_demand_price * np.sum(above)


@step("GPUs")
def gpus_to_commit(demand: np.ndarray, on_demand_price: float, committed_price: float) -> float:
    """The smallest whole number of GPUs at which one more saves nothing.

    One more GPU costs its committed price in every period and saves the on-demand price of the part of it that each
    period uses. The saving falls with every GPU, so that the first number without one is the cheapest of all.

    >>> gpus_to_commit(np.array([4.0, 10.0, 10.0]), 3.0, 2.0)
    4.0
    """
    price = len(demand) * committed_price
    low, high = 0, int(np.ceil(np.max(demand)))
    while low < high:
        middle = (low + high) // 2
        used = np.sum(np.clip(demand - middle, 0, 1))
        if on_demand_price * used > price * (1 + TIE):
            low = middle + 1
        else:
            high = middle
    return float(low)
