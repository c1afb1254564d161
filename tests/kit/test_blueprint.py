"""A template is data: the small one of docs/template.md is built and recalculated; a wrong one is found out."""

import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from places import ROOT
from xlcost.batch.fill import result as result_of
from xlcost.batch.scenarios import Scenario
from xlcost.errors import BadInput
from xlcost.kit import styles
from xlcost.kit.build import build
from xlcost.kit.charts import COLOURS
from xlcost.kit.inputs import TEXT, Input, word
from xlcost.kit.lines import Line
from xlcost.kit.months import AddsUp, MonthLine
from xlcost.kit.summary import Chart, Summary
from xlcost.kit.write import save
from xlcost.native import Tracer
from xlcost.quantities import Utilisation

PAGE = (ROOT / "docs/template.md").read_text(encoding="utf-8")
SOURCE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture(scope="module")
def gpu_hours():
    """The blueprint that the page shows."""
    names = {}
    exec(compile(SOURCE, "docs/template.md", "exec"), names)
    return names["GPU_HOURS"]


def same(value):
    """To the noise of a difference between large sums."""
    return pytest.approx(value, rel=1e-9, abs=1e-6)


def test_it_is_small(gpu_hours):
    inputs, lines = (sum(len(group) for _, group in groups) for groups in (gpu_hours.inputs, gpu_hours.lines))
    assert (inputs, lines, gpu_hours.months, len(gpu_hours.summary.charts)) == (5, 4, 12, 1)
    body = [line for line in SOURCE.splitlines() if line and not line.startswith(("from ", "import "))]
    assert len(body) <= 50


def test_it_names_no_cell():
    assert not re.search(r"\$?[A-Z]{1,2}\$?\d+(?=[\"',:!)\]])", SOURCE)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["LibreOffice", "IronCalc"])
@pytest.mark.parametrize("inputs", [{}, {"Gpus": 16, "Used": 0.25, "Gpu": "A100", "Price_Date": "2025-06-30"}], ids=str)
def test_a_spreadsheet_computes_what_python_does(gpu_hours, engines, engine, inputs, tmp_path):
    filled = build(gpu_hours, inputs)
    save(filled.book, tmp_path / "gpu_hours.xlsx")
    found, values = engines[engine](tmp_path / "gpu_hours.xlsx"), filled.book.values()
    formulas = 0
    for sheet in load_workbook(tmp_path / "gpu_hours.xlsx"):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            ours, theirs = values[sheet.title][cell.coordinate], found[sheet.title].get(cell.coordinate, "")
            assert theirs == (same(ours) if isinstance(ours, float) else ours), cell.coordinate
            formulas += 1
    assert formulas > 100
    assert filled.status() == "ALL OK" and filled.failing() == []


def test_the_figure_is_the_sum_of_the_days(gpu_hours):
    """365 days of 8 GPUs, by hand from the price that the sheet shows."""
    filled = build(gpu_hours)
    assert filled.figures()["total"] == pytest.approx(filled.cells["price"].value * 8 * 24 * 365)


@pytest.mark.slow
def test_a_line_that_is_missing_in_the_table_turns_the_light_off(gpu_hours, engines, tmp_path):
    """In Python as in the sheet: no check says what it comes to."""
    from xlcost.kit import checks

    short = replace(gpu_hours, adds_up=AddsUp(("rent",), "cost"), checks=checks.sums(AddsUp(("rent",), "cost")))
    filled = build(short)
    assert filled.failing() == ["Parts add up to the total"]
    save(filled.book, tmp_path / "short.xlsx")
    for engine in engines.values():
        found = engine(tmp_path / "short.xlsx")["Checks"]
        assert (found["F8"], found["E4"]) == ("CHECK", "CHECK")


@pytest.mark.slow
@pytest.mark.parametrize("months", [1, 6, 12, 24, 60])
def test_any_number_of_months(gpu_hours, months, engines, tmp_path):
    from xlcost.kit import checks

    other = replace(gpu_hours, months=months, checks=(*gpu_hours.checks[:2], checks.timeline_is_whole(months)))
    filled = build(other)
    save(filled.book, tmp_path / "book.xlsx")
    found = engines["LibreOffice"](tmp_path / "book.xlsx")
    values = filled.book.values()
    for title in ("Summary", "Monthly", "Checks"):
        for ref, value in values[title].items():
            if value is not None:
                assert found[title][ref] == (same(value) if isinstance(value, float) else value), (title, ref)
    assert filled.failing() == []


def test_what_the_page_has_no_room_for_is_refused(gpu_hours):
    chart = gpu_hours.summary.charts[0]
    with pytest.raises(ValueError, match="summary: the page has room for 3 charts, not 4"):
        Summary("", "", charts=(chart,) * 4)
    many = Chart("bars", "Too many", ("cost",) * (len(COLOURS) + 1), "0")
    with pytest.raises(ValueError, match="chart: it takes 6 series, not 7"):
        build(replace(gpu_hours, summary=replace(gpu_hours.summary, charts=(many,))))


def changed(gpu_hours, **groups):
    """The template with a line, a row of months or an input more."""
    return replace(gpu_hours, **{key: (*getattr(gpu_hours, key), ("More", (one,))) for key, one in groups.items()})


@pytest.mark.parametrize(
    ("groups", "sentence"),
    [
        ({"lines": Line("day", "Again", "USD", "0", lambda f, x: x["price"])}, "the key 'day' stands twice"),
        ({"lines": Line("Gpus", "Again", "USD", "0", lambda f, x: x["price"])}, "the key 'Gpus' stands twice"),
        ({"monthly": MonthLine("end", "Again", "d", "0", lambda f, x, m: m["end"])}, "the key 'end' stands twice"),
        ({"inputs": Input("A1", "A cell", "x", TEXT, "", "0")}, "'A1' cannot be the name of a cell"),
        ({"inputs": Input("GPUs_id", "Ours", "x", TEXT, "", "0")}, "'GPUs_id' cannot be the name of a cell"),
        ({"inputs": Input("My Gpus", "Two words", "x", TEXT, "", "0")}, "'My Gpus' cannot be the name of a cell"),
    ],
)
def test_keys_that_cannot_be_are_refused(gpu_hours, groups, sentence):
    with pytest.raises(ValueError, match=f"gpu_hours: {sentence}"):
        changed(gpu_hours, **groups)


@pytest.mark.parametrize(
    ("compute", "error", "sentence"),
    [
        (lambda f, x: x["Gpuss"], KeyError, "there is no input or line 'Gpuss' so far; did you mean 'Gpus'?"),
        (
            lambda f, x: f.GPU_PRICE(gpu=x["Gpu"], as_off=x["Price_Date"]),
            BadInput,
            "GPU_PRICE has no argument 'as_off'; did you mean 'as_of'?",
        ),
        (lambda f, x: f.GPU_RANK(model="70B"), ValueError, "GPU_RANK has no plain formula"),
    ],
)
def test_a_slip_in_a_line_is_a_sentence(gpu_hours, compute, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        build(changed(gpu_hours, lines=Line("more", "More", "USD", "0", compute)))


def test_the_cover_says_the_subject_where_it_is_told_nothing_else(gpu_hours):
    assert build(gpu_hours).book["Cover"].value("C4") == gpu_hours.subject


def test_a_line_may_be_a_plain_number(gpu_hours):
    filled = build(changed(gpu_hours, lines=Line("more", "More", "USD", "0", lambda f, x: 5)))
    assert filled.cells["more"].value == 5


def test_a_template_without_currencies_is_filled(gpu_hours):
    result = result_of(Scenario("mine", {}), build(gpu_hours))
    assert (result.status, result.per_dollar, result.rate_day) == ("ALL OK", 1.0, 0.0)


def test_a_total_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="rent: how: 'avg' is not known; it takes sum, max, last, none"):
        MonthLine("rent", "Rent", "USD", "0", lambda f, x, m: m["period"], how="avg")


def test_a_second_save_writes_the_same_bytes(gpu_hours, tmp_path):
    book = build(gpu_hours).book
    for name in ("one.xlsx", "two.xlsx"):
        save(book, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("why", ['a "quoted" word', "two; parts"])
def test_a_note_may_hold_any_text(gpu_hours, why, engines, tmp_path):
    noted = Input("Share", "Share", "share", word(Utilisation), 0.5, styles.PERCENT, "Basis", why=why)
    filled = build(changed(gpu_hours, inputs=noted))
    save(filled.book, tmp_path / "noted.xlsx")
    found = engines["IronCalc"](tmp_path / "noted.xlsx")["Inputs"]
    assert f"Basis; {why}" in found.values()


def test_text_is_compared_as_a_spreadsheet_does():
    assert (Tracer("A1", value=lambda: "FULL") == "full").value
    assert not (Tracer("A1", value=lambda: "FULL") != "full").value
