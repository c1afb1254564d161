"""xlcost prices: what the tables hold, what you were quoted, and newer editions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlcost.errors import BadInput, counted

app = typer.Typer(
    help="Prices: list, show, compare, check; your own quotes; newer editions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

GpuOption = Annotated[str | None, typer.Option("--gpu", help="Only this GPU, such as H100.")]
ProviderOption = Annotated[str | None, typer.Option("--provider", help="Only this provider, such as AWS.")]
TermOption = Annotated[str | None, typer.Option("--term", help="Only this term: on_demand, spot, 1yr or 3yr.")]
DayOption = Annotated[str | None, typer.Option("--as-of", help="Day, as 2026-10-31; left out: the data edition's.")]
CurrencyOption = Annotated[
    str | None,
    typer.Option("--currency", help="Prices in this currency too, such as EUR, at the ECB's rate of the day."),
]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")]


@app.callback()
def top() -> None:
    """Prices: list, show, compare, check; your own quotes; newer editions."""


@app.command("list")
def list_prices(
    gpu: GpuOption = None,
    provider: ProviderOption = None,
    term: TermOption = None,
    as_of: DayOption = None,
    currency: CurrencyOption = None,
    form: FormatOption = "table",
) -> None:
    """List the offers of a day. The cheapest of each GPU comes first; your own quotes are marked."""
    from xlcost.cli import output
    from xlcost.cli.price_currency import converted, facts, rate_asked, sentence
    from xlcost.cli.price_grids import listed, short

    form = output.format_asked(form)
    day, grid = listed(gpu, provider, term, as_of)
    rate = rate_asked(currency, day, named=as_of is not None)
    if form != "table":
        output.say_for_programs(form, {"offers": converted(grid, rate, dated=form == "csv")}, as_of=day, **facts(rate))
        return
    output.say_grid(converted(short(grid), rate))
    output.say(f"\n{counted(len(grid.rows), 'offer')} in force on {day}{sentence(rate)}")


@app.command()
def show(
    gpu: Annotated[str, typer.Argument(help="GPU, such as H100 or a100-80-sxm.")],
    term: Annotated[str, typer.Option("--term", help="Term of the median's history.")] = "on_demand",
    as_of: DayOption = None,
    currency: CurrencyOption = None,
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Show one GPU. What it is, who offers it and which source says so, and how its median went."""
    from xlcost.cli import output
    from xlcost.cli.price_currency import converted, facts, rate_asked, sentence
    from xlcost.cli.price_grids import one_gpu, short, without_blank

    form = output.format_asked(form)
    if form == "csv":
        raise BadInput("format: 'csv' cannot hold the three tables of show; it takes table, json")
    day, grids = one_gpu(gpu, term, as_of)
    rate = rate_asked(currency, day, named=as_of is not None)
    if form == "json":
        output.say_for_programs(form, {k: converted(grid, rate) for k, grid in grids.items()}, as_of=day, **facts(rate))
        return
    specification, offers, history = grids.values()
    output.say_grid(specification)
    output.say_titled(f"\nOffers on {day}{sentence(rate)}", converted(short(offers), rate))
    output.say_titled(f"\nMedian of the market, {term}", converted(without_blank(history), rate))


@app.command()
def diff(
    first: Annotated[str, typer.Argument(help="The earlier day, as 2025-10-31.")],
    second: Annotated[str, typer.Argument(help="The later day.")],
    gpu: GpuOption = None,
    provider: ProviderOption = None,
    term: TermOption = None,
    form: FormatOption = "table",
) -> None:
    """Compare two days. What is new, what is gone, what changed by how many per cent."""
    from xlcost.cli import output
    from xlcost.cli.price_grids import compared
    from xlcost.cli.price_report import say_differences
    from xlcost.prices import compare

    form = output.format_asked(form)
    days = compare.known_day(first, "the first day"), compare.known_day(second, "the second day")
    offers = compare.differences(*days, compare.wanted(gpu, provider, term))
    grids = {"offers": compared(offers, *days), "medians": compared(compare.medians(*days, offers), *days)}
    if form != "table":
        output.say_for_programs(form, grids, first=days[0], second=days[1])
        return
    say_differences(grids["offers"], grids["medians"])


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="File to write: .csv, .json or .xlsx.")],
    gpu: GpuOption = None,
    provider: ProviderOption = None,
    term: TermOption = None,
    as_of: DayOption = None,
    currency: CurrencyOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over a file that is there.")] = False,
) -> None:
    """Write the offers of a day to a file. CSV, JSON, or a workbook with filters, by its ending."""
    from xlcost.cli.output import say
    from xlcost.cli.price_currency import rate_asked, sentence
    from xlcost.cli.price_grids import listed
    from xlcost.cli.price_list import write

    day, grid = listed(gpu, provider, term, as_of)
    rate = rate_asked(currency, day, named=as_of is not None)
    write(out, day, grid, overwrite=overwrite, rate=rate)
    say(f"{counted(len(grid.rows), 'offer')} in force on {day} written to {out}{sentence(rate)}")


@app.command()
def check(
    ratio: Annotated[float, typer.Option(help="A price this many times the median, or that part of it, is far.")] = 3.0,
    older: Annotated[int, typer.Option(help="A price seen more than so many days before is old.")] = 180,
    as_of: DayOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 when something is found.")] = False,
    form: FormatOption = "table",
) -> None:
    """Report gaps, outliers and old prices. Also own quotes that have ended."""
    from xlcost.cli import output
    from xlcost.cli.price_grids import checked
    from xlcost.cli.price_report import say_findings
    from xlcost.prices.check import findings
    from xlcost.prices.compare import known_day

    form, day = output.format_asked(form), known_day(as_of, "as_of")
    found = findings(day, ratio, older)
    if form != "table":
        output.say_for_programs(form, {"findings": checked(found)}, as_of=day)
    else:
        say_findings(day, found)
    if strict and found:
        raise typer.Exit(1)


@app.command()
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


@app.command()
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


@app.command()
def quotes(form: FormatOption = "table") -> None:
    """List your own quotes. Each has a number, and days on which it counts."""
    from xlcost.cli import output
    from xlcost.cli.price_grids import numbered
    from xlcost.prices.market import closed
    from xlcost.prices.quotes import store as quote_store

    form, kept = output.format_asked(form), quote_store.kept()
    if form != "table":
        output.say_for_programs(form, {"quotes": numbered(kept, for_people=False)}, file=str(quote_store.file()))
        return
    if kept:
        output.say_grid(numbered(kept, for_people=True))
        output.say("")
    output.say(f"{counted(len(kept), 'quote')} in {quote_store.file()}; the last day known is {closed()}")


@app.command()
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


@app.command()
def update(
    source: Annotated[str, typer.Argument(help="CSV file or https address.", show_default=False)] = "",
    provider: Annotated[str | None, typer.Option("--provider", help="Whose prices, such as AWS.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day on which they were read, as 2026-11-20.")] = None,
    fmt: Annotated[str | None, typer.Option("--format", help="gpuhunt, skypilot or xlcost.")] = None,
    cited: Annotated[str | None, typer.Option("--source", help="What PRICE_SOURCE cites; else the file.")] = None,
    gpus: Annotated[list[str] | None, typer.Option("--gpu", help="Its name = our id: H100=h100-pcie.")] = None,
    new_provider: Annotated[bool, typer.Option("--new-provider", help="Take one unknown so far.")] = False,
    accept_outliers: Annotated[bool, typer.Option("--accept-outliers", help="Take suspicious prices.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    dry_run: DryRun = False,
    into: Annotated[Path | None, typer.Option("--into", help="Table to add to, in place of yours.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last update back.")] = False,
) -> None:
    """Merge newer prices: gpuhunt's CSV, SkyPilot's vms.csv, or a table of xlcost. Shows the changes, then asks."""
    from xlcost.cli import output, update_report
    from xlcost.feeds import update as feed_update

    if undo:
        output.say(feed_update.undone())
        return
    if not source:
        raise BadInput("update: give a file or an https address, or --undo")
    wish = (source, provider, as_of, fmt, cited, gpus or (), new_provider, accept_outliers, into)
    proposal = feed_update.proposed(feed_update.Wish(*wish))
    update_report.say(proposal)
    if proposal.plan.rows and not dry_run and (yes or update_report.agreed(proposal)):
        output.say(feed_update.written(proposal))
    else:
        output.say("nothing was written")
