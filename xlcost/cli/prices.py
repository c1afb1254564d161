"""xlcost prices: list, show, diff, export, check. Quotes and newer editions have files of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlcost.cli import quotes, update
from xlcost.cli.options import FormatOption
from xlcost.errors import BadInput, count_text

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
    from xlcost.cli.price_currency import facts, rate_for, sentence, with_currency
    from xlcost.cli.price_grids import offer_grid, short_offers

    form = output.known_format(form)
    day, grid = offer_grid(gpu, provider, term, as_of)
    rate = rate_for(currency, day, named=as_of is not None)
    if form != "table":
        output.say_for_programs(
            form, {"offers": with_currency(grid, rate, dated=form == "csv")}, as_of=day, **facts(rate)
        )
        return
    output.say_grid(with_currency(short_offers(grid), rate))
    output.say(f"\n{count_text(len(grid.rows), 'offer')} in force on {day}{sentence(rate)}")


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
    from xlcost.cli.price_currency import facts, rate_for, sentence, with_currency
    from xlcost.cli.price_grids import gpu_grids, short_offers, without_blank

    form = output.known_format(form)
    if form == "csv":
        raise BadInput("format: 'csv' cannot hold the three tables of show; it takes table, json")
    day, grids = gpu_grids(gpu, term, as_of)
    rate = rate_for(currency, day, named=as_of is not None)
    if form == "json":
        output.say_for_programs(
            form, {k: with_currency(grid, rate) for k, grid in grids.items()}, as_of=day, **facts(rate)
        )
        return
    specification, offers, history = grids.values()
    output.say_grid(specification)
    output.say_titled(f"\nOffers on {day}{sentence(rate)}", with_currency(short_offers(offers), rate))
    output.say_titled(f"\nMedian of the market, {term}", with_currency(without_blank(history), rate))


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
    from xlcost.cli.price_grids import difference_grid
    from xlcost.cli.price_report import say_differences
    from xlcost.prices import compare

    form = output.known_format(form)
    days = compare.known_day(first, "the first day"), compare.known_day(second, "the second day")
    offers = compare.differences(*days, compare.offer_filter(gpu, provider, term))
    grids = {
        "offers": difference_grid(offers, *days),
        "medians": difference_grid(compare.medians(*days, offers), *days),
    }
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
    from xlcost.cli.price_currency import rate_for, sentence
    from xlcost.cli.price_grids import offer_grid
    from xlcost.cli.price_list import write

    day, grid = offer_grid(gpu, provider, term, as_of)
    rate = rate_for(currency, day, named=as_of is not None)
    write(out, day, grid, overwrite=overwrite, rate=rate)
    say(f"{count_text(len(grid.rows), 'offer')} in force on {day} written to {out}{sentence(rate)}")


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
    from xlcost.cli.price_grids import finding_grid
    from xlcost.cli.price_report import say_findings
    from xlcost.prices.check import findings
    from xlcost.prices.compare import known_day

    form, day = output.known_format(form), known_day(as_of, "as_of")
    found = findings(day, ratio, older)
    if form != "table":
        output.say_for_programs(form, {"findings": finding_grid(found)}, as_of=day)
    else:
        say_findings(day, found)
    if strict and found:
        raise typer.Exit(1)


quotes.add_to(app)
update.add_to(app)
