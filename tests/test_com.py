"""Excel on Windows: the generated module, called as Excel calls it through the real UDF server of xlwings."""

import datetime as dt
import math
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import com_stub
import pytest
from com_stub import MISSING, Range, column, row

from xlcost.catalogue import FUNCTIONS
from xlcost.cells import ERROR_CODES, FAILURE_MARK
from xlcost.hosts import com

UDFS = Path(com.__file__).parents[1] / "addin" / "udfs.py"
EVERY = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
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
    return lambda name, *cells: windows(com_stub.excel_call, name, *cells)


@pytest.fixture(scope="module")
def wrapper(windows):
    """The VBA text, and {function: options of MacroOptions}."""
    text, calls = windows(com_stub.imported)
    return text, {place: options for (place,), options in calls}


def example(spec, left_out=MISSING):
    """The example's arguments as Excel passes them."""
    given = spec.example_arguments
    return [as_cell(given[p.name]) if p.name in given else left_out for p in spec.parameters]


def as_cell(value):
    return float(value) if isinstance(value, int) else value


def result(spec):
    expected = spec.example["returns"]
    return expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-9)


def failed(value, code):
    return isinstance(value, str) and value.startswith(f"{FAILURE_MARK} {code} ") and "\n" not in value


@EVERY
def test_example(excel, spec):
    assert excel(spec.name, *example(spec)) == result(spec)


@EVERY
def test_example_from_cells(excel, spec):
    assert excel(spec.name, *map(Range, example(spec, left_out=None))) == result(spec)


@EVERY
def test_required_argument_blank_or_missing(excel, spec):
    for place in (i for i, p in enumerate(spec.parameters) if p.required):
        for nothing in (MISSING, None, Range(None), Range(""), Range("  ")):
            cells = example(spec)
            cells[place] = nothing
            value = excel(spec.name, *cells)
            assert failed(value, "#VALUE!") and spec.parameters[place].name in value, (place, nothing, value)


@EVERY
def test_column_with_a_bad_row(excel, spec):
    """Each argument in turn as a range, whose bad row leaves the others alone."""
    for place, p in enumerate(spec.parameters):
        cells = example(spec)
        good = None if cells[place] == MISSING else cells[place]
        cells[place] = column(good, BAD, good)
        first, second, third = excel(spec.name, *cells)
        assert first == third == [result(spec)], p.name
        assert len(second) == 1 and failed(second[0], "#VALUE!") and p.name in second[0], p.name


@EVERY
def test_whatever_the_cell_holds_something_is_shown(excel, spec):
    """A finite number, or a text which is a result or a failure: never nothing, NaN, or a traceback."""
    day = dt.datetime(2026, 3, 1, 13, 30, tzinfo=dt.UTC)
    strange = ("", " ", "abc", "1,5", "1e400", "nan", "-5", BAD, 0.0, 0.5, 1e300, -1e300, True, False, day)
    strange += (day.replace(year=1900), Decimal("1E+2"), *ERROR_CODES)
    for place in range(len(spec.parameters)):
        cells = example(spec)
        cells[place] = column(*strange)
        shown = excel(spec.name, *cells)
        assert len(shown) == len(strange)
        for cell, (value,) in zip(strange, shown, strict=True):
            assert type(value) in (float, str), (place, cell, value)
            assert math.isfinite(value) if type(value) is float else value.strip(), (place, cell, value)
            assert "Traceback" not in str(value) and "Error:" not in str(value), (place, cell, value)


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


def test_generated_module_is_up_to_date():
    assert UDFS.read_bytes() == com.module(FUNCTIONS).encode(), "run: python -m xlcost.hosts.com"


@EVERY
def test_vba_wrapper(wrapper, spec):
    text, _ = wrapper
    arguments = ", ".join(p.name if p.required else f"Optional {p.name}" for p in spec.parameters)
    names = ", ".join(p.name for p in spec.parameters)
    assert text.count(f"\nFunction {spec.name}({arguments})\n") == 1
    assert f'XLPy.CallUDF("{com_stub.MODULE}", "{spec.name}", Array({names}), ActiveWorkbook' in text


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
    assert len(options["ArgumentDescriptions"]) == len(spec.parameters)
    for p, shown in zip(spec.parameters, options["ArgumentDescriptions"], strict=True):
        assert shown.startswith(p.word.meaning) and shown == com.argument_help(p)
        assert shown.endswith((")", "]")) or p.required, "cut at 255 characters"


def test_function_wizard_knows_every_function(wrapper):
    assert len(wrapper[1]) == len(FUNCTIONS)
