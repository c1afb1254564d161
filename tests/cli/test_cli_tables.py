"""xlcost tables: the packaged facts as they stand in the files."""

import csv
import io
import json
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from xlcost.cli.app import app
from xlcost.cli.tables import TERMINAL_COLUMNS
from xlcost.errors import NotInTable
from xlcost.facts.tables import TABLES


def run(*words):
    result = CliRunner().invoke(app, words)
    if result.exception:
        raise result.exception
    return result.output


def packaged(file):
    return list(csv.DictReader(files("xlcost.facts").joinpath(file).read_text(encoding="utf-8").splitlines()))


def test_every_table_is_listed():
    shown = {line.split()[0]: int(line.split()[1]) for line in run("tables").splitlines()[1:]}
    assert shown == {name: len(packaged(f"{name}.csv")) for name in TERMINAL_COLUMNS}
    assert {*TERMINAL_COLUMNS} | {"api_listed"} == {*TABLES}


@pytest.mark.parametrize("name", TERMINAL_COLUMNS)
def test_csv_holds_every_cell_of_the_file(name):
    shown = list(csv.DictReader(io.StringIO(run("tables", name, "--format", "csv").removeprefix("\ufeff"))))
    rows = packaged(f"{name}.csv")
    assert len(shown) == len(rows)
    assert set(shown[0]) == set(rows[0])
    assert [row["source"] for row in shown] == [row["source"] for row in rows]
    assert all(row["as_of"] for row in shown)


def test_rows_that_hold_a_text():
    found = json.loads(run("tables", "ownership", "--contains", "PUE", "--format", "json"))["ownership"]
    by_hand = [row for row in packaged("ownership.csv") if "pue" in " ".join(row.values()).lower()]
    assert [row["id"] for row in found] == [row["id"] for row in by_hand] != []


@pytest.mark.parametrize(
    ("words", "told"), [(("owner",), "did you mean 'ownership'"), (("models", "--contains", "zzz"), "no row")]
)
def test_what_is_not_there(words, told):
    with pytest.raises(NotInTable, match=told):
        run("tables", *words)
