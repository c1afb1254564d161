"""xlcost prices: what the tables hold, what you were quoted, and newer editions."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Prices: list, show, compare, check; your own quotes; newer editions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def top() -> None:
    """Prices: list, show, compare, check; your own quotes; newer editions."""
