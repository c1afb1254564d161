"""The commands calc, functions and demo, and those that other files add: prices, addin, doctor, snapshot, tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from xlcost import __version__
from xlcost.cli import addin, mistakes, prices, tables, workbook

app = typer.Typer(
    help="AI-compute costs: FLOPs, memory, hours, dollars, energy; and the workbooks that plan them.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(prices.app, name="prices")
app.add_typer(addin.app, name="addin")
app.command()(addin.doctor)
app.command()(workbook.snapshot)
app.command()(tables.tables)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xlcost {__version__}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the release and stop.")
    ] = False,
) -> None:
    """AI-compute costs: FLOPs, memory, hours, dollars, energy; and the workbooks that plan them."""


@app.command(context_settings={"ignore_unknown_options": True})
def calc(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Function, such as TRAIN_COST.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="Arguments in order, then key=value.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Name, arguments, defaults, result, unit as JSON.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the working, step by step, with sources.")] = False,
    currency: Annotated[
        str | None,
        typer.Option(help="Show dollars in this currency too, such as EUR, at the ECB's rate of the as-of date."),
    ] = None,
) -> None:
    """Compute one function: xlcost calc TRAIN_COST gpt-3 300B A100 price=2."""
    from xlcost.cli.calc import print_answer

    words = arguments or []
    mistakes.check_options([name, *words], context)
    print_answer(name, words, as_json=as_json, explain=explain, currency=currency)


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="One function, whole; left out: the list.")] = None,
) -> None:
    """List the functions, or show one with its arguments, units, defaults and source."""
    from xlcost.catalogue import FUNCTIONS, spec_of
    from xlcost.hosts.reference import card

    if name:
        typer.echo(card(spec_of(name)))
        return
    category = ""
    for spec in FUNCTIONS:
        if spec.category != category:
            category = spec.category
            typer.echo(("" if spec is FUNCTIONS[0] else "\n") + category)
        typer.echo(f"  {spec.name:<18} {spec.summary}")


@app.command()
def demo(
    scenarios: Annotated[
        Path | None, typer.Argument(help="CSV table, a plan a row (docs/plan.md); left out: the examples.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the workbooks.")] = Path("xlcost-demo"),
    lambdas: Annotated[
        bool, typer.Option("--lambdas", help="Add the functions as named LAMBDAs, for Excel 365 and 2024.")
    ] = False,
    currency: Annotated[
        str | None, typer.Option(help="Currency of all plans, such as EUR; left out: what the table says, or USD.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over workbooks that were changed.")] = False,
) -> None:
    """Write the article's workbook and one plan per scenario, and print what they say."""
    from xlcost.cli.demo import run

    run(out, scenarios, lambdas=lambdas, currency=currency, overwrite=overwrite)


def status_of(words: Sequence[str]) -> object:
    """Run the command that the words name; gives its exit status, None where all is well."""
    try:
        return app(args=[*words], prog_name="xlcost", standalone_mode=False)
    except mistakes.USAGE_ERROR as mistake:
        return mistakes.show(mistake, words)
    except typer.Abort:
        print("xlcost: stopped", file=sys.stderr)
        return 1
