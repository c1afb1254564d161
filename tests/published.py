"""The tables of published figures: each row read, its call made, what it gives in the unit that was printed.

`published.csv` has one printed number per row: the call (a public function, or module.function of the formulas),
its arguments, the number as printed, and a tolerance of half its last digit. ">1" and "<=2" are bounds. The other
published_*.csv are tested beside what they belong to (test_training.py ...).
"""

import csv
import importlib
import json
import math
import operator
import re
import statistics

import pytest

import composed
from places import DATA
from xlcost.catalogue import spec_of

FILES = sorted(DATA.glob("published*.csv"))


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_rows():
    """(file, row) of every published figure; `given(row)` is what we give instead."""
    for path in FILES:
        for row in read(path):
            yield path.name, row


COMPOSED = {  # calls of the tables that are no function and no formula, and their units
    "CACHE_8_BIT": (composed.with_cache, "tokens / s"),
    "LLAMA_CPP_F16": (composed.llama_cpp_f16, "tokens / s"),
    "hfu": (composed.hfu, "share"),
    "layer": (composed.layer, "s"),
    "mfu": (composed.mfu, "share"),
    "step": (composed.step, "s"),
}
FORMULA_UNITS = {
    "cost.training_cost": "USD",
    "energy.carbon_kg": "kg CO2e",
    "energy.energy_kwh": "kWh",
    "flops.inference_exact": "FLOP",
    "flops.training_rule": "FLOP",
    "memory.activation_bytes": "B",
    "memory.dense_params": "params",
    "memory.lora_params": "params",
    "memory.state_bytes": "B",
    "serving.decode_seconds": "s",
    "training.adam_bytes": "B",
    "training.gpt_params": "params",
    "training.hardware_flops": "FLOP",
    "training.model_flops": "FLOP",
    "training.training_seconds": "s",
    "training.utilisation": "share",
}
BASE = {  # every unit in one base unit of its kind
    **dict.fromkeys(
        ("params", "parameters", "FLOP", "USD", "tokens", "GPUs", "GPU-hours", "kWh", "B", "s", "share"), 1
    ),
    **dict.fromkeys(("USD/GPU-hour", "USD / GPU-hour", "USD / million tokens", "tokens / s", "kg CO2e"), 1),
    "%": 1e-2,
    "ms": 1e-3,
    "hours": 3600,
    "days": 86400,
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "M params": 1e6,
    "B params": 1e9,
    "16-bit params": 1 / 2,  # per byte
    "MWh": 1e3,
    "t CO2e": 1e3,
    "PF-day": 1e15 * 86400,
    "TFLOP/s": 1e12,
    "USD / thousand tokens": 1e3,
}
BOUNDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt}


def base(unit):
    """Size of a unit: the product of its parts, as in "% of 8 x 312 TFLOP/s in 1.1 s", over what stands after "per".

    A share or a rate that names no time is of one second.
    """
    above, _, below = unit.partition(" per ")
    size = math.prod(part_size(part) for part in re.split(r" (?:of|in|x) ", above))
    return size / part_size(below) if below else size


def part_size(part):
    """A unit, or a number, or a number of them."""
    if part in BASE:
        return BASE[part]
    number, _, unit = part.partition(" ")
    return float(number) * (BASE[unit] if unit else 1)


def called(row):
    """What the call of a row gives, and its unit."""
    call, arguments = row["call"], json.loads(row["arguments"])
    if row["family"] == "serving range":  # the middle of the range is the speed itself
        prompt, answer = arguments.pop("prompt"), arguments.pop("answer")
        arguments |= {"cache": "fp8", "input_tokens": prompt, "output_tokens": answer}
        call = "CACHE_8_BIT"
    if call in COMPOSED:
        function, unit = COMPOSED[call]
        return function(**arguments), unit
    if call.isupper():
        return spec_of(call).call(**arguments), spec_of(call).returns.unit
    module, _, name = call.partition(".")
    return getattr(importlib.import_module(f"xlcost.formulas.{module}"), name)(**arguments), FORMULA_UNITS[call]


def given(row):
    """What the call gives, in the unit of the published number; of a range the middle one."""
    value, unit = called(row)
    if isinstance(value, list):
        (values,) = value
        value = statistics.median(values)
    if (unit, row["unit"]) == ("s", "tokens / s"):
        return 1 / float(value)
    if (unit, row["unit"]) == ("USD", "GPU-hours"):
        return float(value) / json.loads(row["arguments"])["price"]
    return float(value) * base(unit) / base(row["unit"])


def agrees(row):
    """Within the bound or the tolerance of the row; a row without either, or noted as outside, does not say."""
    published, tolerance, value = row["published"], row["tolerance"], given(row)
    if bound := re.match(r"[<>]=?", published):
        return BOUNDS[bound[0]](value, float(published[bound.end() :]))
    if not tolerance or "outside" in row["note"]:
        return None
    if tolerance.endswith("%"):
        return abs(value / float(published) - 1) <= float(tolerance.rstrip("%")) / 100
    return value == pytest.approx(float(published), rel=1e-9, abs=float(tolerance))
