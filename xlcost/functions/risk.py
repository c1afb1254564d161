"""Ranges of costs, from what published runs and providers' prices differ by."""

from __future__ import annotations

from typing import Any

from xlcost.facts.store import GPUS
from xlcost.formulas import cost, duration, flops, risk
from xlcost.function import function
from xlcost.functions import models, serving
from xlcost.functions.gpus import hour_price, peak_tflops
from xlcost.prices.current import current_market
from xlcost.prices.periods import MEDIAN
from xlcost.quantities import DollarsRow, Gpu, InputTokens, Model, OutputTokens, Percentiles, Price, Tokens
from xlcost.sources import TENSORRT_LLM, TRAINING_RUNS, Assumed
from xlcost.steps import record_step


def _prices(price: Any, gpu: Any) -> list[float]:
    """The price given, or what each provider asks on demand at the data edition."""
    if price is not None:
        return [price]
    hour_price(None, gpu)  # an error where there is none
    gpu_id, market = GPUS.id(gpu), current_market()
    offers = [p for p in market.in_force(market.edition_day) if p.gpu == gpu_id and p.term == "on_demand"]
    own = [p.usd for p in offers if p.provider == MEDIAN]  # a quote that holds for any provider
    return own or [p.usd for p in offers]


@function(
    "TRAIN_COST_RANGE",
    category="Risk",
    source=TRAINING_RUNS,
    example={
        "model": "llama-2-70b",
        "tokens": "2T",
        "gpu": "a100-80-sxm",
        "price": 2.0,
        "returns": [[3154945.724775074, 4754387.110008271, 7164686.420532425]],
    },
    native=False,
)
def train_cost_range(
    model: Model, tokens: Tokens, gpu: Gpu, price: Price = None, percentiles: Percentiles = (0.1, 0.5, 0.9)
) -> DollarsRow:
    """Spills the US dollars of one training run at percentiles: of ten such runs, one costs less than the 0.1 one.

    Two things differ from run to run. The utilisation of the whole run is lognormal, as that of the published runs
    that name their GPU-hours (33 of 2021 to 2025, on A100, H100 and TPU: median 0.31 of the BF16 peak, P10 to P90
    0.21 to 0.47; the 0.34 of TRAIN_COST is of A100 alone). Eight in ten of them lie between P10 and P90 of a range
    made from the others. The price is that of any provider that sells the gpu on demand at the data edition, each as
    likely as the next; with a `price` only utilisation varies. Runs of one maker are alike: a range is for a team
    whose utilisation is not known. Failed and trial runs, data and staff are not in it. `percentiles` lie between
    0.001 and 0.999; the dollars stand in one row, in their order.
    """
    work = flops.training_rule(models.active(model), tokens)
    hours = duration.gpu_hours(work, peak_tflops(gpu, "bf16"), float(risk.RUN_MFU))
    medians = [cost.training_cost(hours, usd, 1) for usd in _prices(price, gpu)]
    record_step("work", "6*active_params*tokens", work, "FLOP")
    record_step("gpu_hours", f"work/(peak*1E+12*{float(risk.RUN_MFU)})/3600", hours, "GPU-hours", risk.RUN_MFU.why)
    return _quantiles(medians, risk.RUN_SPREAD, percentiles)


def _quantiles(medians: list[float], spread: Assumed, percentiles: Any) -> list[list[float]]:
    """The row of costs at the percentiles; each median is the cost at one price, all equally likely."""
    record_step("prices", "providers, or the one price given", len(medians), "prices")
    record_step("lowest_median", "cost at the lowest price", min(medians), "USD")
    record_step("highest_median", "cost at the highest price", max(medians), "USD")
    record_step("spread", "standard deviation of the logarithm", spread, "", spread.why)
    row = [risk.cost_quantile(medians, float(spread), share) for share in percentiles.tolist()]
    for share, value in zip(percentiles.tolist(), row, strict=True):
        record_step(f"cost_{share:g}", f"median*EXP(spread*z({share:g})), over the prices", value, "USD")
    return [row]


@function(
    "INFER_COST_RANGE",
    category="Risk",
    source=TENSORRT_LLM,
    example={
        "model": "llama-3.1-8b",
        "gpu": "h100-sxm",
        "input_tokens": 1000,
        "output_tokens": 200,
        "price": 2.0,
        "percentiles": [0.5],
        "returns": [[3.801026219286107e-05]],
    },
    native=False,
)
def infer_cost_range(
    model: Model,
    gpu: Gpu,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
    price: Price = None,
    percentiles: Percentiles = (0.1, 0.5, 0.9),
) -> DollarsRow:
    """Spills the US dollars per request at percentiles: of ten such servers, one costs less than the 0.1 one.

    Around INFER_COST with its defaults: the largest batch on the fewest GPUs, at its usual utilisation. Speed is
    lognormal, by as much as published maxima of TensorRT-LLM differ from ours (0.22 in the logarithm: P10 to P90 are
    0.75 to 1.33 of the estimate). The price is that of any provider that sells the gpu on demand at the data edition,
    each as likely as the next; with a `price` only speed varies. How busy the servers are is not in it, though it
    moves the cost most: see `utilisation` of INFER_COST. Other arguments and the result as for TRAIN_COST_RANGE.
    """
    medians = [serving.infer_cost(model, gpu, input_tokens, output_tokens, usd) for usd in _prices(price, gpu)]
    return _quantiles(medians, risk.SPEED_SPREAD, percentiles)
