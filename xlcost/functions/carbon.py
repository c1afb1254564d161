"""Carbon of electricity."""

from __future__ import annotations

from xlcost.facts.store import REGIONS, WORLD, look_up
from xlcost.formulas import energy
from xlcost.function import function
from xlcost.quantities import Energy, Kilograms, Region
from xlcost.sources import ECOLOGITS


@function(
    "CARBON_KG",
    category="Energy",
    source=ECOLOGITS,
    example={"kwh": 81100.8, "region": "usa", "returns": 81100.8 * 0.3844},
)
def carbon_kg(kwh: Energy, region: Region = WORLD) -> Kilograms:
    """Kilograms of CO2 equivalent of electricity at the meter, by the average grid of a region.

    `region` is a country ("france", "FRA"), a US state ("us-virginia", "Virginia") or a cloud region
    ("gcp-europe-west1", "aws-us-east-1"). Countries count the whole life of power stations, US states and Google
    Cloud regions what is burnt there; clean energy that a company buys elsewhere is not taken off, the making of
    the hardware is not added. Put facility overhead into the energy (ENERGY_KWH has it). An unknown region is #N/A.
    """
    return energy.carbon_kg(kwh, look_up(REGIONS, region, "carbon_kg_kwh"))
