"""Training: hours and dollars."""

from __future__ import annotations

from typing import Any

from xlcost.formulas import cost, duration, flops
from xlcost.function import function
from xlcost.functions import models
from xlcost.functions.gpus import hour_price, peak_tflops
from xlcost.quantities import (
    Dollars,
    Goodput,
    Gpu,
    GpuHoursOut,
    Gpus,
    HoursOut,
    Mfu,
    Model,
    Precision,
    Price,
    Tokens,
)
from xlcost.sources import EPOCH_RUNS, KAPLAN_2020, Assumed

MEDIAN_MFU = Assumed(0.34, EPOCH_RUNS, "median whole-run MFU of published A100 runs; P10 0.25, P90 0.49")


def _gpu_hours(model: Any, tokens: Any, gpu: Any, mfu: Any, precision: Any) -> Any:
    work = flops.training_rule(models.active(model), tokens)
    return duration.gpu_hours(work, peak_tflops(gpu, precision), mfu)


@function(
    "TRAIN_GPU_HOURS",
    category="Time",
    source=KAPLAN_2020,
    example={
        "model": "llama-2-70b",
        "tokens": "2T",
        "gpu": "a100-80-sxm",
        "mfu": 0.428,
        "returns": 6 * 68976648192 * 2e12 / (312e12 * 0.428) / 3600,
    },
)
def train_gpu_hours(
    model: Model, tokens: Tokens, gpu: Gpu, mfu: Mfu = MEDIAN_MFU, precision: Precision = "bf16"
) -> GpuHoursOut:
    """GPU-hours of one training run: six operations per active parameter and token at a share of the dense peak.

    `mfu` is that of the whole run, restarts included (Llama 3.1 405B: 0.35, though 0.38 to 0.43 while it runs). The
    default is a share of the 16-bit peak: at fp8 give one of the FP8 peak (DeepSeek-V3: 0.17).
    """
    return _gpu_hours(model, tokens, gpu, mfu, precision)


@function(
    "TRAIN_HOURS",
    category="Time",
    source=KAPLAN_2020,
    example={
        "model": "7B",
        "tokens": "1T",
        "gpu": "A100",
        "gpus": 512,
        "mfu": 0.4,
        "returns": 6 * 7e9 * 1e12 / (312e12 * 0.4) / 3600 / 512,
    },
)
def train_hours(
    model: Model, tokens: Tokens, gpu: Gpu, gpus: Gpus, mfu: Mfu = MEDIAN_MFU, precision: Precision = "bf16"
) -> HoursOut:
    """Hours on the clock of one training run on a number of GPUs."""
    return duration.clock_hours(_gpu_hours(model, tokens, gpu, mfu, precision), gpus)


@function(
    "TRAIN_COST",
    category="Cost",
    source=KAPLAN_2020,
    example={
        "model": "gpt-3",
        "tokens": "300B",
        "gpu": "a100-40-sxm",
        "price": 2.0,
        "mfu": 1.0,
        "returns": 6 * 175e9 * 300e9 / 312e12 / 3600 * 2,
    },
)
def train_cost(
    model: Model,
    tokens: Tokens,
    gpu: Gpu,
    price: Price = None,
    mfu: Mfu = MEDIAN_MFU,
    goodput: Goodput = 1,
    precision: Precision = "bf16",
) -> Dollars:
    """US dollars of one training run: GPU-hours, over goodput, times the price of a GPU-hour.

    Without a price it is the median on-demand price at the data edition. The default mfu is of whole runs and
    holds restarts already: set goodput below 1 only together with an mfu measured while the run runs. It is a share
    of the 16-bit peak: at fp8 give one of the FP8 peak (DeepSeek-V3: 0.17).
    """
    return cost.training_cost(_gpu_hours(model, tokens, gpu, mfu, precision), hour_price(price, gpu), goodput)
