"""tools/check_tables.py: the packaged tables are right, and each mistake is told with its file and line."""

import csv
import shutil
import subprocess
import sys

import pytest

import check_tables
from places import ROOT
from xlcost.facts.tables import TABLES


@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_wrong_with_a_packaged_table(name):
    assert check_tables.report([name]) == []


def test_every_check_belongs_to_a_table():
    assert {*check_tables.CHECKS} <= {*TABLES}
    assert {table for checks in check_tables.CHECKS.values() for _, *others in checks for table in others} <= {*TABLES}


@pytest.fixture
def wrong(tmp_path):
    """wrong(table, change) gives what is told of a copy of the tables; `change` edits its rows, a dict each."""
    shutil.copytree(check_tables.FOLDER, tmp_path, dirs_exist_ok=True, ignore=lambda _, names: {*names} - _csv(names))

    def call(name, change):
        path = tmp_path / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        change(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return [line.removeprefix(f"{path}:") for line in check_tables.report([name], tmp_path)]

    return call


def _csv(names):
    return {name for name in names if name.endswith(".csv")}


def test_the_copy_is_as_right_as_the_tables(wrong):
    assert wrong("regions", lambda rows: None) == []


ON_DEMAND = {"term": "on_demand"}
# table, the first row with these cells, what it then holds, words of the finding
CELLS = {
    "no source": ("gpu_prices", ON_DEMAND, {"source": ""}, "source: "),
    "no day": ("models", {}, {"as_of": ""}, "as_of: "),
    "no number": ("gpu_prices", {}, {"usd_per_gpu_hour": "cheap"}, "usd_per_gpu_hour: 'cheap'"),
    "a price of nothing": ("gpu_prices", {}, {"usd_per_gpu_hour": "0"}, "greater than 0"),
    "another term": ("gpu_prices", {}, {"term": "weekly"}, "term: 'weekly'"),
    "a filler": ("regions", {}, {"electricity_source": "n/a"}, "electricity_source: 'n/a'; leave it blank"),
    "a source that is no page": ("gpu_prices", ON_DEMAND, {"source": "a colleague"}, "names no page"),
    "electricity of no page": ("regions", {"id": "world"}, {"electricity_source": "a mail"}, "electricity_source: "),
    "a price from memory": ("gpu_prices", ON_DEMAND, {"checked": "no"}, "a price is never from memory"),
    "electricity from memory": ("regions", {"id": "world"}, {"electricity_checked": "no"}, "never from memory"),
    "surer than read": (
        "gpu_prices",
        {"checked": "secondary", "term": "spot"},
        {"checked": "yes", "source": "vendor.com/pricing, as public code quotes"},
        "write secondary",
    ),
    "a day to come": ("gpu_prices", {"gpu": "t4"}, {"as_of": "2031-01-01"}, "lies after the data edition"),
    "a day before all": ("gpu_prices", ON_DEMAND, {"as_of": "2023-03-31"}, "where the tables begin"),
    "an unknown chip": ("gpu_prices", {"gpu": "a10"}, {"gpu": "a1"}, "'a1' is no id of the accelerator table"),
    "a run on an unknown chip": ("training_runs", {}, {"gpu": "h1"}, "'h1' is no id of the accelerator table"),
    "a report of an unknown chip": ("reported_runs", {}, {"gpu": "h1"}, "'h1' is no id of the accelerator table"),
    "a bought chip": ("ownership", {"metric": "gpu_purchase_price"}, {"entity": "h1"}, "entity: 'h1' is no id"),
    "an unknown place": ("ownership", {}, {"region": "atlantis"}, "'atlantis' is no id of the regions table"),
    "another spelling": (
        "gpu_prices",
        {"gpu": "v100-sxm2-16", "provider": "AWS"},
        {"provider": "A.W.S."},
        "is spelt 'AWS'",
    ),
    "an instance of other GPUs": (
        "gpu_prices",
        {"instance": "p5.48xlarge"},
        {"usd_per_instance_hour": "40"},
        "usd_per_instance_hour: 40 is not 8 x",
    ),
    "a GPU with an instance": ("gpu_prices", {"basis": "instance"}, {"basis": "gpu_only"}, "is gpu_only, no instance"),
    "a dear GPU": ("gpu_prices", {"usd_per_instance_hour": ""}, {"usd_per_gpu_hour": "21"}, "21 USD for one GPU"),
    "an alias that is the id": ("models", {"id": "gpt-3"}, {"aliases": "GPT 3"}, "aliases: 'GPT 3' is the id"),
    "an alias of another": ("accelerators", {"id": "h100-sxm"}, {"aliases": "L40S"}, "is a name of 'h100-sxm' already"),
    "a doubt of no column": ("accelerators", {"id": "b200"}, {"unverified": "watts"}, "unverified: 'watts'"),
    "a doubt of a blank": (
        "accelerators",
        {"fp4_tflops": ""},
        {"unverified": "fp4_tflops"},
        "unverified: 'fp4_tflops'",
    ),
    "a narrower format": ("accelerators", {"id": "h100-sxm"}, {"fp8_tflops": "900"}, "fp8_tflops: 900 is less than"),
    "a fast format": ("accelerators", {"id": "t4"}, {"int8_tops": "900"}, "int8_tops: 900 is 13.8 x bf16_tflops"),
    "a huge memory": ("accelerators", {"id": "h100-sxm"}, {"memory_gb": "8000"}, "memory_gb: 8000; hbm has 12 to 300"),
    "a new form": ("accelerators", {"id": "h100-sxm"}, {"form_factor": "SXM9"}, "form_factor: 'SXM9' is new"),
    "a flag of other letters": ("models", {"tied": "TRUE"}, {"tied": "true"}, "tied: the package reads False"),
    "a blank before a text": ("regions", {}, {"name": " World"}, "name: the package reads ' World'"),
    "a launch price of nobody": ("accelerators", {"id": "h100-sxm"}, {"launch_price_usd": "9", "notes": "x"}, "whose"),
    "active above all": ("models", {"id": "gpt-3"}, {"active_params": "200000000000"}, "active_params: 200000000000"),
    "experts": ("models", {"id": "deepseek-v3"}, {"experts_per_token": "256"}, "experts_per_token: 256 are not fewer"),
    "a window alone": ("models", {"id": "gpt-3"}, {"window": "1024"}, "window: stands with window_layers"),
    "more layers cache than are": ("models", {"id": "gpt-3"}, {"kv_layers": "97"}, "more than the 96 layers"),
    "fewer layers cache than are": ("models", {"id": "gpt-3"}, {"kv_layers": "95"}, "not the 96 layers of a plain MHA"),
    "a cache of an encoder": ("models", {"attention": "encoder"}, {"kv_layers": "1"}, "keep no cache"),
    "a cache of nothing known": ("models", {"id": "gpt-3"}, {"attention": ""}, "kv_layers: stands with attention"),
    "parameters of another": ("models", {"id": "llama-3.1-8b"}, {"layers": "31", "kv_layers": "31"}, "active_params: "),
    "half an electricity": ("regions", {"id": "world"}, {"electricity_as_of": ""}, "world: an electricity price needs"),
    "dear electricity": ("regions", {"id": "world"}, {"electricity_usd_kwh": "16.1"}, "electricity_usd_kwh: 16.1 USD"),
    "a PUE below one": ("ownership", {"metric": "pue"}, {"value": "0.9"}, "value: 0.9"),
    "a run that says little": ("training_runs", {"basis": "run"}, {"gpu_hours": ""}, "params, tokens and gpu_hours"),
    "a report that says nothing": (
        "reported_runs",
        {},
        {"chip_hours": "", "own_usd": "", "cloud_usd": "", "mfu": ""},
        "neither chip-hours nor dollars nor utilisation",
    ),
    "cheap output": ("api_prices", {}, {"output_usd_mtok": "0.1"}, "output_usd_mtok: 0.1 is less than input"),
    "dear input": ("api_prices", {}, {"input_usd_mtok": "2000"}, "input_usd_mtok: 2000 USD"),
}


@pytest.mark.parametrize("mistake", CELLS)
def test_a_wrong_cell_is_told_with_its_line(mistake, wrong):
    name, which, cells, words = CELLS[mistake]
    place = []

    def change(rows):
        number, row = next((n, r) for n, r in enumerate(rows) if which.items() <= r.items())
        row.update(cells)
        place.append(number + 2)

    found = wrong(name, change)
    told = [line for line in found if words in line]
    assert told, found
    if mistake != "an alias of another":  # told where the name stands the second time
        assert told[0].startswith(f"{place[0]}: "), found


def swap(rows):
    rows[10], rows[11] = rows[11], rows[10]


def repeat(rows):
    rows.insert(11, rows[10])


ROWS = {
    "prices out of order": ("gpu_prices", swap, "13: ", "rows ascend by gpu, provider, term, as_of"),
    "reports out of order": (
        "reported_runs",
        lambda rows: rows.append(rows.pop(0)),
        "70: ",
        "rows ascend by published",
    ),
    "a price twice": ("gpu_prices", repeat, "13: ", "another row has the same gpu, provider, term, instance"),
    "a hosted price twice": ("api_prices", repeat, "13: ", "another row has the same provider, model, as_of"),
    "a model listed twice": ("api_listed", repeat, "13: ", "was listed before"),
    "a chip twice": ("accelerators", repeat, "13: ", "another row has the same id"),
    "a run twice": ("training_runs", repeat, "13: ", "another row has the same model, gpu, basis"),
    "days that descend": ("api_prices", lambda rows: rows.reverse(), "", "days ascend for a model"),
    "a column too few": ("regions", lambda rows: [row.pop("name") for row in rows], "1: ", "there is no column 'name'"),
    "another unit": ("ownership", lambda rows: rows[-1].update(unit="EUR"), "313: ", "have another"),
}


@pytest.mark.parametrize("mistake", ROWS)
def test_rows_that_do_not_fit_together_are_told(mistake, wrong):
    name, change, place, words = ROWS[mistake]
    found = wrong(name, change)
    assert any(line.startswith(place) and words in line for line in found), found


def test_a_table_that_the_package_cannot_read_is_told(tmp_path):
    text = (check_tables.FOLDER / "precisions.csv").read_text(encoding="utf-8")
    for whole, words in (("\ufeff" + text, "cannot read it"), (text + ",,,,,,,,\n", "reads 32 rows of 31")):
        (tmp_path / "precisions.csv").write_text(whole, encoding="utf-8")
        (found,) = check_tables.report(["precisions"], tmp_path)
        assert words in found


def test_a_cell_that_only_the_checked_reader_takes_has_its_line(tmp_path):
    lines = (check_tables.FOLDER / "precisions.csv").read_text(encoding="utf-8").splitlines()
    day = next(cell for cell in lines[4].split(",") if cell.startswith("20") and cell.count("-") == 2)
    lines[4] = lines[4].replace(day, f"{day}T00:00:00", 1)
    (tmp_path / "precisions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (found,) = check_tables.report(["precisions"], tmp_path)
    assert "precisions.csv:5: the package cannot read it" in found


def test_a_line_of_too_many_cells(tmp_path):
    shutil.copytree(check_tables.FOLDER, tmp_path, dirs_exist_ok=True, ignore=lambda _, names: {*names} - _csv(names))
    path = tmp_path / "precisions.csv"
    path.write_text(path.read_text(encoding="utf-8") + "one,cell,too,few\n", encoding="utf-8")
    assert check_tables.report(["precisions"], tmp_path) == [f"{path}:33: has 4 cells; the first line names 9"]


def run(*words):
    return subprocess.run(
        [sys.executable, "tools/check_tables.py", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_says_that_all_is_well():
    done = run("precisions", "xlcost/facts/regions.csv")
    assert (done.returncode, done.stdout, done.stderr) == (0, "precisions, regions: nothing wrong\n", "")


def test_the_command_knows_its_tables():
    done = run("prices")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("there is no table 'prices'") and "gpu_prices" in done.stderr


def test_the_command_ends_with_1_and_a_line_a_finding(monkeypatch, capsys):
    monkeypatch.setattr(check_tables, "report", lambda names: ["xlcost/facts/regions.csv:2: id: is blank"])
    monkeypatch.setattr(sys, "argv", ["check_tables.py"])
    with pytest.raises(SystemExit) as stop:
        check_tables.main()
    assert (stop.value.code, capsys.readouterr().out) == (1, "xlcost/facts/regions.csv:2: id: is blank\n")
