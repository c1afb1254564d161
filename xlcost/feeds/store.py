"""Writing merged rows: into the user's folder or a table of the repository, whose old lines stay as they are."""

from __future__ import annotations

import csv
import heapq
import io
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from xlcost.csv_tables import LARGEST, checked_rows
from xlcost.errors import BadInput
from xlcost.files import read_bytes, write_whole
from xlcost.prices.current import packaged_offers, reset_market
from xlcost.prices.folder import OFFERS, VARIABLE, data_folder, merged_offers, writable_folder
from xlcost.prices.quotes.lock import lock

COLUMNS = (
    "gpu,provider,term,usd_per_gpu_hour,usd_per_instance_hour,instance,gpus,region,basis,as_of,source,checked,notes"
)
BEFORE = f"{OFFERS}.before"  # what OFFERS held before the last update
SortableLine = tuple[tuple[Any, ...], str]  # what a line is sorted by, the line


class Target:
    """The table that rows are added to, and all rows that are known where it is read."""

    def __init__(self, into: Path | None) -> None:
        self.into = into
        self.path = into or _folder() / OFFERS
        self.was = read_bytes(self.path, LARGEST) if into or self.path.exists() else b""
        self.rows = _rows_of(into) if into else [*packaged_offers(), *merged_offers()]

    def write(self, rows: Sequence[Any]) -> None:
        """Write the file with these rows added, all of them or none."""
        after = with_rows(self.was.decode(), rows).encode()
        if len(after) > LARGEST:
            raise BadInput(f"{self.path} would grow over {LARGEST / 1e6:,.0f} MB; nothing was written")
        if self.into is not None:
            self._unchanged()
            write_whole(self.path, after)
            return
        with lock(writable_folder()):
            self._unchanged()
            write_whole(self.path.with_name(BEFORE), self.was)
            write_whole(self.path, after)
        reset_market()

    def _unchanged(self) -> None:
        if (read_bytes(self.path, LARGEST) if self.path.exists() else b"") != self.was:
            raise BadInput(f"{self.path} has changed meanwhile; nothing was written, run the command again")


def undo_last_update() -> Path:
    """Restore the user's table as it was before the last update; gives its path."""
    path = _folder() / OFFERS
    before = path.with_name(BEFORE)
    if not before.exists():
        why = f"only the last one can be, once; all merged rows stand in {path}" if path.exists() else "none is merged"
        raise BadInput(f"there is no update to take back: {why}")
    with lock(path.parent):
        was = read_bytes(before)
        if was:
            write_whole(path, was)
        for file in (before,) if was else (path, before):
            file.unlink(missing_ok=True)
    reset_market()
    return path


def _folder() -> Path:
    folder = data_folder()
    if folder is None:
        raise BadInput(f"there is no folder for your own tables: {VARIABLE} is set to nothing")
    return folder


def _rows_of(path: Path) -> list[Any]:
    from xlcost.facts.schema import GpuPrice

    rows = [row for _, row in checked_rows(path, GpuPrice)]
    head = read_bytes(path, LARGEST).partition(b"\n")[0].decode("utf-8-sig", "replace")
    if {column.strip().lower() for column in head.split(",")} < set(GpuPrice.model_fields):
        raise BadInput(f"{path}: the first line must name all columns with commas between: {COLUMNS}")
    return rows


def with_rows(text: str, rows: Iterable[Any]) -> str:
    """The CSV text with more rows, in its own columns and line ends; sorted in if its rows are in order, else at the
    end."""
    text = text or f"{COLUMNS}\n"
    end = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    lines = io.StringIO(text if text.endswith("\n") else text + end, newline="").readlines()
    reader = csv.reader(lines, strict=True)
    columns = [column.strip("\ufeff ").lower() for column in next(reader)]
    head, old = lines[: reader.line_num], _records(reader, lines, columns)
    new = sorted((_key(cells), _line(cells, columns, end)) for cells in map(_cells, rows))
    in_order = all(one[0] <= other[0] for one, other in itertools.pairwise(old))
    merged = heapq.merge(old, new, key=lambda one: one[0]) if in_order else [*old, *new]
    return "".join([*head, *(line for _, line in merged)])


def _records(reader: Any, lines: list[str], columns: list[str]) -> list[SortableLine]:
    """The text of each row with its sort key; blank lines go with the row before."""
    records: list[SortableLine] = []
    start = reader.line_num
    for cells in reader:
        raw, start = "".join(lines[start : reader.line_num]), reader.line_num
        key = _key(dict(zip(columns, cells, strict=True))) if any(cells) else records[-1][0] if records else ()
        records.append((key, raw))
    return records


def _key(cells: dict[str, str]) -> tuple[Any, ...]:
    return *(cells[column].strip() for column in ("gpu", "provider", "term", "as_of")), float(cells["usd_per_gpu_hour"])


def _cells(row: Any) -> dict[str, str]:
    """A row's cells as text."""
    return {
        column: "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
        for column, value in row.model_dump(mode="json").items()
    }


def _line(cells: dict[str, str], columns: list[str], end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerow([cells[column] for column in columns])
    return text.getvalue()
