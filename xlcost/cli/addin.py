"""xlcost addin: the add-ins of Excel and LibreOffice Calc; with xlcost doctor, which looks at what they need."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from xlcost.errors import BadInput, XlcostError

app = typer.Typer(
    help="The functions in the spreadsheet: Excel add-in, named LAMBDAs, xlwings Lite, LibreOffice Calc.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def top() -> None:
    """The functions in the spreadsheet: Excel add-in, named LAMBDAs, xlwings Lite, LibreOffice Calc."""


PYTHON_ELSEWHERE = (
    r"%USERPROFILE%\xlcost\.venv\Scripts\python.exe"  # the Python of an add-in that is built on another system
)


@app.command()
def install() -> None:
    """Build the Excel add-in for this Python and put it where Excel loads it: close Excel first (Windows only)."""
    from xlcost.catalogue import FUNCTIONS
    from xlcost.desktop import excel, xlam

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
    from xlcost.files import write_whole

    if out.suffix.lower() != ".xlam":
        raise BadInput(f"out: {out} is no name of an Excel add-in; it ends in .xlam")
    machine = excel.Machine()
    python = interpreter or (machine.interpreter if machine.windows else PYTHON_ELSEWHERE)
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
    found = excel.addin_file(machine, xlam.build(FUNCTIONS, machine.interpreter)) if machine.windows else None
    if not machine.windows:
        typer.echo(machine.elsewhere)
    else:
        typer.echo(found.state if found else "the add-in is not installed; run: xlcost addin install")


@app.command()
def calc(
    out: Annotated[Path, typer.Option(help="The extension to write.")] = Path("xlcost.oxt"),
) -> None:
    """Write the LibreOffice extension whose functions are computed by this Python."""
    from xlcost.desktop import oxt
    from xlcost.files import write_whole

    oxt.check_name(out)
    oxt.check_python(sys.executable)
    write_whole(out, oxt.extension(sys.executable))
    typer.echo(f"{out}: add it in LibreOffice with Tools > Extensions > Add, or with: unopkg add {out}")


def doctor() -> None:
    """Look at the data and at what Excel's functions need here: each line ok or wrong; status 1 if one is wrong."""
    from xlcost.catalogue import FUNCTIONS
    from xlcost.desktop import doctor as check
    from xlcost.desktop import doctor_data, excel, xlam

    machine = excel.Machine()
    try:
        wanted = xlam.build(FUNCTIONS, machine.interpreter) if machine.windows else b""
    except XlcostError:  # a line says what is wrong with xlwings or the path
        wanted = b""
    lines = [*check.examine(machine, wanted), *doctor_data.data_lines()]
    for line in lines:
        typer.echo(line)
    if check.any_wrong(lines):
        raise typer.Exit(1)
