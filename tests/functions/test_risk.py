"""Ranges: published runs lie inside them, also those a range was not made from; quantiles by a second method."""

import csv
import json
import math
import statistics
from importlib.resources import files
from random import Random

import numpy as np
import pytest

from places import DATA
from xlcost.cells import over_cells
from xlcost.errors import BadInput, NotInTable
from xlcost.facts.tables import packaged_rows
from xlcost.formulas import risk
from xlcost.formulas import serving as roofline
from xlcost.function import describe
from xlcost.functions import fit, gpus, serving, training
from xlcost.functions import roofline as server
from xlcost.functions.lists import price_table
from xlcost.functions.risk import infer_cost_range, train_cost_range

Z = 1.2815515655446004  # nine in ten of a normal distribution lie below it
T_TABLE = {6: 1.440, 20: 1.325, 22: 1.321, 25: 1.316, 28: 1.313, 30: 1.310, 32: 1.309}  # the same of Student's t
with (DATA / "published_risk.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = list(csv.DictReader(file))
RUNS = [row for row in packaged_rows("training_runs") if row.basis == "run"]


def family(name):
    return [row for row in PUBLISHED if row["family"] == name]


def share_reached(run):
    """6 P D over what the hours could do at the dense BF16 peak."""
    return 6 * run.params * run.tokens / (run.gpu_hours * 3600 * gpus.gpu_spec(run.gpu, "bf16_tflops") * 1e12)


def band(values):
    """P10 and P90 of one more value like these, from their logarithms: the interval of prediction by Student's t."""
    logs = [math.log(v) for v in values]
    middle, spread = statistics.mean(logs), statistics.stdev(logs) * math.sqrt(1 + 1 / len(logs))
    t = T_TABLE[min(T_TABLE, key=lambda n: abs(n - len(logs) + 1))]
    return math.exp(middle - t * spread), math.exp(middle + t * spread)


def test_the_spread_is_that_of_the_table():
    shares = [share_reached(run) for run in RUNS]
    assert len(shares) == 33
    assert statistics.geometric_mean(shares) == pytest.approx(float(risk.RUN_MFU), abs=0.005)
    low, high = band(shares)
    assert math.log(high / low) / 2 / Z == pytest.approx(float(risk.RUN_SPREAD), abs=0.005)


def test_a100_runs_have_the_known_percentiles():
    """24 published A100 runs: P10 0.25, median 0.34, P90 0.49."""
    shares = [share_reached(run) for run in RUNS if run.gpu.startswith("a100")]
    assert len(shares) >= 22
    assert np.quantile(shares, [0.1, 0.5, 0.9]) == pytest.approx([0.25, 0.34, 0.49], abs=0.02)


def test_runs_with_both_numbers():
    """PaLM and Llama 3.1 405B: over the whole run less than while it runs."""
    whole = {run.model: share_reached(run) for run in RUNS}
    assert whole["PaLM 540B"] == pytest.approx(0.304, abs=0.001)
    assert whole["Llama 3.1 405B"] == pytest.approx(0.346, abs=0.001)
    for row in packaged_rows("training_runs"):
        if row.basis == "throughput" and row.model in whole:
            assert whole[row.model] < row.mfu


def inside(run):
    low, high = train_cost_range(run.params, run.tokens, run.gpu, 1.0, [0.1, 0.9])[0]
    return low <= run.gpu_hours <= high


def test_four_in_five_published_runs_lie_inside():
    """GPU-hours predicted from parameters and tokens alone, at one dollar an hour."""
    assert np.mean([inside(run) for run in RUNS]) >= 0.8


def test_four_in_five_of_the_rows_found_first():
    rows = family("training range")
    assert len(rows) == 16
    found = []
    for row in rows:
        low, middle, high = train_cost_range(**json.loads(row["arguments"]))[0]
        assert low < middle < high
        found.append(low <= float(row["published"]) <= high)
    assert np.mean(found) >= 0.8


def test_four_in_five_lie_inside_a_range_made_from_the_others():
    shares = [share_reached(run) for run in RUNS]
    found = []
    for i, share in enumerate(shares):
        low, high = band(shares[:i] + shares[i + 1 :])
        found.append(low <= share <= high)
    assert np.mean(found) >= 0.8


def test_runs_of_another_maker_are_covered_less():
    """What the docstring admits: made without a maker's runs, the range holds three in four of them."""
    makers = {run: run.source.split(",")[0].split(" models/")[0] for run in RUNS}
    found = []
    for run in RUNS:
        low, high = band([share_reached(other) for other in RUNS if makers[other] != makers[run]])
        found.append(low <= share_reached(run) <= high)
    assert 0.7 <= np.mean(found) <= 0.9


def test_four_in_five_published_maxima_of_serving_lie_inside():
    """TensorRT-LLM with its 8-bit cache: tokens per second against ours in the same setting."""
    ratios = []
    for row in family("serving range"):
        a = {k: float(v) if isinstance(v, int) else v for k, v in json.loads(row["arguments"]).items()}
        context = a["prompt"] + a["answer"]
        batch = fit.fitting_batch(a["model"], a["gpu"], context, a["gpus"], a["precision"], "fp8")
        seconds = server.request_seconds(**a, batch=batch, cache="fp8")
        ratios.append(float(row["published"]) / roofline.throughput(seconds, a["answer"], batch))
    wide = math.exp(Z * float(risk.SPEED_SPREAD))
    assert np.mean([1 / wide <= ratio <= wide for ratio in ratios]) >= 0.8
    low, high = band(ratios)
    assert math.log(high / low) / 2 / Z < 1.2 * float(risk.SPEED_SPREAD)


# The quantiles.


def test_one_price_is_a_closed_form():
    assert risk.cost_quantile([50.0], 0.31, 0.9) == pytest.approx(50 * math.exp(0.31 * Z), rel=1e-12)
    assert risk.cost_quantile([50.0, 50.0, 50.0], 0.31, 0.9) == pytest.approx(50 * math.exp(0.31 * Z), rel=1e-12)
    assert risk.cost_quantile([50.0], 0.31, 0.5) == 50


def test_against_a_simulation():
    dice = np.random.default_rng(7)
    medians = np.array([2.1, 2.7, 2.9, 3.6, 4.4, 11.0])
    drawn = dice.choice(medians, 400_000) * np.exp(0.31 * dice.standard_normal(400_000))
    for share in (0.05, 0.1, 0.5, 0.9, 0.95):
        found = risk.cost_quantile(medians.tolist(), 0.31, share)
        assert found == pytest.approx(np.quantile(drawn, share), rel=0.01)


def test_laws():
    dice = Random(3)
    for _ in range(50):
        medians = [dice.uniform(1, 20) for _ in range(dice.randint(1, 9))]
        shares = sorted(dice.uniform(0.001, 0.999) for _ in range(5))
        found = [risk.cost_quantile(medians, 0.31, share) for share in shares]
        assert found == sorted(found)
        doubled = [risk.cost_quantile([2 * m for m in medians], 0.31, share) for share in shares]
        assert doubled == pytest.approx([2 * usd for usd in found], rel=1e-9)


# The functions.


def test_with_a_price_only_utilisation_varies():
    low, middle, high = train_cost_range("llama-2-70b", "2T", "A100", 2.0)[0]
    assert middle == pytest.approx(training.train_cost("llama-2-70b", "2T", "A100", 2.0, 0.31), rel=1e-12)
    assert high / middle == pytest.approx(middle / low, rel=1e-9)
    assert [2 * usd for usd in (low, middle, high)] == pytest.approx(
        train_cost_range("llama-2-70b", "2T", "A100", 4.0)[0]
    )


def test_without_a_price_the_offers_vary_too():
    offers = [row[3] for row in price_table("h100-sxm", None, "on_demand")[1:]]
    assert len(offers) > 5
    low, middle, high = train_cost_range("7B", "1T", "h100-sxm")[0]
    cheap, dear = (train_cost_range("7B", "1T", "h100-sxm", usd)[0] for usd in (min(offers), max(offers)))
    assert cheap[0] < low < middle < high < dear[2]
    alone = train_cost_range("7B", "1T", "h100-sxm", statistics.median(offers))[0]
    assert high / low > alone[2] / alone[0]


def test_one_seller_is_as_a_price_given():
    ((price,),) = [[row[3] for row in price_table("gb200", None, "on_demand")[1:]]]
    assert train_cost_range("7B", "1T", "gb200") == train_cost_range("7B", "1T", "gb200", price)


def test_serving_varies_around_infer_cost():
    point = serving.infer_cost("llama-3.1-8b", "h100-sxm", 1000, 200, 2.0)
    low, middle, high = infer_cost_range("llama-3.1-8b", "h100-sxm", 1000, 200, 2.0)[0]
    assert middle == pytest.approx(point, rel=1e-12)
    assert [low / point, high / point] == pytest.approx([0.75, 1.33], abs=0.005)
    assert infer_cost_range("llama-3.1-8b", "h100-sxm", 1000, 200)[0][2] > high


def test_mixtures_count_what_is_active():
    assert train_cost_range("deepseek-v3", "14.8T", "h800-sxm", 2.0)[0][1] == pytest.approx(
        training.train_cost("deepseek-v3", "14.8T", "h800-sxm", 2.0, 0.31), rel=1e-12
    )


def test_percentiles_in_their_own_order_and_number():
    three = train_cost_range("7B", "1T", "H100", 2.0, [0.9, 0.1, 0.5])[0]
    assert [three[1], three[2]] == train_cost_range("7B", "1T", "H100", 2.0, [0.1, 0.5])[0]
    assert sorted(three) == train_cost_range("7B", "1T", "H100", 2.0)[0]
    assert len(train_cost_range("7B", "1T", "H100", 2.0, 0.8)[0]) == 1


def test_in_cells():
    spec = describe(train_cost_range)
    row = over_cells(spec, ("llama-2-70b", "2T", "A100", 2.0, [[0.1], [0.9]]))
    assert [len(cells) for cells in row] == [2]
    assert over_cells(spec, ("7B", "1T", "H100", None, None)) == train_cost_range("7B", "1T", "H100")
    assert over_cells(spec, ("7B", "1T", "H900", 2.0)).code == "#N/A"
    assert over_cells(spec, ("7B", "1T", "a30")).code == "#N/A"
    assert over_cells(spec, ("7B", "1T", "a30", 2.0)) == train_cost_range("7B", "1T", "a30", 2.0)
    assert over_cells(spec, ([["7B"], ["8B"]], "1T", "H100", 2.0)).code == "#VALUE!"
    assert over_cells(spec, ("7B", 0, "H100", 2.0)) == [[0.0, 0.0, 0.0]]


def test_what_bad_input_is_told():
    for share in (0, 1, 10, -0.1):
        with pytest.raises(BadInput, match=r"percentiles: .*from 0.001 to 0.999"):
            train_cost_range("7B", "1T", "H100", 2.0, share)
    with pytest.raises(NotInTable, match="no price of this gpu"):
        train_cost_range("7B", "1T", "a30")


@pytest.mark.parametrize("function", [train_cost_range, infer_cost_range])
def test_example(function):
    spec = describe(function)
    (found,), (expected,) = spec.call(**spec.example_arguments), spec.example["returns"]
    assert found == pytest.approx(expected, rel=1e-12)


def test_every_run_is_cited():
    text = files("xlcost.facts").joinpath("training_runs.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert row["source"] and row["as_of"], row["model"]
        gpus.gpu_spec(row["gpu"], "bf16_tflops")
