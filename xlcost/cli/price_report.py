"""Output of xlcost prices for a person: differences, findings, effects of added quotes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from xlcost.cli.output import Grid, say, say_grid, say_titled
from xlcost.cli.price_grids import effect_grid, finding_grids
from xlcost.errors import count_text
from xlcost.prices.check import Finding
from xlcost.prices.compare import STATES
from xlcost.prices.quotes import store as quote_store
from xlcost.prices.quotes.effects import effects
from xlcost.prices.quotes.incoming import Change

MOST_QUOTES = 40  # quotes whose effects are printed


def say_differences(offers: Grid, medians: Grid) -> None:
    """Print the offers that changed, the medians, and how many offers there are of each state."""
    moved = [row for row in offers.rows if row[-1] != "same"]
    say_titled("Offers", Grid(offers.columns, moved))
    say_titled("\nMedians", medians)
    counts = [f"{sum(row[-1] == state for row in offers.rows)} {state}" for state in STATES]
    say(f"\nOffers: {', '.join(counts)}")


def say_findings(day: dt.date, findings: Sequence[Finding]) -> None:
    """Print the findings by kind, and last the counts, where a terminal still shows them."""
    grids = finding_grids(findings)
    for heading, grid in grids.items():
        if grid.rows:
            say(f"{heading[0].upper()}{heading[1:]}")
            say_grid(grid)
            say("")
    say(f"On {day}:")
    for heading, grid in grids.items():
        say(f"{len(grid.rows):5}  {heading}")


def say_change(change: Change, done: str, unit: str) -> None:
    """Print how many quotes were added or removed, the effects on prices, and warnings."""
    for sentence in change.notes:
        say(sentence)
    if not change.changed:
        say(f"no quote is new to {quote_store.file()}")
        return
    say(f"{count_text(len(change.changed), 'quote')} {done} {quote_store.file()}")
    say_titled("\nWhat GPU_PRICE gives", effect_grid(effects(change, MOST_QUOTES), unit))
    if len(change.changed) > MOST_QUOTES:
        say(f"and those of {count_text(len(change.changed) - MOST_QUOTES, 'more quote')}")
    for sentence in quote_store.cautions(change):
        say(f"\n{sentence}")
