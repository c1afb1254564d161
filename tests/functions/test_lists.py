"""Lists of models, accelerators and offers, the release and the data edition."""

import csv
import datetime as dt
import re
from importlib.resources import files

import pytest

import xlcost
from xlcost.cells import over_cells
from xlcost.errors import BadInput, NotInTable
from xlcost.function import describe
from xlcost.functions.gpus import gpu_price, gpu_spec, price_source
from xlcost.functions.lists import data_as_of, gpu_list, model_list, price_table, xlcost_version
from xlcost.functions.models import model_params, model_spec
from xlcost.prices.periods import EDITION
from xlcost.quantities import serial_date

LISTS = (model_list, gpu_list, price_table, xlcost_version, data_as_of)


def raw(name):
    return list(csv.DictReader(files("xlcost.facts").joinpath(name).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("function", LISTS, ids=lambda f: describe(f).name)
def test_example(function):
    spec = describe(function)
    assert spec.call(**spec.example_arguments) == spec.example["returns"]


@pytest.mark.parametrize(("function", "file"), [(model_list, "models.csv"), (gpu_list, "accelerators.csv")])
def test_the_whole_table_stands_under_its_heading(function, file):
    heading, *rows = function()
    assert [row[0] for row in rows] == [row["id"] for row in raw(file)]
    assert {len(row) for row in rows} == {len(heading)}
    assert function("") == function()


def test_columns_are_those_of_the_specs():
    heading, *rows = model_list("llama-3.1")
    assert heading == ["id", "name", "params", "active_params", "release"]
    for name, _, total, active, release in rows:
        assert (total, active) == (model_params(name), model_params(name, "active"))
        assert release == model_spec(name, "release")
    heading, *rows = gpu_list("H100")
    assert heading == ["id", "name", "memory_gb", "bf16_tflops", "tdp_w", "launch"]
    for row in rows:
        assert row[1:] == [gpu_spec(row[0], field) for field in heading[1:]]


@pytest.mark.parametrize(
    ("function", "contains", "found"),
    [
        (model_list, "LLAMA 3.1 70b", "llama-3.1-70b"),
        (model_list, "deepseek-v3", "deepseek-v3"),
        (model_list, "meta", "llama-2-7b"),
        (model_list, "davinci", "gpt-3"),
        (gpu_list, "a100 80gb", "a100-80-sxm"),
        (gpu_list, "Google", "tpu-v5p"),
        (gpu_list, "mi3", "mi300x"),
    ],
)
def test_found_by_id_name_or_maker(function, contains, found):
    ids = [row[0] for row in function(contains)[1:]]
    assert found in ids
    assert len(ids) < len(function()) - 1
    assert ids == [row[0] for row in function(f" {contains.swapcase()} ")[1:]]


@pytest.mark.parametrize(("function", "noun"), [(model_list, "model"), (gpu_list, "gpu")])
def test_nothing_found_is_an_error(function, noun):
    with pytest.raises(NotInTable, match=f"contains: no {noun} has 'zzzz'"):
        function("zzzz")
    assert over_cells(describe(function), ("zzzz",)).code == "#N/A"


def test_blanks_of_the_table_are_blank_cells():
    cells = over_cells(describe(gpu_list), (None,))
    assert all(value is not None for row in cells for value in row)
    assert any(value == "" for row in cells for value in row)


# Offers.


def test_offers_are_those_that_the_price_function_finds():
    rows = price_table(as_of="2026-10-15")[1:]
    assert len(rows) > 50
    for gpu, provider, term, usd, since, source in rows:
        assert usd == gpu_price(gpu, provider, term, "2026-10-15")
        assert source == price_source(gpu, provider, term, "2026-10-15")
        assert source.startswith(since)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", since) and since <= "2026-10-15"
        assert provider != "median"


def test_cheapest_first():
    rows = price_table()[1:]
    order = [(row[0], row[3]) for row in rows]
    assert order == sorted(order)


def test_filters():
    rows = price_table()[1:]
    assert price_table("H100")[1:] == [row for row in rows if row[0] == "h100-sxm"]
    assert price_table(None, "aws")[1:] == [row for row in rows if row[1] == "AWS"]
    assert price_table(None, "Amazon")[1:] == price_table(None, "AWS")[1:]
    assert price_table(None, None, "spot")[1:] == [row for row in rows if row[2] == "spot"]
    assert price_table("H100", "AWS", "on_demand")[1:] == [
        row for row in rows if row[:3] == ["h100-sxm", "AWS", "on_demand"]
    ]


def test_lambda_and_aws_in_april_2023():
    """On-demand A100s then differed almost fourfold: 1.10 and 4.10."""
    rows = price_table("a100-40-sxm", None, "on_demand", "2023-04-07")[1:]
    found = {row[1]: row[3] for row in rows}
    assert found["Lambda"] == pytest.approx(1.10)
    assert found["AWS"] == pytest.approx(4.10, abs=0.005)
    assert rows[0][3] == min(found.values())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("h900",), "unknown gpu 'h900'"),
        (("H100", "awz"), "unknown provider 'awz'; did you mean 'AWS'"),
        (("H100", "median"), "unknown provider 'median'"),
        (("H100", None, None, "2019-01-01"), "no such offer on 2019-01-01; the table has some from 2023"),
        (("a30",), "the table has none on any day"),
        ((None, None, None, EDITION + dt.timedelta(days=1)), "after the data edition of 2026-11-01"),
    ],
)
def test_what_is_not_there_is_said(arguments, sentence):
    with pytest.raises(NotInTable, match=sentence):
        price_table(*arguments)


def test_one_filter_each():
    with pytest.raises(BadInput, match="one value here, not a range"):
        price_table(["H100", "A100"])


# The release and the edition.


def test_version_is_the_package_s():
    assert xlcost_version() == xlcost.__version__


def test_edition_is_a_date_that_other_functions_take():
    assert serial_date(data_as_of()) == EDITION
    assert gpu_price("H100", None, "on_demand", data_as_of()) == gpu_price("H100")
    assert over_cells(describe(data_as_of), ()) == 46327.0
