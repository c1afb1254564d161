"""xlcost prices update: newer editions of the market's prices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlcost.cli.options import DryRun
from xlcost.errors import BadInput


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
        output.say(feed_update.undo())
        return
    if not source:
        raise BadInput("update: give a file or an https address, or --undo")
    request = (source, provider, as_of, fmt, cited, gpus or (), new_provider, accept_outliers, into)
    proposal = feed_update.proposal(feed_update.Request(*request))
    update_report.say(proposal)
    if proposal.plan.rows and not dry_run and (yes or update_report.consent(proposal)):
        output.say(feed_update.write(proposal))
    else:
        output.say("nothing was written")


def add_to(prices: typer.Typer) -> None:
    """Add the command to `prices`."""
    prices.command()(update)
