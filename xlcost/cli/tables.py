"""xlcost tables: the packaged facts, row by row, with their sources."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from xlcost.errors import NotInTable, nearest
from xlcost.facts.rows import PROVENANCE
from xlcost.facts.tables import TABLES, packaged_rows

TERMINAL_COLUMNS = {name: table.shown.split() for name, table in TABLES.items() if table.shown}


def tables(
    name: Annotated[str | None, typer.Argument(help="Table, such as ownership; left out: all of them.")] = None,
    contains: Annotated[str, typer.Option(help="Only rows that hold this text, in any case.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Show the packaged tables: chips, models, prices, regions, what owning takes, training runs; with sources."""
    from xlcost.cli import output

    form = output.known_format(form)
    title, grid = ("tables", _all()) if name is None else (name, _one(name, contains, whole=form != "table"))
    if form == "table":
        output.say_grid(grid)
    else:
        output.say_for_programs(form, {title: grid})


def _all() -> Any:
    """The list of tables, with number of rows, newest day and columns."""
    from xlcost.cli.output import Column, Grid

    heads = [Column("table"), Column("rows", "number"), Column("newest", "day"), Column("columns", "long")]
    read = {name: _rows(name) for name in TERMINAL_COLUMNS}
    return Grid(heads, [[n, len(r), max(row["as_of"] for row in r), ", ".join(r[0])] for n, r in read.items()])


def _rows(name: str) -> list[dict[str, Any]]:
    found = [{key: _plain(value) for key, value in vars(row).items()} for row in packaged_rows(name)]
    return [{key: row[key] for key in sorted(row, key=PROVENANCE.__contains__)} for row in found]


def _plain(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def _one(name: str, contains: str, *, whole: bool) -> Any:
    """The rows of a table that hold the text; `whole` gives all columns."""
    from xlcost.cli.output import Grid

    if name not in TERMINAL_COLUMNS:
        raise NotInTable(
            f"there is no table '{name}'{nearest(name, TERMINAL_COLUMNS)}; there are {', '.join(TERMINAL_COLUMNS)}"
        )
    text = contains.lower()
    rows = [row for row in _rows(name) if any(text in str(cell).lower() for cell in row.values() if cell is not None)]
    if not rows:
        raise NotInTable(f"contains: no row of {name} has '{contains}'")
    chosen = list(rows[0]) if whole else TERMINAL_COLUMNS[name]
    return Grid([_column(column, rows) for column in chosen], [[row[column] for column in chosen] for row in rows])


def _column(name: str, rows: list[dict[str, Any]]) -> Any:
    """The column's kind, from its cells."""
    from xlcost.cli.output import Column

    number = all(isinstance(row[name], (int, float, type(None))) for row in rows)
    return Column(name, "number" if number else "long" if name == "source" else "text")
