"""Price lists in another currency: a column before the dollars, at the ECB's rate of the list's day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlcost.cli.output import Column, Grid
from xlcost.facts.currency import DOLLAR, Rate, known_currency, latest_rate_day, rate

USD_COLUMN = "usd_per_gpu_hour"
RATE_DAY = Column("ecb_rate_of", "day", "ECB rate of")


def rate_for(currency: str | None, day: dt.date, *, named: bool) -> Rate | None:
    """The rate of the day, or the newest one where no day was named; None where no currency is asked for, or USD."""
    if currency is None or known_currency(currency) == DOLLAR:
        return None
    return rate(currency, day if named else latest_rate_day(day))


def with_currency(grid: Grid, rate: Rate | None, *, dated: bool = False) -> Grid:
    """The table with the same prices in the rate's currency; `dated` adds the rate's day to each row."""
    names = [column.name for column in grid.columns]
    if rate is None or USD_COLUMN not in names:
        return grid
    at, code = names.index(USD_COLUMN), rate.currency
    columns = [Column(f"{code.lower()}_per_gpu_hour", "money", f"{code}/GPU-h"), *([RATE_DAY] if dated else [])]

    def cells(usd: float | None) -> list[Any]:
        return [None if usd is None else usd * rate.per_usd, *([rate.day] if dated else [])]

    rows = [[*row[:at], *cells(row[at]), *row[at:]] for row in grid.rows]
    return Grid([*grid.columns[:at], *columns, *grid.columns[at:]], rows)


def facts(rate: Rate | None) -> dict[str, Any]:
    """The rate as fields of a JSON file; empty without a rate."""
    return {} if rate is None else rate.fields()


def sentence(rate: Rate | None) -> str:
    """The rate as the end of a sentence; blank without a rate."""
    return "" if rate is None else f"; {rate}"
