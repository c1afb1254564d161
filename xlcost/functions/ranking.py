"""Which accelerator does a task for the least money, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from xlcost.errors import NotInTable, XlcostError, nearest
from xlcost.facts.store import GPUS, plain
from xlcost.formulas import cost, duration, flops, serving, training
from xlcost.formulas.memory import RUNTIME_GB
from xlcost.function import choose, function, otherwise
from xlcost.functions import models
from xlcost.functions.fit import room_gb
from xlcost.functions.gpus import edition_serial, peak_tflops
from xlcost.functions.memory import gpu_fit, infer_memory, train_memory
from xlcost.functions.serving import infer_tpot
from xlcost.functions.training import MEDIAN_MFU
from xlcost.prices.current import current_market
from xlcost.prices.lookup import offer_value
from xlcost.prices.periods import MEDIAN
from xlcost.quantities import AsOf, Batch, Context, Model, Precision, Provider, Rows, Task, Term
from xlcost.sources import XLCOST_TABLES
from xlcost.steps import record_step

HEADING = ["gpu", "provider", "GPUs", "memory use", "USD per hour", "tokens/s"]


@function(
    "GPU_RANK",
    category="Memory",
    source=XLCOST_TABLES,
    example={
        "model": "gpt-neox-20b",
        "batch": 8,
        "provider": "Lambda",
        "as_of": "2023-04-07",
        "returns": [  # the first rows
            [*HEADING, "USD per million tokens"],
            ["v100-sxm2-16", "Lambda", 5.0, 0.9374553425938822, 2.75, 298.11783005056316, 2.5623723638379072],
            ["a100-40-sxm", "Lambda", 2.0, 0.90906425359557, 2.2, 209.77202124773, 2.913215535018468],
        ],
    },
    native=False,
)
def gpu_rank(
    model: Model,
    task: Task = "infer",
    precision: Precision = "bf16",
    context: Context = 4096,
    batch: Batch = 1,
    provider: Provider = None,
    term: Term = "on_demand",
    as_of: AsOf = None,
) -> Rows:
    """Every accelerator for a task, cheapest first: GPUs, memory use, USD per hour, tokens/s, USD per million tokens.

    A heading, then a row each: as many GPUs as GPU_FIT says, the share of their memory in use, the price of all of them
    at that day (without a provider the median, as GPU_PRICE). For "infer" tokens/s are those of the whole batch,
    batch over INFER_TPOT, all day long, at the batch given: more sequences are cheaper per token. For "train",
    "lora" and "qlora" the last column is USD per 1e21 FLOP, at the median mfu of published runs. Accelerators that
    cannot hold the job, have no peak in this precision or no price come last, with the reason in words.
    """
    day, whose = otherwise(as_of, edition_serial), _provider(otherwise(provider, lambda: MEDIAN))
    job = _job_gb(model, task, precision, context, batch)
    ranked, left_out = [], []
    for gpu in (row["id"] for row in GPUS.rows):
        price = partial(offer_value, "usd", gpu, whose, term, day)
        hold = partial(gpu_fit, model, gpu, task, precision, context, batch)
        speed = partial(_speed, model, gpu, task, precision, context, batch)
        reasons = _reasons(price, hold, partial(peak_tflops, gpu, precision)) or _reasons(speed)
        if reasons:
            left_out.append([gpu, whose, "; ".join(reasons), "", "", "", ""])
        else:
            tokens, usd = speed(), price() * hold()
            last = serving.token_cost(usd, tokens, 1, 1) if task == "infer" else _usd_per_flop(gpu, precision, price())
            ranked.append([gpu, whose, hold(), job / _memory_gb(gpu, hold()), usd, tokens, last])
    last = "USD per million tokens" if task == "infer" else "USD per 1e21 FLOP"
    record_step("ranked", "chips that hold the job and have a price that day", len(ranked), "chips")
    record_step("left_out", "chips that do not, each with its reason", len(left_out), "chips")
    return [[*HEADING, last], *sorted(ranked, key=lambda row: (row[-1], row[0])), *left_out]


def _provider(typed: str) -> str:
    """The provider as the market spells it."""
    known = current_market().providers
    if plain(typed) not in known:
        raise NotInTable(f"unknown provider '{typed}'{nearest(typed, known.values())}")
    return known[plain(typed)]


def _reasons(*calls: Callable[[], Any]) -> list[str]:
    """The sentence of each of these calls that fails."""
    reasons = []
    for call in calls:
        try:
            call()
        except XlcostError as error:
            reasons.append(str(error))
    return reasons


def _job_gb(model: Any, task: Any, precision: Any, context: Any, batch: Any) -> Any:
    """GB that the GPUs hold together, without the runtime's own; an error for a model whose shape is not known."""
    models.embeddings(model)
    models.layers(model)
    whole = choose(
        task,
        infer=lambda: infer_memory(model, precision, context, batch),
        train=lambda: train_memory(model, "full", context=context, micro_batch=batch),
        lora=lambda: train_memory(model, "lora", context=context, micro_batch=batch),
        qlora=lambda: train_memory(model, "qlora", context=context, micro_batch=batch),
    )
    return whole - float(RUNTIME_GB)


def _memory_gb(gpu: str, gpus: float) -> Any:
    """GB of so many GPUs, less the runtime's own."""
    return gpus * room_gb(gpu)


def _speed(model: Any, gpu: str, task: Any, precision: Any, context: Any, batch: Any) -> Any:
    """Tokens per second of as many GPUs as hold the job."""
    gpus = gpu_fit(model, gpu, task, precision, context, batch)
    if task == "infer":
        return batch / infer_tpot(model, gpu, context, gpus, batch, precision)
    rule = flops.training_rule if task == "train" else training.adapter_rule
    seconds = duration.gpu_hours(rule(models.active(model), 1), peak_tflops(gpu, precision), MEDIAN_MFU) * 3600
    return gpus / seconds


def _usd_per_flop(gpu: str, precision: Any, price: Any) -> Any:
    """Dollars of 1e21 operations."""
    return cost.training_cost(duration.gpu_hours(1e21, peak_tflops(gpu, precision), MEDIAN_MFU), price, 1)
