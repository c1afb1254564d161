"""The command line: xlcost calc, functions, demo; prices and addin have files of their own."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from xlcost import __version__
from xlcost.cli import addin, mistakes, prices, tables, workbook
from xlcost.cli.answer import answered, as_day, print_money, print_result
from xlcost.cli.arguments import arguments_of
from xlcost.errors import BadInput, XlcostError, nearest
from xlcost.facts.currency import DOLLAR, converted, in_currency, known_currency, latest
from xlcost.quantities import serial_date

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
    from xlcost.catalogue import spec_of

    mistakes.check_options([name, *(arguments or [])], context)
    spec = spec_of(name)
    ordered, by_name = arguments_of(arguments or [])
    if spec.variadic and by_name:  # the arguments of the function that is explained, by their names
        ordered, by_name = [*ordered, *_in_order(spec_of(str(ordered[0])), len(ordered) - 1, by_name)], {}
    code = None if currency is None else _convertible(spec, currency)
    result = spec.call(*ordered, **by_name)
    money = None if code in (None, DOLLAR) else converted(result, str(code), _price_day(spec, ordered, by_name))
    steps = _working(spec, ordered, by_name) if explain else []
    if as_json:
        answer = answered(spec, ordered, by_name, result, money)
        if explain:
            answer["explanation"] = [dict(zip(steps[0], row, strict=True)) for row in steps[1:]]
        typer.echo(json.dumps(answer, default=lambda array: array.tolist()))
        return
    if explain:
        print_result([[*row[:2], as_day(row[2], row[3]), *row[3:]] for row in steps], "")
    if explain and money:
        typer.echo()
    if money:
        print_money(money, spec.returns.unit)
    elif not explain:
        unit = spec.returns.unit
        print_result(as_day(result, unit), "" if unit in ("text", "value", "table", "date") else f" {unit}")


def _working(spec: Any, ordered: list[Any], by_name: dict[str, Any]) -> list[list[Any]]:
    """The explanation: its headings, then a row a step."""
    from xlcost.catalogue import explain

    rows: list[list[Any]] = explain(spec.name, *ordered, *_in_order(spec, len(ordered), by_name))
    return rows


def _convertible(spec: Any, currency: str) -> str:
    """The currency, if the function gives dollars."""
    code = known_currency(currency)
    if not in_currency(spec.returns.unit, code):
        raise BadInput(f"currency: {spec.name} gives {spec.returns.unit}, not dollars; there is nothing to convert")
    return code


def _price_day(spec: Any, ordered: list[Any], by_name: dict[str, Any]) -> date:
    """The day that a function's prices are of: its as_of, or that of the data edition."""
    from xlcost.prices.market import closed

    given = dict(zip((p.name for p in spec.parameters), ordered, strict=False)) | by_name
    as_of = next((p.accept(given.get("as_of")) for p in spec.parameters if p.name == "as_of"), None)
    if as_of is not None and not isinstance(as_of, float):
        raise BadInput("currency: as_of holds several days, and dollars are converted at the rate of one")
    return latest(closed()) if as_of is None else serial_date(as_of)


def _in_order(spec: Any, first: int, by_name: dict[str, Any]) -> list[Any]:
    """Named arguments in their places, None between them."""
    for name in by_name:
        if name not in [p.name for p in spec.parameters]:
            raise BadInput(f"{spec.name} has no argument '{name}'{nearest(name, [p.name for p in spec.parameters])}")
    values = [by_name.get(p.name) for p in spec.parameters[first:]]
    while values and values[-1] is None:
        values.pop()
    return values


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


def main() -> None:
    """Errors of this package are one sentence on stderr and exit status 2."""
    try:
        status = app(prog_name="xlcost", standalone_mode=False)
    except mistakes.MISTAKE as mistake:
        status = mistakes.show(mistake, sys.argv[1:])
    except XlcostError as error:
        print(f"xlcost: {error}", file=sys.stderr)
        status = 2
    except typer.Abort:
        print("xlcost: stopped", file=sys.stderr)
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
