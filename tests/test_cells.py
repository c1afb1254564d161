"""The boundary of the hosts: cells and ranges in, results and failures out."""

import datetime as dt
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xlcost
from counted import growth, steps
from samples import agrees, hosted, plain_cells
from xlcost.catalogue import BY_NAME, FUNCTIONS
from xlcost.cells import ERROR_CODES, MISSING, Failure, over_cells
from xlcost.cli.arguments import cell_value
from xlcost.function import FunctionSpec
from xlcost.hosts import com
from xlcost.quantities import Choice, Date, Key, ModelWord, Series

NA = next(number for number, code in ERROR_CODES.items() if code == "#N/A")
NOTHING = (None, "", "   ", MISSING, float(MISSING))
EVERY = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


WHOLE = pytest.mark.parametrize("spec", [s for s in FUNCTIONS if s.whole], ids=lambda spec: spec.name)


def cells(name, *arguments):
    return over_cells(BY_NAME[name], arguments)


def column(*values):
    return [[value] for value in values]


def failed(value, code, part=""):
    return isinstance(value, Failure) and value.code == code and part in value.sentence


# One cell each


def test_numbers_and_text():
    assert cells("INFER_FLOPS", 175e9, 1024.0) == cells("INFER_FLOPS", 175_000_000_000, "1024") == 3.584e14
    assert cells("INFER_FLOPS", " gpt-3 ", 1024) == 3.584e14


@pytest.mark.parametrize("nothing", NOTHING)
def test_blank_takes_the_default(nothing):
    assert cells("INFER_FLOPS", "1B", 10, nothing, nothing) == 2e10
    assert cells("INFER_FLOPS", "1B", column(10, 20), nothing, nothing) == column(2e10, 4e10)


@pytest.mark.parametrize("nothing", NOTHING)
def test_blank_where_something_is_required(nothing):
    assert failed(cells("INFER_FLOPS", "1B", nothing), "#VALUE!", "input_tokens: is missing")
    shown = cells("INFER_FLOPS", "1B", column(10, nothing))
    assert shown[0] == [2e10] and failed(shown[1][0], "#VALUE!", "input_tokens: is blank")


def test_blank_rows_take_the_default():
    shown = cells("INFER_FLOPS", "1B", column(10, 10, 10), column(None, 5, ""))
    assert shown == column(2e10, 3e10, 2e10)


def test_decimal():
    """A cell formatted as currency."""
    assert cells("POWER_COST", 1000, 1, Decimal("0.25"), 1) == 0.25
    assert cells("INFER_FLOPS", Decimal("175e9"), 1024) == 3.584e14
    assert cells("INFER_FLOPS", column(Decimal("175e9"), "gpt-3"), 1024) == column(3.584e14, 3.584e14)
    shown = cells("POWER_COST", 1000, 1, column(Decimal("0.25"), Decimal("0.5"), None, "1"), 1)
    assert shown == column(0.25, 0.5, cells("POWER_COST", 1000, 1, None, 1), 1.0)


def test_dates():
    days = (dt.date(2023, 4, 7), dt.datetime(2023, 4, 7, 18, tzinfo=dt.UTC), 45023.0, 45023.9, "2023-04-07")
    for day in days:
        assert cells("GPU_PRICE", "a100-40-sxm", "AWS", None, day) == 32.77 / 8
    assert cells("GPU_PRICE", "a100-40-sxm", "AWS", None, column(*days)) == column(*[32.77 / 8] * 5)


@pytest.mark.parametrize("value", [True, False, dt.date(2023, 4, 7), "1,5", "", "abc", -1, 1e19])
def test_no_number_of_tokens(value):
    assert failed(cells("INFER_FLOPS", "1B", value), "#VALUE!", "input_tokens")
    shown = cells("INFER_FLOPS", "1B", column(1, value))
    assert shown[0] == [2e9] and failed(shown[1][0], "#VALUE!", "input_tokens")


def test_decimal_comma():
    assert failed(cells("INFER_FLOPS", "1B", "1,5"), "#VALUE!", "decimal point")


@pytest.mark.parametrize(("number", "code"), ERROR_CODES.items())
def test_error_value_of_a_cell(number, code):
    for raw in (number, float(number)):
        assert failed(cells("INFER_FLOPS", raw, 1), code)
        assert failed(cells("INFER_FLOPS", "1B", 1, raw), code)
        shown = cells("INFER_FLOPS", column(1e9, raw, 2e9), 1)
        assert [shown[0], shown[2]] == [[2e9], [4e9]] and failed(shown[1][0], code)


def test_unknown_id():
    assert failed(cells("GPU_SPEC", "H10O", "name"), "#N/A", "did you mean 'h100-sxm'?")
    shown = cells("GPU_SPEC", column("H100", "H10O"), "bf16_tflops")
    assert shown[0] == [989.4] and failed(shown[1][0], "#N/A", "did you mean 'h100-sxm'?")


def test_too_many_arguments():
    sentence = "CHINCHILLA_TOKENS got 2 arguments, more than it takes: CHINCHILLA_TOKENS(model)"
    assert cells("CHINCHILLA_TOKENS", "1B", 2) == Failure("#VALUE!", sentence)
    assert cells("CHINCHILLA_TOKENS", column("1B", "2B"), 2) == column(*[Failure("#VALUE!", sentence)] * 2)


# Ranges


@EVERY
def test_range_of_one_cell_is_that_cell(spec):
    """A list in the example is a range as it stands."""
    arguments = spec.example_cells
    shown = over_cells(spec, tuple(value if isinstance(value, list) else [[value]] for value in arguments))
    assert shown == over_cells(spec, tuple(arguments))
    assert agrees(shown, spec.example["returns"])
    assert plain_cells(shown)
    assert spec.whole or type(shown) in (float, str)


def test_shapes():
    params, tokens = [1e9, 2e9, 3e9], [10.0, 20.0]
    assert cells("INFER_FLOPS", column(*params), 10) == [[2 * p * 10] for p in params]
    assert cells("INFER_FLOPS", [params], 10) == [[2 * p * 10 for p in params]]
    assert cells("INFER_FLOPS", params, 10) == [[2 * p * 10 for p in params]]
    block = [[2 * p * t for t in tokens] for p in params]
    assert cells("INFER_FLOPS", column(*params), [tokens]) == block
    assert cells("INFER_FLOPS", tuple((p,) for p in params), (tuple(tokens),)) == block
    assert cells("INFER_FLOPS", [[p] * 2 for p in params], [tokens] * 3) == block


def test_block_with_a_bad_row_and_a_bad_column():
    shown = cells("INFER_FLOPS", column(1e9, -1, 2e9), [[10, "x"]])
    assert shown[0][0] == 2e10 and shown[2][0] == 4e10
    assert failed(shown[1][0], "#VALUE!", "model") and failed(shown[1][1], "#VALUE!", "model")
    assert failed(shown[0][1], "#VALUE!", "tokens") and failed(shown[2][1], "#VALUE!", "tokens")


def test_numpy():
    sizes = np.array([[1e9], [2e9]])
    assert cells("INFER_FLOPS", sizes, np.array([10.0, 20.0])) == [[2e10, 4e10], [4e10, 8e10]]
    assert cells("INFER_FLOPS", sizes.astype(int), np.int64(10)) == column(2e10, 4e10)
    assert cells("INFER_FLOPS", np.array([["1B"], ["2B"]]), np.float64(10)) == column(2e10, 4e10)
    assert cells("INFER_FLOPS", np.array([["1B"], [None]], dtype=object), 10)[0] == [2e10]
    assert cells("INFER_FLOPS", np.array(1e9), np.array([[10.0]])) == 2e10


def test_ranges_that_do_not_fit():
    value = cells("INFER_FLOPS", column(1, 2), column(1, 2, 3))
    assert failed(value, "#VALUE!", "INFER_FLOPS: the ranges do not fit together (2x1, 3x1)")


def test_everything_bad():
    shown = cells("INFER_FLOPS", column("nope", NA, None), 1)
    assert [value.code for (value,) in shown] == ["#N/A", "#N/A", "#VALUE!"]


def test_text_results():
    shown = cells("GPU_SPEC", [["A100", "H10O"]], column("vendor", "memory_gb"))
    assert shown[0][0] == "NVIDIA" and shown[1][0] == 80.0
    assert failed(shown[0][1], "#N/A") and failed(shown[1][1], "#N/A")


def test_a_bad_single_cell_fails_every_row():
    shown = cells("INFER_FLOPS", column(1e9, 2e9), "abc")
    assert all(failed(value, "#VALUE!", "input_tokens") for (value,) in shown) and len(shown) == 2


def test_an_error_in_a_single_cell_fails_every_row():
    shown = cells("INFER_FLOPS", column(1e9, 2e9), NA)
    assert [len(shown), failed(shown[0][0], "#N/A"), failed(shown[1][0], "#N/A")] == [2, True, True]


def test_a_column_of_numbers_as_text():
    assert cells("INFER_FLOPS", column("1000000", "2e6"), column("10", "20")) == column(2e7, 8e7)


@pytest.mark.parametrize(
    ("name", "arguments", "place", "values"),
    [
        ("GPU_SPEC", ["A100", "name"], 0, ("80", "40")),
        ("GPU_SPEC", ["A100", "name"], 1, ("80", "40")),
        ("GPU_PRICE", ["A100", None, None, None], 3, ("45023", "45024")),
        ("WEIGHT_GB", ["1B", None], 1, ("16", "8")),
        ("INFER_FLOPS", ["1B", None], 1, ("1_000", "2_000")),
        ("INFER_FLOPS", ["1B", None], 1, ("inf", "nan")),
        ("CHINCHILLA_TOKENS", [None], 0, ("1_000_000", "2_000_000")),
    ],
)
def test_a_column_of_digits_as_text_is_read_as_its_cells_are(name, arguments, place, values):
    alone = []
    for value in values:
        arguments[place] = value
        alone.append(cells(name, *arguments))
    arguments[place] = column(*values)
    assert [value for (value,) in cells(name, *arguments)] == alone


def test_a_failure_names_what_its_own_row_holds():
    shown = cells("GPU_SPEC", column("H10O", "A10O"), "name")
    assert "H10O" in shown[0][0].sentence and "A10O" in shown[1][0].sentence
    shown = cells("INFER_FLOPS", "1B", column(-1.0, -2.0, "x", "y"))
    for held, (value,) in zip((-1.0, -2.0, "x", "y"), shown, strict=True):
        assert f"input_tokens: {held!r} " in value.sentence
    shown = cells("TRAIN_COST", column("gtp-3", 7e9, "7B", "lama-2-7b"), "1T", "A100", column(2, 2, None, None))
    assert shown[0][0].sentence == "unknown model 'gtp-3'; did you mean 'gpt-3'?"
    assert shown[3][0].sentence == "unknown model 'lama-2-7b'; did you mean 'llama-2-7b'?"
    shown = cells("TRAIN_COST", "7B", "1T", column("gaudi2", "A100", "maia100"), column(None, 2, None))
    assert "'gaudi2'" in shown[0][0].sentence and "'maia100'" in shown[2][0].sentence


def test_a_row_without_a_finite_result_says_what_it_says_alone():
    alone = cells("TRAIN_GPU_HOURS", "7B", "1T", "A100", 1e-320)
    assert alone == Failure("#NUM!", "TRAIN_GPU_HOURS has no finite result for these arguments")
    shown = cells("TRAIN_GPU_HOURS", "7B", "1T", "A100", column(0.5, 1e-320))
    assert type(shown[0][0]) is float and shown[1] == [alone]


def test_a_price_that_is_given_needs_no_price_table():
    """Where one row leaves the price to the table, the others need not stand in it."""
    alone = cells("TRAIN_COST", "7B", "1T", "gaudi2", 2.0)
    shown = cells("TRAIN_COST", "7B", "1T", column("gaudi2", "A100", "gaudi2"), column(2.0, None, None))
    assert shown[0] == [alone] and type(shown[1][0]) is float
    assert failed(shown[2][0], "#N/A", "gaudi2")


def test_a_method_that_another_row_asks_for_needs_nothing_of_this_one():
    """gpt-4's shape is not known, which the rule does not ask for."""
    shown = cells("TRAIN_FLOPS", "gpt-4", "1T", column("rule", "causal"), 4096)
    assert shown[0] == [cells("TRAIN_FLOPS", "gpt-4", "1T", "rule")]
    assert failed(shown[1][0], "#N/A", "gpt-4")


# Ranges equal their cells

GPU_IDS = ("A100", "h100-sxm", "H200", "gaudi2", "p100-sxm2", "inferentia2", "groq-lpu1")
PROVIDERS = ("AWS", "gcp", "Azure", "Lambda", "nobody")
ODD = (None, "", True, -1.0, 0.0, "abc", "1,5", NA, Decimal("0.5"), dt.datetime(2024, 5, 6, tzinfo=dt.UTC))
MODEL_CELLS = (
    "gpt-3",
    "llama-3.1-70b",
    "deepseek-v3",
    "gpt-4",
    "gpt3.5",
    "70B",
    "0.5t",
    7e9,
    1e18,
    "12345",
    "67",
    "bert-base",
)
KEYS = {
    "gpu": GPU_IDS,
    "precision": ("bf16", "int4", "fp8", "q4_k_m", "nf4", "fp32", "8"),
    "provider": PROVIDERS,
    "field": ("params", "layers", "attention", "memory_gb", "name", "fp8_tflops", "release", "7"),
    "region": ("world", "France", "us-virginia", "gcp-europe-west1", "atlantis"),
    "api_model": ("gpt-4o", "azure/gpt-4o", "deepseek-reasoner", "claude-2", "gpt-4oo", hosted()[0]),
    "function": ("TRAIN_COST", "power_cost", "GPU_RANK", "no_such"),
}
COUNTS = (1.0, 2.0, 3.0, 8.0, 1.5, "4", "1e3", 4096.0, 0.4, 1e12, 1e30)
DAYS = (45023.0, "2023-04-07", 46200.0, dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "45023", "2024-13-01")
SEVERAL = [spec for spec in FUNCTIONS if spec.parameters and not spec.whole]


def held(word, random):
    """What a cell of this word may hold, good and (one in four) bad."""
    if isinstance(word, ModelWord):
        good = MODEL_CELLS
    elif isinstance(word, Key):
        good = KEYS[word.name]
    elif isinstance(word, Choice):
        good = (*word.choices, word.choices[0].upper())
    elif isinstance(word, Date):
        good = DAYS
    else:
        good = COUNTS
    return random.choice(random.choice((good, good, good, (None, *ODD))))


def rows_of(spec, random):
    """Arguments of 1 to 6 rows: each a column or, for all rows, a single cell."""
    size = random.randint(1, 6)
    arguments = []
    for p in spec.parameters:
        if random.random() < 0.5:
            arguments.append([held(p.word, random) for _ in range(size)])
        else:
            arguments.append([random.choice(good(p)) if p.required else held(p.word, random)] * size)
    return arguments


def good(p):
    """A required argument that is the same in all rows is mostly fit for use."""
    if isinstance(p.word, ModelWord):
        return MODEL_CELLS[:4]
    return KEYS[p.word.name] if isinstance(p.word, Key) else (1.0, 4096.0)


def close(one, other):
    if type(one) is float and type(other) is float:
        return one == pytest.approx(other, rel=1e-12)
    if isinstance(one, Failure) and isinstance(other, Failure):
        return one.code == other.code and same_sentence(one, other)
    return type(one) is type(other) and one == other


def same_sentence(of_a_row, alone):
    """A blank row of a range is what an argument left out is to a single cell."""
    return of_a_row.sentence.replace(": is blank;", ": is missing;") == alone.sentence


@pytest.mark.parametrize("spec", SEVERAL, ids=lambda spec: spec.name)
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(random=st.integers(0, 2**32 - 1).map(Random))
def test_a_range_equals_its_cells(spec, random):
    arguments = rows_of(spec, random)
    shown = over_cells(spec, tuple(column(*values) for values in arguments))
    shown = [value for (value,) in shown] if isinstance(shown, list) else [shown]
    alone = [over_cells(spec, row) for row in zip(*arguments, strict=True)]
    assert len(shown) == len(alone)
    for row, one, other in zip(zip(*arguments, strict=True), shown, alone, strict=True):
        assert close(one, other), (row, one, other)


@pytest.fixture
def passes(monkeypatch):
    """A list that grows with every call of a function, be it for one row or for all of them."""
    made, call = [], FunctionSpec.call
    monkeypatch.setattr(FunctionSpec, "call", lambda spec, *given: made.append(spec.name) or call(spec, *given))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", ["INFER_FLOPS", "TRAIN_COST", "GPU_FIT"])
def test_long_column(name, passes):
    """100,000 rows, three of them bad: a call for each of these and one for the rest, and what the rows give alone."""
    spec, size = BY_NAME[name], 100_000
    dice = np.random.default_rng(7)
    names = np.array(["gpt-3", "llama-3.1-70b", "70B", "opt-13b"])[dice.integers(0, 4, size)].tolist()
    numbers = (10 ** dice.uniform(2, 5, size)).tolist()
    bad = {17: "no-such-model", 50_000: -1.0, 99_999: None}
    for at, value in bad.items():
        names[at] = value
    values = {"model": names, "input_tokens": numbers, "tokens": numbers, "context": numbers}
    arguments = [values.get(p.name, spec.example_arguments.get(p.name)) for p in spec.parameters]
    ranges = tuple(column(*value) if isinstance(value, list) else value for value in arguments)
    shown = over_cells(spec, ranges)
    assert len(passes) <= len(bad) + 1
    assert [at for at, (value,) in enumerate(shown) if isinstance(value, Failure)] == list(bad)
    for at in (0, *bad, *dice.integers(0, size, 50).tolist()):
        alone = over_cells(spec, tuple(value[at] if isinstance(value, list) else value for value in arguments))
        assert close(shown[at][0], alone), at


def bad_rows(size):
    return cells("POWER_COST", column(*(-float(n) for n in range(1, size + 1))), column(*range(size)))


def test_long_column_of_different_bad_rows(passes):
    """What a column of negative numbers costs: one call, and no more work than a few steps a row."""
    shown = bad_rows(20_000)
    assert len(passes) == 1
    assert all(isinstance(value, Failure) for (value,) in shown)
    assert steps(lambda: bad_rows(20_000)) < 20_000 * steps(lambda: cells("POWER_COST", -1.0, 1.0)) / 4
    assert growth(bad_rows, 2_000) < 2.1


def unknown_ids(size):
    return cells("GPU_SPEC", column(*(f"chip {n}" for n in range(size))), "name")


def test_long_column_of_different_unknown_ids(passes):
    shown = unknown_ids(300)
    assert len(passes) == 1
    assert {value.code for (value,) in shown} == {"#N/A"}
    assert growth(unknown_ids, 75) < 2.1


# Functions that take or give ranges as a whole


def places(spec):
    """(place, parameter or the last that takes all further ones, what the example has there or the default)."""
    values = spec.example_cells + [None] * (len(spec.parameters) - len(spec.example_cells))
    for place, value in enumerate(values):
        p = spec.parameters[min(place, len(spec.parameters) - 1)]
        yield place, p, value, values


def with_cell(values, place, value):
    return (*values[:place], value, *values[place + 1 :])


@WHOLE
def test_a_range_where_one_value_is_taken(spec):
    for place, p, value, values in places(spec):
        if not isinstance(p.word, Series):
            for held in (column(value, value), [[value, value]], [[value, "x"], [None, 1.0]]):
                shown = over_cells(spec, with_cell(values, place, held))
                assert failed(shown, "#VALUE!", f"{p.name}: "), (p.name, held, shown)
                assert "range" in shown.sentence or held[0][-1] == "x", shown


@WHOLE
@pytest.mark.parametrize(("number", "code"), ERROR_CODES.items())
def test_error_value_in_an_argument_of_a_whole(spec, number, code):
    for place, p, value, values in places(spec):
        several = [number, *value] if isinstance(value, list) else [number, 0.5]
        for held in (number, float(number), column(number), [several] if isinstance(p.word, Series) else number):
            assert failed(over_cells(spec, with_cell(values, place, held)), code), (p.name, held)


SERIES = [(spec, p.name) for spec in FUNCTIONS for p in spec.parameters if isinstance(p.word, Series)]


@pytest.mark.parametrize(("spec", "name"), SERIES, ids=[f"{spec.name} {name}" for spec, name in SERIES])
def test_a_series_is_read_alike_however_it_lies(spec, name):
    place = [p.name for p in spec.parameters].index(name)
    values = spec.example_cells + [None] * (len(spec.parameters) - len(spec.example_cells))
    expected = over_cells(spec, with_cell(values, place, [0.5, 0.25, 0.125, 0.75]))
    assert plain_cells(expected)
    texts = ["0.5", "25%", 0.125, Decimal("0.75")]
    for held in (
        column(0.5, 0.25, 0.125, 0.75),
        [[0.5, 0.25], [0.125, 0.75]],
        np.array([0.5, 0.25, 0.125, 0.75]),
        [texts],
    ):
        assert over_cells(spec, with_cell(values, place, held)) == expected
    assert over_cells(spec, with_cell(values, place, 0.5)) == over_cells(spec, with_cell(values, place, [[0.5]]))


@pytest.mark.parametrize(("spec", "name"), SERIES, ids=[f"{spec.name} {name}" for spec, name in SERIES])
@pytest.mark.parametrize("bad", [None, "", "abc", "1,5", -1.0, True, dt.date(2024, 5, 6)])
def test_a_series_with_a_bad_cell_fails_as_a_whole(spec, name, bad):
    place = [p.name for p in spec.parameters].index(name)
    values = spec.example_cells + [None] * (len(spec.parameters) - len(spec.example_cells))
    for held in (column(0.5, bad, 0.25), column(bad, bad), [[bad, 0.5]]):
        assert failed(over_cells(spec, with_cell(values, place, held)), "#VALUE!", f"{name}: ")


@pytest.mark.parametrize("name", ["MODEL_LIST", "GPU_LIST", "PRICE_TABLE"])
def test_a_whole_table_has_no_empty_cells_but_blank_ones(name):
    """An empty cell of a spilled table would show as 0."""
    shown = cells(name)
    assert len(shown) > 70
    assert plain_cells(shown)


# What hosts do with it


def test_failure_is_a_marked_text_for_xlwings():
    shown = com.answer(xlcost.gpu_spec, [["A100"], ["H10O"]], "bf16_tflops")
    assert shown == [[312.0], [f"{com.FAILURE_MARK} #N/A unknown gpu 'H10O'; did you mean 'h100-sxm'?"]]


def test_words_of_the_command_line():
    assert [cell_value(word) for word in ("1.5", "-2", "1e9", "70B", "gpt-3", "")] == [
        1.5,
        -2.0,
        1e9,
        "70B",
        "gpt-3",
        None,
    ]
