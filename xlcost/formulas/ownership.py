"""Owned hardware: what an hour of it costs, and when that beats renting (after Cottier et al. 2024, appendix A).

Two parts: what an owned hour costs whether it is used or not (write-off, space, staff), and what a used hour adds
(electricity). Financing is left out. Dollars are per GPU.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from xlcost.formulas.energy import POWER_SHARE
from xlcost.sources import AMAZON_10K, CBRE_2024, CLUSTER_USE, COTTIER_2024, EPOCH_COSTS, Assumed
from xlcost.steps import step

HOURS_PER_YEAR = 8760
SERVER_FACTOR = Assumed(1.64, COTTIER_2024, "server over chips; DGX of P100 1.54, V100 1.69, A100 1.66")
CLUSTER_FACTOR = Assumed(1.23, COTTIER_2024, "cluster over servers; 19 % of the whole is network between servers")
SERVER_POWER = Assumed(1.8, EPOCH_COSTS, "server over chips, rated power; DGX H100 1.82, DGX A100 2.03")
VALUE_DECAY = Assumed(0.14, COTTIER_2024, "powers of ten that hardware loses in value per year")
SERVER_YEARS = Assumed(5, AMAZON_10K, "Amazon since 2025, Meta 5.5, Alphabet and Microsoft 6; 3 is the bear case")
USED_SHARE = Assumed(0.8, CLUSTER_USE, "75 to 90 % of the hours in practice, where plans say 95 to 100")
OPEX_SHARE = Assumed(0.05, CBRE_2024, "space at 184 USD per kW and month is 4 to 6 % of an H100's capex; staff extra")


@step("USD / GPU")
def cluster_capex(chip: Any) -> Any:
    """Dollars for a chip with its share of the server and of the network.

    >>> round(cluster_capex(15000))
    30258
    """
    return chip * float(SERVER_FACTOR) * float(CLUSTER_FACTOR)


@step("USD / GPU-hour")
def fixed_hour(capex: Any, years: Any, opex: Any, residual: Any) -> Any:
    """Dollars of an owned hour, used or not: straight-line write-off to the residual value, and yearly cost.

    >>> fixed_hour(43800, 5, 0, 0)
    1.0
    """
    return capex * ((1 - residual) / years + opex) / HOURS_PER_YEAR


@step("USD / GPU-hour")
def running_hour(watts: Any, electricity: Any, pue: Any) -> Any:
    """Electricity of a used hour: the chip's rated power, its server's on top, the average load, the facility.

    >>> round(running_hour(700, 0.146, 1.1), 4)
    0.1518
    """
    return watts / 1000 * float(SERVER_POWER) * float(POWER_SHARE) * pue * electricity


@step("USD / GPU-hour")
def owned_hour(fixed: Any, running: Any, utilisation: Any) -> Any:
    """Dollars of a used hour, which also pays for the idle ones.

    >>> owned_hour(1.0, 0.25, 0.5)
    2.25
    """
    return fixed / utilisation + running


@step("share")
def breakeven_utilisation(fixed: Any, running: Any, price: Any) -> Any:
    """Share of hours from which owning is cheaper; NaN where electricity alone costs more than renting.

    >>> float(breakeven_utilisation(1.0, 0.25, 2.25))
    0.5
    """
    return np.where(price > running, fixed / (price - running), np.nan)


def market_value(capex: Any, years: Any) -> Any:
    """What hardware is worth after some years of progress: 72 % after one, 20 % after five.

    >>> round(market_value(1.0, 5), 2)
    0.2
    """
    return capex * 10 ** (-float(VALUE_DECAY) * years)


def decay_years() -> float:
    """Years of straight-line write-off that cost per hour what the decay takes from new hardware.

    >>> round(decay_years(), 2)
    3.1
    """
    return 1 / (float(VALUE_DECAY) * math.log(10))
