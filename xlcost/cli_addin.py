"""xlcost addin: the functions in Excel, Calc and workbooks; with doctor and snapshot beside it."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="The functions in the spreadsheet: Excel add-in, named LAMBDAs, xlwings Lite, LibreOffice Calc.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def top() -> None:
    """The functions in the spreadsheet: Excel add-in, named LAMBDAs, xlwings Lite, LibreOffice Calc."""


def add_to(main: typer.Typer) -> None:
    """The commands that stand at the top: doctor, snapshot."""
