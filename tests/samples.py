"""Random good arguments for any word, for tests that run over the whole catalogue."""

from xlcost.quantities import Choice, Date, Key, ModelWord, Number
from xlcost.tables.prices import periods
from xlcost.tables.store import GPUS, MODELS, PRECISIONS

SHAPED = [row["id"] for row in MODELS.rows if row["attention_width"] and row["kv_layers"] is not None and row["vocab"]]
PEAKED = [row["id"] for row in GPUS.rows if row["bf16_tflops"] and row["tdp_w"] and row["memory_gb"] > 8]
FIELDS = {"MODEL_SPEC": ("params", "hidden", "attention", "source"), "GPU_SPEC": ("memory_gb", "name", "as_of")}
RANGES = {
    "tokens": (1e6, 2e13),
    "context": (128, 131072),
    "price": (0.1, 20),
    "gpu_hours": (1, 1e7),
    "hours": (1, 1e5),
    "watts": (1, 1e7),
    "pue": (1, 2.5),
    "electricity": (0.01, 0.5),
    "zero": (0, 3),
}


def offered(random):
    """A GPU, provider, term and date for which the table has a price."""
    period = random.choice(periods())
    days = (period.end - period.start).days
    day = period.start.toordinal() + random.randrange(days)
    return {
        "gpu": period.gpu,
        "provider": period.provider,
        "term": period.term,
        "as_of": float(day - 693594),
    }


def arguments(spec, random, leave_out=0.3):
    """One set of good arguments; optional ones are left out now and then."""
    given = {}
    offer = offered(random) if "provider" in {p.name for p in spec.parameters} else {}
    for p in spec.parameters:
        if p.name in offer:
            given[p.name] = offer[p.name]
        elif p.required or random.random() > leave_out:
            given[p.name] = sample(p, spec, random)
    if given.get("method") in ("causal", "full") and spec.name == "TRAIN_FLOPS":
        given["context"] = float(random.choice((1024, 4096)))
    if "tensor_parallel" in {p.name for p in spec.parameters}:
        degrees = given.get("tensor_parallel", 1) * given.get("pipeline_parallel", 1)
        given["gpus"] = float(degrees * random.choice((1, 2, 8)))
    return given


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
        return 46200.0
    if isinstance(word, Key):
        if word.name == "field":
            return random.choice(FIELDS[spec.name])
        if word.name == "precision":
            compute = ("bf16", "fp16", "int4", "nf4", "q4_k_m")
            return random.choice(compute if "mfu" in {q.name for q in spec.parameters} else IDS["precision"])
        return random.choice(IDS[word.name])
    assert isinstance(word, Number)
    if word.unit == "share":
        return random.uniform(0.05, 1)
    low, high = RANGES.get(word.name, (1, 64))
    value = random.uniform(low, high)
    return float(round(value)) if word.whole or value > 1000 else value


IDS = {"gpu": PEAKED, "precision": [row["id"] for row in PRECISIONS.rows]}
