"""Power into energy and dollars."""

from __future__ import annotations

from typing import Any

from xlcost.sources import COTTIER_2024, EIA_2026, Assumed
from xlcost.steps import step

POWER_SHARE = Assumed(0.75, COTTIER_2024, "average over rated power of GPU servers in training")
HYPERSCALE_PUE = Assumed(1.1, COTTIER_2024, "hyperscale data centres; 1.25 elsewhere, 1.5 and more in old ones")
US_ELECTRICITY = Assumed(0.146, EIA_2026, "US average, commercial customers, April 2026")


@step("kWh")
def energy_kwh(watts: Any, hours: Any, pue: Any) -> Any:
    """Energy at the meter: chip power times facility overhead.

    >>> round(energy_kwh(289, 1024 * 30 * 24, 1.09))
    232251
    """
    return watts * hours * pue / 1000


@step("USD")
def electricity_cost(kwh: Any, price: Any) -> Any:
    """Dollars for energy."""
    return kwh * price


@step("kg CO2e")
def carbon_kg(kwh: Any, intensity: Any) -> Any:
    """Greenhouse gases of energy at a grid's kg CO2e per kWh.

    >>> round(carbon_kg(232e3, 0.415))
    96280
    """
    return kwh * intensity
