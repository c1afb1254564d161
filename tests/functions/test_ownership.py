"""Owned hardware against Epoch AI's modelled costs, published break-evens, and the arithmetic done by hand."""

import math
from statistics import median

import pytest

from xlcost.errors import NoResult, NotInTable
from xlcost.facts.store import GPUS
from xlcost.formulas import energy, ownership
from xlcost.functions.gpus import gpu_price
from xlcost.functions.ownership import own_breakeven, own_gpu_hour

# Epoch AI, training-cost-trends @263c40a: model_costs.csv (published rows C9 to C17), with the inputs of its script:
# chip-hours, cloud and own USD, USD per chip with its server, years from purchase to start, average W with the
# server, PUE, USD per kWh of the year of publication.
EPOCH = {
    "GPT-3 175B": (3_552_000, 4_336_473, 2_198_105, 18_457.50, 1.17, 300 * 1.667 * 0.75, 1.25, 0.0667),
    "Gemini 1.0 Ultra": (132_000_000, 198_893_275, 28_309_604, 5_176 * 1.64, 2.11, 373 * 1.56 * 0.43, 1.1, 0.0806),
    "Llama 3.1-405B": (35_094_528, 169_828_008, 51_040_524, 44_489.88, 1.18, 10_200 / 8 * 0.75, 1.1, 0.0771),
    "LLaMA-65B": (1_024_000, 1_507_793, 578_026, 24_875, 2.32, 6_500 / 8 * 0.75, 1.1, 0.0806),
    "LaMDA": (1_418_240, 1_323_122, 211_007, 5_276 * 1.64, 3.41, 450 * 1.47 * 0.43, 1.1, 0.0832),
}
NETWORK = 1 / (1 - 0.19)


def modelled_hour(server, years, watts, pue, electricity):
    """Cottier's chip-hour: the decay of what the hardware is worth by then, and electricity."""
    worth = ownership.market_value(server * NETWORK, years)
    power = energy.electricity_cost(energy.energy_kwh(watts, 1, pue), electricity)
    return ownership.fixed_hour(worth, ownership.decay_years(), 0, 0) + power


@pytest.mark.parametrize("name", EPOCH)
def test_epochs_costs(name):
    """Within 6 %: Epoch's column is adjusted for inflation, and its dates are to the day."""
    hours, _, own, *inputs = EPOCH[name]
    assert modelled_hour(*inputs) * hours == pytest.approx(own, rel=0.06)


def test_epochs_costs_typically():
    """Median error 2 to 3 %."""
    ratios = [modelled_hour(*inputs) * hours / own for hours, _, own, *inputs in EPOCH.values()]
    assert median(abs(ratio - 1) for ratio in ratios) < 0.03


@pytest.mark.parametrize(
    ("name", "published"),
    [("GPT-3 175B", 2.0), ("Gemini 1.0 Ultra", 7.0), ("Llama 3.1-405B", 3.3), ("LLaMA-65B", 2.6), ("LaMDA", 6.3)],
)
def test_cloud_is_two_to_seven_times_dearer(name, published):
    hours, cloud, _, *inputs = EPOCH[name]
    assert cloud / (modelled_hour(*inputs) * hours) == pytest.approx(published, rel=0.07)


def test_the_public_function_with_epochs_settings():
    """Llama 3.1 405B by OWN_GPU_HOUR: hardware worth what it was at the start, no idle hours, no space, no staff."""
    hours, _, own, server, years, _, pue, electricity = EPOCH["Llama 3.1-405B"]
    found = own_gpu_hour(
        "h100-sxm",
        capex=ownership.market_value(server * NETWORK, years),
        years=ownership.decay_years(),
        utilisation=1,
        electricity=electricity,
        pue=pue,
        opex=0,
    )
    assert found * hours == pytest.approx(own, rel=0.01)


def test_defaults_stay_within_the_published_span():
    """AWS's list price of April 2023 over the default cost of an owned A100: between 2 and 7."""
    ratio = gpu_price("a100-40-sxm", "AWS", as_of="2023-04-07") / own_gpu_hour("a100-40-sxm")
    assert 2 < ratio < 7


def test_default_capex_of_an_h100_is_dear():
    """Quoted clusters: 46,883 to 50,000 USD per GPU in 2024; launch price x 1.64 x 1.23 says 36 to 45 % more."""
    capex = ownership.cluster_capex(GPUS.value("h100-sxm", "launch_price_usd"))
    assert 1.3 < capex / 50_000 < capex / 46_883 < 1.5
    assert own_gpu_hour("h100-sxm", 49_248) < own_gpu_hour("h100-sxm")


def test_capex_factors():
    """Cottier A.1: DGX of P100, V100, A100 over eight of their chips; 19 % of a cluster is network."""
    assert float(ownership.SERVER_FACTOR) == pytest.approx((1.54 + 1.69 + 1.66) / 3, abs=0.011)
    assert float(ownership.CLUSTER_FACTOR) == pytest.approx(NETWORK, abs=0.005)


def test_decay():
    """Cottier A.3: a year takes 32 % in a straight line, 28 % exponentially; 3.1 years of write-off equal it."""
    assert 1 / ownership.decay_years() == pytest.approx(0.32, abs=0.005)
    assert 1 - ownership.market_value(1, 1) == pytest.approx(0.28, abs=0.005)
    years = ownership.decay_years()
    assert ownership.fixed_hour(1, years, 0, 0) * 8760 == pytest.approx(0.14 * math.log(10))


def test_lenovo():
    """Lenovo LP2368 (2026): 8 x H100 for 250,141.80 and 6.37 an hour beat 98.32 an hour after 2,720 hours."""
    years = 5
    fixed = ownership.fixed_hour(250_141.80 / 8, years, 0, 0)
    share = ownership.breakeven_utilisation(fixed, 6.37 / 8, 98.32 / 8)
    assert share * years * 8760 == pytest.approx(2720, abs=0.5)


def test_uptime():
    """Uptime Institute (2025): break-even 33 %; ten points above it an hour of 66 costs 50, ten below 96."""
    fixed = 66 * 0.33
    assert ownership.breakeven_utilisation(fixed, 0, 66) == pytest.approx(0.33)
    assert ownership.owned_hour(fixed, 0, 0.43) == pytest.approx(50, abs=1)
    assert ownership.owned_hour(fixed, 0, 0.23) == pytest.approx(96, abs=1.5)


def test_colocation_is_four_to_six_percent_of_capex():
    """CBRE H2 2024: 184.06 USD per kW and month, DGX H100 10.2 kW, 47,000 to 68,000 USD per GPU."""
    year = 184.06 * 12 * 10.2 / 8
    assert 0.04 < year / 67_778 < float(ownership.OPEX_SHARE) < year / 46_883 < 0.061


@pytest.mark.parametrize("gpu", ["h100-sxm", "a100-40-sxm", "v100-sxm2-16"])
def test_breakeven_is_where_owning_costs_the_rent(gpu):
    for share in (0.2, 0.7, 1.0):
        rent = own_gpu_hour(gpu, utilisation=share, electricity=0.2, pue=1.3, years=4)
        assert own_breakeven(gpu, rent, electricity=0.2, pue=1.3, years=4) == pytest.approx(share, rel=1e-12)


def test_owning_an_old_card_never_pays():
    """A V100 at its launch price against today's rents: over 1."""
    assert own_breakeven("v100-sxm2-16", 0.3) > 1


def test_cost_falls_with_use_years_and_residual():
    plain = own_gpu_hour("h100-sxm", utilisation=0.5)
    assert own_gpu_hour("h100-sxm", utilisation=0.9) < plain
    assert own_gpu_hour("h100-sxm", utilisation=0.5, years=6) < plain
    assert own_gpu_hour("h100-sxm", utilisation=0.5, residual=0.2) < plain
    assert own_gpu_hour("h100-sxm", utilisation=0.5, opex=0.2) > plain
    assert own_gpu_hour("h100-sxm", utilisation=0.5, electricity=0.3) > plain


def test_a_chip_without_a_price_asks_for_capex():
    with pytest.raises(NotInTable, match="'l40s' has no launch_price_usd in the table; pass capex"):
        own_gpu_hour("l40s")
    with pytest.raises(NotInTable) as error:
        own_gpu_hour(["l40s", "h100-sxm"])
    assert error.value.where.tolist() == [True, False]
    assert own_gpu_hour("l40s", capex=60_000) > 0
    mixed = own_gpu_hour(["l40s", "h100-sxm"], [60_000, None])
    assert mixed.tolist() == [own_gpu_hour("l40s", 60_000), own_gpu_hour("h100-sxm")]


def test_rent_below_the_electricity():
    with pytest.raises(NoResult, match="owning never pays"):
        own_breakeven("h100-sxm", 0.1)
    with pytest.raises(NoResult) as error:
        own_breakeven("h100-sxm", [0.1, 3.0])
    assert error.value.where.tolist() == [True, False]
