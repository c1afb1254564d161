"""The command line: xlcost calc, functions, demo."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from xlcost import __version__
from xlcost.errors import BadInput, XlcostError

app = typer.Typer(
    help="AI-compute costs: FLOPs, memory, hours, dollars, energy; and the workbooks that plan them.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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
    name: Annotated[str, typer.Argument(help="Function, such as TRAIN_COST.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="Arguments in order, then key=value.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Name, arguments, defaults, result, unit as JSON.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show the working, step by step, with sources.")] = False,
) -> None:
    """Compute one function: xlcost calc TRAIN_COST gpt-3 300B A100 price=2."""
    from xlcost.catalogue import named

    spec = named(name)
    ordered, by_name = _split(arguments or [])
    result = spec.call(*ordered, **by_name)
    if explain:
        _print_working(spec.name, [*ordered, *_in_order(spec, len(ordered), by_name)])
    elif as_json:
        given = dict(zip((p.name for p in spec.parameters), ordered, strict=False)) | by_name
        typer.echo(json.dumps({"function": spec.name, "arguments": given, "result": result, "unit": spec.returns.unit}))
    else:
        unit = "" if spec.returns.unit in ("text", "value") else f" {spec.returns.unit}"
        typer.echo(f"{shown(result)}{unit}")


def _in_order(spec: Any, first: int, by_name: dict[str, Any]) -> list[Any]:
    """Named arguments in their places, None between them."""
    values = [by_name.get(p.name) for p in spec.parameters[first:]]
    while values and values[-1] is None:
        values.pop()
    return values


def _print_working(name: str, arguments: list[Any]) -> None:
    """The rows of EXPLAIN as a table."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from xlcost.audit import explain

    heading, *rows = explain(name, *arguments)
    table = Table(*heading, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(shown(cell) for cell in row))
    Console().print(table)


def _split(words: list[str]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments in order and those by name; text stays text until its word reads it."""
    from xlcost.cells import typed

    ordered: list[Any] = []
    by_name: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key.isidentifier():
            if key.lower() in by_name:
                raise BadInput(f"argument '{key}' is given twice")
            by_name[key.lower()] = typed(value)
        elif by_name:
            raise BadInput(f"'{word}' stands after key=value; put arguments without a name first")
        else:
            ordered.append(typed(word))
    return ordered, by_name


def shown(result: Any) -> str:
    """A number as a person reads it: grouped to a million millions, then with an exponent."""
    if not isinstance(result, float):
        return str(result)
    if result.is_integer() and abs(result) < 1e12:
        return f"{result:,.0f}"
    return f"{result:,.6g}" if abs(result) < 1e3 or abs(result) >= 1e12 else f"{result:,.2f}"


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="One function, whole; left out: the list.")] = None,
) -> None:
    """List the functions, or show one with its arguments, units, defaults and source."""
    from xlcost.catalogue import FUNCTIONS, named
    from xlcost.hosts.reference import card

    if name:
        typer.echo(card(named(name)))
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
) -> None:
    """Write the article's workbook and one plan per scenario, and print what they say."""
    from xlcost.workbook.demo import run

    run(out, scenarios)


def main() -> None:
    """Errors of this package are one sentence on stderr and exit status 2."""
    try:
        app()
    except XlcostError as error:
        print(f"xlcost: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
