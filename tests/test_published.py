"""Published figures: what functions and formulas give, to the precision that was printed.

`published.csv` has one printed number per row: the call (a public function, or module.function of the formulas),
its arguments, the number as printed, and a tolerance of half its last digit. ">1" and "<=2" are bounds.
"""

import csv
import importlib
import json
import operator
import re
from pathlib import Path

import pytest

import xlcost
from xlcost.catalogue import named

with Path(__file__).with_name("published.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
CARRIED = 109  # figures found published so far; the file only grows

FORMULA_UNITS = {
    "cost.training_cost": "USD",
    "energy.energy_kwh": "kWh",
    "flops.inference_exact": "FLOP",
    "flops.training_rule": "FLOP",
    "memory.activation_bytes": "B",
    "memory.dense_params": "params",
    "memory.lora_params": "params",
    "memory.state_bytes": "B per 1 params",
}
BASE = {  # every unit in one base unit of its kind
    **dict.fromkeys(("params", "parameters", "FLOP", "USD", "tokens", "GPUs", "hours", "GPU-hours", "kWh", "B"), 1),
    **dict.fromkeys(("USD/GPU-hour", "USD / GPU-hour"), 1),
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "days": 24,
    "MWh": 1e3,
    "PF-day": 1e15 * 86400,
    "TFLOP/s": 1e12,
    "MB of 16-bit params": 1e6 / 2,
}
BOUNDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt}


def base(unit):
    """Size of a unit: plain, "% of N unit" (one second of work, where the unit is a rate), or "unit per N params"."""
    if found := re.fullmatch(r"% of (\d+) (.+)", unit):
        return int(found[1]) * BASE[found[2]] / 100
    if found := re.fullmatch(r"(.+) per (\d+) params", unit):
        return BASE[found[1]] / int(found[2])
    return BASE[unit]


def given(row):
    """What the call gives, in the unit of the published number."""
    arguments = json.loads(row["arguments"])
    if row["call"].isupper():
        value, unit = getattr(xlcost, row["call"].lower())(**arguments), named(row["call"]).returns.unit
    else:
        module, _, name = row["call"].partition(".")
        formula = getattr(importlib.import_module(f"xlcost.formulas.{module}"), name)
        value, unit = float(formula(**arguments)), FORMULA_UNITS[row["call"]]
    return value * base(unit) / base(row["unit"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']} {row['call']}")
def test_published(row):
    bound = re.match(r"[<>]=?", row["published"])
    if bound:
        assert BOUNDS[bound[0]](given(row), float(row["published"][bound.end() :])), row["note"]
    else:
        assert given(row) == pytest.approx(float(row["published"]), rel=1e-9, abs=float(row["tolerance"])), row["note"]


def test_every_row_is_cited():
    assert len({row["id"] for row in ROWS}) == len(ROWS) >= CARRIED
    for row in ROWS:
        assert row["source"].strip(), row["id"]
        assert row["checked"] in ("yes", "secondary"), row["id"]
        assert row["tolerance"] or row["published"][0] in "<>", row["id"]
        assert None not in row and None not in row.values(), row["id"]


def test_every_family_is_there():
    families = {row["family"] for row in ROWS}
    assert families >= {"parameters", "flops", "kv cache", "weights", "gpus", "gpu-hours", "training memory", "energy"}
    assert {row["note"][:3] for row in ROWS if row["family"] == "kv cache"} >= {"MHA", "GQA", "MQA", "MLA"}


SHAPES = [  # read from the papers and configurations, not from the model table
    ("MHA", "opt-13b", {"layers": 40, "kv_heads": 40, "head_dim": 128}),
    ("MHA", "gpt-3", {"layers": 96, "kv_heads": 96, "head_dim": 128}),
    ("MHA", "llama-2-7b", {"layers": 32, "kv_heads": 32, "head_dim": 128}),
    ("GQA", "llama-3.1-8b", {"layers": 32, "kv_heads": 8, "head_dim": 128}),
    ("GQA", "llama-3.1-70b", {"layers": 80, "kv_heads": 8, "head_dim": 128}),
    ("GQA", "qwen2.5-72b", {"layers": 80, "kv_heads": 8, "head_dim": 128}),
    ("GQA", "falcon-40b", {"layers": 60, "kv_heads": 8, "head_dim": 64}),
    ("MQA", "palm-540b", {"layers": 118, "kv_heads": 1, "head_dim": 256}),
    ("MQA", "falcon-7b", {"layers": 32, "kv_heads": 1, "head_dim": 64}),
    ("MQA", "gemma-2b", {"layers": 18, "kv_heads": 1, "head_dim": 256}),
    ("MLA", "deepseek-v2", {"layers": 60, "latent": 512, "rope": 64}),
    ("MLA", "deepseek-v3", {"layers": 61, "latent": 512, "rope": 64}),
    ("MLA", "kimi-k2", {"layers": 61, "latent": 512, "rope": 64}),
    ("windows", "mistral-7b-v0.1", {"layers": 32, "kv_heads": 8, "head_dim": 128, "window": 4096, "full": 0}),
    ("windows", "gemma-3-27b", {"layers": 62, "kv_heads": 16, "head_dim": 128, "window": 1024, "full": 10}),
    ("windows", "gpt-oss-120b", {"layers": 36, "kv_heads": 8, "head_dim": 64, "window": 128, "full": 18}),
]


def counted_bytes(context, *, layers, kv_heads=0, head_dim=0, latent=0, rope=0, window=None, full=None):
    """Two bytes for every number kept, layer by layer."""
    total = 0
    for layer in range(layers):
        windowed = window is not None and layer >= full
        kept = min(context, window) if windowed else context
        per_token = latent + rope if latent else sum(head_dim for _ in range(kv_heads) for _ in ("key", "value"))
        total += 2 * kept * per_token
    return total


@pytest.mark.parametrize("context", [1, 1000, 32768])
@pytest.mark.parametrize(("family", "model", "shape"), SHAPES, ids=[f"{s[0]} {s[1]}" for s in SHAPES])
def test_kv_cache_against_a_count(family, model, shape, context):
    expected = counted_bytes(context, **shape) / 1e9
    assert xlcost.kv_cache_gb(model, context) == pytest.approx(expected, rel=1e-12)
    assert xlcost.kv_cache_gb(model, context, 7, "int8") == pytest.approx(expected * 7 / 2, rel=1e-12)
    if family != "windows":
        assert xlcost.model_spec(model, "attention") == family
