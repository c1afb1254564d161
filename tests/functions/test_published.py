"""Published figures: what functions and formulas give, to the precision that was printed.

The tables are read by published.py; those beside published.csv are tested beside what they belong to
(test_training.py ...), here each of their rows is evaluated.
"""

import math

import pytest

import xlcost
from published import FILES, agrees, all_rows, given, read

CARRIED = {  # figures found published so far; the files only grow
    "published.csv": 109,
    "published_api.csv": 13,
    "published_risk.csv": 23,
    "published_serving.csv": 286,
    "published_training.csv": 151,
}
ROWS = [row for name, row in all_rows() if name == "published.csv"]
OF_FUNCTIONS = [row for row in ROWS if "." not in row["call"]]  # the others stand beside the formulas


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


@pytest.mark.parametrize("row", OF_FUNCTIONS, ids=lambda row: f"{row['id']} {row['call']}")
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
