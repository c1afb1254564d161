"""The lines of the compute plan: each its label, unit, format and one formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.blueprints.compute_plan.inputs import US_POWER
from xlcost.formulas import energy, serving
from xlcost.functions import models
from xlcost.functions.gpus import peak_tflops
from xlcost.kit import currency_sheet, styles
from xlcost.kit.cells import Names
from xlcost.kit.inputs import reason
from xlcost.kit.lines import Line
from xlcost.kit.months import AddsUp, MonthLine, days_in_month, running_total
from xlcost.kit.price_sides import PriceSide, price_lines
from xlcost.native import Tracer, call, cell, literal, where

ADDS_UP = AddsUp(("serving", "training", "other_1", "other_2", "other_3"), "cost", "cumulative")
TRAIN, SERVE = SIDES = PriceSide("Train", "Train_Tokens"), PriceSide("Serve", "Requests_Day")


def _method_factor(x: Names) -> Any:
    """Operations over those of full training: adapters need no gradient of the frozen weights, four instead of six."""
    return where(x["Train_Method"] == "full", 6, 4) / 6


def _task(x: Names) -> Any:
    return where(x["Train_Method"] == "full", "train", x["Train_Method"])


def _even_split(gpus: Any) -> Any:
    """The next size that a model splits over evenly: 1, 2, 4, or whole nodes of eight."""
    return where(gpus <= 1, 1, where(gpus <= 2, 2, where(gpus <= 4, 4, np.ceil(gpus / 8) * 8)))


def _params_read(x: Names) -> Any:
    return serving.touched_params(x["params"], x["active"], models.expert_share(x["Model"]), x["Batch"])


CALCULATION: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "Currency",
        currency_sheet.LINES,
    ),
    (
        "Model",
        (
            Line("params", "Parameters", "parameters", styles.WHOLE, lambda f, x: f.MODEL_PARAMS(model=x["Model"])),
            Line("active", "Parameters a token passes through", "parameters", styles.WHOLE, lambda f, x: f.MODEL_PARAMS(model=x["Model"], kind="active")),
            Line("optimal", "Compute-optimal training tokens", "tokens", styles.WHOLE, lambda f, x: f.CHINCHILLA_TOKENS(model=x["Model"]), "20 per parameter; for comparison"),
        ),
    ),
    (
        "Training",
        (
            Line("train_flop", "Operations of the final run", "FLOP", styles.SCIENCE, lambda f, x: f.TRAIN_FLOPS(model=x["Model"], tokens=x["Train_Tokens"]) * _method_factor(x), "6 per parameter and token; 4 with adapters"),
            Line("train_hours", "GPU-hours of all runs", "GPU-hours", styles.WHOLE, lambda f, x: f.TRAIN_GPU_HOURS(model=x["Model"], tokens=x["Train_Tokens"], gpu=x["Train_Gpu"], mfu=x["Run_Mfu"]) * _method_factor(x) * x["Runs"] / x["Goodput"]),
            Line("train_days", "Days on the clock", "days", styles.ONE, lambda f, x: x["train_hours"] / x["Train_Gpus"] / 24, "All runs, one after the other"),
            Line("train_months", "Months on the clock", "months", styles.TWO, lambda f, x: x["train_days"] * 24 * 12 / 8760),
            *price_lines(TRAIN),
            Line("train_cost", "Cost of training", "Currency", styles.WHOLE, lambda f, x: x["train_hours"] * x["train_price"], total=True),
            Line("train_energy", "Energy of training", "kWh", styles.WHOLE, lambda f, x: f.ENERGY_KWH(gpu=x["Train_Gpu"], gpu_hours=x["train_hours"], load=x["Load"], pue=x["Pue"]), "The chips and the building; memo"),
        ),
    ),
    (
        "Memory and GPUs",
        (
            Line("train_gb", "Memory to train, in one piece", "GB", styles.ONE, lambda f, x: f.TRAIN_MEMORY(model=x["Model"], method=x["Train_Method"], context=x["Train_Context"]), "Micro-batch of one, selective recomputation"),
            Line("train_fit", "Fewest GPUs that hold the training", "GPUs", styles.WHOLE, lambda f, x: f.GPU_FIT(model=x["Model"], gpu=x["Train_Gpu"], task=_task(x), context=x["Train_Context"])),
            Line("weights", "Weights as served", "GB", styles.ONE, lambda f, x: f.WEIGHT_GB(model=x["Model"], precision=x["Serve_Precision"])),
            Line("cache", "KV cache of one request", "GB", styles.FOUR, lambda f, x: f.KV_CACHE_GB(model=x["Model"], context=x["Input_Tokens"] + x["Output_Tokens"])),
            Line("served_gb", "Memory to serve a batch", "GB", styles.ONE, lambda f, x: f.INFER_MEMORY(model=x["Model"], precision=x["Serve_Precision"], context=x["Input_Tokens"] + x["Output_Tokens"], batch=x["Batch"])),
            Line("serve_fit", "Fewest GPUs that hold a replica", "GPUs", styles.WHOLE, lambda f, x: f.GPU_FIT(model=x["Model"], gpu=x["Serve_Gpu"], precision=x["Serve_Precision"], context=x["Input_Tokens"] + x["Output_Tokens"], batch=x["Batch"])),
            Line("replica", "GPUs of one replica", "GPUs", styles.WHOLE, lambda f, x: where(x["Replica_Own"].left_out, _even_split(x["serve_fit"]), x["Replica_Own"]), "1, 2, 4 or nodes of eight, unless you say otherwise", total=True),
        ),
    ),
    (
        "Serving",
        (
            Line("prefill", "Time to read a prompt", "s", styles.FOUR, lambda f, x: serving.prefill_seconds(f.INFER_FLOPS(model=x["Model"], input_tokens=x["Input_Tokens"]), peak_tflops(x["Serve_Gpu"], x["Serve_Precision"]), x["Prefill_Mfu"], x["replica"]), "Bound by arithmetic"),
            Line("touched", "Weights a step reads", "GB", styles.ONE, lambda f, x: x["weights"] * (_params_read(x) / x["params"]), "Of a mixture: the experts the batch uses"),
            Line("step", "Time of a decoding step", "s", styles.FOUR, lambda f, x: serving.decode_seconds(x["touched"], x["cache"] * x["Batch"], f.GPU_SPEC(gpu=x["Serve_Gpu"], field="bandwidth_gb_s"), x["Decode_Mbu"], x["replica"]), "Bound by memory; every sequence gets a token"),
            Line("rate", "Requests a replica serves", "req / s", styles.FOUR, lambda f, x: serving.requests_per_second(x["prefill"], x["step"], x["Output_Tokens"], x["Batch"])),
            Line("wait", "Time of one request", "s", styles.TWO, lambda f, x: x["prefill"] + x["Output_Tokens"] * x["step"], "Alone in the queue"),
            Line("speed", "Output of a replica", "tokens / s", styles.WHOLE, lambda f, x: x["rate"] * x["Output_Tokens"]),
            *price_lines(SERVE),
            Line("token_cost", "Cost of a million output tokens, fully loaded", "Currency", styles.TWO, lambda f, x: where(x["Output_Tokens"] > 0, x["serve_price"] * x["replica"] / 3600 / x["speed"] * 1e6, 0), "Reading the prompts included", total=True),
            Line("window", "Longest context of the model", "tokens", styles.WHOLE, lambda f, x: f.MODEL_SPEC(model=x["Model"], field="context"), "0 where the table does not know it"),
        ),
    ),
    (
        "Power (memo)",
        (
            Line("us_power", "Electricity, average of the United States", "USD / kWh", styles.FOUR, lambda f, x: cell(literal(US_POWER), US_POWER), reason(energy.US_ELECTRICITY)),
            Line("power_price", "Price of electricity", "Currency / kWh", styles.FOUR, lambda f, x: where(x["Electricity"].left_out, x["us_power"] * x["per_dollar"], x["Electricity"] * x["per_typed"])),
        ),
    ),
)  # fmt: skip


def _positive(x: Any) -> Any:
    return np.maximum(x, 0)


def _share_of_training(x: Names, m: Names) -> Any:
    """The part of the training's duration that falls into a month."""
    begin = x["Train_Start"] - 1
    span = call("MAX", x["train_months"], 0.000001, value=max)
    period: Any = m["period"]
    here = np.minimum(period, begin + span) - np.maximum(period - 1, begin)
    return where(x["Train_Tokens"] > 0, _positive(here) / span, 0)


def _per(amount: Tracer, units: Any, scale: float) -> Any:
    return where(units > 0, amount / units * scale, 0)


MONTHLY: tuple[tuple[str, tuple[MonthLine, ...]], ...] = (
    (
        "Demand",
        (
            MonthLine("days", "Days in month", "days", styles.WHOLE, lambda f, x, m: days_in_month(m)),
            MonthLine("on", "Serving", "flag", '0_);(0);"·"_)', lambda f, x, m: where(m["period"] >= x["Serve_Start"], 1, 0)),
            MonthLine("daily", "Requests a day", "req / day", styles.WHOLE, lambda f, x, m: x["Requests_Day"] * (1 + x["Growth"]) ** (m["period"] - x["Serve_Start"]) * m["on"], "max"),
            MonthLine("requests", "Requests", "requests", styles.WHOLE, lambda f, x, m: m["daily"] * m["days"]),
            MonthLine("tokens_in", "Input tokens", "m tokens", styles.WHOLE, lambda f, x, m: m["requests"] * x["Input_Tokens"] / 1e6),
            MonthLine("tokens_out", "Output tokens", "m tokens", styles.WHOLE, lambda f, x, m: m["requests"] * x["Output_Tokens"] / 1e6),
        ),
    ),
    (
        "Capacity",
        (
            MonthLine("average", "Average demand", "req / s", styles.TWO, lambda f, x, m: m["daily"] / 86400, "max"),
            MonthLine("peak", "Peak demand", "req / s", styles.TWO, lambda f, x, m: m["average"] * x["Peak_Ratio"], "max"),
            MonthLine("replicas", "Replicas", "replicas", styles.WHOLE, lambda f, x, m: np.ceil(m["peak"] / (x["rate"] * x["Max_Load"]) * (1 - 1e-12)), "max"),
            MonthLine("gpus", "GPUs deployed", "GPUs", styles.WHOLE, lambda f, x, m: m["replicas"] * x["replica"], "max"),
            MonthLine("load", "Average load", "share", styles.PERCENT, lambda f, x, m: _per(m["average"], m["replicas"] * x["rate"], 1), "none"),
        ),
    ),
    (
        "Cost",
        (
            MonthLine("index", "GPU price index", "index", styles.FOUR, lambda f, x, m: (1 + x["Price_Change"]) ** ((m["period"] - 1) / 12), "none"),
            MonthLine("serve_hours", "GPU-hours of serving", "GPU-hours", styles.WHOLE, lambda f, x, m: m["gpus"] * m["days"] * 24),
            MonthLine("train_share", "Share of the training", "share", styles.PERCENT, lambda f, x, m: _share_of_training(x, m)),
            MonthLine("train_gpu_hours", "GPU-hours of training", "GPU-hours", styles.WHOLE, lambda f, x, m: x["train_hours"] * m["train_share"]),
            MonthLine("serving", "Serving", "Currency", styles.WHOLE, lambda f, x, m: m["serve_hours"] * x["serve_price"] * m["index"]),
            MonthLine("training", "Training", "Currency", styles.WHOLE, lambda f, x, m: m["train_gpu_hours"] * x["train_price"] * m["index"]),
            MonthLine("other_1", "Platform team", "Currency", styles.WHOLE, lambda f, x, m: x["Other_1"] * x["per_typed"] + 0 * m["period"]),
            MonthLine("other_2", "Storage and network", "Currency", styles.WHOLE, lambda f, x, m: x["Other_2"] * x["per_typed"] + 0 * m["period"]),
            MonthLine("other_3", "Your own line", "Currency", styles.WHOLE, lambda f, x, m: x["Other_3"] * x["per_typed"] + 0 * m["period"]),
            MonthLine("further", "Further costs", "Currency", styles.WHOLE, lambda f, x, m: m["other_1"] + m["other_2"] + m["other_3"]),
            MonthLine("cost", "Total compute cost", "Currency", styles.WHOLE, lambda f, x, m: m["serving"] + m["training"] + m["further"], total=True),
            MonthLine("cumulative", "Cumulative cost", "Currency", styles.WHOLE, lambda f, x, m: running_total(m["cost"]), "last"),
        ),
    ),
    (
        "Unit cost and energy",
        (
            MonthLine("per_request", "Serving, per 1,000 requests", "Currency", styles.TWO, lambda f, x, m: _per(m["serving"], m["requests"], 1000), "none"),
            MonthLine("per_token", "Serving, per million output tokens", "Currency", styles.TWO, lambda f, x, m: _per(m["serving"], m["tokens_out"], 1), "none"),
            MonthLine("kwh", "Energy (memo)", "kWh", styles.WHOLE, lambda f, x, m: f.ENERGY_KWH(gpu=x["Serve_Gpu"], gpu_hours=m["serve_hours"], load=x["Load"], pue=x["Pue"]) + x["train_energy"] * m["train_share"]),
            MonthLine("power", "Electricity, if the GPUs were own (memo)", "Currency", styles.WHOLE, lambda f, x, m: m["kwh"] * x["power_price"]),
        ),
    ),
)  # fmt: skip
