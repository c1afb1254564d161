"""Each function's native formula, recalculated by two spreadsheets, against Python over random inputs."""

import random

import pytest
from samples import PEAKED, arguments

from xlcost.catalogue import FUNCTIONS
from xlcost.errors import XlcostError
from xlcost.native import cell, formula, literal, model_cell, optional_cell
from xlcost.quantities import ModelWord
from xlcost.workbook import styles
from xlcost.workbook.sheet import Book
from xlcost.workbook.tables import add_tables

NATIVE = [spec for spec in FUNCTIONS if spec.native]
ROWS = 25
LETTERS = "BCDEFGHIJK"


def columns(spec):
    return dict(zip((p.name for p in spec.parameters), LETTERS, strict=False))


def traced_row(spec, row):
    """The formula over one row's cells; optional ones may be blank."""
    cells = {}
    for p in spec.parameters:
        ref = f"{columns(spec)[p.name]}{row}"
        if isinstance(p.word, ModelWord):
            cells[p.name] = model_cell(ref)
        else:
            cells[p.name] = cell(ref) if p.required else optional_cell(ref)
    return formula(spec, cells)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """One sheet per function, a row per set of arguments, and what Python gives for each."""
    book, expected = Book("native", "test"), {}
    for spec in NATIVE:
        dice = random.Random(spec.name)
        sheet = book.sheet(spec.name, "calc", {"A": 20})
        expected[spec.name] = {}
        row = 0
        while row < ROWS:
            given = arguments(spec, dice)
            try:
                value = spec.call(**given)
            except XlcostError as error:
                assert error.code == "#N/A", (spec.name, given, error)
                continue
            row += 1
            for name, content in given.items():
                sheet.put(f"{columns(spec)[name]}{row}", content)
            sheet.put(f"A{row}", traced_row(spec, row), styles.TEXT)
            expected[spec.name][f"A{row}"] = value
    add_tables(book, whole=True)
    path = tmp_path_factory.mktemp("native") / "native.xlsx"
    book.workbook().save(path)
    return path, expected


@pytest.mark.parametrize("engine", ["LibreOffice", "IronCalc"])
def test_spreadsheet_equals_python(workbook, engines, engine):
    path, expected = workbook
    found = engines[engine](path)
    wrong = [
        (name, ref, value, found[name].get(ref))
        for name, cells in expected.items()
        for ref, value in cells.items()
        if not same(value, found[name].get(ref))
    ]
    assert sum(len(cells) for cells in expected.values()) == ROWS * len(NATIVE)
    assert not wrong, f"{len(wrong)} cells differ, first: {wrong[:3]}"


def same(python, sheet):
    if isinstance(python, str) or not isinstance(sheet, (int, float)):
        return python == sheet
    return python == pytest.approx(sheet, rel=1e-9, abs=0)


@pytest.mark.parametrize("spec", NATIVE, ids=lambda s: s.name)
def test_formula_fits_into_a_cell(spec):
    """Excel takes 8,192 characters and 64 levels of nesting."""
    text = traced_row(spec, 100000).text
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    assert depth == 0
    assert len(text) < 8000, len(text)
    assert deepest < 64


def test_constants_leave_no_trace():
    spec = next(s for s in FUNCTIONS if s.name == "TRAIN_COST")
    text = formula(
        spec,
        {"model": cell("B1", is_number=True), "tokens": cell("B2"), "gpu": PEAKED[0], "price": cell("B3"), "mfu": 1},
    ).text
    assert "IF(" not in text
    assert text.startswith("6*B1*B2/")


@pytest.mark.parametrize(
    ("value", "text"), [(1e12, "1E+12"), (0.34, "0.34"), (-2.0, "(-2)"), (123456.0, "123456"), (1.5e20, "1.5E+20")]
)
def test_literals(value, text):
    assert literal(value) == text
