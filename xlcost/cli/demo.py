"""xlcost demo: a workbook for each scenario of a table, and their results as a table in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from xlcost.batch.fill import Result, files_of, fill_all, output_folder
from xlcost.batch.scenarios import example_scenarios, read
from xlcost.blueprints.compute_plan.blueprint import COMPUTE_PLAN
from xlcost.facts.currency import DOLLAR
from xlcost.into_workbook.lambdas import put_lambdas
from xlcost.kit.blueprint import Figure
from xlcost.kit.currency import CODE, PLAN
from xlcost.quantities import serial_date

Row = tuple[str, Callable[[Result], str]]


def run(
    out: Path,
    table_of: Path | None = None,
    *,
    lambdas: bool = False,
    currency: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write all workbooks into a folder and print their results; `table_of` is the user's table of scenarios.

    `lambdas` adds the functions as named LAMBDAs to each of them; `currency` overrides that of the
    table for all plans; `overwrite` allows writing over workbooks that were changed.
    """
    console, aside = Console(file=sys.stdout), Console(stderr=True)
    if currency is not None:
        CODE.accept(currency, "currency")
    folder = output_folder(out)
    scenarios = example_scenarios() if table_of is None else read(table_of)
    results = fill_all(
        folder,
        COMPUTE_PLAN,
        scenarios,
        currency=currency,
        overwrite=overwrite,
        progress=lambda some: track(some, "Writing workbooks", console=aside, transient=True),
    )
    files = files_of(folder, scenarios)
    if lambdas:
        for file in track(files, "Adding names", console=aside, transient=True):
            put_lambdas(file, file)
    console.print(table(results))
    console.print(f"\n{len(results) + 1} workbooks in {folder.resolve()}", highlight=False, soft_wrap=True)
    for file in files:
        console.print(f"  {file.name}", highlight=False)


def money(amount: float, currency: str) -> str:
    """An amount in a few characters.

    >>> money(1234567.0, "USD"), money(12345.0, "EUR"), money(3.2, "USD")
    ('$1.23M', 'EUR 12,345', '$3.20')
    """
    sign = "$" if currency == DOLLAR else f"{currency} "
    if amount >= 1e6:
        return f"{sign}{amount / 1e6:,.2f}M"
    return f"{sign}{amount:,.0f}" if amount >= 100 else f"{sign}{amount:,.2f}"


def currency_of(result: Result) -> str:
    """The currency of a plan."""
    return str(result.scenario.inputs[PLAN])


def figure(one: Figure) -> Row:
    """A row with one of the blueprint's figures."""

    def shown(result: Result) -> str:
        value = result.figures[one.key]
        return money(value, currency_of(result)) if one.kind == "money" else f"{value:{KINDS[one.kind]}}"

    return one.label, shown


KINDS = {"whole": ",.0f", "tenths": ",.1f"}
HEAD: tuple[Row, ...] = (
    ("Model", lambda r: str(r.scenario.inputs["Model"])),
    ("Prices as of", lambda r: r.scenario.inputs["Price_Date"].isoformat()),
)
CONVERTED: tuple[Row, ...] = (
    ("A US dollar", lambda r: f"{r.per_dollar:,.6g} {currency_of(r)}"),
    ("  ECB rate of", lambda r: serial_date(r.rate_day).isoformat() if r.rate_day else ""),
)
STATUS: Row = ("Checks", lambda r: r.status)


def table(results: Sequence[Result]) -> Table:
    """The results as a table for the terminal, a column for each plan."""
    months = COMPUTE_PLAN.months
    shown = Table(
        box=box.SIMPLE_HEAD, title=f"Compute plans over {months} months", title_justify="left", title_style="bold"
    )
    shown.add_column("")
    for r in results:
        shown.add_column(r.scenario.file.replace("_", " "), justify="right")
    converted = any(currency_of(r) != DOLLAR for r in results)
    rows = (*HEAD, *map(figure, COMPUTE_PLAN.figures), *(CONVERTED if converted else ()), STATUS)
    for label, text in rows:
        shown.add_row(label, *(text(r) for r in results))
    return shown
