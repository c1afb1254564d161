"""Committed GPUs against on-demand ones."""

from __future__ import annotations

import numpy as np

from xlcost.formulas import commitments
from xlcost.function import function
from xlcost.quantities import Committed, CommittedPrice, Demand, Dollars, GpuCount, OnDemandPrice
from xlcost.sources import ARROW_1951
from xlcost.steps import record_step


@function(
    "COMMIT_GPUS",
    category="Planning",
    source=ARROW_1951,
    example={
        "demand": [4, 10, 10, 12],
        "on_demand_price": 3.0,
        "committed_price": 2.0,
        "returns": 10.0,
    },
    native=False,
)
def commit_gpus(demand: Demand, on_demand_price: OnDemandPrice, committed_price: CommittedPrice) -> GpuCount:
    """How many GPUs to commit to, given the demand of each period: the whole number of least cost.

    `demand` is a range with the GPUs that run through each period (a fraction is an average); the periods are of
    equal length, and both prices are per GPU and period: for a demand by the hour prices per hour, for one by the
    month prices per hour times hours of the month. A committed GPU is paid in every period, used or not, and what
    the demand is above that is paid on demand. Of several cheapest numbers it is the smallest. Exact for the demand
    given; a forecast that may be wrong belongs into the range as further periods.
    """
    found = commitments.gpus_to_commit(demand, on_demand_price, committed_price)
    for name, gpus in (("one_fewer", max(found - 1, 0)), ("committed", found), ("one_more", found + 1)):
        cost = commitments.commitment_cost(demand, gpus, on_demand_price, committed_price)
        record_step(f"cost_{name}", f"COMMIT_COST with {gpus:.0f} committed", cost, "USD")
    record_step("gpus", "the smallest number of least cost", found, "GPUs")
    return found


@function(
    "COMMIT_COST",
    category="Planning",
    source=ARROW_1951,
    example={
        "demand": [4, 10, 10, 12],
        "committed": 10,
        "on_demand_price": 3.0,
        "committed_price": 2.0,
        "returns": 86.0,
    },
    native=False,
)
def commit_cost(
    demand: Demand, committed: Committed, on_demand_price: OnDemandPrice, committed_price: CommittedPrice
) -> Dollars:
    """US dollars over the periods with so many GPUs committed and the rest of the demand on demand.

    Takes what COMMIT_GPUS takes, and a number of committed GPUs; 0 is the cost of the demand without commitments.
    """
    above = float(np.sum(np.maximum(demand - committed, 0)))
    record_step("periods", "cells of demand", len(demand), "periods")
    record_step("commitment", "periods*committed*committed_price", len(demand) * committed * committed_price, "USD")
    record_step("above", "sum of demand over committed", above, "GPU-periods")
    record_step("on_demand", "above*on_demand_price", above * on_demand_price, "USD")
    total = commitments.commitment_cost(demand, committed, on_demand_price, committed_price)
    record_step("cost", "commitment+on_demand", total, "USD")
    return total
