"""Utilisation of a measured training run, and the cost of fine-tuning."""

from __future__ import annotations

from xlcost.formulas import cost, duration, flops, training
from xlcost.function import choose, function
from xlcost.functions import models
from xlcost.functions.compute import training_flops
from xlcost.functions.gpus import hour_price, peak_tflops
from xlcost.functions.training import MEDIAN_MFU
from xlcost.quantities import (
    Context,
    Dollars,
    Gpu,
    Gpus,
    Mfu,
    Model,
    Precision,
    Price,
    ShareOut,
    Tokens,
    TokensPerSecond,
    TrainFlopsMethod,
    TuneMethod,
)
from xlcost.sources import LORA_2021, TORCHTITAN


@function(
    "TRAIN_MFU",
    category="Compute",
    source=TORCHTITAN,
    example={
        "model": "70B",
        "tokens_per_second": 1000,
        "gpu": "a100-80-sxm",
        "gpus": 8,
        "method": "rule",
        "returns": 6 * 70e9 * 1000 / (8 * 312e12),
    },
)
def train_mfu(
    model: Model,
    tokens_per_second: TokensPerSecond,
    gpu: Gpu,
    gpus: Gpus,
    precision: Precision = "bf16",
    method: TrainFlopsMethod = "full",
    context: Context = None,
) -> ShareOut:
    """Model FLOPs utilisation of a training run at a measured speed: share of the dense peak, recomputation left out.

    `tokens_per_second` is that of all GPUs together. "full" counts six per active parameter (embeddings included)
    and full attention, as torchtitan and PaLM do; "causal" counts half the attention, "rule" none; the first two need
    `context`, the length of a training sequence. Sources differ in this: compare like with like. Operations computed
    again do not count (that would be HFU, up to a third higher). Over 1 means that an argument is wrong.
    """
    work = training_flops(model, tokens_per_second, method, context)
    return training.utilisation(work, 1, gpus, peak_tflops(gpu, precision))


@function(
    "TUNE_COST",
    category="Cost",
    source=LORA_2021,
    example={
        "model": "70B",
        "tokens": "10M",
        "gpu": "a100-80-sxm",
        "price": 2,
        "mfu": 0.3,
        "returns": 4 * 70e9 * 10e6 / (312e12 * 0.3) / 3600 * 2,
    },
)
def tune_cost(
    model: Model, tokens: Tokens, gpu: Gpu, method: TuneMethod = "lora", price: Price = None, mfu: Mfu = MEDIAN_MFU
) -> Dollars:
    """US dollars of fine-tuning on every token once: GPU-hours times the price of a GPU-hour, BF16.

    `tokens` are those of all epochs, padding included. "full" is six operations per active parameter and token,
    "lora" and "qlora" four: the frozen weights need no gradients (LoRA measured a quarter off the time, not a
    third). Recomputation and the unpacking of NF4 weights show as a lower mfu. The default mfu is that of large runs;
    short runs on few GPUs reach a third of it and less (Alpaca 7B: 24 GPU-hours). Without a price it is the median
    on-demand price at the data edition.
    """
    work = choose(
        method,
        full=lambda: flops.training_rule(models.active(model), tokens),
        lora=lambda: training.adapter_rule(models.active(model), tokens),
        qlora=lambda: training.adapter_rule(models.active(model), tokens),
    )
    hours = duration.gpu_hours(work, peak_tflops(gpu, "bf16"), mfu)
    return cost.training_cost(hours, hour_price(price, gpu), 1)
