"""Excel on Windows: the generated module, called as Excel calls it through the real UDF server of xlwings."""

import datetime as dt
import math
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import pytest

from samples import agrees, plain_cells
from stubs import com_stub
from stubs.com_stub import MISSING, Range, column, row
from xlcost.catalogue import FUNCTIONS
from xlcost.cells import ERROR_CODES
from xlcost.hosts import com
from xlcost.hosts.arguments import argument_help
from xlcost.hosts.com import FAILURE_MARK
from xlcost.quantities import Series

UDFS = Path(com.__file__).parents[1] / "addin" / "udfs.py"
BAS = UDFS.with_name("xlcost.bas").read_text(encoding="ascii")
EVERY = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
ROWWISE = pytest.mark.parametrize("spec", [s for s in FUNCTIONS if not s.whole], ids=lambda spec: spec.name)
WHOLE = pytest.mark.parametrize("spec", [s for s in FUNCTIONS if s.whole], ids=lambda spec: spec.name)
BAD = -1.0  # no argument takes it
RUN = ("gpt-3", "300B", "a100-40-sxm", 2.0, 1.0)  # the example of TRAIN_COST
USD = 6 * 175e9 * 300e9 / 312e12 / 3600 * 2

WRAPPER_WORDS = {"app", "argsarray", "caller", "failed", "k", "range", "xlpy"}  # names of the VBA that xlwings writes


@pytest.fixture(scope="module")
def windows():
    """A process in which xlwings runs as on Windows; this one keeps the xlwings of its platform."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=com_stub.install) as pool:
        yield lambda call, *arguments: pool.submit(call, *arguments).result()


@pytest.fixture(scope="module")
def excel(windows):
    """excel("NAME", cells...) is what =NAME(cells) shows."""
    return lambda name, *cells: windows(excel_call, name, *cells)


def excel_call(name, *cells):
    """In that process: what is no number, text or row is told by its type, since it may not come across."""
    return across(com_stub.excel_call(name, *cells))


def across(shown):
    if isinstance(shown, list):
        return [across(list(value) if isinstance(value, tuple) else value) for value in shown]
    return shown if type(shown) in (float, int, bool, str) else (f"{type(shown).__name__} {shown!r}",)


@pytest.fixture(scope="module")
def wrapper(windows):
    """The VBA text, and {function: options of MacroOptions}."""
    text, calls = windows(com_stub.imported)
    return text, {place: options for (place,), options in calls}


def example(spec, left_out=MISSING):
    """The example's arguments as Excel passes them: a list as a column, a ParamArray as far as it is filled."""
    cells = [left_out if value is None else as_cell(value) for value in spec.example_cells]
    return cells if spec.variadic else cells + [left_out] * (len(spec.parameters) - len(cells))


def as_cell(value):
    if isinstance(value, list):
        return column(*map(as_cell, value))
    return float(value) if isinstance(value, int) else value


def as_range(cell):
    return cell if isinstance(cell, Range) else Range(cell)


def parameter(spec, place):
    return spec.parameters[min(place, len(spec.parameters) - 1)]


def result(spec):
    """What xlwings hands over: of a single row the row, of a single cell the cell."""
    expected = spec.example["returns"]
    if isinstance(expected, list) and len(expected) == 1:
        (expected,) = expected
        return expected if len(expected) > 1 else expected[0]
    return expected


def failed(value, code):
    return isinstance(value, str) and value.startswith(f"{FAILURE_MARK} {code} ") and "\n" not in value


@EVERY
def test_example(excel, spec):
    shown = excel(spec.name, *example(spec))
    assert agrees(shown, result(spec))
    assert plain_cells(shown)


@EVERY
def test_example_from_cells(excel, spec):
    assert excel(spec.name, *map(as_range, example(spec, left_out=None))) == excel(spec.name, *example(spec))


@EVERY
def test_required_argument_blank_or_missing(excel, spec):
    for place in (i for i, p in enumerate(spec.parameters) if p.required):
        for nothing in (MISSING, None, Range(None), Range(""), Range("  ")):
            cells = example(spec)
            cells[place] = nothing
            value = excel(spec.name, *cells)
            assert failed(value, "#VALUE!") and spec.parameters[place].name in value, (place, nothing, value)


@ROWWISE
def test_column_with_a_bad_row(excel, spec):
    """Each argument in turn as a range, whose bad row leaves the others alone."""
    for place, p in enumerate(spec.parameters):
        cells = example(spec)
        good = None if cells[place] == MISSING else cells[place]
        cells[place] = column(good, BAD, good)
        first, second, third = excel(spec.name, *cells)
        assert first == third and len(first) == 1 and agrees(first[0], result(spec)), p.name
        assert len(second) == 1 and failed(second[0], "#VALUE!") and p.name in second[0], p.name


DAY = dt.datetime(2026, 3, 1, 13, 30, tzinfo=dt.UTC)
STRANGE = ("", " ", "abc", "1,5", "1e400", "nan", "-5", BAD, 0.0, 0.5, 1e300, -1e300, True, False, DAY)
STRANGE += (DAY.replace(year=1900), Decimal("1E+2"), *ERROR_CODES)


@ROWWISE
def test_whatever_the_cell_holds_something_is_shown(excel, spec):
    """A finite number, or a text which is a result or a failure: never nothing, NaN, or a traceback."""
    for place in range(len(spec.parameters)):
        cells = example(spec)
        cells[place] = column(*STRANGE)
        shown = excel(spec.name, *cells)
        assert len(shown) == len(STRANGE)
        for cell, (value,) in zip(STRANGE, shown, strict=True):
            assert type(value) in (float, str), (place, cell, value)
            assert math.isfinite(value) if type(value) is float else value.strip(), (place, cell, value)
            assert "Traceback" not in str(value) and "Error:" not in str(value), (place, cell, value)


@pytest.mark.parametrize(
    "spec",
    [s for s in FUNCTIONS if s.whole],
    ids=lambda spec: spec.name,
)
def test_whatever_the_cell_holds_a_whole_shows_something(excel, spec):
    for place in range(len(example(spec))):
        for held in (*STRANGE, *map(Range, STRANGE)):
            cells = example(spec)
            cells[place] = held
            shown = excel(spec.name, *cells)
            assert plain_cells(shown), (place, held, shown)
            assert "Traceback" not in str(shown) and "Error:" not in str(shown), (place, held, shown)


@WHOLE
def test_range_where_a_whole_takes_one_value(excel, spec):
    """One failure in words, not a table of them; a series is a range as it should be."""
    for place, good in enumerate(example(spec)):
        p, cells = parameter(spec, place), example(spec)
        cells[place] = column(0.25, BAD) if isinstance(p.word, Series) else column(good, good)
        shown = excel(spec.name, *cells)
        assert failed(shown, "#VALUE!") and f" {p.name}: " in shown, (p.name, shown)


@WHOLE
@pytest.mark.parametrize(("number", "code"), ERROR_CODES.items())
def test_error_cell_of_a_whole(excel, spec, number, code):
    for place in range(len(example(spec))):
        cells = example(spec)
        held = [Range(number), float(number)]
        held += [column(0.25, number)] if isinstance(parameter(spec, place).word, Series) else []
        for cells[place] in held:
            assert failed(excel(spec.name, *cells), code), place


def test_blank_arguments_of_an_explanation(excel):
    """What is left out in the middle, or is a blank cell, takes the default of the function explained."""
    expected = excel("EXPLAIN", "POWER_COST", 400.0, 100.0, MISSING, 1.0)
    assert excel("EXPLAIN", "POWER_COST", Range(400.0), Range(100.0), Range(None), Range(1.0)) == expected
    assert [line[:2] for line in expected[1:5]] == [
        ["watts", "argument"],
        ["hours", "argument"],
        ["electricity", "default"],
        ["pue", "argument"],
    ]
    assert excel("EXPLAIN", "POWER_COST", 400.0)[1][:2] == ["error", expected_sentence("hours")]


def expected_sentence(name):
    return f"{name}: is missing; it takes a number from 0 to 1e+09"


def test_number_of_a_cell(excel):
    assert excel("TRAIN_COST", *RUN, MISSING, MISSING) == pytest.approx(USD)


def test_range_of_one_cell(excel):
    assert excel("INFER_FLOPS", Range(((175e9,),)), 1024.0, MISSING, MISSING) == 3.584e14


def test_column_row_and_block(excel):
    sizes, tokens = (1e9, "70B", "gpt-3"), (1000.0, 2000.0)
    params = (1e9, 70e9, 175e9)
    block = excel("INFER_FLOPS", column(*sizes), row(*tokens), MISSING, MISSING)
    assert block == [[2 * p * t for t in tokens] for p in params]
    assert excel("INFER_FLOPS", column(*sizes), 1000.0, MISSING, MISSING) == [[2000 * p] for p in params]
    assert excel("INFER_FLOPS", row(*sizes), 1000.0, MISSING, MISSING) == [2000 * p for p in params]
    assert excel("INFER_FLOPS", ((1e9, 2e9),), 1000.0, MISSING, MISSING) == [2e12, 4e12]  # ={1e9,2e9}


def test_ranges_that_do_not_fit(excel):
    value = excel("INFER_FLOPS", column(1e9, 2e9), column(1.0, 2.0, 3.0), MISSING, MISSING)
    assert failed(value, "#VALUE!") and "do not fit" in value


def test_cell_formatted_as_currency(excel):
    model, tokens, gpu, _, mfu = RUN
    assert excel("TRAIN_COST", model, tokens, gpu, Range(Decimal("2")), mfu) == pytest.approx(USD)


def test_column_formatted_as_currency(excel):
    model, tokens, gpu, _, mfu = RUN
    prices = column(Decimal("2"), Decimal("4.00"), 6.0)
    assert excel("TRAIN_COST", model, tokens, gpu, prices, mfu) == [[pytest.approx(n * USD)] for n in (1, 2, 3)]


def test_text_numbers(excel):
    shown = excel("INFER_FLOPS", column("70B", "1,5", "0.5t", "1.5e9"), Range("1k"), MISSING, MISSING)
    assert [shown[0], shown[2], shown[3]] == [[1.4e14], [1e15], [3e12]]
    assert failed(shown[1][0], "#N/A")  # not a number, so an id, and there is no such model
    refused = excel("INFER_FLOPS", "70B", Range("1,5"), MISSING, MISSING)
    assert failed(refused, "#VALUE!") and "decimal point" in refused


def test_date_cells(excel):
    day = dt.datetime(2023, 4, 7, tzinfo=dt.UTC)
    days = column(day, 45023.0, "2023-04-07", day.replace(hour=18), day.replace(year=2001))
    shown = excel("GPU_PRICE", "a100-40-sxm", "AWS", MISSING, days)
    assert shown[:4] == [[32.77 / 8]] * 4
    assert failed(shown[4][0], "#N/A")


def test_date_cell(excel):
    day = Range(dt.datetime(2023, 4, 7, tzinfo=dt.UTC))
    assert excel("GPU_PRICE", "a100-40-sxm", "AWS", MISSING, day) == 32.77 / 8
    assert failed(excel("INFER_FLOPS", "70B", day, MISSING, MISSING), "#VALUE!")


def test_true_is_no_number(excel):
    assert failed(excel("INFER_FLOPS", 1e9, True, MISSING, MISSING), "#VALUE!")
    shown = excel("INFER_FLOPS", 1e9, column(1.0, True, False), MISSING, MISSING)
    assert shown[0] == [2e9] and failed(shown[1][0], "#VALUE!") and failed(shown[2][0], "#VALUE!")


@pytest.mark.parametrize(("number", "code"), ERROR_CODES.items())
def test_error_cell(excel, number, code):
    """As pywin32 gives it, an int; as the converters of xlwings may leave it, a float."""
    for raw in (number, float(number)):
        assert failed(excel("INFER_FLOPS", Range(raw), 1024.0, MISSING, MISSING), code)
        shown = excel("INFER_FLOPS", column(1e9, raw, "2B"), column(1.0, 1.0, raw), MISSING, MISSING)
        assert shown[0] == [2e9] and failed(shown[1][0], code) and failed(shown[2][0], code)


def test_unknown_gpu(excel):
    unknown = f"{FAILURE_MARK} #N/A unknown gpu 'H10O'; did you mean 'h100-sxm'?"
    assert excel("GPU_SPEC", "H10O", "name") == unknown
    shown = excel("GPU_SPEC", column("H100", "H10O", "A100"), "bf16_tflops")
    assert shown == [[989.4], [unknown], [312.0]]


def test_result_that_does_not_exist(excel):
    """A chip too small for the runtime itself."""
    alone = excel("GPU_FIT", "7B", "groq-lpu1", MISSING, MISSING, MISSING, MISSING)
    assert failed(alone, "#NUM!") and "gpu: one holds less than the 0.85 GB that the runtime takes; " in alone
    shown = excel("GPU_FIT", "7B", row("groq-lpu1", "H100"), MISSING, MISSING, MISSING, MISSING)
    assert shown == [alone, 1.0]


@EVERY
def test_vba_wrapper(wrapper, spec):
    text, _ = wrapper
    names = ", ".join(p.name for p in spec.parameters if not p.rest)
    assert text.count(f"\nFunction {spec.name}({', '.join(map(declared, spec.parameters))})\n") == 1
    code = text.partition(f"\nFunction {spec.name}(")[2].partition("End Function")[0]
    passed = "argsArray" if spec.variadic else f"Array({names})"
    assert f'XLPy.CallUDF("{com_stub.MODULE}", "{spec.name}", {passed}, ActiveWorkbook' in code
    assert f"Array({names})" in code


def procedure(text, name):
    """The lines of a function."""
    return [line.strip() for line in text.partition(f"\nFunction {name}(")[2].partition("End Function")[0].split("\n")]


@EVERY
def test_our_wrapper_hands_over_what_xlwings_would(wrapper, spec):
    """The same arguments in the same array to the same call, which stands once for all functions."""
    theirs, ours = procedure(wrapper[0], spec.name), procedure(BAS, spec.name)
    assert ours[0] == theirs[0]
    (call,) = (line for line in theirs if f'"{spec.name}", ' in line and "ActiveWorkbook" in line)
    given = call.removeprefix(f'{spec.name} = XLPy.CallUDF("{com_stub.MODULE}", "{spec.name}", ')
    given = given.removesuffix(", ActiveWorkbook, Application.Caller)")
    assert ours[-2] == f'{spec.name} = XlcostCall("{spec.name}", {given})'
    filling = ("argsArray", "ReDim", "For", "Next")
    assert [n for n in ours if n.startswith(filling)] == [n for n in theirs if n.startswith(filling)]


def test_our_call_is_the_call_of_xlwings(wrapper):
    """Server, wizard and error handling stand in XlcostCall, XlcostServer and XlcostInWizard."""
    text = wrapper[0]
    assert f'Private Const UDF_MODULE As String = "{com_stub.MODULE}"' in BAS
    assert "XlcostServer().CallUDF(UDF_MODULE, udf, (given), ActiveWorkbook, Application.Caller)" in BAS
    assert "Set server = starter.XLPy()" in BAS
    asked = 'Application.CommandBars("Standard").Controls(1).Enabled'
    assert text.count(f"If (Not {asked}) Then Exit Function") == len(FUNCTIONS) and f"If Not {asked} Then" in BAS
    assert text.count("failed:") == len(FUNCTIONS) and text.count("= Err.Description") == len(FUNCTIONS)


def declared(p):
    if p.rest:
        return f"ParamArray {p.name}()"
    return p.name if p.required else f"Optional {p.name}"


def test_vba_text(wrapper):
    text, _ = wrapper
    assert text.count("End Function") == len(FUNCTIONS)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 1023


@EVERY
def test_names_are_free_in_the_wrapper(spec):
    """VBA's own words are in test_catalogue.py."""
    assert not {name.lower() for name in (spec.name, *(p.name for p in spec.parameters))} & WRAPPER_WORDS


@EVERY
def test_function_wizard(wrapper, spec):
    """Category, description and the help of each argument, none of them cut."""
    _, wizard = wrapper
    options = wizard[f"'xlcost.xlam'!{spec.name}"]
    assert options["Category"] == f"xlcost {spec.category}"
    assert options["Description"] == spec.summary and len(spec.summary) <= 255
    descriptions = options["ArgumentDescriptions"] or []  # None where there are no arguments
    assert len(descriptions) == len(spec.parameters)
    for p, shown in zip(spec.parameters, descriptions, strict=True):
        assert shown.startswith(p.word.meaning) and shown == argument_help(p)
        assert shown.endswith((")", "]")) or p.required, "cut at 255 characters"
        assert "]]" not in shown and "[ " not in shown, "an array is shown as it is typed"


def test_function_wizard_knows_every_function(wrapper):
    assert len(wrapper[1]) == len(FUNCTIONS)
