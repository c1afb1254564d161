"""The packaged tables: the name, row class and order of each; and its rows.

A table is read without its bounds being checked, so that the first look-up is quick: `python tools/check_tables.py`
and the tests check it before it is shipped.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from xlcost.facts import rows
from xlcost.facts.rows import Row


@dataclass(frozen=True)
class PackagedTable:
    """A packaged table: xlcost/facts/NAME.csv, a fact a row.

    `order`: columns by which its rows ascend. `key`: columns in which no two rows agree. `shown`: the columns that
    `xlcost tables` prints in a terminal; a table without them is not listed there.
    """

    name: str
    title: str
    row: type[Row]
    order: str = ""
    key: str = "id"
    shown: str = ""

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


TABLES = {
    table.name: table
    for table in (
        PackagedTable(
            "accelerators",
            "Accelerators",
            rows.Accelerator,
            shown="id memory_gb bandwidth_gb_s bf16_tflops tdp_w launch as_of",
        ),
        PackagedTable("models", "Models", rows.Model, shown="id params active_params layers context as_of source"),
        PackagedTable(
            "gpu_prices",
            "GPU prices",
            rows.GpuPrice,
            order="gpu provider term as_of usd_per_gpu_hour",
            key="gpu provider term instance gpus region as_of",
            shown="gpu provider term usd_per_gpu_hour instance gpus as_of source",
        ),
        PackagedTable(
            "api_prices",
            "API prices of our own",
            rows.ApiPrice,
            key="provider model as_of",
            shown="provider model input_usd_mtok output_usd_mtok as_of source",
        ),
        PackagedTable(
            "api_listed",
            "Days on which API models were first listed",
            rows.ApiListed,
            order="provider as_of",
            key="provider as_of models",
        ),
        PackagedTable("precisions", "Number formats", rows.Precision, shown="id bits peak runtime source"),
        PackagedTable(
            "regions",
            "Regions",
            rows.Region,
            shown="id carbon_kg_kwh carbon_basis electricity_usd_kwh as_of source",
        ),
        PackagedTable(
            "ownership",
            "Owning and running hardware",
            rows.Ownership,
            order="metric entity",
            shown="metric entity region value unit as_of source",
        ),
        PackagedTable(
            "training_runs",
            "Training runs",
            rows.TrainingRun,
            key="model gpu basis",
            shown="model params tokens gpu gpu_hours mfu basis source",
        ),
        PackagedTable(
            "reported_runs",
            "Training runs as others report them",
            rows.ReportedRun,
            order="published",
            shown="model org tokens flop chip_hours mfu cloud_usd source",
        ),
    )
}


def packaged_rows(name: str) -> list[Any]:
    """The rows of a packaged table."""
    table = TABLES[name]
    return rows_of(files("xlcost.facts").joinpath(table.file).read_text(encoding="utf-8"), table.row)


def rows_of(text: str, kind: type[Row]) -> list[Any]:
    """The rows of a CSV text, by the kinds of its columns; nothing is checked."""
    heads, *lines = csv.reader(text.splitlines())
    places = [(column, heads.index(column), reader(of)) for column, of in rows.columns(kind).items()]
    return [kind(**{column: read(cells[place]) for column, place, read in places}) for cells in lines if cells]


READERS: dict[Any, Callable[[str], Any]] = {
    float: float,
    int: int,
    bool: "TRUE".__eq__,
    dt.date: dt.date.fromisoformat,
    rows.Texts: rows.parts,
}


@cache
def reader(kind: Any) -> Callable[[str], Any]:
    """The function that reads the cells of a column of this kind; a blank cell gives None, or an empty list.

    >>> reader(rows.Positive | None)("2.5"), reader(rows.Count)(""), reader(rows.Texts)("")
    (2.5, None, ())
    """
    inside = [getattr(part, "__origin__", part) for part in get_args(kind)]  # of Annotated, or of "or None"
    read = next((READERS[part] for part in (kind, *inside) if part in READERS), str)
    blank = () if kind == rows.Texts else None
    return lambda text: read(text) if text else blank
