"""xlcost prices update: made-up catalogues in public formats become the right rows, and no past answer changes."""

import csv
import datetime as dt
import io
import random
import sys
from pathlib import Path

import pytest

from catalogues import AWS, CATALOGUE, DAY, FOLDER, GCP
from xlcost import gpu_price, price_source
from xlcost.cli import main as cli
from xlcost.errors import NotInTable
from xlcost.facts.store import plain
from xlcost.facts.tables import packaged_rows
from xlcost.feeds.catalogue import Chip
from xlcost.feeds.chip_names import Names, Unclear
from xlcost.functions.lists import data_as_of
from xlcost.prices.periods import EDITION, MEDIAN
from xlcost.quantities import excel_serial


@pytest.fixture
def merged(update, folder):
    """merged(file, words...) -> {(gpu, term, plain instance): row} of what was written."""

    def call(file, *words):
        status, _, err = update(file, "--as-of", DAY, "--yes", "--accept-outliers", *words)
        assert (status, err) == (0, "")
        with (folder / "offers.csv").open(encoding="utf-8", newline="") as rows:
            return {(row["gpu"], row["term"], plain(row["instance"])): row for row in csv.DictReader(rows)}

    return call


# (gpu, term, instance): USD of one GPU = of the instance / GPUs, GPUs, region. Of each the cheapest line; of several
# equal ones the first region.
BY_HAND = {
    "skypilot/aws/vms.csv": {  # made2 has no price on demand; one of its lines has none at all
        ("v100-sxm2-16", "on_demand", "made1.16xlarge"): (24.0 / 8, 8, "us-east-1"),
        ("v100-sxm2-16", "spot", "made1.16xlarge"): (3.2 / 8, 8, "us-east-2"),
        ("v100-sxm2-16", "on_demand", "p3.2xlarge"): (3.5 / 1, 1, "us-east-1"),
        ("v100-sxm2-16", "spot", "p3.2xlarge"): (0.4 / 1, 1, "us-east-1"),
        ("h100-sxm", "on_demand", "p5.4xlarge"): (7.0 / 1, 1, "us-east-1"),
        ("h100-sxm", "spot", "p5.4xlarge"): (9.0 / 1, 1, "ap-northeast-1"),
        ("h200-sxm", "spot", "made2.48xlarge"): (20.0 / 8, 8, "us-east-2"),
        ("h200-sxm", "on_demand", "p5en.48xlarge"): (64.0 / 8, 8, "us-east-1"),
        ("h200-sxm", "spot", "p5en.48xlarge"): (8.0 / 8, 8, "eu-south-2"),
        ("b200", "on_demand", "made3.48xlarge"): (112.0 / 8, 8, "us-east-1"),
        ("b200", "spot", "made3.48xlarge"): (24.0 / 8, 8, "us-east-1"),
    },
    "skypilot/gcp/vms.csv": {  # GPU and machine of its zone added; TPU slices by the chip: v5p has two cores each
        ("a100-40-sxm", "on_demand", "a2-highgpu-1g"): ((3.0 + 0.75) / 1, 1, "us-central1"),
        ("a100-40-sxm", "spot", "a2-highgpu-1g"): ((1.2 + 0.2) / 1, 1, "us-west4"),
        ("h100-sxm", "on_demand", "a3-highgpu-2g"): ((20.0 + 2.0) / 2, 2, "us-east4"),
        ("h100-sxm", "spot", "a3-highgpu-2g"): ((4.5 + 0.5) / 2, 2, "us-east4"),
        ("tpu-v5p", "on_demand", "TPU v5p"): (2048.0 / (1024 / 2), 1, "us-central1"),
        ("tpu-v5p", "spot", "TPU v5p"): (512.0 / (1024 / 2), 1, "us-central1"),
        ("tpu-v6e", "on_demand", "TPU v6e"): (3.0 / 1, 1, "us-central1"),  # of the slice 24.0 / 8, the same
        ("tpu-v6e", "spot", "TPU v6e"): (4.0 / 8, 1, "us-east5"),
    },
    "skypilot/nebius/vms.csv": {
        ("h100-sxm", "on_demand", "gpu-h100-sxm_1gpu-16vcpu-200gb"): (3.0 / 1, 1, "eu-north1"),
        ("h100-sxm", "spot", "gpu-h100-sxm_1gpu-16vcpu-200gb"): (1.2 / 1, 1, "eu-north1"),
        ("h100-sxm", "on_demand", "gpu-h100-sxm_8gpu-80vcpu-800gb"): (24.0 / 8, 8, "eu-north1"),
        ("h100-sxm", "spot", "gpu-h100-sxm_8gpu-80vcpu-800gb"): (9.6 / 8, 8, "eu-north1"),
        ("h200-sxm", "on_demand", "gpu-h200-sxm_8gpu-80vcpu-800gb"): (32.0 / 8, 8, "eu-north1"),
        ("h200-sxm", "spot", "gpu-h200-sxm_8gpu-80vcpu-800gb"): (12.0 / 8, 8, "eu-north1"),
        ("l40s", "on_demand", "gpu-l40s-made_1gpu-10vcpu-100gb"): (1.5 / 1, 1, "eu-north1"),
        ("l40s", "on_demand", "gpu-l40s-made_2gpu-20vcpu-200gb"): (5.0 / 2, 2, "eu-north1"),
    },
    "skypilot/hyperstack/vms.csv": {
        ("a100-80-pcie", "on_demand", "m1-A100x2"): (3.0 / 2, 2, "CANADA-1"),
        ("a100-80-pcie", "on_demand", "m1-A100x8-NVLink"): (12.0 / 8, 8, "CANADA-1"),
        ("h100-pcie", "on_demand", "m1-H100x8-NVLink"): (16.0 / 8, 8, "CANADA-1"),
        ("h100-sxm", "on_demand", "n3-H100-SXM5x8"): (20.0 / 8, 8, "CANADA-1"),
        ("rtx-a4000", "on_demand", "m1-RTX-A4000x10"): (2.0 / 10, 10, "NORWAY-1"),
    },
    "skypilot/runpod/vms.csv": {  # "A100-80GB" is PCIe, says the line's GpuInfo
        ("a100-80-pcie", "on_demand", "1x_A100-80GB_SECURE"): (1.5 / 1, 1, "CA"),
        ("a100-80-pcie", "spot", "1x_A100-80GB_SECURE"): (1.5 / 1, 1, "CA"),
        ("a100-80-pcie", "on_demand", "2x_A100-80GB_SECURE"): (3.0 / 2, 2, "JP"),
        ("a100-80-pcie", "spot", "2x_A100-80GB_SECURE"): (2.0 / 2, 2, "JP"),
    },
    "gpuhunt/verda.csv": {
        ("h100-sxm", "on_demand", "1H100.80S.30V"): (4.0 / 1, 1, "FIN-01"),
        ("h100-sxm", "spot", "1H100.80S.30V"): (1.5 / 1, 1, "ICE-01"),
        ("rtx-a6000", "on_demand", "2A6000.made"): (2.0 / 2, 2, "FIN-01"),
        ("rtx-a6000", "spot", "2A6000.made"): (0.8 / 2, 2, "FIN-01"),
        ("v100-sxm2-16", "on_demand", "1V100.made"): (1.0 / 1, 1, "FIN-01"),
        ("v100-sxm2-16", "spot", "1V100.made"): (0.25 / 1, 1, "FIN-01"),
    },
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_catalogue_becomes_the_rows_computed_by_hand(merged, name):
    found = merged(FOLDER / name)
    expected = {(gpu, term, plain(instance)): rest for (gpu, term, instance), rest in BY_HAND[name].items()}
    assert set(found) == set(expected)
    for key, (usd, gpus, region) in expected.items():
        row = found[key]
        assert float(row["usd_per_gpu_hour"]) == pytest.approx(usd, rel=1e-9), key
        assert (int(row["gpus"]), row["region"], row["as_of"]) == (gpus, region, DAY.isoformat())
        assert row["usd_per_instance_hour"] == "" or float(row["usd_per_instance_hour"]) == pytest.approx(usd * gpus)
        assert (row["usd_per_instance_hour"] == "") == key[0].startswith("tpu")
    assert len({row["provider"] for row in found.values()}) == 1


def test_gpu_and_machine_together_are_the_instance_that_the_tables_know(update, tmp_path):
    """The whole a2-highgpu-1g of the packaged table, split into a machine of 1 USD and a GPU of the rest."""
    rows = [row for row in packaged_rows("gpu_prices") if row.instance == "a2-highgpu-1g"]
    whole = max((row for row in rows if row.term == "on_demand"), key=lambda row: row.as_of).usd_per_gpu_hour
    machine = "a2-highgpu-1g,10,100,,,,us-central1,us-central1-a,1,"
    gpu = f",,,A100,1,{{'Gpus': [{{'MemoryInfo': {{'SizeInMiB': 40960}}}}]}},us-central1,us-central1-a,{whole - 1},"
    file = tmp_path / "gcp.csv"
    file.write_text("\n".join([GCP.read_text(encoding="utf-8").splitlines()[0], machine, gpu]), encoding="utf-8")
    assert "1 new row: 0 offers new, 0 changed, 1 unchanged" in update(file, "--as-of", DAY, "--dry-run")[1]


def test_what_was_added_is_said(merged):
    found = merged(GCP)["a100-40-sxm", "on_demand", plain("a2-highgpu-1g")]
    assert found["notes"] == "prices of GPU and machine added; cheapest of 2 regions"


def test_a_gpu_alone_and_a_machine_without_a_spot_price(merged, tmp_path):
    """A T4 goes into any machine: its price is that of the GPU only. What lacks a part of its price has none."""
    head, *lines = GCP.read_text(encoding="utf-8").splitlines()
    lines = [line.removesuffix("0.5") for line in lines if "a3-highgpu" in line or "H100" in line]
    t4 = ",,,T4,1.0,{'Gpus': [{'MemoryInfo': {'SizeInMiB': 16384}}]},us-east1,us-east1-c,0.4,0.1"
    file = tmp_path / "gcp.csv"
    file.write_text("\n".join([head, *lines, t4]) + "\n", encoding="utf-8")
    found = merged(file)
    assert set(found) == {
        ("h100-sxm", "on_demand", plain("a3-highgpu-2g")),
        ("t4", "on_demand", ""),
        ("t4", "spot", ""),
    }
    assert {row["basis"] for key, row in found.items() if key[0] == "t4"} == {"gpu_only"}


def test_capacity_by_the_calendar_is_not_on_demand(update, tmp_path):
    """gpuhunt flags it: gcp-dws-calendar-mode."""
    file = tmp_path / "gcp.csv"
    row = "a3-highgpu-8g,us-east4,40,1,1,8,H100,80,False"
    file.write_text(f"{CATALOGUE.rstrip()},flags\n{row},gcp-dws-calendar-mode\n", encoding="utf-8")
    out = update(file, "--as-of", DAY, "--dry-run")[1]
    assert "1 x H100: reserved by the calendar, not on demand" in out
    assert "0 new rows" in out


def test_what_is_not_sure_is_said_and_left_out(update):
    out = update(FOLDER / "gpuhunt/jarvislabs.csv", "--as-of", DAY, "--dry-run")[1]
    assert "1 x H100: may be h100-pcie or h100-sxm; say which with --gpu H100=ID" in out
    assert "2 x RTXPRO6000: may be" in out
    assert "1 x L4: no price of its host g2-standard-4 in the same zone" in update(GCP, "--as-of", DAY, "--dry-run")[1]


def test_a_name_can_be_given(merged):
    found = merged(FOLDER / "gpuhunt/jarvislabs.csv", "--gpu", "H100=h100-sxm", "--gpu", "A100=a100-80-pcie")
    assert float(found["h100-sxm", "on_demand", plain("H100-1x")]["usd_per_gpu_hour"]) == 3.0 / 1
    assert float(found["a100-80-pcie", "on_demand", plain("A100-1x")]["usd_per_gpu_hour"]) == 1.5 / 1


NAMES = [  # provider, name, hint, memory, instance -> id, or words of the reason
    ("AWS", "H100", "H100", 80, "p5.48xlarge", "h100-sxm"),
    ("AWS", "H100", "", 80, "p9.new", "h100-sxm"),  # AWS sells no other H100
    ("AWS", "A100-80GB", "", 80, "p4de.24xlarge", "a100-80-sxm"),
    ("AWS", "A100", "", 40, "p4d.24xlarge", "a100-40-sxm"),
    ("AWS", "A10G", "", 22.5, "g5.xlarge", "a10g"),
    ("AWS", "Trainium", "", None, "trn9.xlarge", "trainium1"),
    ("AWS", "B200", "B200", 183359 / 1024, "p6-b200.48xlarge", "b200"),
    ("Azure", "V100-32GB", "", 32, "Standard_ND40rs_v2", "v100-sxm2-32"),
    ("GCP", "H100-MEGA", "", 80, "a3-megagpu-8g", "h100-sxm"),
    ("GCP", "L4", "", 24, "g2-standard-4", "l4"),
    ("RunPod", "H100-SXM", "", 80, "1x_H100-SXM_SECURE", "h100-sxm"),
    ("RunPod", "H100NVL", "", 94, "", "h100-nvl"),
    ("RunPod", "RTX4090", "", 24, "", "rtx4090"),
    ("RunPod", "RTX6000Ada", "", 48, "", "rtx6000-ada"),
    ("Lambda", "H100", "", 80, "gpu_1x_h100_pcie_new", "h100-pcie"),
    ("RunPod", "H100", "", 80, "", "may be h100-pcie or h100-sxm"),
    ("Nobody", "A100", "", 80, "", "may be a100-80-pcie or a100-80-sxm"),
    ("AWS", "T4g", "", 16, "g5g.xlarge", "unknown gpu"),
    ("AWS", "A16", "", 16, "x", "unknown gpu"),
    ("Vast.ai", "RTX3060", "", 8, "", "has 8 GB; rtx3060-12 has 12"),
    ("AWS", "H100", "", 141, "", "has 141 GB"),
    ("AWS", "A100", "", None, "p4d.24xlarge", "a100-40-sxm"),  # the instance says what the name does not
    ("Azure", "V100", "", None, "Standard_ND40rs_v2", "v100-sxm2-32"),
    (
        "AWS",
        "A100-80GB",
        "",
        None,
        "p4d.24xlarge",
        "the tables know p4d.24xlarge with a100-40-sxm; if it is one, add --gpu A100-80GB=a100-40-sxm",
    ),
    (
        "AWS",
        "B200",
        "",
        None,
        "p5.48xlarge",
        "the tables know p5.48xlarge with h100-sxm; if it is one, add --gpu B200=h100-sxm",
    ),
]


@pytest.mark.parametrize(("provider", "name", "hint", "memory", "instance", "expected"), NAMES)
def test_names_of_chips(provider, name, hint, memory, instance, expected):
    rows = [row for row in packaged_rows("gpu_prices") if row.provider == provider]
    names = Names(rows, {})
    if " " in expected:
        with pytest.raises(Unclear, match=expected):
            names.match(Chip(name, hint, memory, 1.0), instance)
    else:
        assert names.match(Chip(name, hint, memory, 1.0), instance)[0] == expected


def test_the_same_file_again_changes_nothing(update, folder):
    assert update(AWS, "--as-of", DAY, "--yes")[0] == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    status, out, _ = update(AWS, "--as-of", DAY, "--yes")
    assert status == 0
    assert "0 new rows" in out
    assert out.endswith("nothing was written\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_prices_after_the_merge(merged):
    eve = {(gpu, who): gpu_price(gpu, who, as_of=EDITION) for gpu in ("H200", "B200") for who in ("AWS", "median")}
    with pytest.raises(NotInTable, match="after the data edition"):
        gpu_price("H200", "AWS", as_of=DAY)
    merged(AWS, "--source", "Price list, November")
    assert gpu_price("H200", "AWS", as_of=DAY) == pytest.approx(64.0 / 8)
    assert price_source("H200", "AWS", as_of=DAY) == f"{DAY}, AWS p5en.48xlarge, Price list, November"
    assert data_as_of() == excel_serial(DAY)
    assert {offer: gpu_price(*offer, as_of=EDITION) for offer in eve} == eve


def answers(asked):
    """Value and source of each question; None where there is no price."""
    found = []
    for gpu, who, term, day in asked:
        try:
            found.append((gpu_price(gpu, who, term, day), price_source(gpu, who, term, day)))
        except NotInTable:
            found.append(None)
    return found


def questions(last, number=1500):
    dice, rows = random.Random(11), packaged_rows("gpu_prices")
    for _ in range(number):
        row = dice.choice(rows)
        day = dt.date(2023, 4, 1) + dt.timedelta(dice.randrange((last - dt.date(2023, 4, 1)).days + 1))
        yield row.gpu, dice.choice([row.provider, MEDIAN]), row.term, day


@pytest.mark.slow
@pytest.mark.parametrize("back", [-19, 90], ids=["newer", "backdated"])
def test_no_answer_for_a_day_before_the_new_rows_changes(update, back):
    """Up to the day before them, and up to the last day that was known: before that day there was no answer."""
    day = EDITION - dt.timedelta(days=back)
    asked = list(questions(min(EDITION, day - dt.timedelta(days=1))))
    before = answers(asked)
    assert sum(answer is not None for answer in before) > 500
    for name in ("skypilot/aws/vms.csv", "skypilot/gcp/vms.csv", "gpuhunt/verda.csv"):
        assert update(FOLDER / name, "--as-of", day, "--yes", "--accept-outliers")[0] == 0
    assert answers(asked) == before


def test_rows_before_a_later_sighting_are_said(update):
    seen = max(row.as_of for row in packaged_rows("gpu_prices") if row.provider == "Verda")
    out = update(FOLDER / "gpuhunt/verda.csv", "--as-of", seen - dt.timedelta(days=1), "--dry-run")[1]
    assert "Seen later already; the prices from this day up to the next sighting change:" in out
    assert "Seen later" not in update(FOLDER / "gpuhunt/verda.csv", "--as-of", seen, "--dry-run")[1]


def last_price(gpu, provider, term="on_demand"):
    return gpu_price(gpu, provider, term, EDITION)


@pytest.mark.parametrize(("factor", "odd"), [(2.9, False), (3.1, True), (1 / 2.9, False), (1 / 3.1, True)])
def test_a_change_beyond_a_factor_of_three_waits_for_a_yes(update, tmp_path, factor, odd):
    was = last_price("H100", "AWS")
    file = tmp_path / "aws.csv"
    file.write_text(f"{CATALOGUE}p7.odd,us-east-1,{was * factor},1,1,1,H100,80,False\n")
    plain_run = update(file, "--as-of", DAY, "--dry-run")[1]
    assert ("Suspicious, left out" in plain_run) is odd
    assert plain_run.count("0 new rows") == odd
    asked = update(file, "--as-of", DAY, "--dry-run", "--accept-outliers")[1]
    assert "1 new row:" in asked
    assert f"{(factor - 1) * 100:+,.1f}%" in asked


def test_what_the_file_lacks_is_said_and_stays(update, tmp_path):
    lacking, was = last_price("H200", "AWS"), last_price("H100", "AWS")
    file = tmp_path / "aws.csv"
    file.write_text(f"{CATALOGUE}p5.48xlarge,us-east-1,{was * 8},1,1,8,H100,80,False\n")
    out = update(file, "--as-of", EDITION, "--yes")[1]
    assert "0 offers new, 0 changed, 1 unchanged" in out
    gone = out.partition("Not in the file any more")[2]
    assert "h200-sxm AWS on_demand" in gone
    assert "h100-sxm AWS on_demand" not in gone
    assert " spot" not in gone  # of which the file says nothing
    assert last_price("H200", "AWS") == lacking


def printed(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["xlcost", *words])
    with pytest.raises(SystemExit):
        cli.main()
    return capsys.readouterr().out


def test_the_cure_that_a_sentence_names_works(update, merged, tmp_path):
    """A line that another name puts in doubt: the option taken from the sentence, word for word."""
    file = tmp_path / "aws.csv"
    file.write_text(f"{CATALOGUE}p4d.24xlarge,us-east-1,16,1,1,8,A100-80GB,,False\n")
    told = update(file, "--as-of", DAY, "--dry-run")[1]
    option, pair = told.partition("if it is one, add ")[2].split()[:2]
    assert "0 new rows" in told
    assert merged(file, option, pair)["a100-40-sxm", "on_demand", plain("p4d.24xlarge")]["usd_per_gpu_hour"] == "2"


def test_the_whole_table_as_xlcost_tables_prints_it(update, folder, tmp_path, capsys, monkeypatch):
    """Another release's table: that of this one, with a sighting more."""
    text = printed(capsys, monkeypatch, "tables", "gpu_prices", "--format", "csv")
    head, first, *_ = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    new = dict(zip(head, first, strict=True)) | {"as_of": DAY.isoformat()}
    for encoding in ("utf-8", "utf-16"):  # what a shell of Windows writes, with > too
        file = tmp_path / f"{encoding}.csv"
        file.write_text(text + ",".join(f'"{cell}"' for cell in new.values()) + "\n", encoding=encoding)
        status, out, err = update(file, "--dry-run")
        assert (status, err) == (0, "")
        assert "\n1 new row: 0 offers new" in out
        assert f"; {text.count(chr(10)) - 1:,} rows there already" in out
    assert update(file, "--yes")[0] == 0
    assert list(csv.DictReader((folder / "offers.csv").read_text(encoding="utf-8").splitlines())) == [new]


def test_of_a_table_of_ours_the_new_rows(update, folder, tmp_path):
    """A later release's table: every row is there already, but for those that it adds."""
    source = Path(sys.modules["xlcost.facts.store"].__file__).with_name("gpu_prices.csv")
    lines = source.read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    new = dict(zip(head, next(csv.reader([lines[1]])), strict=True)) | {"as_of": DAY.isoformat()}
    mine = new | {"source": "own quote, 2026-10-01, me"}
    file = tmp_path / "gpu_prices.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        target.write("\n".join(lines) + "\n")
        csv.DictWriter(target, head).writerows([new, mine])
    status, out, _ = update(file, "--yes")
    assert status == 0
    assert "1 new row: 0 offers new" in out
    assert f"{len(lines) - 1:,} rows there already" in out
    assert f"1 x {new['gpu']}: is an own quote" in out
    written = (folder / "offers.csv").read_text(encoding="utf-8").splitlines()
    assert list(csv.DictReader(written)) == [new]
