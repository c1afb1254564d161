"""The command line: results on stdout; mistakes as one sentence on stderr, with exit status 2."""

import datetime as dt
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import xlcost
from samples import agrees, plain_cells
from xlcost.catalogue import FUNCTIONS
from xlcost.cli import main as start
from xlcost.cli.answer import number_text

COST = 6 * 175e9 * 300e9 / 312e12 / 3600 * 2  # gpt-3 on 300B tokens, A100 at 2 USD, every peak second used
EVERY = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


@pytest.fixture
def xlcost_cli(monkeypatch, capsys):
    """xlcost_cli(words...) gives the exit status, stdout and stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["xlcost", *words])
        with pytest.raises(SystemExit) as stop:
            start.main()
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return call


@pytest.fixture
def good(xlcost_cli):
    """What is printed when all is well."""

    def call(*words):
        status, out, err = xlcost_cli(*words)
        assert (status, err) == (0, "")
        return out.removesuffix("\n")

    return call


@pytest.fixture
def refused(xlcost_cli):
    """The sentence of a mistake."""

    def call(*words):
        status, out, err = xlcost_cli(*words)
        assert (status, out) == (2, "")
        assert err.startswith("xlcost: ") and err.count("\n") == 1
        return err.removeprefix("xlcost: ").removesuffix("\n")

    return call


def in_a_shell(*words):
    return subprocess.run(
        [sys.executable, "-m", "xlcost", *words], capture_output=True, text=True, encoding="utf-8", check=False
    )


# In a process of its own


def test_calc_in_a_shell():
    done = in_a_shell("calc", "TRAIN_COST", "gpt-3", "300B", "A100", "price=2", "mfu=1")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{COST:,.2f} USD\n", "")


def test_mistake_in_a_shell():
    done = in_a_shell("calc", "GPU_SPEC", "H10O", "memory_gb")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "xlcost: unknown gpu 'H10O'; did you mean 'h100-sxm'?\n"


def test_wrong_use_in_a_shell():
    done = in_a_shell("compute")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "xlcost: no such command 'compute'; see xlcost --help\n"


@pytest.mark.parametrize("words", [("functions",), ("calc", "GPU_LIST", "")])
def test_list_into_a_pipe_that_closes(words):
    with subprocess.Popen(
        [sys.executable, "-m", "xlcost", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert b"Error" not in process.stderr.read()
    assert process.returncode == 1


def loaded(code):
    """The modules that a process of its own has loaded behind this code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        env=os.environ | {"XLCOST_DATA": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


HEAVY = {"pydantic", "openpyxl", "xlwings", "rich", "genai_prices", "currency_converter", "typer"}
CALC = """
from xlcost.cli import main
sys.argv = ["xlcost", "calc", "TRAIN_COST", "gpt-3", "300B", "A100"]
try:
    main.main()
except SystemExit as stop:
    assert stop.code == 0
"""


def test_a_calculation_loads_no_heavy_library():
    """What makes the start quick; tools/benchmark.py says how quick. A price is among what is looked up."""
    there = loaded(CALC)
    assert not HEAVY & there
    assert {"numpy", "xlcost.functions.training", "xlcost.prices.market"} <= there
    assert not {"xlcost.audit", "xlcost.functions.serving"} & there, "the module of the function alone"


def test_the_first_cell_of_excel_loads_no_pydantic():
    there = loaded("from xlcost.addin import udfs\nassert udfs.TRAIN_COST('gpt-3', '300B', 'A100')[0][0] > 1e6")
    assert not HEAVY - {"xlwings"} & there


def test_the_commands_load_no_heavy_library_before_one_is_asked_for():
    there = loaded("from xlcost import catalogue; from xlcost.cli import app")
    assert not HEAVY - {"typer"} & there


def test_a_table_that_is_looked_up_loads_no_pydantic():
    there = loaded("from xlcost.facts.store import GPUS\nassert GPUS.value('H100', 'memory_gb') == 80")
    assert not HEAVY & there


@pytest.mark.parametrize(
    "words",
    [
        ("TRAIN_COST", "gpt-3", "300B", "A100", "price=2"),
        ("--json", "TRAIN_COST", "gpt-3", "300B", "A100"),
        ("TRAIN_COST", "gpt-3", "--explain", "300B", "A100", "--json"),
        ("TRAIN_COST", "gpt-3", "300B", "A100", "--currency", "eur"),
        ("TRAIN_COST", "gpt-3", "300B", "A100", "--currency", "eur", "--currency", "CHF", "--explain"),
        ("GPU_LIST", "a100"),
        ("DATA_AS_OF",),
        ("gpu_rnk",),
    ],
)
def test_the_short_way_prints_what_the_parser_prints(xlcost_cli, monkeypatch, words):
    assert start.calculation_in(["calc", *words])
    short = xlcost_cli("calc", *words)
    monkeypatch.setattr(start, "calculation_in", lambda words: None)
    assert xlcost_cli("calc", *words) == short


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("calc",),
        ("calc", "--json"),
        ("calc", "--help"),
        ("functions",),
        ("calc", "POWER_COST", "-1", "1"),
        ("calc", "POWER_COST", "1", "--currency"),
        ("calc", "POWER_COST", "1", "--currency=EUR"),
        ("calc", "POWER_COST", "--", "1"),
    ],
)
def test_what_holds_another_option_or_no_function_is_parsed(words):
    assert start.calculation_in(words) is None


# calc


def as_typed(value):
    """A word as one types it: nothing for an argument left out, a list as in a cell."""
    if isinstance(value, list):
        return "{" + ",".join(map(as_typed, value)) + "}"
    return "" if value is None else str(value)


@pytest.mark.slow
@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_example_by_order_and_by_name(good, spec):
    words = [as_typed(value) for value in spec.example_cells]
    by_order = json.loads(good("calc", spec.name, *words, "--json"))
    assert by_order["function"] == spec.name and by_order["unit"] == spec.returns.unit
    assert agrees(by_order["result"], spec.example["returns"])
    assert plain_cells(by_order["result"])
    if not spec.variadic:
        pairs = [f"{p.name}={word}" for p, word in zip(spec.parameters, words, strict=False)]
        by_name = json.loads(good("calc", spec.name, *pairs, "--json"))
        assert by_order == by_name
        assert list(by_order["arguments"]) == [p.name for p in spec.parameters[: len(words)]]


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_example_as_text(good, spec):
    """Something is printed, without brackets and None of Python, and its unit where it has one."""
    shown = good("calc", spec.name, *(as_typed(value) for value in spec.example_cells))
    assert shown and "None" not in shown and "nan" not in shown
    if not isinstance(spec.example["returns"], list) and spec.returns.unit not in ("text", "value", "date"):
        assert shown.endswith(f" {spec.returns.unit}")


@pytest.mark.parametrize("words", [("GPU_LIST", "a100"), ("PRICE_TABLE", "a10"), ("GPU_RANK", "llama-3.1-8b")])
def test_a_table_is_printed_row_by_row(good, words):
    shown = good("calc", *words)
    rows = json.loads(good("calc", *words, "--json"))["result"]
    assert len(shown.splitlines()) >= len(rows)
    assert "[[" not in shown and "None" not in shown
    assert all(row[0] in shown for row in rows)


def test_a_list_of_one_number(good):
    """A list may be a single number, which is typed like any other."""
    low, high = ("calc", "TRAIN_COST_RANGE", "7B", "1T", "A100", "2"), "percentiles=0.9"
    (row,) = json.loads(good(*low, high, "--json"))["result"]
    (rows,) = json.loads(good(*low, "--json"))["result"]
    assert row == rows[2:]


def test_a_list_out_of_bounds(refused):
    assert refused("calc", "TRAIN_COST_RANGE", "7B", "1T", "A100", "percentiles=2").startswith(
        "percentiles: 2.0 cannot"
    )


def test_arguments_of_an_explanation_by_name(good):
    by_name = good("calc", "EXPLAIN", "POWER_COST", "watts=400", "hours=100", "--json")
    assert json.loads(by_name)["result"] == xlcost.explain("POWER_COST", 400.0, 100.0)


@pytest.mark.slow
@pytest.mark.parametrize("spec", [s for s in FUNCTIONS if s.native], ids=lambda spec: spec.name)
def test_explained_example(good, spec, monkeypatch):
    """The working, with every argument and the result."""
    monkeypatch.setenv("COLUMNS", "300")
    words = [as_typed(value) for value in spec.example_cells]
    shown = good("calc", spec.name, *words, "--explain")
    assert all(p.name in shown for p, word in zip(spec.parameters, words, strict=False) if word)
    assert "result" in shown and "Traceback" not in shown


def test_calc_by_order_then_by_name(good):
    shown = f"{COST:,.2f} USD"
    assert good("calc", "TRAIN_COST", "gpt-3", "300B", "A100", "2", "1") == shown
    assert good("calc", "TRAIN_COST", "gpt-3", "300B", "A100", "mfu=1", "price=2") == shown
    assert good("calc", "train_cost", "gpu=A100", "Model=GPT 3", "tokens=300e9", "PRICE=2.0", "mfu=100%") == shown


def test_left_out(good):
    """An empty word, and an empty value, take the default."""
    assert good("calc", "POWER_COST", "1000", "1") == good("calc", "POWER_COST", "1000", "1", "", "pue=")


def test_json(good):
    assert json.loads(good("calc", "TRAIN_COST", "gpt-3", "300B", "A100", "price=2", "mfu=1", "--json")) == {
        "function": "TRAIN_COST",
        "arguments": {"model": "gpt-3", "tokens": "300B", "gpu": "A100", "price": 2.0, "mfu": 1.0},
        "defaults": {"goodput": 1.0, "precision": "bf16"},
        "result": pytest.approx(COST),
        "unit": "USD",
    }
    assert json.loads(good("calc", "--json", "GPU_SPEC", "A100", "vendor"))["result"] == "NVIDIA"


def test_a_date_reads_as_one(good):
    """For programs the spreadsheet's number stays: 46327 days after 30 December 1899."""
    assert good("calc", "DATA_AS_OF") == "2026-11-01"
    answer = json.loads(good("calc", "DATA_AS_OF", "--json"))
    assert (answer["result"], answer["date"]) == (46327.0, "2026-11-01")
    assert dt.date(1899, 12, 30) + dt.timedelta(days=46327) == dt.date(2026, 11, 1)
    told = good("calc", "GPU_PRICE", "A100", "as_of=45023", "--explain").splitlines()
    assert next(line for line in told if line.startswith("as_of")).split()[2:] == ["2023-04-07", "date"]


def test_explained_for_programs(good):
    """The same steps as a person reads, next to the answer that is given without them."""
    words = ("calc", "POWER_COST", "1000", "1", "pue=1.5")
    answer = json.loads(good(*words, "--explain", "--json"))
    steps = answer.pop("explanation")
    assert answer == json.loads(good(*words, "--json"))
    assert [line.split()[0] for line in good(*words, "--explain").splitlines()[1:]] == [s["step"] for s in steps]
    assert {tuple(step) for step in steps} == {("step", "formula", "value", "unit", "source")}
    assert next(s for s in steps if s["step"] == "energy_kwh")["value"] == pytest.approx(1000 * 1 * 1.5 / 1000)
    assert steps[-1]["value"] == answer["result"]


def test_text_has_no_unit(good):
    assert good("calc", "GPU_SPEC", "A100", "vendor") == "NVIDIA"
    assert good("calc", "GPU_SPEC", "A100", "bf16_tflops") == "312"


@pytest.mark.parametrize("day", ["2023-04-07", "45023", "as_of=2023-04-07", "as_of=45023"])
def test_dates(good, day):
    assert good("calc", "GPU_PRICE", "a100-40-sxm", "AWS", "on_demand", day) == "4.09625 USD / GPU-hour"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (0.0, "0"),
        (2.0, "2"),
        (1234567.0, "1,234,567"),
        (0.125, "0.125"),
        (1 / 3, "0.333333"),
        (1234.567, "1,234.57"),
        (3.15e23, "3.15e+23"),
        (1e12, "1e+12"),
        (999999999999.0, "999,999,999,999"),
        (1e-9, "1e-09"),
        ("bf16", "bf16"),
    ],
)
def test_numbers_as_a_person_reads_them(result, text):
    assert number_text(result) == text


@pytest.mark.parametrize("words", [("-1000", "1"), ("-1e3", "1"), ("watts=-1000", "hours=1"), ("--", "-1000", "1")])
def test_negative_numbers_are_numbers(refused, words):
    assert refused("calc", "POWER_COST", *words).startswith("watts: -1000.0 cannot be used; it takes a number from 0")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["TRAIN_COTS"], "unknown function 'TRAIN_COTS'; did you mean 'TRAIN_COST'?"),
        (["train-cost"], "unknown function 'train-cost'; did you mean 'TRAIN_COST'?"),
        (["zzz"], "unknown function 'zzz'"),
        (["TRAIN_COST", "gpt-3", "1B", "A100", "prise=2"], "TRAIN_COST has no argument 'prise'; did you mean 'price'?"),
        (
            ["CHINCHILLA_TOKENS", "1B", "2"],
            "CHINCHILLA_TOKENS got 2 arguments, more than it takes: CHINCHILLA_TOKENS(model)",
        ),
        (["TRAIN_COST", "gpt-3"], "tokens: is missing; it takes a number"),
        (["POWER_COST", "hours=1"], "watts: is missing; it takes a number"),
        (["POWER_COST", "", "1"], "watts: is missing; it takes a number"),
        (["POWER_COST", "1", "2", "hours=3"], "POWER_COST: argument 'hours' is given twice"),
        (["POWER_COST", "1", "hours=3", "hours=3"], "argument 'hours' is given twice"),
        (["POWER_COST", "watts=1", "3"], "'3' stands after key=value; put arguments without a name first"),
        (["GPU_SPEC", "H10O", "name"], "unknown gpu 'H10O'; did you mean 'h100-sxm'?"),
        (["GPU_SPEC", "A100", "memory"], "unknown field 'memory' of gpu; did you mean 'memory_gb'?"),
        (["MODEL_PARAMS", "gtp-3"], "unknown model 'gtp-3'; did you mean 'gpt-3'?"),
        (["WEIGHT_GB", "7B", "bf61"], "unknown precision 'bf61'; did you mean 'bf16'?"),
        (["GPU_FIT", "7B", "H100", "trian"], "task: 'trian' is not known; it takes"),
        (["INFER_FLOPS", "1B", "1,5"], "input_tokens: '1,5' is not a number; it takes a number from 0"),
        (["INFER_FLOPS", "1B", "ten"], "input_tokens: 'ten' is not a number"),
        (["POWER_COST", "nan", "1"], "watts: nan cannot be used"),
        (["POWER_COST", "inf", "1"], "watts: inf cannot be used"),
        (["GPU_PRICE", "A100", "as_of=2023-13-07"], "as_of: '2023-13-07' cannot be used; it takes a date"),
        (["GPU_PRICE", "A100", "as_of=2009-01-01"], "no on_demand price of 'a100-80-sxm' on 2009-01-01; "),
        (["GPU_FIT", "7B", "groq-lpu1"], "gpu: one holds less than the 0.85 GB that the runtime takes; "),
        (["POWER_COST", "1000", "1", "-x"], "electricity: '-x' is not a number"),
        (["POWER_COST", "1000", "1", "--frob"], "there is no option '--frob'; see xlcost calc --help"),
        (
            ["TRAIN_COST", "gpt-3", "1B", "A100", "--currencies", "EUR"],
            "there is no option '--currencies'; did you mean '--currency'?",
        ),
        (["--currencies=EUR", "MODEL_PARAMS", "1B"], "there is no option '--currencies'; did you mean '--currency'?"),
    ],
)
def test_mistakes(refused, words, sentence):
    assert refused("calc", *words).startswith(sentence)


def test_decimal_comma(refused):
    assert refused("calc", "INFER_FLOPS", "1B", "1,5").endswith("; write a decimal point")


WRONG_USE = {
    "calc": "name is missing; see xlcost calc --help",
    "--frob": "there is no option '--frob'; see xlcost --help",
    "calc MODEL_PARAMS --json=1": "option '--json' does not take a value",
    "prices lst": "no such command 'lst'",
    "prices show": "gpu is missing; see xlcost prices show --help",
    "prices list --gpuu H100": "there is no option '--gpuu'; did you mean '--gpu'?; see xlcost prices list --help",
    "prices list --gpu": "option '--gpu' requires an argument",
    "prices remove": "numbers is missing; see xlcost prices remove --help",
    "prices remove abc": "numbers: 'abc' is no number of a quote; xlcost prices quotes shows them",
    "prices check --ratio x": "--ratio: 'x' is no number; see xlcost prices check --help",
    "prices check --older=1.5": "--older: '1.5' is no whole number; see xlcost prices check --help",
    "snapshot": "book is missing; see xlcost snapshot --help",
    "snapshot a b": "got unexpected extra argument",
    "functions \x1b[2J \x1b[2J": "got unexpected extra argument",
}


@pytest.mark.parametrize("words", WRONG_USE)
def test_wrong_use(refused, words):
    """One line, as any other mistake."""
    said = refused(*words.split(" "))
    assert said.startswith(WRONG_USE[words])
    assert said.isprintable()


@pytest.mark.parametrize("words", [(), ("prices",), ("addin",)])
def test_without_words_the_help_is_shown(xlcost_cli, words):
    status, out, err = xlcost_cli(*words)
    assert (status, out) == (2, "")
    assert err.startswith(f"Usage: {' '.join(('xlcost', *words))} ")


def test_the_status_of_a_command_is_that_of_the_program():
    """What is found is no mistake: 1, as a job that stops there expects."""
    assert in_a_shell("prices", "check", "--strict").returncode == 1


# functions, --version, --help


def test_functions(good):
    shown = good("functions")
    lines = shown.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [spec.name for spec in FUNCTIONS]
    at = {line.index(spec.summary) for spec in FUNCTIONS for line in lines if line.split()[:1] == [spec.name]}
    assert len(at) == 1, "the summaries stand below each other"
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings == [category for category, _ in itertools.groupby(spec.category for spec in FUNCTIONS)]


@EVERY
def test_one_function(good, spec):
    shown = good("functions", spec.name.lower())
    assert shown.startswith(f"{spec.signature}\n\n{spec.summary}\n")
    for p in spec.parameters:
        assert f"\n  {p.name} " in shown and p.word.meaning in shown
    assert spec.returns.meaning in shown and str(spec.source) in shown


def test_defaults_say_why(good):
    assert "default 0.34: median whole-run MFU" in good("functions", "TRAIN_COST")


def test_unknown_function_to_show(refused):
    assert refused("functions", "gpu_fitt") == "unknown function 'gpu_fitt'; did you mean 'GPU_FIT'?"


def test_version(good):
    assert good("--version") == f"xlcost {xlcost.__version__}"


@pytest.mark.parametrize("words", [("--help",), ("calc", "--help"), ("functions", "--help")])
def test_help(good, words):
    assert good(*words).startswith("Usage: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written_is_a_sentence():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xlcost", "calc", "POWER_COST", "1000", "1"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "xlcost: cannot write the output: No space left on device\n")
