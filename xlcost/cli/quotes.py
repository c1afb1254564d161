"""xlcost prices add, remove, quotes, example: the user's own quotes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlcost.cli.options import DryRun, FormatOption
from xlcost.errors import BadInput, count_text


def add(
    table: Annotated[Path, typer.Argument(help="Quotes as CSV, or a workbook with quotes on its Prices sheet.")],
    dry_run: DryRun = False,
) -> None:
    """Keep your own quotes. Every row of the file, or none and all that is wrong with it."""
    from xlcost.cli.price_report import say_change
    from xlcost.into_workbook import own_quotes
    from xlcost.prices.quotes import incoming
    from xlcost.prices.quotes import store as quote_store

    given = own_quotes.from_workbook(table) if own_quotes.is_workbook(table) else incoming.from_csv(table)
    change = quote_store.add(given, dry_run=dry_run)
    say_change(change, "would be added to" if dry_run else "added to", given.unit)


def remove(
    numbers: Annotated[list[str], typer.Argument(help="Numbers that xlcost prices quotes shows.")],
    dry_run: DryRun = False,
) -> None:
    """Take own quotes out again."""
    from xlcost.cli.price_report import say_change
    from xlcost.prices.quotes import store as quote_store

    wrong = next((word for word in numbers if not word.isdecimal()), None)
    if wrong is not None:
        raise BadInput(f"numbers: '{wrong}' is no number of a quote; xlcost prices quotes shows them")
    change = quote_store.remove([int(word) for word in numbers], dry_run=dry_run)
    say_change(change, "would be removed from" if dry_run else "removed from", "number")


def quotes(form: FormatOption = "table") -> None:
    """List your own quotes. Each has a number, and days on which it counts."""
    from xlcost.cli import output
    from xlcost.cli.price_grids import quote_grid
    from xlcost.prices.current import current_market
    from xlcost.prices.quotes import store as quote_store

    form, kept = output.known_format(form), quote_store.kept_quotes()
    if form != "table":
        output.say_for_programs(form, {"quotes": quote_grid(kept, for_people=False)}, file=str(quote_store.file()))
        return
    if kept:
        output.say_grid(quote_grid(kept, for_people=True))
        output.say("")
    last = current_market().edition_day
    output.say(f"{count_text(len(kept), 'quote')} in {quote_store.file()}; the last day known is {last}")


def example(
    out: Annotated[Path | None, typer.Option(help="File to write; left out: print it.")] = None,
) -> None:
    """Print quotes to start from. Replace the rows by yours, then add the file."""
    from xlcost.cli import output
    from xlcost.prices.quotes.example import example as text

    if out is None:
        output.say_raw(text())
    else:
        output.write_new(out, text())
        output.say(f"{out} written: replace its rows by yours, then xlcost prices add {out}")


def add_to(prices: typer.Typer) -> None:
    """Add these commands to `prices`, in the order of the help."""
    for command in (add, remove, quotes, example):
        prices.command()(command)
