"""A table as a person reads it in a terminal, and as a program reads it: CSV, JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcost.errors import BadInput, nearest
from xlcost.files import write_whole
from xlcost.prices.market import closed

FORMATS = ("table", "csv", "json")
RUNS = ("=", "+", "-", "@")  # what a spreadsheet takes for the beginning of a formula
BOM = "\ufeff"
LEFT = ("text", "long")
WIDEST = 1_000_000  # characters, where nothing is cut
LEAST = 24  # characters of a long column that are worth showing
GAP, ELLIPSIS = 2, "..."


@dataclass(frozen=True)
class Column:
    """A column: `kind` is text, long (cut in a narrow window), usd, money, percent, number or day."""

    name: str
    kind: str = "text"
    head: str | None = None  # what the terminal shows in place of the name
    spare: bool = False  # may be left out in a narrow window


@dataclass(frozen=True)
class Grid:
    """Columns, and rows of raw values: text, numbers, dates, None."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


def format_asked(text: str) -> str:
    """table, csv or json."""
    if text.lower() not in FORMATS:
        raise BadInput(f"format: '{text}' is not known{nearest(text, FORMATS)}; it takes {', '.join(FORMATS)}")
    return text.lower()


def harmless(value: Any) -> Any:
    """A text on one line, with an apostrophe before what a spreadsheet would run as a formula; all else as it is.

    >>> harmless("=1+1"), harmless("AWS"), harmless(-0.5)
    ("'=1+1", 'AWS', -0.5)
    """
    if not isinstance(value, str):
        return value
    text = " ".join(value.splitlines())
    return f"'{text}" if text.lstrip().startswith(RUNS) else text


def csv_text(grid: Grid) -> str:
    """The table as CSV; a byte order mark where Excel needs it to read the letters."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in grid.columns])
    writer.writerows([[harmless(plain_value(cell)) for cell in row] for row in grid.rows])
    whole = text.getvalue()
    return whole if whole.isascii() else BOM + whole


def json_text(grids: Mapping[str, Grid], **facts: Any) -> str:
    """Facts, and each table as a list of objects."""
    tables = {
        name: [dict(zip((c.name for c in grid.columns), map(plain_value, row), strict=True)) for row in grid.rows]
        for name, grid in grids.items()
    }
    return json.dumps({key: plain_value(fact) for key, fact in facts.items()} | tables, indent=1)


def plain_value(cell: Any) -> Any:
    """A date as ISO text, all else as it is."""
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def say(text: str) -> None:
    """Print; a letter that the terminal cannot show becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def say_titled(title: str, grid: Grid) -> None:
    """Print a heading, if there is one, and the table, or that there is nothing."""
    if title:
        say(title)
    if grid.rows:
        say_grid(grid)
    else:
        say("none")


def say_for_programs(form: str, grids: Mapping[str, Grid], **facts: Any) -> None:
    """Print all tables and facts as JSON, or the first table as CSV."""
    if form == "json":
        say_raw(json_text(grids, data_edition=closed(), **facts))
    else:
        say_raw(csv_text(next(iter(grids.values()))))


def say_raw(text: str) -> None:
    """Print what a program will read: UTF-8, whatever the terminal's letters."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def say_grid(grid: Grid) -> None:
    """Print the table: as wide as it is where a program or a file reads it, fitted to a window."""
    from rich.console import Console

    if sys.stdout.isatty():
        window = Console(markup=False, highlight=False, emoji=False)
        window.print(_table(_fitting(grid, window.width)))
        return
    text = io.StringIO()
    whole = Console(file=text, width=WIDEST, markup=False, highlight=False, emoji=False, color_system=None)
    whole.print(_table(grid))
    say("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def _fitting(grid: Grid, width: int) -> Grid:
    """Long columns cut to the room that the others leave, or left out; then those that can be spared."""
    wide = [max(len(text) for text in texts) + GAP for texts in zip(*_texts(grid), strict=True)]
    keep = list(range(len(wide)))
    for i in reversed(range(len(wide))):
        least = min(wide[i], LEAST) if grid.columns[i].kind == "long" else wide[i]
        if grid.columns[i].spare and sum(wide[k] for k in keep if k != i) + least > width + GAP:
            keep.remove(i)
    room = width - sum(wide[i] for i in keep if grid.columns[i].kind != "long")
    rows = [[_cut(row[i], room) if grid.columns[i].kind == "long" else row[i] for i in keep] for row in grid.rows]
    return Grid([grid.columns[i] for i in keep], rows)


def _cut(text: Any, room: int) -> Any:
    return text[: room - len(ELLIPSIS)] + ELLIPSIS if isinstance(text, str) and len(text) > room else text


def _texts(grid: Grid) -> list[list[str]]:
    heads = [column.name if column.head is None else column.head for column in grid.columns]
    return [heads, *([spoken(cell, c.kind) for cell, c in zip(row, grid.columns, strict=True)] for row in grid.rows)]


def _table(grid: Grid) -> Any:
    """Columns two blanks apart; words wrap where a window is too narrow, numbers and dates never."""
    from rich.table import Table

    heads, *rows = _texts(grid)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for head, column in zip(heads, grid.columns, strict=True):
        left = column.kind in LEFT
        table.add_column(
            head,
            justify="left" if left else "right",
            no_wrap=column.kind != "text",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    return table


def spoken(cell: Any, kind: str) -> str:
    """A cell as a person reads it.

    >>> spoken(2.5, "usd"), spoken(-12.345, "percent"), spoken(None, "usd")
    ('2.5000', '-12.3%', '-')
    """
    if cell is None:
        return "-" if kind not in LEFT else ""
    if kind in ("usd", "money"):
        return f"{cell:,.4f}"
    if kind == "percent":
        return f"{round(cell, 1) + 0.0:+,.1f}%"  # never -0.0
    text = f"{cell:,.6g}" if isinstance(cell, float) else str(plain_value(cell))
    return "".join(letter if letter.isprintable() else " " for letter in text)


def per_cent(before: float | None, after: float | None) -> float | None:
    """The change from one price to another, in per cent."""
    return round((after / before - 1) * 100, 6) if before and after else None


def write_new(path: Path, content: str | bytes, *, overwrite: bool | None = None) -> None:
    """Write a file whole; one that is there stays, unless `overwrite` (None: there is no such choice)."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder, not a file")
    if path.exists() and not overwrite:
        hint = "" if overwrite is None else ", or add --overwrite"
        raise BadInput(f"{path} is there already; name another file{hint}")
    write_whole(path, content)
