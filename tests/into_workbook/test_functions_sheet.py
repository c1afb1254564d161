"""The Functions sheet: it explains every function, its examples live, and what a reader changes is calculated."""

import itertools
import re
import shlex
import sys
from dataclasses import replace

import ironcalc
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

from engines import iron
from places import ROOT
from samples import agrees
from xlcost.catalogue import FUNCTIONS, spec_of
from xlcost.cli import main as cli
from xlcost.errors import BadInput
from xlcost.hosts import checklist
from xlcost.hosts.reference import argument_rows, example_formula
from xlcost.into_workbook.lambdas import put_functions
from xlcost.ooxml import package
from xlcost.ooxml.names import defined_names, with_names
from xlcost.ooxml.open import workbook_parts, write_workbook

NATIVE = [spec for spec in FUNCTIONS if spec.native]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A reader's workbook, the same with the sheet, and with the sheet and the names."""
    folder = tmp_path_factory.mktemp("functions")
    book = Workbook()
    book.active["A1"] = "=1+1"
    book.save(folder / "book.xlsx")
    put_functions(folder / "book.xlsx", folder / "plain.xlsx")
    put_functions(folder / "book.xlsx", folder / "named.xlsx", by_name=True)
    return folder


@pytest.fixture(scope="module")
def sheet(folder):
    return load_workbook(folder / "plain.xlsx")["Functions"]


@pytest.fixture(scope="module")
def rows(sheet):
    """Function -> its row."""
    known = {spec.name for spec in FUNCTIONS}
    return {cell.value: cell.row for cell in sheet["B"] if cell.value in known}


@pytest.mark.slow
def test_every_function_stands_once_in_the_order_of_the_catalogue(sheet, rows):
    assert list(rows) == [spec.name for spec in FUNCTIONS]
    assert [cell.value for cell in sheet["B"]].count("TRAIN_COST") == 1
    for spec in FUNCTIONS:
        row = rows[spec.name]
        assert sheet[f"C{row}"].value == spec.summary
        assert sheet[f"D{row}"].value == spec.returns.unit
        assert sheet[f"F{row}"].value.startswith(f"={spec.name}(")
        assert sheet[f"F{row}"].data_type == "s"
        assert sheet[f"G{row}"].value == spec.source.short


@pytest.mark.slow
@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_arguments_read_as_on_the_page(sheet, rows, spec):
    page = (ROOT / "docs/functions.md").read_text(encoding="utf-8")
    for row, texts in enumerate(argument_rows(spec), rows[spec.name] + 1):
        assert tuple(sheet[f"{column}{row}"].value or "" for column in "BCDF") == texts
        assert f"| {' | '.join(texts)} |".replace("|  |", "| |") in page


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["LibreOffice", "IronCalc"])
def test_live_examples_give_what_python_gives(folder, rows, engines, engine):
    found = engines[engine](folder / "plain.xlsx")["Functions"]
    cached = load_workbook(folder / "plain.xlsx", data_only=True)["Functions"]
    for spec in NATIVE:
        ref = f"E{rows[spec.name]}"
        assert agrees(found[ref], spec.example["returns"]), spec.name
        assert agrees(cached[ref].value, spec.example["returns"]), spec.name


@pytest.mark.slow
def test_formulas_fit_into_a_cell(sheet, rows):
    texts = [sheet[f"E{rows[spec.name]}"].value for spec in NATIVE]
    assert all(text.startswith("=") and len(text) < 8192 for text in texts)
    assert not any("_xlfn" in text for text in texts)


@pytest.mark.slow
def test_other_functions_show_what_the_package_gives(sheet, rows):
    shown = {spec.name: sheet[f"E{rows[spec.name]}"] for spec in FUNCTIONS if not spec.native}
    assert len(shown) == len(FUNCTIONS) - len(NATIVE)
    assert all(cell.data_type == "s" and cell.font.i for cell in shown.values())
    assert shown["COMMIT_GPUS"].value == f"{spec_of('COMMIT_GPUS').example['returns']:,.6g}"


def set_cell(model, sheet, ref, text):
    model.set_user_input(sheet, int(re.sub(r"\D", "", ref)), ord(ref[0]) - 64, text)


@pytest.mark.slow
def test_a_changed_argument_changes_the_result(folder, rows):
    """Another model, a blank for what is left out, a value for what was."""
    model = ironcalc.load_from_xlsx(str(folder / "plain.xlsx"), "en", "UTC", "en")
    place = load_workbook(folder / "plain.xlsx").sheetnames.index("Functions")
    row = rows["TRAIN_COST"]
    given = {"model": "opt-13b", "tokens": 2e11, "gpu": "h100-sxm", "price": None, "mfu": None, "goodput": 0.9}
    for i, p in enumerate(spec_of("TRAIN_COST").parameters, 1):
        if p.name in given:
            set_cell(model, place, f"E{row + i}", "" if given[p.name] is None else str(given[p.name]))
    model.evaluate()
    assert model.get_cell_value(place, row, 5) == pytest.approx(spec_of("TRAIN_COST").call(**given), rel=1e-9)


@pytest.mark.slow
def test_only_arguments_are_open_and_each_is_explained(sheet, rows):
    open_cells = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked and c.column == 5}
    arguments = {f"E{rows[s.name] + i}" for s in NATIVE for i in range(1, len(s.parameters) + 1)}
    assert open_cells == arguments
    assert sheet.protection.sheet
    explained = {str(r) for v in sheet.data_validations.dataValidation for r in v.sqref.ranges if v.prompt}
    assert explained == arguments


@pytest.mark.slow
def test_calls_by_name_agree_with_the_formulas(folder, rows):
    found = iron(folder / "named.xlsx")["Functions"]
    assert found["I1"] == "ALL OK"
    for spec in NATIVE:
        assert agrees(found[f"H{rows[spec.name]}"], spec.example["returns"])
        assert found[f"I{rows[spec.name]}"] == "OK"


@pytest.mark.slow
def test_a_wrong_name_does_not_go_unseen(folder, tmp_path):
    parts = workbook_parts(folder / "named.xlsx")
    name = next(name for name in defined_names(parts) if name.name == "TRAIN_COST")
    write_workbook(tmp_path / "wrong.xlsx", with_names(parts, [replace(name, text=name.text.replace("6*", "7*"))]))
    found = iron(tmp_path / "wrong.xlsx")["Functions"]
    assert found["I1"] == "CHECK"
    assert [value for ref, value in found.items() if ref[0] == "I"].count("CHECK") == 2


@pytest.mark.slow
def test_calls_by_name_are_stored_as_dynamic_arrays_with_their_values(folder):
    """So that nothing needs to be calculated on opening."""
    source = folder / "book.xlsx"
    parts = workbook_parts(folder / "named.xlsx")
    part = next(sheet.part for sheet in package.sheets(parts) if sheet.title == "Functions")
    calls = re.findall(
        r'<c r="(H\d+)"[^>]* cm="1"[^>]*><f t="array" ref="(H\d+)">[^<]*</f><v>([^<]+)</v>', parts[part].decode()
    )
    assert len(calls) == len(NATIVE)
    assert all(first == second for first, second, _ in calls)
    settings = [re.search(rb"<calcPr[^>]*>", p["xl/workbook.xml"])[0] for p in (parts, workbook_parts(source))]
    assert settings[0] == settings[1]


@pytest.mark.slow
def test_there_is_one_sheet_of_ours(folder, tmp_path):
    with pytest.raises(BadInput, match="a sheet of the functions already; delete it in Excel"):
        put_functions(folder / "plain.xlsx", tmp_path / "twice.xlsx")
    book = load_workbook(folder / "plain.xlsx")
    del book["Functions"]
    book.defined_names["XLCOST.FUNCTIONS"].attr_text = "#REF!"  # as Excel leaves it
    book.create_sheet("functions")["A1"] = "mine"
    book.save(tmp_path / "mine.xlsx")
    told = put_functions(tmp_path / "mine.xlsx", tmp_path / "both.xlsx")
    assert told.sheets == ["Functions (xlcost)"]
    both = load_workbook(tmp_path / "both.xlsx")
    assert both["functions"]["A1"].value == "mine"
    assert both.defined_names["XLCOST.FUNCTIONS"].attr_text.startswith("'Functions (xlcost)'!$B$1:")
    assert both.calculation.fullCalcOnLoad  # its own tables may hold other figures


@pytest.mark.slow
@pytest.mark.parametrize("by_name", [False, True], ids=["formulas", "by name"])
def test_a_name_of_the_readers_own_does_not_stand_for_our_function(folder, tmp_path, by_name):
    """It hides ours, whatever its case: what is to be typed has our prefix, for searching functions too."""
    book = load_workbook(folder / "book.xlsx")
    for name in ("train_cost", "GPU_RANK"):
        book.defined_names[name] = DefinedName(name, attr_text="Sheet!$A$1")
    book.save(tmp_path / "own.xlsx")
    put_functions(tmp_path / "own.xlsx", tmp_path / "out.xlsx", by_name=by_name)
    sheet = load_workbook(tmp_path / "out.xlsx")["Functions"]
    typed = {
        cell.value: sheet[f"F{cell.row}"].value for cell in sheet["B"] if cell.value in {s.name for s in FUNCTIONS}
    }
    for spec in FUNCTIONS:
        hidden = spec.name in ("TRAIN_COST", "GPU_RANK")
        assert typed[spec.name].startswith(f"={'XLCOST.' * hidden}{spec.name}("), spec.name
    assert typed["TRAIN_COST"].removeprefix("=XLCOST.") == example_formula(spec_of("TRAIN_COST")).removeprefix("=")


def test_the_steps_of_the_checklist_are_numbered_on():
    page = (ROOT / "docs/checklist.md").read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_first_part_of_the_checklist_takes_fifteen_minutes():
    """A step takes half a minute at least, one that closes Excel or writes a file a whole one."""
    parts = checklist.core_sections(FUNCTIONS)
    assert sum(part.minutes for part in parts) <= 15
    for part in (*parts, *checklist.further_sections(FUNCTIONS)):
        long = sum("Run `" in step.do or "Close Excel" in step.do for step in part.steps)
        assert part.minutes >= (len(part.steps) + long) / 2, part.title


def test_what_the_checklist_needs_beforehand_stands_before_it():
    page = (ROOT / "docs/checklist.md").read_text(encoding="utf-8")
    lite = next(line for line in page.splitlines() if "xlcost addin lite" in line and line.startswith("| "))
    assert "--requirement" in lite and "PyPI" in lite
    assert page.index("xlcost addin install`, then") < page.index("XLCOST_STATUS()`") < page.index("addin remove`")


def commands():
    page = (ROOT / "docs/checklist.md").read_text(encoding="utf-8")
    return sorted({text for text in re.findall(r"`(xlcost [^`]+)`", page) if text.split()[1].islower()})


@pytest.mark.parametrize("command", commands())
def test_commands_of_the_checklist_exist(command, monkeypatch, capsys):
    """With the options that they are given there."""
    words = shlex.split(command)
    path = [*itertools.takewhile(str.isalpha, words)]
    monkeypatch.setattr(sys, "argv", [*path, "--help"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    told = capsys.readouterr().out
    assert stop.value.code == 0
    assert f"{' '.join(path)} [OPTIONS]" in told
    assert all(word in told for word in words if word.startswith("--"))
