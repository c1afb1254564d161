"""Commands that change or copy a workbook: xlcost addin lite, lambdas, functions; xlcost snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from xlcost.cli.addin import app
from xlcost.errors import BadInput

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
        report = project.remove(book, target)
        stays = "; main.py has code of yours and stays" if report.code_stays else ""
        typer.echo(f"{target}: xlwings Lite taken out, {report.calls} cells call plain functions{stays}")
        return
    report = project.embed(book, target, requirement)
    typer.echo(f"{target}: {report.calls} cells call xlwings Lite; open it in an Excel with that add-in, and trust it")
    if report.own_names:
        typer.echo(f"Cells that call {', '.join(report.own_names)} stay: the workbook defines these names itself")


@app.command()
def lambdas(
    book: Annotated[Path, typer.Argument(help="The workbook.")],
    out: Annotated[Path | None, typer.Option(help="Workbook to write; left out: BOOK.lambdas.xlsx beside it.")] = None,
    in_place: InPlace = False,
) -> None:
    """Put the functions into a workbook as named LAMBDAs: typed by name in Excel 365 and 2024, nothing installed."""
    from xlcost.into_workbook.lambdas import put_lambdas

    report = put_lambdas(book, _target(book, out, in_place, "lambdas"))
    typer.echo(f"{report.target}: {report.functions} functions can be typed by name in Excel 365, 2024 and on the web")
    _show(report)


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

    report = put_functions(book, _target(book, out, in_place, "functions"), by_name=lambdas)
    typer.echo(f"{report.target}: its sheet '{report.sheets[0]}' explains {report.functions} functions")
    _show(report)


def _target(book: Path, out: Path | None, in_place: bool, word: str) -> Path:
    if out and in_place:
        raise BadInput("out: --in-place writes the workbook itself; leave one of the two out")
    if out and (out.resolve() == book.resolve() or (out.exists() and book.exists() and out.samefile(book))):
        raise BadInput(f"out: {out} is the workbook itself; name another file, or write it anew with --in-place")
    return book if in_place else out or book.with_name(f"{book.stem}.{word}{book.suffix}")


def _show(report: Any) -> None:
    """Print the added sheets, and the functions that have another name there."""
    if report.sheets:
        typer.echo(f"New sheets: {', '.join(report.sheets)}")
    for name, called, theirs in report.other_names:
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
    report = copy(book, target, date)
    formulas, hidden = sum(s.formulas for s in report.sheets), [s.title for s in report.sheets if s.state != "visible"]
    typer.echo(f"{target}: {formulas:,} formulas became values; its last sheet says where they come from")
    if hidden:
        typer.echo(f"Hidden sheets that go along: {', '.join(hidden)}")
    if report.errors:
        typer.echo(f"Warning, cells that show an error: {report.errors}; look at them before you send it")
    if report.stale:
        typer.echo(report.stale)
