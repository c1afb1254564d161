"""Tables as output: for a person in the terminal, and for programs as CSV and JSON."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcost.csv_tables import begins_as_formula, table_text
from xlcost.errors import BadInput, nearest
from xlcost.files import write_whole
from xlcost.prices.current import current_market

FORMATS = ("table", "csv", "json")
LEFT = ("text", "long")
WIDEST = 1_000_000  # characters of a line where nothing is cut
LEAST = 24  # characters; a long column that would be narrower is left out
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


def known_format(text: str) -> str:
    """The output format in lower case; an error where it is none of table, csv, json."""
    if text.lower() not in FORMATS:
        raise BadInput(f"format: '{text}' is not known{nearest(text, FORMATS)}; it takes {', '.join(FORMATS)}")
    return text.lower()


def harmless(value: Any) -> Any:
    """A text on one line, with an apostrophe before what a spreadsheet would run; any other value as it is.

    >>> harmless("=1+1"), harmless("AWS"), harmless(-0.5)
    ("'=1+1", 'AWS', -0.5)
    """
    if not isinstance(value, str):
        return value
    text = " ".join(value.splitlines())
    return f"'{text}" if begins_as_formula(text) else text


def csv_text(grid: Grid) -> str:
    """The table as CSV, with a byte order mark where letters are not ASCII, so that Excel reads them."""
    return table_text(
        [column.name for column in grid.columns], [[harmless(plain_value(cell)) for cell in row] for row in grid.rows]
    )


def json_text(grids: Mapping[str, Grid], **facts: Any) -> str:
    """JSON text of the facts, and of each table as a list of objects."""
    tables = {
        name: [dict(zip((c.name for c in grid.columns), map(plain_value, row), strict=True)) for row in grid.rows]
        for name, grid in grids.items()
    }
    return json.dumps({key: plain_value(fact) for key, fact in facts.items()} | tables, indent=1)


def plain_value(cell: Any) -> Any:
    """A date as ISO text; any other value as it is."""
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def say(text: str) -> None:
    """Print; a letter that the terminal cannot show becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def say_titled(title: str, grid: Grid) -> None:
    """Print a heading, if there is one, and the table, or "none"."""
    if title:
        say(title)
    if grid.rows:
        say_grid(grid)
    else:
        say("none")


def say_for_programs(form: str, grids: Mapping[str, Grid], **facts: Any) -> None:
    """Print all tables and facts as JSON, or the first table as CSV."""
    if form == "json":
        say_raw(json_text(grids, data_edition=current_market().edition_day, **facts))
    else:
        say_raw(csv_text(next(iter(grids.values()))))


def say_raw(text: str) -> None:
    """Print text for a program, in UTF-8 whatever the terminal's encoding."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def say_grid(grid: Grid) -> None:
    """Print the table, fitted to the terminal's width; in full width into a file or pipe."""
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
    """The table with long columns cut to the width that is left, and spare columns left out where it is too wide."""
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
    return [heads, *([cell_text(cell, c.kind) for cell, c in zip(row, grid.columns, strict=True)] for row in grid.rows)]


def _table(grid: Grid) -> Any:
    """The table for rich: columns two blanks apart; text wraps in a narrow window, numbers and dates never."""
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


def cell_text(cell: Any, kind: str) -> str:
    """A cell as text for a person.

    >>> cell_text(2.5, "usd"), cell_text(-12.345, "percent"), cell_text(None, "usd")
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
    """Write a file whole; an existing one is an error unless `overwrite` (None: the command has no such option)."""
    if path.is_dir():
        raise BadInput(f"{path} is a folder, not a file")
    if path.exists() and not overwrite:
        hint = "" if overwrite is None else ", or add --overwrite"
        raise BadInput(f"{path} is there already; name another file{hint}")
    write_whole(path, content)
