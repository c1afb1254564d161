"""xlcost addin: the functions in Excel, Calc and workbooks; with doctor and snapshot beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from xlcost.errors import BadInput

app = typer.Typer(
    help="The functions in the spreadsheet: Excel add-in, named LAMBDAs, xlwings Lite, LibreOffice Calc.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def top() -> None:
    """The functions in the spreadsheet: Excel add-in, named LAMBDAs, xlwings Lite, LibreOffice Calc."""


ANYONE = r"%USERPROFILE%\xlcost\.venv\Scripts\python.exe"  # what an add-in built elsewhere looks for


@app.command()
def install() -> None:
    """Build the Excel add-in for this Python and put it where Excel loads it: close Excel first (Windows only)."""
    from xlcost.catalogue import FUNCTIONS
    from xlcost.desktop import excel, xlam
    from xlcost.errors import BadInput

    machine = excel.Machine()
    if not machine.windows:
        raise BadInput(machine.elsewhere)
    place = excel.install(machine, xlam.build(FUNCTIONS, machine.interpreter))
    typer.echo(f"{place}: Excel loads it when it starts; then type =XLCOST_STATUS() into a cell")


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="The add-in to write.")] = Path("xlcost.xlam"),
    interpreter: Annotated[
        str | None, typer.Option(help="Python on the Windows machine that will use it; left out: this one.")
    ] = None,
) -> None:
    """Write the Excel add-in (.xlam), on any system, from the installed xlwings and the functions of this release."""
    from xlcost.catalogue import FUNCTIONS
    from xlcost.desktop import excel, xlam
    from xlcost.errors import BadInput
    from xlcost.files import write_whole

    if out.suffix.lower() != ".xlam":
        raise BadInput(f"out: {out} is no name of an Excel add-in; it ends in .xlam")
    machine = excel.Machine()
    python = interpreter or (machine.interpreter if machine.windows else ANYONE)
    write_whole(out, xlam.build(FUNCTIONS, python))
    typer.echo(f"{out}: Excel on Windows computes with Python at {python}, which needs xlcost {xlam.release('xlcost')}")
    typer.echo(f"and xlwings {xlam.release('xlwings')}; put it into %APPDATA%\\Microsoft\\Excel\\XLSTART there")


@app.command()
def remove() -> None:
    """Take the Excel add-in out of the folder from which Excel loads it: close Excel first (Windows only)."""
    from xlcost.desktop import excel

    machine = excel.Machine()
    place = excel.remove(machine)
    typer.echo(f"{place} is removed" if place else f"there is no add-in at {machine.addin}")


@app.command()
def status() -> None:
    """Say whether the Excel add-in is installed, and whether it is the one of this release."""
    from xlcost.catalogue import FUNCTIONS
    from xlcost.desktop import excel, xlam

    machine = excel.Machine()
    found = excel.installed(machine, xlam.build(FUNCTIONS, machine.interpreter)) if machine.windows else None
    if not machine.windows:
        typer.echo(machine.elsewhere)
    else:
        typer.echo(found.state if found else "the add-in is not installed; run: xlcost addin install")


@app.command()
def calc(
    out: Annotated[Path, typer.Option(help="The extension to write.")] = Path("xlcost.oxt"),
) -> None:
    """Write the LibreOffice extension whose functions are computed by this Python."""
    from xlcost.desktop.oxt import checked_name, extension, loadable
    from xlcost.files import write_whole

    write_whole(checked_name(out), extension(loadable(sys.executable)))
    typer.echo(f"{out}: add it in LibreOffice with Tools > Extensions > Add, or with: unopkg add {out}")


InPlace = Annotated[bool, typer.Option("--in-place", help="Write BOOK itself anew.")]


@app.command()
def lite(
    book: Annotated[Path, typer.Argument(help="The workbook.")],
    out: Annotated[Path | None, typer.Option(help="Workbook to write; left out: BOOK.lite.xlsx beside it.")] = None,
    in_place: InPlace = False,
    requirement: Annotated[
        str, typer.Option(help="Line that fetches xlcost: a release or a wheel's address; left out: this release.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the functions out again.")] = False,
) -> None:
    """Put the functions for xlwings Lite into a workbook, and make its cells call them."""
    from xlcost.into_workbook import lite as project

    target = _target(book, out, in_place, "plain" if remove else "lite")
    if remove:
        told = project.remove(book, target)
        stays = "; main.py has code of yours and stays" if told.kept_code else ""
        typer.echo(f"{target}: xlwings Lite taken out, {told.calls} cells call plain functions{stays}")
        return
    told = project.embed(book, target, requirement)
    typer.echo(f"{target}: {told.calls} cells call xlwings Lite; open it in an Excel with that add-in, and trust it")
    if told.own_names:
        typer.echo(f"Cells that call {', '.join(told.own_names)} stay: the workbook defines these names itself")


@app.command()
def lambdas(
    book: Annotated[Path, typer.Argument(help="The workbook.")],
    out: Annotated[Path | None, typer.Option(help="Workbook to write; left out: BOOK.lambdas.xlsx beside it.")] = None,
    in_place: InPlace = False,
) -> None:
    """Put the functions into a workbook as named LAMBDAs: typed by name in Excel 365 and 2024, nothing installed."""
    from xlcost.into_workbook.lambdas import put_lambdas

    told = put_lambdas(book, _target(book, out, in_place, "lambdas"))
    typer.echo(f"{told.target}: {told.functions} functions can be typed by name in Excel 365, 2024 and on the web")
    _tell(told)


@app.command()
def functions(
    book: Annotated[Path, typer.Argument(help="The workbook.")],
    out: Annotated[
        Path | None, typer.Option(help="Workbook to write; left out: BOOK.functions.xlsx beside it.")
    ] = None,
    in_place: InPlace = False,
    lambdas: Annotated[
        bool, typer.Option("--lambdas", help="Add the named LAMBDAs, and each example as a call by its name.")
    ] = False,
) -> None:
    """Put a sheet into a workbook that explains every function, with examples to change."""
    from xlcost.into_workbook.lambdas import put_functions

    told = put_functions(book, _target(book, out, in_place, "functions"), by_name=lambdas)
    typer.echo(f"{told.target}: its sheet '{told.sheets[0]}' explains {told.functions} functions")
    _tell(told)


def _target(book: Path, out: Path | None, in_place: bool, word: str) -> Path:
    if out and in_place:
        raise BadInput("out: --in-place writes the workbook itself; leave one of the two out")
    if out and (out.resolve() == book.resolve() or (out.exists() and book.exists() and out.samefile(book))):
        raise BadInput(f"out: {out} is the workbook itself; name another file, or write it anew with --in-place")
    return book if in_place else out or book.with_name(f"{book.stem}.{word}{book.suffix}")


def _tell(told: Any) -> None:
    """What came along, and what is called otherwise."""
    if told.sheets:
        typer.echo(f"New sheets: {', '.join(told.sheets)}")
    for name, called, theirs in told.renamed:
        typer.echo(f"{name} is called {called} there, because the workbook has a name {theirs} of its own")


def snapshot(
    book: Annotated[Path, typer.Argument(help="The workbook.")],
    out: Annotated[Path | None, typer.Option(help="Workbook to write; left out: BOOK.snapshot.xlsx beside it.")] = None,
    date: Annotated[
        str | None, typer.Option(help="Date to state, such as 2026-10-31; left out: when BOOK says it was saved.")
    ] = None,
) -> None:
    """Write a copy that holds values only, with a sheet that tells where they come from: for sending out."""
    from xlcost.into_workbook.snapshot.copy import snapshot as copy

    target = out or book.with_name(f"{book.stem}.snapshot.xlsx")
    told = copy(book, target, date)
    formulas, hidden = sum(s.formulas for s in told.sheets), [s.title for s in told.sheets if s.state != "visible"]
    typer.echo(f"{target}: {formulas:,} formulas became values; its last sheet says where they come from")
    if hidden:
        typer.echo(f"Hidden sheets that go along: {', '.join(hidden)}")
    if told.errors:
        typer.echo(f"Warning, cells that show an error: {told.errors}; look at them before you send it")
    if told.stale:
        typer.echo(told.stale)


def doctor() -> None:
    """Look at the data and at what Excel's functions need here: each line ok or wrong; status 1 if one is wrong."""
    from xlcost.catalogue import FUNCTIONS
    from xlcost.desktop import doctor as looked
    from xlcost.desktop import doctor_data, excel, xlam
    from xlcost.errors import XlcostError

    machine = excel.Machine()
    try:
        wanted = xlam.build(FUNCTIONS, machine.interpreter) if machine.windows else b""
    except XlcostError:  # what is wrong with xlwings or the path is told in a line
        wanted = b""
    lines = [*looked.examine(machine, wanted), *doctor_data.looked_at()]
    for line in lines:
        typer.echo(line)
    if looked.wrong(lines):
        raise typer.Exit(1)


def add_to(main: typer.Typer) -> None:
    """The commands that stand at the top: doctor, snapshot."""
    main.command()(doctor)
    main.command()(snapshot)
