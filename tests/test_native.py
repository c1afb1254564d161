"""Each function's native formula, recalculated by two spreadsheets, against Python over random inputs."""

import random
from functools import cache

import pytest

from samples import BROKEN, PEAKED, arguments
from xlcost.catalogue import FUNCTIONS, spec_of
from xlcost.errors import BadInput, XlcostError
from xlcost.kit import styles
from xlcost.kit.book import Book
from xlcost.kit.lookup_sheets import add_tables
from xlcost.kit.write import openpyxl_workbook
from xlcost.native import cell, formula, literal, model_cell, optional_cell
from xlcost.quantities import ModelWord

NATIVE = [spec for spec in FUNCTIONS if spec.native]
ROWS = 25
FAILED = 6  # rows at most whose ids or prices are not in the tables, or that have no result
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


def put_row(sheet, spec, row, given):
    for name, content in given.items():
        if content is not None:
            sheet.put(f"{columns(spec)[name]}{row}", content)
    sheet.put(f"A{row}", traced_row(spec, row), styles.TEXT)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """One sheet per function, a row per set of arguments, and what Python gives for each, None where it has nothing."""
    book, expected = Book("native", "test"), {}
    for spec in NATIVE:
        dice = random.Random(spec.name)
        sheet = book.sheet(spec.name, "calc", {"A": 20})
        expected[spec.name] = {}
        good = failed = 0
        while good < ROWS:
            given, value = arguments(spec, dice), None
            try:
                value = spec.call(**given)
                good += 1
            except XlcostError as error:
                assert error.code in ("#N/A", "#NUM!"), (spec.name, given, error)
                if failed == FAILED:
                    continue
                failed += 1
            row = good + failed
            put_row(sheet, spec, row, given)
            expected[spec.name][f"A{row}"] = value
    sheet = book.sheet("BROKEN", "calc", {"A": 20})
    for row, (name, broken, _) in enumerate(BROKEN, 1):
        put_row(sheet, spec_of(name), row, spec_of(name).example_arguments | broken)
    add_tables(book, whole=True)
    path = tmp_path_factory.mktemp("native") / "native.xlsx"
    openpyxl_workbook(book).save(path)
    return path, expected


@pytest.fixture(scope="module")
def recalculated(workbook, engines):
    """What an engine shows, of a workbook that it recalculates once."""
    return cache(lambda engine: engines[engine](workbook[0]))


CHECKED = [
    pytest.param(engine, spec, id=f"{engine}-{spec.name}") for engine in ("LibreOffice", "IronCalc") for spec in NATIVE
]


@pytest.mark.parametrize(("engine", "spec"), CHECKED)
def test_spreadsheet_equals_python(workbook, recalculated, engine, spec):
    found, expected = recalculated(engine)[spec.name], workbook[1][spec.name]
    wrong = [(ref, value, found.get(ref)) for ref, value in expected.items() if not same(value, found.get(ref))]
    assert len(expected) >= ROWS
    assert not wrong, f"{len(wrong)} cells differ, first: {wrong[:3]}"


def same(python, sheet):
    """Where Python has nothing, a spreadsheet shows an error, never a number."""
    if python is None:
        return isinstance(sheet, dict) and set(sheet) == {"error"}
    if isinstance(python, str) or not isinstance(sheet, (int, float)):
        return python == sheet
    return python == pytest.approx(sheet, rel=1e-9, abs=0)


@pytest.mark.parametrize(("name", "broken", "sentence"), BROKEN, ids=str)
def test_arguments_that_do_not_go_together_are_named_in_python(name, broken, sentence):
    with pytest.raises(BadInput, match=sentence):
        spec_of(name).call(**spec_of(name).example_arguments | broken)


@pytest.mark.parametrize("engine", ["LibreOffice", "IronCalc"])
def test_arguments_that_do_not_go_together_give_no_number(recalculated, engine):
    found = recalculated(engine)["BROKEN"]
    assert [found[f"A{row}"] for row in range(1, len(BROKEN) + 1)] == [{"error": "#VALUE!"}] * len(BROKEN)


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
    "decide",
    [lambda x: 1 if x > 2 else x, lambda x: x or 1, lambda x: not x, lambda x: 0 < x < 1, lambda x: max(x, 1)],
)
def test_nothing_in_python_decides_by_a_cell(decide):
    """A cell is not simply true: one branch would be left out of the formula without a word."""
    with pytest.raises(TypeError, match=r"B1.* is not known while its formula is written: use np\.where"):
        decide(cell("B1"))


@pytest.mark.parametrize(
    ("value", "text"), [(1e12, "1E+12"), (0.34, "0.34"), (-2.0, "(-2)"), (123456.0, "123456"), (1.5e20, "1.5E+20")]
)
def test_literals(value, text):
    assert literal(value) == text
