"""Owned hardware against rented hardware."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.errors import NoResult, NotInTable
from xlcost.facts.store import GPUS, look_up
from xlcost.formulas import ownership
from xlcost.formulas.energy import HYPERSCALE_PUE, US_ELECTRICITY
from xlcost.function import function, otherwise
from xlcost.functions.gpus import hour_price, tdp_watts
from xlcost.quantities import (
    Capex,
    DollarsPerHour,
    Electricity,
    Gpu,
    Opex,
    Price,
    Pue,
    Residual,
    ShareOut,
    Utilisation,
    Years,
)
from xlcost.sources import COTTIER_2024


def _capex(capex: Any, gpu: Any) -> Any:
    """The purchase given, or the launch price with server and network."""
    return otherwise(capex, lambda: ownership.cluster_capex(_launch_price(gpu)))


def _launch_price(gpu: Any) -> Any:
    try:
        return look_up(GPUS, gpu, "launch_price_usd")
    except NotInTable as error:
        sentences = [_mend(s) for s in error.sentences] if error.sentences else None
        raise NotInTable(_mend(str(error)), error.where, sentences) from None


def _mend(sentence: str) -> str:
    return f"{sentence}; pass capex, dollars per GPU" if "launch_price_usd" in sentence else sentence


@function(
    "OWN_GPU_HOUR",
    category="Cost",
    source=COTTIER_2024,
    example={
        "gpu": "a100-80-sxm",
        "capex": 43800,
        "years": 5,
        "utilisation": 0.5,
        "electricity": 0.1,
        "pue": 1,
        "opex": 0,
        "residual": 0,
        "returns": 43800 / 5 / 8760 / 0.5 + 0.4 * 1.8 * 0.75 * 0.1,
    },
)
def own_gpu_hour(
    gpu: Gpu,
    capex: Capex = None,
    years: Years = ownership.SERVER_YEARS,
    utilisation: Utilisation = ownership.USED_SHARE,
    electricity: Electricity = US_ELECTRICITY,
    pue: Pue = HYPERSCALE_PUE,
    opex: Opex = ownership.OPEX_SHARE,
    residual: Residual = 0,
) -> DollarsPerHour:
    """US dollars per used GPU-hour of owned hardware: write-off, yearly cost and electricity over the hours used.

    (capex x ((1 - residual) / years + opex) / 8760) / utilisation, plus rated power x 1.8 (the server around the
    chip) x 0.75 (average load) x PUE x electricity for the used hour. `opex` is a year's space, maintenance and
    staff as a share of capex. Financing is left out. The straight line over `years` is the accountant's view;
    hardware loses 0.14 powers of ten a year in the market (28 % in the first), whose hourly cost when new is that of
    3.1 years. Without `capex` it is launch price x 1.64 (server) x 1.23 (network): dear for an H100 (68,000 where
    clusters of 2024 cost 47,000 to 50,000) and wrong for a card in a workstation. No launch price in the table is #N/A.
    """
    fixed = ownership.fixed_hour(_capex(capex, gpu), years, opex, residual)
    return ownership.owned_hour(fixed, ownership.running_hour(tdp_watts(gpu), electricity, pue), utilisation)


@function(
    "OWN_BREAKEVEN",
    category="Cost",
    source=COTTIER_2024,
    example={
        "gpu": "a100-80-sxm",
        "price": 2.054,
        "capex": 43800,
        "years": 5,
        "electricity": 0.1,
        "pue": 1,
        "returns": 43800 * (1 / 5 + 0.05) / 8760 / (2.054 - 0.4 * 1.8 * 0.75 * 0.1),
    },
)
def own_breakeven(
    gpu: Gpu,
    price: Price = None,
    capex: Capex = None,
    years: Years = ownership.SERVER_YEARS,
    electricity: Electricity = US_ELECTRICITY,
    pue: Pue = HYPERSCALE_PUE,
) -> ShareOut:
    """Share of all hours from which owning is cheaper than renting at `price`; over 1 = never.

    Where OWN_GPU_HOUR at that utilisation, its default opex and no residual value equals the price. Without a price
    it is the median on-demand price at the data edition; rented hours are paid only when used. A price that
    does not even pay the electricity is #NUM!: then owning never pays.
    """
    fixed = ownership.fixed_hour(_capex(capex, gpu), years, float(ownership.OPEX_SHARE), 0)
    running = ownership.running_hour(tdp_watts(gpu), electricity, pue)
    rent = hour_price(price, gpu)
    _check_rent(rent, running)
    return ownership.breakeven_utilisation(fixed, running, rent)


def _check_rent(rent: Any, running: Any) -> None:
    """A rent below the cost of electricity has no break-even."""
    if any(hasattr(part, "text") for part in (rent, running)):
        return
    if np.any(never := np.less_equal(rent, running)):
        raise NoResult(
            "price: does not pay the electricity of an owned GPU-hour, so owning never pays",
            never if np.ndim(never) else None,
        )
