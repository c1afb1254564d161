"""Random good arguments for any word, for tests that run over the whole catalogue."""

import math
from functools import cache

import numpy as np
import pytest

from xlcost.catalogue import FUNCTIONS
from xlcost.facts.store import GPUS, MODELS, PRECISIONS, REGIONS
from xlcost.facts.tables import packaged_rows
from xlcost.prices.current import current_market
from xlcost.quantities import AnyArgument, Choice, Date, Key, ModelWord, Number, SearchText, Series

SHAPED = [row["id"] for row in MODELS.rows if row["attention_width"] and row["kv_layers"] is not None and row["vocab"]]
PEAKED = [row["id"] for row in GPUS.rows if row["bf16_tflops"] and row["tdp_w"] and row["memory_gb"] > 8]
IDS = {
    "model": SHAPED,
    "gpu": PEAKED,
    "precision": [row["id"] for row in PRECISIONS.rows],
    "region": [row["id"] for row in REGIONS.rows],
    "function": [spec.name for spec in FUNCTIONS if spec.native],
}
FIELDS = {"MODEL_SPEC": ("params", "hidden", "attention", "source"), "GPU_SPEC": ("memory_gb", "name", "as_of")}
CONTAINS = {"MODEL_LIST": ("", "llama", "70b", "OpenAI"), "GPU_LIST": ("", "a100", "80", "NVIDIA")}
LATELY = (46200.0, 46300.0)  # days with most prices
RANGES = {  # realistic sizes, by the name of the argument or of its word
    "api_cost": (1e-5, 1),
    "batch": (1, 64),
    "capex": (500, 1e5),
    "committed": (0, 100),
    "committed_price": (0.1, 20),
    "context": (128, 131072),
    "degree": (1, 64),
    "demand": (0.1, 100),
    "electricity": (0.01, 0.5),
    "ffn": (256, 65536),
    "fixed_cost": (100, 1e6),
    "flops": (1e18, 1e27),
    "gpu_hours": (1, 1e7),
    "gpus": (1, 64),
    "heads": (1, 128),
    "hidden": (64, 32768),
    "hours": (1, 1e5),
    "kwh": (1, 1e9),
    "layers": (1, 128),
    "max_load": (0.3, 1),
    "on_demand_price": (0.1, 20),
    "params": (1e6, 1e13),
    "peak_ratio": (1, 10),
    "percentiles": (0.01, 0.99),
    "price": (0.1, 20),
    "pue": (1, 2.5),
    "requests": (1, 1e9),
    "requests_per_second": (0.01, 1000),
    "residual": (0.01, 0.9),
    "tokens": (1e6, 2e13),
    "tokens_per_second": (100, 1e7),
    "vocab": (1000, 3e5),
    "watts": (1, 1e7),
    "years": (1, 10),
}
MOST = {"tokens": 32768.0, "ratio": 10.0, "share": 1.0, "percentile": 0.99}  # of other words, by their unit
SERVED = {"input_tokens", "output_tokens"}  # those of one request, where it runs on something

NEEDS_CONTEXT = "context: is needed when method is causal or full"
BROKEN = [  # arguments that do not go together, in place of those of the example
    ("PARAM_COUNT", {"heads": 63.0}, "hidden: must be a multiple of heads"),
    ("PARAM_COUNT", {"kv_heads": 128.0}, "kv_heads: must not be more than heads"),
    ("TRAIN_MEMORY", {"gpus": 3.0, "tensor_parallel": 2.0}, "gpus: must be a multiple of tensor_parallel x"),
    ("TRAIN_MEMORY", {"gpus": 4.0, "pipeline_parallel": 3.0}, "gpus: must be a multiple of tensor_parallel x"),
    ("TRAIN_FLOPS", {"model": "gpt-3", "tokens": 1e9, "method": "causal"}, NEEDS_CONTEXT),
    ("TRAIN_FLOPS", {"model": "gpt-3", "tokens": 1e9, "method": "full", "context": None}, NEEDS_CONTEXT),
    ("TRAIN_MFU", {"model": "gpt-3", "gpu": "h100-sxm", "method": "causal", "context": None}, NEEDS_CONTEXT),
]


def offered(random):
    """A GPU, provider, term and date for which the table has a price."""
    period = random.choice(current_market().periods)
    days = (period.end - period.start).days
    day = period.start.toordinal() + random.randrange(days)
    return {
        "gpu": period.gpu,
        "provider": period.provider,
        "term": period.term,
        "as_of": float(day - 693594),
    }


@cache
def hosted():
    """Hosted models that somebody lists."""
    return sorted({model for row in packaged_rows("api_listed") for model in row.models})


def names(spec):
    return {p.name for p in spec.parameters}


def arguments(spec, random, leave_out=0.3):
    """One set of good arguments; optional ones are left out now and then."""
    given = {}
    offer = offered(random) if "provider" in names(spec) else {}
    whole_key = random.random() > leave_out  # provider, term and date: all of an offer, or none
    for p in spec.parameters:
        if p.name in offer and not p.required:
            if whole_key:
                given[p.name] = offer[p.name]
        elif p.required or p.rest or random.random() > leave_out:
            given[p.name] = offer.get(p.name) or sample(p, spec, random)
    return together(spec, given, random)


def together(spec, given, random):
    """What has to fit to another argument."""
    method = given.get("method", next((p.default for p in spec.parameters if p.name == "method"), None))
    if method in ("causal", "full") and "context" in names(spec) and "micro_batch" not in names(spec):
        given["context"] = float(random.choice((1024, 4096)))
    if "tensor_parallel" in names(spec):
        degrees = given.get("tensor_parallel", 1) * given.get("pipeline_parallel", 1)
        given["gpus"] = float(degrees * random.choice((1, 2, 8)))
    if "kv_heads" in names(spec):
        given["kv_heads"] = float(random.choice((1, 2, 4, 8)))
        given["heads"] = given["kv_heads"] * random.choice((1, 4, 8))
        given["hidden"] = given["heads"] * random.choice((64, 96, 128))
    if spec.name == "OWN_BREAKEVEN" and "price" in given:
        given["price"] = random.uniform(1.5, 20)
    if "cached_tokens" in given:
        given["cached_tokens"] = given["input_tokens"] * random.choice((0, 0.5, 1))
    if "marginal_cost" in given:
        given["marginal_cost"] = given["api_cost"] * random.uniform(0, 0.9)
    if spec.variadic:
        inner = next(s for s in FUNCTIONS if s.name == given["function_name"])
        given["arguments"] = tuple(ordered(inner, arguments(inner, random)))
    return given


def ordered(spec, given):
    """Arguments by name -> in order, as cells; None for those left out in the middle."""
    values = []
    for p in spec.parameters:
        values += list(given.get(p.name, ())) if p.rest else [given.get(p.name)]
    while values and values[-1] is None:
        values.pop()
    return values


def sample(p, spec, random):
    """A good value for one argument."""
    word = p.word
    if isinstance(word, ModelWord) and spec.name == "MODEL_SPEC":
        return random.choice(SHAPED)
    if isinstance(word, ModelWord):
        return random.choice((random.choice(SHAPED), 10 ** random.uniform(8, 12)))
    if isinstance(word, Choice):
        return random.choice(word.choices)
    if isinstance(word, Date):
        return random.choice(LATELY)
    if isinstance(word, SearchText):
        return random.choice(CONTAINS.get(spec.name, ("",)))
    if isinstance(word, AnyArgument):
        return ()
    if isinstance(word, Key):
        return sample_id(word, spec, random)
    if isinstance(word, Series):
        return [sample_number(p, spec, random) for _ in range(random.randint(2, 5))]
    assert isinstance(word, Number), word
    return sample_number(p, spec, random)


def sample_id(word, spec, random):
    if word.name == "field":
        return random.choice(FIELDS[spec.name])
    if word.name == "api_model":
        return random.choice(hosted())
    if word.name == "precision" and "gpu" in names(spec) and spec.category != "Memory":
        return random.choice(("bf16", "fp16", "int4", "nf4", "q4_k_m"))  # what every chip with a BF16 peak computes
    return random.choice(IDS[word.table])


def sample_number(p, spec, random):
    """As likely in one power of ten as in the next, within the bounds and what is realistic."""
    word = p.word
    low, high = RANGES.get(p.name) or RANGES.get(word.name) or (word.low, MOST.get(word.unit, 1e6))
    if p.name in SERVED and names(spec) & {"gpu", "api_model"}:
        low, high = 1, MOST["tokens"]
    low, high = max(low, word.low, word.above), min(high, word.high)
    if word.whole and high - low < 10:
        return float(random.randint(int(low), int(high)))
    least = low or min(high * 1e-3, 1.0)
    value = math.exp(random.uniform(math.log(least), math.log(high)))
    value = float(round(value)) if word.whole or value > 1000 else value
    return min(max(value, low), high)


def agrees(found, expected, rel=1e-9):
    """Numbers but for the last digits; of a table as many rows as are expected."""
    if isinstance(expected, (list, tuple)):
        rows = list(found) if isinstance(found, (list, tuple, np.ndarray)) else []
        table = bool(expected) and isinstance(expected[0], (list, tuple))
        fits = len(rows) >= len(expected) if table else len(rows) == len(expected)
        return fits and all(agrees(f, e, rel) for f, e in zip(rows, expected, strict=False))
    if isinstance(expected, (int, float)):
        return isinstance(found, (int, float)) and found == pytest.approx(expected, rel=rel, abs=0)
    return found == expected


def plain_cells(shown):
    """Whether this is one cell, or rows of equal length, of finite numbers and texts."""
    if not isinstance(shown, list):
        return type(shown) is str or (type(shown) is float and math.isfinite(shown))
    rows = [row if isinstance(row, list) else [row] for row in shown]
    return bool(rows) and len({len(row) for row in rows}) == 1 and all(plain_cells(v) for row in rows for v in row)
