"""The main job: the article's workbook, and one plan per example scenario filled from the blank template."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from xlcost.batch.scenarios import Scenario, example_scenarios, read
from xlcost.blueprints import packaged
from xlcost.blueprints.compute_plan import book as compute_plan
from xlcost.errors import BadInput, XlcostError
from xlcost.facts.currency import DOLLAR
from xlcost.files import write_whole
from xlcost.into_workbook.lambdas import put_lambdas
from xlcost.kit.book import Book
from xlcost.kit.currency_sheet import CODE, PLAN
from xlcost.kit.quotes_sheet import ROWS, stored
from xlcost.kit.write import save
from xlcost.ooxml.values import CORE_DATE, stamp
from xlcost.prices.current import current_market, packaged_offers
from xlcost.prices.periods import EDITION
from xlcost.quantities import serial_date


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
    per_dollar: float
    rate_day: float


def run(
    out: Path,
    table_of: Path | None = None,
    *,
    lambdas: bool = False,
    currency: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write all workbooks into a folder and print what they say; `table_of` is a table of scenarios of your own.

    `lambdas` adds the functions as named LAMBDAs to each of them; `currency` is that of all plans, whatever the
    table says; `overwrite` writes over workbooks that somebody changed.
    """
    console = Console(file=sys.stdout)
    wanted = {} if currency is None else {PLAN: CODE.accept(currency, "currency")}
    folder = writable(out)
    read_in = example_scenarios() if table_of is None else read(table_of)
    if not overwrite:
        keep_changed([folder / packaged.ARTICLE, *(folder / f"{scenario.file}.xlsx" for scenario in read_in)])
    scenarios = [replace(scenario, inputs=scenario.inputs | wanted) for scenario in read_in]
    results = [
        fill(folder, scenario)
        for scenario in track(scenarios, "Writing workbooks", console=Console(stderr=True), transient=True)
    ]
    write_whole(folder / packaged.ARTICLE, packaged.article_workbook())
    files = [folder / packaged.ARTICLE, *(folder / f"{r.scenario.file}.xlsx" for r in results)]
    if lambdas:
        for file in track(files, "Adding names", console=Console(stderr=True), transient=True):
            put_lambdas(file, file)
    console.print(table(results))
    console.print(f"\n{len(results) + 1} workbooks in {folder.resolve()}", highlight=False, soft_wrap=True)
    for file in files:
        console.print(f"  {file.name}", highlight=False)


def keep_changed(files: list[Path]) -> None:
    """Refuse to write over what was saved by another program since it was made here."""
    for file in files:
        if file.exists() and not as_made(file):
            raise BadInput(f"{file} was changed since it was made; name another folder, or give --overwrite")


def as_made(file: Path) -> bool:
    """Whether a workbook is as it was made here: a program that saves it writes the day into it."""
    try:
        with zipfile.ZipFile(file) as archive:
            return f">{CORE_DATE}</dcterms:modified>" in archive.read("docProps/core.xml").decode()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return False


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
        made = compute_plan.book(scenario.inputs)
        values = made.values()
    except XlcostError as error:
        raise type(error)(f"scenario '{scenario.file}': {error}") from None
    path = folder / f"{scenario.file}.xlsx"
    market = current_market()
    others = market.offers != packaged_offers() or market.edition_day != EDITION  # than the template's
    if others or len(stored()) > ROWS:
        save(made, path, values)
    else:
        stamp(packaged.template(), path, values)
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
        calculation["The plan's currency for a US dollar"],
        calculation.get("Day of the exchange rates", 0.0),
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


def money(amount: float, currency: str) -> str:
    """An amount as short as it can be read.

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


FIGURES: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("Model", lambda r: str(r.scenario.inputs["Model"])),
    ("Prices as of", lambda r: r.scenario.inputs["Price_Date"].isoformat()),
    ("Training, all runs", lambda r: money(r.training, currency_of(r))),
    ("  days on the clock", lambda r: f"{r.days:,.1f}"),
    ("GPUs of one replica", lambda r: f"{r.replica:,.0f}"),
    ("GPUs serving, at most", lambda r: f"{r.gpus:,.0f}"),
    ("Serving, last month", lambda r: money(r.last_month, currency_of(r))),
    ("36 months in all", lambda r: money(r.total, currency_of(r))),
    ("Checks", lambda r: r.status),
)


CONVERTED: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("A US dollar", lambda r: f"{r.per_dollar:,.6g} {currency_of(r)}"),
    ("  ECB rate of", lambda r: serial_date(r.rate_day).isoformat() if r.rate_day else ""),
)


def table(results: Sequence[Result]) -> Table:
    """What a person reads in the terminal: a column a plan."""
    shown = Table(box=box.SIMPLE_HEAD, title="Compute plans over 36 months", title_justify="left", title_style="bold")
    shown.add_column("")
    for r in results:
        shown.add_column(r.scenario.file.replace("_", " "), justify="right")
    converted = any(currency_of(r) != DOLLAR for r in results)
    for label, figure in (*FIGURES[:-1], *(CONVERTED if converted else ()), FIGURES[-1]):
        shown.add_row(label, *(figure(r) for r in results))
    return shown
