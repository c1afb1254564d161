"""Published figures: what functions and formulas give, to the precision that was printed.

`published.csv` has one printed number per row: the call (a public function, or module.function of the formulas),
its arguments, the number as printed, and a tolerance of half its last digit. ">1" and "<=2" are bounds. The other
published_*.csv are tested beside what they belong to (test_training.py ...); here each of their rows is evaluated.
"""

import csv
import importlib
import json
import math
import operator
import re
import statistics

import pytest

import xlcost
from places import DATA
from xlcost.catalogue import spec_of

FILES = sorted(DATA.glob("published*.csv"))
CARRIED = {  # figures found published so far; the files only grow
    "published.csv": 109,
    "published_api.csv": 13,
    "published_risk.csv": 23,
    "published_serving.csv": 286,
    "published_training.csv": 151,
}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_rows():
    """(file, row) of every published figure; `given(row)` is what we give instead."""
    for path in FILES:
        for row in read(path):
            yield path.name, row


ROWS = [row for name, row in all_rows() if name == "published.csv"]
COMPOSED = {  # calls of the tables that are no function and no formula: (module of the tests, name there, its unit)
    "CACHE_8_BIT": ("test_serving", "with_cache", "tokens / s"),
    "LLAMA_CPP_F16": ("test_serving", "llama_cpp_f16", "tokens / s"),
    "hfu": ("test_training", "hfu", "share"),
    "layer": ("test_training", "layer", "s"),
    "mfu": ("test_training", "mfu", "share"),
    "step": ("test_training", "step", "s"),
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
        module, name, unit = COMPOSED[call]
        return getattr(importlib.import_module(module), name)(**arguments), unit
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_published_row_is_evaluated(path):
    """In its unit: most within their tolerance (each file's own tests are stricter), none a power of ten away."""
    rows = read(path)
    assert len(rows) >= CARRIED.get(path.name, 1)
    for row in rows:
        value = given(row)
        assert type(value) is float and math.isfinite(value), row["id"]
        assert agrees(row) in (True, None), row["id"]
        published = float(row["published"].lstrip("<>="))
        assert row["published"][0] in "<>" or value == published == 0 or 0.1 < value / published < 10, row["id"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']} {row['call']}")
def test_published(row):
    assert agrees(row), (given(row), row["note"])


def test_every_row_is_cited():
    assert len({row["id"] for row in ROWS}) == len(ROWS)
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
