"""The packaged tables: every row valid, every name unambiguous, figures plausible against each other."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest
from pydantic import ValidationError

from xlcost.facts import schema
from xlcost.facts.tables import TABLES, packaged_rows

FOLDER = Path(schema.__file__).parent
SCHEMAS = {table.file: schema.schema_of(table.row) for table in TABLES.values()}
LEAST = {"api_prices.csv": 10, "precisions.csv": 25, "training_runs.csv": 30}  # rows; the others have more than 50


def raw_rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def rows(name):
    return [SCHEMAS[name].model_validate(row) for row in raw_rows(name)]


def plain(text):
    """Case, blank, dot, underscore, hyphen gone, but for the point of a size such as 1.3b."""
    kept = re.sub(r"(\d)\.(\d+[bm])\b", r"\1point\2", text.lower())
    return re.sub(r"[\s._-]+", "", kept)


def test_every_table_has_a_schema():
    assert {path.name for path in FOLDER.glob("*.csv")} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_are_those_of_the_schema(name):
    assert set(raw_rows(name)[0]) == set(SCHEMAS[name].model_fields)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_row_is_valid(name):
    assert len(rows(name)) == len(raw_rows(name)) > LEAST.get(name, 50)
    assert all(row.source.strip() for row in rows(name))


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("column", ["source", "as_of", "checked"])
def test_a_row_without_source_or_date_does_not_load(name, column):
    row = raw_rows(name)[0]
    for broken in (row | {column: ""}, {k: v for k, v in row.items() if k != column}):
        with pytest.raises(ValidationError):
            SCHEMAS[name].model_validate(broken)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_read_without_checks_holds_what_the_checked_rows_hold(name):
    """Each cell and its kind."""

    def cells(row):
        return [(column, type(cell), cell) for column, cell in row.items()]

    checked = [row.model_dump() for row in rows(f"{name}.csv")]
    assert [cells(vars(row)) for row in packaged_rows(name)] == [cells(row) for row in checked]


def test_a_packaged_row_cannot_be_changed():
    with pytest.raises(AttributeError, match="never changed"):
        packaged_rows("gpu_prices")[0].usd_per_gpu_hour = 1.0


def test_a_row_with_an_unknown_column_does_not_load():
    with pytest.raises(ValidationError):
        schema.GpuPrice.model_validate(raw_rows("gpu_prices.csv")[0] | {"discount": "0.1"})


def test_a_row_cannot_be_changed():
    with pytest.raises(ValidationError):
        rows("gpu_prices.csv")[0].usd_per_gpu_hour = 1.0


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("H100", "h100-sxm"),
        ("A100", "a100-80-sxm"),
        ("A100-80GB", "a100-80-sxm"),
        ("A100 40GB", "a100-40-sxm"),
        ("V100", "v100-sxm2-16"),
        ("H200", "h200-sxm"),
        ("B200", "b200"),
        ("3080 Ti", "rtx3080ti"),
        ("4090", "rtx4090"),
        ("RTX 4090", "rtx4090"),
        ("MI300X", "mi300x"),
        ("TPU v5e", "tpu-v5e"),
        ("L40S", "l40s"),
    ],
)
def test_common_names_of_accelerators(typed, id):
    owners = {plain(t): row.id for row in rows("accelerators.csv") for t in (row.id, *row.aliases)}
    assert owners[plain(typed)] == id


def test_peaks_are_dense():
    peak = {chip.id: chip.bf16_tflops for chip in rows("accelerators.csv")}
    assert peak["a100-80-sxm"] == 312
    assert peak["h100-sxm"] == pytest.approx(989, abs=1)
    assert peak["b200"] == 2250


@pytest.mark.parametrize(
    ("id", "bytes_per_token"),
    [
        ("opt-13b", 819_200),
        ("llama-2-70b", 327_680),
        ("llama-3.1-405b", 516_096),
        ("deepseek-v3", 70_272),
    ],
)
def test_published_bytes_of_kv_cache(id, bytes_per_token):
    model = next(m for m in rows("models.csv") if m.id == id)
    mla = (model.kv_rank or 0) + (model.rope_dim or 0)
    values = model.kv_layers * (mla or 2 * model.kv_heads * model.head_dim)
    assert 2 * values == bytes_per_token


def llama_params(m):
    """Parameters of a Llama-type decoder: no biases, RMSNorm, gated feed-forward."""
    attention = 2 * m.hidden * m.head_dim * (m.heads + m.kv_heads)
    layer = attention + 3 * m.hidden * m.ffn + 2 * m.hidden
    return m.layers * layer + m.hidden + (1 if m.tied else 2) * m.vocab * m.hidden


def dense_gated_decoders():
    return [
        m
        for m in rows("models.csv")
        if m.checked == "yes" and m.gated and not m.experts and m.attention in ("MHA", "GQA", "MQA")
    ]


def test_parameters_follow_from_the_architecture():
    assert len(dense_gated_decoders()) > 40
    for model in dense_gated_decoders():
        assert llama_params(model) == pytest.approx(model.active_params, rel=0.01), model.id


@pytest.mark.parametrize(
    ("id", "params"),
    [
        ("llama-2-7b", 6_738_415_616),
        ("llama-2-13b", 13_015_864_320),
        ("llama-2-70b", 68_976_648_192),
        ("llama-3.1-8b", 8_030_261_248),
        ("llama-3.1-70b", 70_553_706_496),
        ("llama-3.1-405b", 405_853_388_800),
    ],
)
def test_published_parameter_counts_are_exact(id, params):
    model = next(m for m in rows("models.csv") if m.id == id)
    assert model.params == model.active_params == llama_params(model) == params


def test_gpt_2_is_exact():
    assert next(m for m in rows("models.csv") if m.id == "gpt-2").params == 124_439_808


def test_regions_know_the_world():
    """What CARBON_KG takes without a region, and grids from hydropower to coal."""
    carbon = {region.id: region.carbon_kg_kwh for region in rows("regions.csv")}
    assert 0.3 < carbon["world"] < 0.6
    assert min(carbon.values()) < 0.06 and 0.6 < max(carbon.values()) < 1.2
    assert all(
        region.electricity_usd_kwh is None or 0.02 < region.electricity_usd_kwh < 0.6 for region in rows("regions.csv")
    )


def april_2023(gpu, provider=None):
    return [
        p
        for p in rows("gpu_prices.csv")
        if (p.gpu, p.term, p.as_of.year, p.as_of.month) == (gpu, "on_demand", 2023, 4)
        and provider in (None, p.provider)
    ]


def test_the_a100_varies_almost_fourfold_in_april_2023():
    offers = sorted(april_2023("a100-40-sxm"), key=lambda p: p.usd_per_gpu_hour)
    assert offers[0].provider in ("Jarvislabs", "Lambda")
    assert (offers[-1].provider, offers[-1].usd_per_gpu_hour) == ("AWS", 4.09625)
    assert offers[-1].usd_per_gpu_hour / offers[0].usd_per_gpu_hour == pytest.approx(3.7, abs=0.05)


@pytest.mark.parametrize(("instance", "ratio"), [("g5.2xlarge", 3.4), ("g5.xlarge", 4.1)])
def test_an_a100_costs_three_to_four_a10g_on_aws(instance, ratio):
    (a100,) = april_2023("a100-40-sxm", "AWS")
    a10g = next(p for p in april_2023("a10g", "AWS") if p.instance == instance)
    assert a100.usd_per_gpu_hour / a10g.usd_per_gpu_hour == pytest.approx(ratio, abs=0.05)
