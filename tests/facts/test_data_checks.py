"""The checks of chips and prices against what is known from elsewhere find what is put there on purpose."""

import csv
import datetime as dt
from collections import Counter
from functools import cache

import pytest

from credits import LICENCES
from places import DATA
from table_checks import chips as chip_checks
from table_checks import every
from table_checks import prices as price_checks
from xlcost.facts.tables import TABLES, packaged_rows

SCHEMAS = [table.file for table in TABLES.values()]


@cache
def rows(name):
    return tuple(packaged_rows(name.removesuffix(".csv")))


def prices():
    return rows("gpu_prices.csv")


def chips():
    return rows("accelerators.csv")


def before_its_chip(some):
    return price_checks.before_its_chip(some, chips())


# What the checks must find.


def other(row, **cells):
    """The row with other cells."""
    return type(row)(**vars(row) | cells)


def changed(some, change, **which):
    """The rows, with those that `which` names changed: `change` gives the new columns of one."""
    hit = [row for row in some if all(getattr(row, column) == value for column, value in which.items())]
    assert hit, which
    return [other(row, **change(row)) if row in hit else row for row in some]


def times(factor, *columns):
    return lambda row: {column: getattr(row, column) * factor for column in columns if getattr(row, column)}


def to(**columns):
    return lambda row: columns


DEARER = ("usd_per_gpu_hour", "usd_per_instance_hour")
H100_OF_AWS = {"provider": "AWS", "gpu": "h100-sxm"}
WRONG_PRICES = {
    "spot H100 of AWS x4": (price_checks.dearer_than_a_freer_term, times(4, *DEARER), H100_OF_AWS | {"term": "spot"}),
    "spot L4 of GCP x6": (
        price_checks.dearer_than_a_freer_term,
        times(6, *DEARER),
        {"provider": "GCP", "gpu": "l4", "term": "spot"},
    ),
    "spot H200 without a list price": (
        price_checks.spot_above_the_list,
        times(4, *DEARER),
        {"instance": "p5e.48xlarge", "term": "spot"},
    ),
    "one year of a GCP H100 x3": (
        price_checks.dearer_than_a_freer_term,
        times(3, *DEARER),
        {"provider": "GCP", "instance": "a3-highgpu-8g", "term": "1yr"},
    ),
    "three years of an Azure A100 x3": (
        price_checks.dearer_than_a_freer_term,
        times(3, *DEARER),
        {"provider": "Azure", "instance": "ND96amsr A100 v4", "term": "3yr"},
    ),
    "H100 of Lambda x3": (
        price_checks.far_off_its_own,
        times(3, *DEARER),
        {"provider": "Lambda", "gpu": "h100-sxm", "as_of": dt.date(2025, 10, 27), "gpus": 8},
    ),
    "A100 of GCP x5": (
        price_checks.far_off_the_others,
        times(5, *DEARER),
        {"provider": "GCP", "instance": "a2-highgpu-1g", "as_of": dt.date(2023, 4, 7), "term": "on_demand"},
    ),
    "p5.48xlarge of one GPU": (price_checks.other_number_of_gpus, to(gpus=1), {"instance": "p5.48xlarge"}),
    "8x H100 of one GPU": (price_checks.other_number_of_gpus, to(gpus=1), {"instance": "8x H100 SXM"}),
    "n1 of two numbers": (
        price_checks.other_number_of_gpus,
        to(gpus=1),
        {"instance": "n1-highmem-32", "gpu": "t4", "term": "spot"},
    ),
    "NC6s v3 of a card with NVLink": (
        price_checks.other_number_of_gpus,
        to(gpu="v100-sxm2-16"),
        {"instance": "NC6s v3", "term": "spot"},
    ),
    "B200 before it was there": (before_its_chip, to(as_of=dt.date(2024, 1, 1)), {"gpu": "b200", "provider": "AWS"}),
}
WRONG_CHIPS = {
    "H100, TF32 with sparsity": (chip_checks.off_the_ratio, times(2, "tf32_tflops"), {"id": "h100-sxm"}),
    "B200, FP4 with sparsity": (chip_checks.off_the_ratio, times(2, "fp4_tflops"), {"id": "b200"}),
    "B200, all with sparsity": (
        chip_checks.off_the_whole,
        times(2, "tf32_tflops", "bf16_tflops", "fp8_tflops", "fp4_tflops"),
        {"id": "b200"},
    ),
    "GB300, FP8 with sparsity": (chip_checks.off_the_ratio, times(2, "fp8_tflops"), {"id": "gb300"}),
    "TPU v7 x2": (chip_checks.off_the_ratio, times(2, "bf16_tflops"), {"id": "tpu-v7"}),
    "TPU v7, both x2": (chip_checks.off_the_whole, times(2, "bf16_tflops", "fp8_tflops"), {"id": "tpu-v7"}),
    "Trainium2 x2": (chip_checks.off_the_whole, times(2, "bf16_tflops"), {"id": "trainium2"}),
    "B100 x2": (
        chip_checks.too_much_for_its_power,
        times(2, "tf32_tflops", "bf16_tflops", "fp8_tflops", "fp4_tflops"),
        {"id": "b100"},
    ),
    "TDP of 7000 W": (chip_checks.power_out_of_bounds, to(tdp_w=7000.0), {"id": "h100-sxm"}),
    "launch of 2032": (chip_checks.odd_launch, to(launch=dt.date(2032, 1, 1)), {"id": "h100-sxm"}),
    "street price as a launch price": (chip_checks.odd_launch_price, to(unverified=()), {"id": "b200"}),
}


@pytest.mark.parametrize("name", WRONG_PRICES)
def test_a_wrong_price_is_found(name):
    check, change, which = WRONG_PRICES[name]
    assert [*check(changed(prices(), change, **which))]


@pytest.mark.parametrize("name", WRONG_CHIPS)
def test_a_wrong_chip_is_found(name):
    check, change, which = WRONG_CHIPS[name]
    assert [*check(changed(chips(), change, **which))]


def test_most_prices_cannot_be_three_times_as_high():
    """A price that stands nearly alone, or among others as far apart, can: the tables cannot tell."""
    listed = [p for p in prices() if p.term == "on_demand"][::5]
    noticed = 0
    for p in listed:
        wrong = other(p, **times(3, *DEARER)(p))
        some = [wrong if q is p else q for q in prices() if q.gpu == p.gpu and q.term == p.term]
        found = [*price_checks.far_off_the_others(some), *price_checks.far_off_its_own(some)]
        noticed += any(row is wrong for row, _ in found)
    assert noticed > 0.75 * len(listed)


def test_the_chips_without_units_have_another_figure():
    """But B100 and its like: no page was read that has its sum; its power and its ratios bound it."""
    with (DATA / "tensor_units.csv").open(encoding="utf-8", newline="") as file:
        units = {chip["id"] for chip in csv.DictReader(file)}
    asked = ["b200", "b300", "gb200", "gb300", "h20", "gh200-96", "tpu-v6e", "tpu-v7", "gaudi2"]
    asked += ["trainium1", "trainium2", "trainium3"]
    assert units | {whole[0] for whole in chip_checks.TOGETHER} >= set(asked)
    assert all(every.PAGE.search(whole[-1]) for whole in chip_checks.TOGETHER)


@pytest.mark.parametrize(
    "source",
    [
        "a colleague told me in 2024",
        "A colleague, over lunch, 2024",
        "vendor page, 2025",
        "a mail of 2024-05-01",
        "price list 3.2",
        "from memory, 2026",
        "NVIDIA datasheet",
    ],
)
def test_a_sentence_with_a_year_is_no_source(source):
    row = other(prices()[0], source=source)
    assert [found for found, _ in every.source_without_page([row])] == [row]


def test_packages_that_count_as_a_source_are_credited():
    credited = " ".join(" ".join(line) for line in LICENCES).lower()
    for package in every.PACKAGES.replace("|", " ").lower().split():
        assert package in credited, package


# How much is doubtful.

DOUBTFUL = {  # at least so many rows are not known at first hand: (secondary, no)
    "accelerators.csv": (0, 12),
    "models.csv": (23, 7),
    "gpu_prices.csv": (250, 0),
    "precisions.csv": (0, 0),
    "regions.csv": (0, 0),
    "api_prices.csv": (71, 1),
    "api_listed.csv": (0, 0),
    "training_runs.csv": (29, 0),
    "reported_runs.csv": (69, 0),
    "ownership.csv": (229, 7),
}
FROM_MEMORY = {
    "accelerators.csv": (
        *("a800-80-sxm", "h800-sxm", "h200-nvl", "rtx3060-12", "rtx3080ti", "rtx5090", "rtxpro6000-ws"),
        *("dgx-spark-gb10", "cerebras-wse2", "cerebras-wse3", "ascend-910b", "vr200"),
    ),
}


def doubt(some):
    count = Counter(row.checked for row in some)
    return count["secondary"] + count["no"], count["no"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_doubt_does_not_vanish_by_itself(name):
    """Who reads a source and takes a row out of doubt lowers the number here, and says so."""
    second_hand, unread = DOUBTFUL[name]
    assert doubt(rows(name)) >= (second_hand + unread, unread)
    sure = [other(row, checked="yes") for row in rows(name)]
    assert (doubt(sure) < (second_hand + unread, unread)) == (second_hand + unread > 0)


def test_rows_from_memory_say_so():
    for name, doubtful in FROM_MEMORY.items():
        assert {row.id for row in rows(name) if row.checked == "no"} >= set(doubtful)


def test_all_to_yes_is_found():
    sure = [other(row, checked="yes") for row in prices()]
    found = [row for row, _ in every.overstated_check(sure)]
    assert {row.provider for row in found} >= {"AWS", "Nebius", "Hyperstack", "CoreWeave", "Azure", "Salad"}
    assert len(found) > 200
