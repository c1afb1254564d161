"""The main job: the article's workbook, and one plan per example scenario filled from the blank template."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from xlcost.errors import BadInput, XlcostError
from xlcost.workbook import packaged, plan
from xlcost.workbook.scenarios import Scenario, read
from xlcost.workbook.sheet import Book
from xlcost.workbook.stamp import stamp


@dataclass(frozen=True)
class Result:
    """What one plan says."""

    scenario: Scenario
    training: float
    days: float
    replica: float
    gpus: float
    last_month: float
    total: float
    status: str


def run(out: Path, table_of: Path | None = None) -> None:
    """Write all workbooks into a folder and print what they say; `table_of` is a table of scenarios of your own."""
    console = Console(file=sys.stdout)
    folder = writable(out)
    (folder / packaged.ARTICLE).write_bytes(packaged.article_workbook())
    scenarios = packaged.example_scenarios() if table_of is None else read(table_of)
    results = [
        fill(folder, scenario)
        for scenario in track(scenarios, "Writing workbooks", console=Console(stderr=True), transient=True)
    ]
    console.print(table(results))
    console.print(f"\n{len(results) + 1} workbooks in {folder.resolve()}", highlight=False, soft_wrap=True)
    for name in (packaged.ARTICLE, *(f"{r.scenario.file}.xlsx" for r in results)):
        console.print(f"  {name}", highlight=False)


def writable(out: Path) -> Path:
    """The folder, made if need be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".xlcost-probe"
        probe.touch()
        probe.unlink()
    except FileExistsError:
        raise BadInput(f"out: {out} is a file, not a folder") from None
    except OSError as error:
        raise BadInput(f"out: cannot write into {out}: {error.strerror}") from None
    return out


def fill(folder: Path, scenario: Scenario) -> Result:
    """One plan from the blank template: inputs, results and chart caches stamped into a copy."""
    try:
        made = plan.book(scenario.inputs)
        values = made.values()
    except XlcostError as error:
        raise type(error)(f"scenario '{scenario.file}': {error}") from None
    stamp(packaged.template(), folder / f"{scenario.file}.xlsx", values)
    return result(scenario, made)


def result(scenario: Scenario, made: Book) -> Result:
    """The figures of a plan, by what its lines are called."""
    calculation = labelled(made, "Calculation")
    monthly = labelled(made, "Monthly")
    last = made.values()["Summary"]
    return Result(
        scenario,
        calculation["Cost of training"],
        calculation["Days on the clock"],
        calculation["GPUs of one replica"],
        monthly["GPUs deployed"],
        float(last["K7"]),
        monthly["Total compute cost"],
        str(made.values()["Checks"]["E4"]),
    )


def labelled(made: Book, title: str) -> dict[str, float]:
    """Column D of a sheet by the label in column B."""
    sheet = next(s for s in made.sheets if s.title == title)
    values = made.values()[title]
    return {
        str(content): float(values[f"D{ref[1:]}"])
        for ref, (content, _) in sheet.cells.items()
        if ref[0] == "B" and isinstance(values.get(f"D{ref[1:]}"), (int, float))
    }


def dollars(amount: float) -> str:
    """Dollars as short as they can be read.

    >>> dollars(1234567.0), dollars(12345.0), dollars(3.2)
    ('$1.23M', '$12,345', '$3.20')
    """
    if amount >= 1e6:
        return f"${amount / 1e6:,.2f}M"
    return f"${amount:,.0f}" if amount >= 100 else f"${amount:,.2f}"


FIGURES: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("Model", lambda r: str(r.scenario.inputs["Model"])),
    ("Prices as of", lambda r: r.scenario.inputs["Price_Date"].isoformat()),
    ("Training, all runs", lambda r: dollars(r.training)),
    ("  days on the clock", lambda r: f"{r.days:,.1f}"),
    ("GPUs of one replica", lambda r: f"{r.replica:,.0f}"),
    ("GPUs serving, at most", lambda r: f"{r.gpus:,.0f}"),
    ("Serving, last month", lambda r: dollars(r.last_month)),
    ("36 months in all", lambda r: dollars(r.total)),
    ("Checks", lambda r: r.status),
)


def table(results: Sequence[Result]) -> Table:
    """What a person reads in the terminal: a column a plan."""
    shown = Table(box=box.SIMPLE_HEAD, title="Compute plans over 36 months", title_justify="left", title_style="bold")
    shown.add_column("")
    for r in results:
        shown.add_column(r.scenario.file.replace("_", " "), justify="right")
    for label, figure in FIGURES:
        shown.add_row(label, *(figure(r) for r in results))
    return shown
