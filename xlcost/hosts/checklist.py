"""The page of what only a real Excel can show: steps, and what a person must see. Its figures are computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from xlcost.function import FunctionSpec
from xlcost.hosts.reference import as_typed

Call = tuple[str, tuple[Any, ...]]
H100 = ("llama-3.1-70b", "15T", "h100-sxm")
TYPED: tuple[Call, ...] = (
    ("TRAIN_COST", H100),
    ("TRAIN_COST", (*H100, 2, None, 0.9)),
    ("WEIGHT_GB", ("Llama 3.1 70B", "int4")),
    ("KV_CACHE_GB", ("70B", "8k", 16)),
    ("GPU_FIT", ("deepseek v3", "H100", None, "fp8")),
    ("GPU_PRICE", ("h100", "aws", None, "2025-06-30")),
    ("PARAM_COUNT", (80, 8192, 64, 8, 28672, 128256)),
)
SPILLED: Call = ("WEIGHT_GB", (["gpt-3", "70B", "opt-13b"], "fp8"))
REFUSED: tuple[tuple[Call, str], ...] = (
    (("TRAIN_COST", ("llama-9", "15T", "h100-sxm")), "#N/A"),
    (("WEIGHT_GB", (-5,)), "#VALUE!"),
    (("INFER_TTFT", ("llama-3.1-405b", "l4", 1000)), "#NUM!"),
)
WIZARD: Call = ("TRAIN_COST", ("gpt-3", "300B", "A100", 2, 0.4))
COLUMN, FIRST, STEP = "WEIGHT_GB", 1e9, 1e6  # a thousand sizes
LONGEST = 1000  # a value from which decimals are left out


@dataclass(frozen=True)
class Step:
    """What to do, and what must be seen then."""

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


def shown(value: Any) -> str:
    """A result to compare a cell with."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value >= LONGEST else f"{value:.6g}"


def _opened() -> Section:
    return Section(
        "Workbooks open as they were written",
        "any Excel from 2016 on",
        3,
        (
            Step(
                "Run `xlcost demo --lambdas --out check`. Send one of the plans to yourself by mail, save it, and open "
                "it; stay in Protected View.",
                "No message that Excel found a problem with the content. Figures and charts stand on *Summary*, "
                "none of them blank or zero.",
            ),
            Step(
                "Click *Enable Editing*, look at *Checks*, close the file.",
                "All tests are OK. No figure changes. Excel may ask to save, because it calculated.",
            ),
            Step(
                "On *Inputs*, choose another model from the list, then put it back.",
                "*Summary* and its charts follow; with the first model the figures are as before.",
            ),
            Step(
                "On *Prices*, insert a row in the middle of the packaged prices. Look at Formulas, Name Manager, "
                "`Prices_usd`.",
                "The name's range ends one row lower.",
            ),
        ),
    )


def _by_name(functions: dict[str, FunctionSpec]) -> Section:
    def value(call: Call) -> Any:
        return functions[call[0]].call(*call[1])

    typed = [Step(f"Type `{formula(call)}`", f"{shown(value(call))} {_unit(functions[call[0]])}") for call in TYPED]
    name, (models, precision) = SPILLED
    spilled = ", ".join(shown(functions[name].call(model, precision)) for model in models)
    refused = [Step(f"Type `{formula(call)}`", f"{error}; ISERROR of the cell is TRUE") for call, error in REFUSED]
    return Section(
        "Named LAMBDAs, nothing installed",
        "Excel 365, 2024 or on the web",
        5,
        (
            Step(
                "Run `xlcost addin functions check/cost_of_ai_compute.xlsx --lambdas --out check/functions.xlsx`, open "
                "what it wrote, go to *Functions*.",
                "ALL OK at the top right. No cell of the column *By its name* shows #NAME?, and none of its formulas "
                "has an @.",
            ),
            Step(
                "On a new sheet of it type `=TRAIN_`.",
                "A list of names that begin so; beside each, what it gives. After the bracket: the arguments, optional "
                "ones in square brackets.",
            ),
            *typed,
            Step(
                f"Type {', '.join(as_typed(m) for m in models)} into A1, A2, A3 (without quotes), then "
                f"`={name}(A1:A3,{as_typed(precision)})` into B1.",
                f"Three cells fill, with a blue frame: {spilled}.",
            ),
            *refused,
            Step(
                "Change a price on *Prices* that one of these calls takes, and take the change back.",
                "The result follows at once.",
            ),
        ),
    )


def _unit(spec: FunctionSpec) -> str:
    return spec.returns.unit


def _installed(functions: dict[str, FunctionSpec]) -> Section:
    name, arguments = WIZARD
    spec, last = functions[name], functions[COLUMN].call(FIRST + 999 * STEP)
    return Section(
        "The add-in",
        "Excel on Windows, Python with xlcost",
        5,
        (
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
            Step(f"Close the wizard and type `{formula(WIZARD)}`.", f"{shown(spec.call(*arguments))} {_unit(spec)}"),
            Step(
                'Type `=GPU_PRICE("h900")` into A1, `=XLCOST_STATUS(A1)` into B1, `=SUM(A1)` into A2.',
                "#N/A; the sentence that names h900; #N/A again, not 0.",
            ),
            Step(
                f"Type `=SEQUENCE(1000,1,{FIRST:.0f},{STEP:.0f})` into A1 and `={COLUMN}(A1:A1000)` into B1.",
                f"1,000 cells fill within a second; the last shows {shown(last)}.",
            ),
            Step(
                "Close Excel, rename the folder of the Python, start Excel, calculate (Ctrl+Alt+F9). Rename it back.",
                "Cells show #N/A; the status bar and `=XLCOST_STATUS()` say which Python is missing and what to run. "
                "Excel does not hang.",
            ),
            Step(
                "Close Excel, run `xlcost addin remove`, start Excel.",
                "The functions are gone, and no message comes up.",
            ),
        ),
    )


def _others() -> Section:
    return Section(
        "xlwings Lite, and a copy to send out",
        "Excel 365 or on the web, with xlwings Lite from the store",
        2,
        (
            Step(
                "Type two formulas of the functions into a new workbook, save and close it, run "
                "`xlcost addin lite BOOK.xlsx`, open it and trust the add-in.",
                "The task pane opens by itself with main.py; both cells compute, without F2 and Enter.",
            ),
            Step(
                "Run `xlcost snapshot check/functions.xlsx` and open what it wrote.",
                "The same figures, no formula anywhere, and a last sheet that says where they come from.",
            ),
        ),
    )


def sections(functions: Iterable[FunctionSpec]) -> list[Section]:
    """All of the page, in the order in which it is run."""
    by_name = {spec.name: spec for spec in functions}
    return [_opened(), _by_name(by_name), _installed(by_name), _others()]


def page(functions: Iterable[FunctionSpec]) -> str:
    """docs/checklist.md."""
    parts = sections(functions)
    minutes = sum(part.minutes for part in parts)
    lines = [
        "<!-- GENERATED by `python -m xlcost.hosts.checklist`: change the steps there, not this page. -->",
        "# What only a real Excel can show",
        "",
        "The tests read every file back, evaluate every formula in other spreadsheets, and run the add-in's code",
        f"without Excel. What is left needs a person with Excel, and about {minutes} minutes.",
        "Note the version of Excel (File, Account), tick what you see, and report what you see instead. Nothing on",
        "this page has been seen yet.",
    ]
    number = 0
    for part in parts:
        lines += ["", f"## {part.title}", "", f"Needs {part.needs}; {part.minutes} minutes.", ""]
        lines += ["| | do | you see | |", "|---|---|---|---|"]
        for step in part.steps:
            number += 1
            lines.append(f"| {number} | {step.do} | {step.see} | ☐ |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from pathlib import Path

    from xlcost.catalogue import FUNCTIONS

    target = Path("docs/checklist.md")
    target.write_text(page(FUNCTIONS), encoding="utf-8")
    print(target)
