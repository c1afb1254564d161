"""Energy and what it costs."""

from __future__ import annotations

from xlcost.formulas import energy
from xlcost.function import function
from xlcost.functions.gpus import tdp_watts
from xlcost.quantities import Dollars, Electricity, Gpu, GpuHours, Hours, Kwh, Load, Pue, Watts
from xlcost.sources import PATTERSON_2021


@function(
    "ENERGY_KWH",
    category="Energy",
    source=PATTERSON_2021,
    example={"gpu": "a100-80-sxm", "gpu_hours": 1082990, "load": 1, "pue": 1, "returns": 433196.0},
)
def energy_kwh(gpu: Gpu, gpu_hours: GpuHours, load: Load = energy.POWER_SHARE, pue: Pue = energy.HYPERSCALE_PUE) -> Kwh:
    """Kilowatt-hours at the meter: rated power of the chip x load x PUE x GPU-hours.

    The chip only: processors, memory and network of the server are not in its rated power, and take about 0.8 of it
    more (OWN_GPU_HOUR counts them). The default load is that of whole GPU servers in training.
    """
    return energy.energy_kwh(tdp_watts(gpu) * load, gpu_hours, pue)


@function(
    "POWER_COST",
    category="Energy",
    source=PATTERSON_2021,
    example={"watts": 400, "hours": 3 * 8760, "electricity": 0.10, "pue": 1, "returns": 1051.2},
)
def power_cost(
    watts: Watts,
    hours: Hours,
    electricity: Electricity = energy.US_ELECTRICITY,
    pue: Pue = energy.HYPERSCALE_PUE,
) -> Dollars:
    """US dollars of electricity for a load drawn for some hours, facility overhead included."""
    return energy.electricity_cost(energy.energy_kwh(watts, hours, pue), electricity)
