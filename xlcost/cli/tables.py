"""xlcost tables: the packaged facts, row by row, with their sources."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from xlcost.errors import NotInTable, nearest

# name of the file -> what stands in a terminal; the other formats hold every column
TABLES: dict[str, str] = {
    "accelerators": "id memory_gb bandwidth_gb_s bf16_tflops tdp_w launch as_of",
    "models": "id params active_params layers context as_of source",
    "gpu_prices": "gpu provider term usd_per_gpu_hour instance gpus as_of source",
    "api_prices": "provider model input_usd_mtok output_usd_mtok as_of source",
    "precisions": "id bits peak runtime source",
    "regions": "id carbon_kg_kwh carbon_basis electricity_usd_kwh as_of source",
    "ownership": "metric entity region value unit as_of source",
    "training_runs": "model params tokens gpu gpu_hours mfu basis source",
    "reported_runs": "model org tokens flop chip_hours mfu cloud_usd source",
}
PROVENANCE = ("as_of", "source", "checked", "notes")  # the last columns


def tables(
    name: Annotated[str | None, typer.Argument(help="Table, such as ownership; left out: all of them.")] = None,
    contains: Annotated[str, typer.Option(help="Only rows that hold this text, in any case.")] = "",
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Show the packaged tables: chips, models, prices, regions, what owning takes, training runs; with sources."""
    from xlcost.cli import output

    form = output.format_asked(form)
    title, grid = ("tables", _all()) if name is None else (name, _one(name, contains, whole=form != "table"))
    if form == "table":
        output.say_grid(grid)
    else:
        output.say_for_programs(form, {title: grid})


def _all() -> Any:
    """Each table with its rows and its newest day."""
    from xlcost.cli.output import Column, Grid

    heads = [Column("table"), Column("rows", "number"), Column("newest", "day"), Column("columns", "long")]
    read = {name: _rows(name) for name in TABLES}
    return Grid(heads, [[n, len(r), max(row["as_of"] for row in r), ", ".join(r[0])] for n, r in read.items()])


def _rows(name: str) -> list[dict[str, Any]]:
    from xlcost.facts.store import SCHEMAS, read_rows

    rows = read_rows(f"{name}.csv", SCHEMAS[f"{name}.csv"])
    found = [{key: _plain(value) for key, value in row.model_dump().items()} for row in rows]
    return [{key: row[key] for key in sorted(row, key=PROVENANCE.__contains__)} for row in found]


def _plain(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def _one(name: str, contains: str, *, whole: bool) -> Any:
    """The rows of a table that hold the text."""
    from xlcost.cli.output import Grid

    if name not in TABLES:
        raise NotInTable(f"there is no table '{name}'{nearest(name, TABLES)}; there are {', '.join(TABLES)}")
    text = contains.lower()
    rows = [row for row in _rows(name) if any(text in str(cell).lower() for cell in row.values() if cell is not None)]
    if not rows:
        raise NotInTable(f"contains: no row of {name} has '{contains}'")
    chosen = list(rows[0]) if whole else TABLES[name].split()
    return Grid([_column(column, rows) for column in chosen], [[row[column] for column in chosen] for row in rows])


def _column(name: str, rows: list[dict[str, Any]]) -> Any:
    """A column by what stands in it."""
    from xlcost.cli.output import Column

    number = all(isinstance(row[name], (int, float, type(None))) for row in rows)
    return Column(name, "number" if number else "long" if name == "source" else "text")
