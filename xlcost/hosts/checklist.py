"""docs/checklist.md: steps that need a real Excel, and what a person must see. Its figures are computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from xlcost.function import FunctionSpec
from xlcost.hosts.reference import as_typed

Call = tuple[str, tuple[Any, ...]]
H100 = ("llama-3.1-70b", "15T", "h100-sxm")
CALLS: tuple[Call, ...] = (
    ("TRAIN_COST", H100),
    ("TRAIN_COST", (*H100, 2, None, 0.9)),
    ("WEIGHT_GB", ("Llama 3.1 70B", "int4")),
    ("KV_CACHE_GB", ("70B", "8k", 16)),
    ("GPU_FIT", ("deepseek v3", "H100", None, "fp8")),
    ("GPU_PRICE", ("h100", "aws", None, "2025-06-30")),
    ("PARAM_COUNT", (80, 8192, 64, 8, 28672, 128256)),
)
SPILLING_CALL: Call = ("WEIGHT_GB", (["gpt-3", "70B", "opt-13b"], "fp8"))
FAILING_CALLS: tuple[tuple[Call, str], ...] = (
    (("TRAIN_COST", ("llama-9", "15T", "h100-sxm")), "#N/A"),
    (("WEIGHT_GB", (-5,)), "#VALUE!"),
    (("INFER_TTFT", ("llama-3.1-405b", "l4", 1000)), "#NUM!"),
)
WIZARD_CALL: Call = ("TRAIN_COST", ("gpt-3", "300B", "A100", 2, 0.4))
COLUMN, FIRST, STEP = "WEIGHT_GB", 1e9, 1e6  # a thousand sizes
LONGEST = 1000  # a value from which decimals are left out


@dataclass(frozen=True)
class Step:
    """An action, and what must be seen after it."""

    do: str
    see: str


@dataclass(frozen=True)
class Section:
    """Steps that belong together: what they need, and how long they take."""

    title: str
    needs: str
    minutes: int
    steps: tuple[Step, ...]


def formula(call: Call) -> str:
    """A call as a person types it."""
    name, arguments = call
    return f"={name}({','.join('' if a is None else as_typed(a) for a in arguments)})"


def result_text(value: Any) -> str:
    """A result as text, to compare a cell with."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= LONGEST else f"{value:.6g}"


OPENING_STEPS = (
    Step(
        "Run `xlcost demo --lambdas --out check`. Send one of the plans to yourself by mail, save it, and open it; "
        "stay in Protected View.",
        "No message that Excel found a problem with the content. Figures and charts stand on *Summary*, none of them "
        "blank or zero.",
    ),
    Step(
        "Click *Enable Editing*, look at *Checks*, close the file.",
        "All tests are OK. No figure changes. Excel may ask to save, because it calculated.",
    ),
    Step(
        "On *Inputs*, choose another model from the list, then put it back.",
        "*Summary* and its charts follow; with the first model the figures are as before.",
    ),
)
ROW_STEP = Step(
    "On *Prices* of a plan, insert a row in the middle of the packaged prices. Look at Formulas, Name Manager, "
    "`Prices_usd`.",
    "The name's range ends one row lower.",
)
LAMBDA_STEPS = (
    Step(
        "Run `xlcost addin functions check/cost_of_ai_compute.xlsx --lambdas --out check/functions.xlsx`, open what it "
        "wrote, go to *Functions*.",
        "ALL OK at the top right. No cell of the column *By its name* shows #NAME?, and no formula there has an @.",
    ),
    Step(
        "On a new sheet of it type `=TRAIN_`.",
        "A list of names that begin so; beside each, what it gives. After the bracket: the arguments, optional ones in "
        "square brackets.",
    ),
)
PRICE_STEP = Step(
    "Change a price on *Prices* that one of these calls takes, and take the change back.",
    "The result follows at once.",
)
SNAPSHOT_STEP = Step(
    "Run `xlcost snapshot check/functions.xlsx` and open what it wrote.",
    "The same figures, no formula anywhere, and a last sheet that says where they come from.",
)
LITE_STEP = Step(
    "Type two formulas of the functions into a new workbook, save and close it, run `xlcost addin lite BOOK.xlsx`, "
    "open what it wrote and trust the add-in. As long as PyPI has no release of xlcost, run "
    "`xlcost addin lite BOOK.xlsx --requirement ADDRESS` with the address of a wheel (see [lite.md](lite.md)).",
    "The task pane opens by itself with main.py; both cells compute, without F2 and Enter.",
)
Functions = dict[str, FunctionSpec]


def _result(functions: Functions, call: Call) -> str:
    """The result of a call, with its unit."""
    spec = functions[call[0]]
    return f"{result_text(spec.call(*call[1]))} {spec.returns.unit}"


def _call_steps(functions: Functions, calls: tuple[Call, ...]) -> list[Step]:
    """A step for each call, with its result."""
    return [Step(f"Type `{formula(call)}`", _result(functions, call)) for call in calls]


def _failing_steps(calls: tuple[tuple[Call, str], ...]) -> list[Step]:
    return [Step(f"Type `{formula(call)}`", f"{error}; ISERROR of the cell is TRUE") for call, error in calls]


def _spilling_step(functions: Functions) -> Step:
    name, (models, precision) = SPILLING_CALL
    values = ", ".join(result_text(functions[name].call(model, precision)) for model in models)
    return Step(
        f"Type {', '.join(as_typed(m) for m in models)} into A1, A2, A3 (without quotes), then "
        f"`={name}(A1:A3,{as_typed(precision)})` into B1.",
        f"Three cells fill, with a blue frame: {values}.",
    )


def _addin_steps(functions: Functions) -> tuple[Step, ...]:
    name, _ = WIZARD_CALL
    spec = functions[name]
    return (
        Step(
            "Close Excel. Run `xlcost addin install`, then `xlcost doctor`.",
            "The place of the add-in; then lines that all begin with ok or note. Nobody asked for trust in the VBA "
            "project, and nothing was imported by hand.",
        ),
        Step("Start Excel, type `=XLCOST_STATUS()`.", "The release, and the Python that computes."),
        Step(
            f"Type `={name}(` and click *fx*.",
            f"The category `xlcost {spec.category}`, the description, and help for each argument as you click into "
            "it. While the wizard is open its preview shows #N/A: nothing is computed.",
        ),
        Step(f"Close the wizard and type `{formula(WIZARD_CALL)}`.", _result(functions, WIZARD_CALL)),
        Step(
            'Type `=GPU_PRICE("h900")` into A1, `=XLCOST_STATUS(A1)` into B1, `=SUM(A1)` into A2.',
            "#N/A; the sentence that names h900; #N/A again, not 0.",
        ),
        Step(
            "Close Excel, run `xlcost addin remove`, start Excel.",
            "The functions are gone, and no message comes up.",
        ),
    )


def _load_steps(functions: Functions) -> tuple[Step, ...]:
    last = functions[COLUMN].call(FIRST + 999 * STEP)
    return (
        Step(
            f"Type `=SEQUENCE(1000,1,{FIRST:.0f},{STEP:.0f})` into A1 and `={COLUMN}(A1:A1000)` into B1.",
            f"1,000 cells fill within a second; the last shows {result_text(last)}.",
        ),
        Step(
            'Type `=RunFrozenPython("calc.exe")` and `=XLPy()`.',
            "#NAME? in both cells, and nothing starts: cells reach no inner function of the add-in.",
        ),
        Step(
            "Close Excel, rename the folder of the Python, start Excel, calculate (Ctrl+Alt+F9). Rename it back.",
            "Cells show #N/A; the status bar and `=XLCOST_STATUS()` say which Python is missing and what to run. "
            "Excel does not hang.",
        ),
    )


def core_sections(functions: Iterable[FunctionSpec]) -> list[Section]:
    """The sections that are run first, in a quarter of an hour."""
    known = {spec.name: spec for spec in functions}
    named = (*LAMBDA_STEPS, *_call_steps(known, CALLS[:1]), _spilling_step(known), *_failing_steps(FAILING_CALLS[:1]))
    return [
        Section("Workbooks open as they were written", "any Excel from 2016 on", 3, OPENING_STEPS),
        Section("Named LAMBDAs, nothing installed", "Excel 365, 2024 or on the web", 4, named),
        Section("The add-in", "Excel on Windows, Python with xlcost", 6, _addin_steps(known)),
        Section("A copy to send out", "any Excel from 2016 on", 1, (SNAPSHOT_STEP,)),
    ]


def further_sections(functions: Iterable[FunctionSpec]) -> list[Section]:
    """The further sections."""
    known = {spec.name: spec for spec in functions}
    named = (*_call_steps(known, CALLS[1:]), *_failing_steps(FAILING_CALLS[1:]), PRICE_STEP)
    return [
        Section("More of the plans", "any Excel from 2016 on", 1, (ROW_STEP,)),
        Section("More of the named LAMBDAs", "check/functions.xlsx, in Excel 365, 2024 or on the web", 5, named),
        Section("More of the add-in", "the add-in, installed again", 4, _load_steps(known)),
        Section("xlwings Lite", "Excel 365 or on the web, with xlwings Lite from the store", 5, (LITE_STEP,)),
    ]


def page(functions: Iterable[FunctionSpec]) -> str:
    """docs/checklist.md."""
    known = list(functions)
    core, more = core_sections(known), further_sections(known)
    lines = [
        "<!-- GENERATED by `python tools/render.py`: change the steps there, not this page. -->",
        "# What only a real Excel can show",
        "",
        "The tests read every file back, evaluate every formula in other spreadsheets, and run the add-in's code",
        f"without Excel. What is left needs a person with Excel: about {_minutes(core)} minutes, and {_minutes(more)} "
        "for the rest.",
        "Note the version of Excel (File, Account), tick what you see, and report what you see instead. Nothing on",
        "this page has been seen yet.",
        *_tables(core, 1),
        "",
        f"# If you have {_minutes(more)} minutes more",
        *_tables(more, 1 + sum(len(part.steps) for part in core)),
    ]
    return "\n".join(lines) + "\n"


def _minutes(parts: list[Section]) -> int:
    return sum(part.minutes for part in parts)


def _tables(parts: list[Section], number: int) -> list[str]:
    """The tables of steps, numbered from `number` on."""
    lines = []
    for part in parts:
        lines += ["", f"## {part.title}", "", f"Needs {part.needs}; {_time(part.minutes)}.", ""]
        lines += ["| | do | you see | |", "|---|---|---|---|"]
        lines += [f"| {n} | {step.do} | {step.see} | ☐ |" for n, step in enumerate(part.steps, number)]
        number += len(part.steps)
    return lines


def _time(minutes: int) -> str:
    return "a minute" if minutes == 1 else f"{minutes} minutes"
