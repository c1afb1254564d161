"""Look-ups by id. Ids are matched without regard to case, blank, dot, underscore and hyphen.

Nothing is read before the first look-up. A tracer in place of a key answers with its own `__xl_look_up__`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from xlcost.errors import NotInTable, nearest
from xlcost.facts.tables import packaged_rows

CLUTTER = re.compile(r"\.(?!\d+[\s_\-]*[bm](?![a-z]))|[\s_\-]+", re.IGNORECASE)


def plain(text: str) -> str:
    """An id as it is compared. The decimal point of a size stays: opt-1.3b is not opt-13b.

    >>> plain("Llama 3.1-70B"), plain("OPT 1.3B")
    ('llama3170b', 'opt1.3b')
    """
    return CLUTTER.sub("", text).lower()


def _cell_value(value: Any) -> Any:
    """A field as a cell holds it: numbers as floats (TRUE is 1), dates as ISO text."""
    if isinstance(value, (bool, int)):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


@dataclass(frozen=True)
class Table:
    """A table with one row per id."""

    name: str
    noun: str
    facts: str
    zero_when_blank: frozenset[str] = frozenset()
    why_blank: str = ""

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        return [self._plain_row({**vars(row)}) for row in packaged_rows(self.facts)]

    def _plain_row(self, row: dict[str, Any]) -> dict[str, Any]:
        for column in self.zero_when_blank:
            if row[column] is None:
                row[column] = 0.0
        return {k: _cell_value(v) for k, v in row.items()}

    @cached_property
    def index(self) -> dict[str, int]:
        """Plain id or alias -> row number."""
        found: dict[str, int] = {}
        for number, row in enumerate(self.rows):
            for text in (row["id"], *row["aliases"]):
                found[plain(text)] = number
        return found

    @cached_property
    def _row_of_text(self) -> dict[str, int]:
        return {}

    def row_number(self, key: str) -> int:
        """The number of the row with this id or alias, as a user types it."""
        if not isinstance(key, str):
            raise NotInTable(f"{self.noun} {key:g} is a size; this needs an id of the {self.noun} table")
        number = self._row_of_text.get(key)
        if number is None:
            number = self.index.get(plain(key))
            if number is None:
                raise NotInTable(self.unknown_id(key))
            self._row_of_text[key] = number
        return number

    def id(self, key: str) -> str:
        """The id that belongs to an id or alias as a user types it."""
        return str(self.rows[self.row_number(key)]["id"])

    def unknown_id(self, key: str) -> str:
        """The error sentence for an unknown id, with the nearest known one."""
        hint = nearest(plain(key), self.index)
        for text in re.findall(r"mean '(.*)'\?", hint):
            hint = f"; did you mean '{self.rows[self.index[text]]['id']}'?"
        return f"unknown {self.noun} '{key}'{hint}"

    def value(self, key: str, column: str) -> Any:
        """The cell of a row and column; a blank one is an error."""
        row = self.rows[self.row_number(key)]
        try:
            value = row[column]
        except KeyError:
            hint = nearest(column, row)
            raise NotInTable(f"unknown field '{column}' of {self.noun}{hint}; fields are {', '.join(row)}") from None
        if value is None or value == ():
            raise NotInTable(f"{self.noun} '{row['id']}' has no {column} in the table{self.why_blank}")
        return "; ".join(value) if isinstance(value, tuple) else value


MODELS = Table(
    "Models",
    "model",
    "models",
    frozenset(
        {
            "window_layers",
            "window",
            "kv_rank",
            "rope_dim",
            "kv_heads",
            "head_dim",
            "experts_per_token",
            "experts",
        }
    ),
    ": that is not published, or it is no decoder that writes text token by token",
)
GPUS = Table("GPUs", "gpu", "accelerators")
PRECISIONS = Table("Precisions", "precision", "precisions")
REGIONS = Table("Regions", "region", "regions")
WORLD = "world"  # the region where none is named
FACILITIES = Table("Ownership", "ownership figure", "ownership")
REPORTED_RUNS = Table("Reported runs", "training run", "reported_runs")


def look_up(table: Table, key: Any, column: Any) -> Any:
    """The column's value of each key: a float or text for one key, an array for an array of keys."""
    for part in (key, column):
        if hasattr(part, "__xl_look_up__"):
            return part.__xl_look_up__(look_up, table, key, column)
    if isinstance(key, str) and isinstance(column, str):
        return table.value(key, column)
    return each_row(table.value, key, column)


def each_row(one: Any, *columns: Any) -> np.ndarray:
    """The results of `one` over the rows, each distinct row computed once; one error names all rows that fail."""
    if sum(isinstance(c, np.ndarray) for c in columns) == 1:
        return _one_column(one, columns)
    arrays = np.broadcast_arrays(*(np.asarray(c, dtype=object) for c in columns))
    rows = list(zip(*(a.ravel().tolist() for a in arrays), strict=True))
    known: dict[Any, Any] = {}
    failed: dict[Any, NotInTable] = {}
    for row in set(rows):
        try:
            known[row] = one(*row)
        except NotInTable as error:
            failed[row] = error
    if failed:
        where = np.array([row in failed for row in rows]).reshape(arrays[0].shape)
        sentences = [str(failed[row]) for row in rows if row in failed]
        raise NotInTable(sentences[0], where, sentences)
    values = [known[row] for row in rows]
    numeric = all(type(v) is float for v in known.values())
    out = np.array(values, dtype=float if numeric else object)
    return out.reshape(arrays[0].shape)


def _one_column(one: Any, columns: Any) -> np.ndarray:
    """The common case: one range of keys, all else constant."""
    at = next(i for i, c in enumerate(columns) if isinstance(c, np.ndarray))
    before, keys, after = columns[:at], columns[at].ravel().tolist(), columns[at + 1 :]
    known: dict[Any, Any] = {}
    failed: dict[Any, str] = {}
    for key in set(keys):
        try:
            known[key] = one(*before, key, *after)
        except NotInTable as error:
            failed[key] = str(error)
    if failed:
        where = np.array([key in failed for key in keys]).reshape(columns[at].shape)
        sentences = [failed[key] for key in keys if key in failed]
        raise NotInTable(sentences[0], where, sentences)
    numeric = all(type(v) is float for v in known.values())
    out = np.array(list(map(known.__getitem__, keys)), dtype=float if numeric else object)
    return out.reshape(columns[at].shape)
