"""The boundary of all hosts: cell values become arguments of functions, results become cell values.

Cells hold numbers, text, TRUE/FALSE, dates, blanks and error values; a range arrives as rows. A bad row of a range
becomes a `Failure` of its own and leaves the others alone. Knows specs; must not know a host: how a host shows a
failure stands in its file of `hosts/`. Begin with `over_cells`.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from xlcost.errors import BadInput, XlcostError
from xlcost.function import FunctionSpec, Parameter, describe
from xlcost.quantities import Number

MISSING = -2147352572  # what VBA passes for an argument that was left out
ERROR_CODES = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    -2146826273: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    -2146826246: "#N/A",
}


@dataclass(frozen=True)
class Failure:
    """What a cell shows instead of a result: the error value, and the sentence behind it."""

    code: str
    sentence: str


def one_value(raw: Any) -> Any:
    """A single cell as functions take it; None for a blank or an argument left out, Failure for an error value."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if type(raw) in (int, float):
        return None if raw == MISSING else _error(raw) or raw
    if isinstance(raw, Decimal):
        return float(raw)
    if isinstance(raw, dt.datetime):
        return raw.date()
    return raw


def _error(number: float) -> Failure | None:
    if -2146826288 <= number <= -2146826246 and int(number) in ERROR_CODES:
        code = ERROR_CODES[int(number)]
        return Failure(code, f"an argument holds {code}")
    return None


def values_of(raw: Any) -> Any:
    """A cell, or a range as a two-dimensional array: of floats where all are numbers, else of objects."""
    if isinstance(raw, np.ndarray):
        raw = raw.tolist()
    if not isinstance(raw, (list, tuple)):
        return one_value(raw)
    rows = raw if raw and isinstance(raw[0], (list, tuple)) else [raw]
    cells = list(itertools.chain.from_iterable(rows))
    if len(cells) == 1:
        return one_value(cells[0])
    kinds = set(map(type, cells))
    array = _all_numbers(cells) if kinds <= {float, int} else None
    if array is None:
        array = np.empty(len(cells), dtype=object)
        array[:] = _texts(cells) if kinds == {str} else [one_value(v) for v in cells]
    return array.reshape(len(rows), len(rows[0]))


def _all_numbers(cells: list[Any]) -> np.ndarray | None:
    """A range of nothing but numbers as an array, quickly; None where an error value or NaN is among them."""
    numbers = np.array(cells, dtype=float)
    return None if np.isnan(numbers).any() or (numbers <= -2146826246).any() else numbers


def _texts(cells: list[Any]) -> list[Any]:
    """A range of nothing but text, each distinct text read once."""
    read = {text: one_value(text) for text in set(cells)}
    return [read[text] for text in cells]


def over_cells(spec: FunctionSpec, arguments: tuple[Any, ...]) -> Any:
    """The results of a function for cells: one value or Failure, or rows of them."""
    return as_rows(results(spec, arguments))


def results(spec: FunctionSpec, arguments: tuple[Any, ...]) -> Any:
    """The same, with rows of one shape as an array."""
    values = [values_of(raw) for raw in arguments]
    if spec.whole:
        return _whole(spec, values)
    broken = next((value for value in values if isinstance(value, Failure)), None)
    shapes = [v.shape for v in values if isinstance(v, np.ndarray)]
    try:
        if not shapes and broken:
            return broken
        if not shapes:
            return as_rows(spec.call(*values))
        shape = np.broadcast_shapes(*shapes)
    except XlcostError as error:
        return Failure(error.code, str(error))
    except ValueError:
        sizes = ", ".join("x".join(map(str, s)) for s in shapes)
        return Failure("#VALUE!", f"{spec.name}: the ranges do not fit together ({sizes})")
    if broken:
        return np.full(shape, broken, dtype=object)
    columns = [np.broadcast_to(v, shape).ravel() if isinstance(v, np.ndarray) else v for v in values]
    return _by_rows(spec, columns, int(np.prod(shape))).reshape(shape)


def _whole(spec: FunctionSpec, values: list[Any]) -> Any:
    """The result of a function that takes or gives ranges as a whole: rows, one value or a Failure."""
    for value in values:
        inside = value.ravel().tolist() if isinstance(value, np.ndarray) else [value]
        broken = next((v for v in inside if isinstance(v, Failure)), None)
        if broken:
            return broken
    try:
        result = spec.call(*values)
    except XlcostError as error:
        return Failure(error.code, str(error))
    if isinstance(result, np.ndarray):
        return [result.tolist()]
    if isinstance(result, list):
        return [["" if v is None else v for v in row] for row in result]
    return result


def as_rows(value: Any) -> Any:
    """An array as rows, all else as it is."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def _by_rows(spec: FunctionSpec, columns: list[Any], size: int) -> np.ndarray:
    """The result of each row: all in one call; after an error the rows that it names become Failures, the rest is
    called again."""
    out = np.empty(size, dtype=object)
    alive = np.arange(size)
    for column in columns:
        if isinstance(column, np.ndarray) and column.dtype == object:
            broken = np.array([isinstance(v, Failure) for v in column[alive].tolist()], dtype=bool)
            for row in alive[broken]:
                out[row] = column[row]
            alive = alive[~broken]
    while alive.size:
        try:
            result = spec.call(*(c[alive] if isinstance(c, np.ndarray) else c for c in columns))
        except XlcostError as error:
            bad = np.ones(alive.size, dtype=bool) if error.where is None else error.where
            sentences = error.sentences or itertools.repeat(str(error))
            for row, sentence in zip(alive[bad].tolist(), sentences, strict=False):
                out[row] = Failure(error.code, sentence)
            alive = alive[~bad]
        else:
            if alive.size == size and isinstance(result, np.ndarray):
                return result
            out[alive] = result
            break
    return out


def blank_zeros(public: Any, explained: Any = None) -> Iterator[bool]:
    """Of each argument, whether a 0 means a blank cell, for hosts that hand blank cells on as 0.

    It does where the argument takes no 0, or where a left-out argument is looked up. `explained` is the function whose
    arguments follow the first one.
    """
    zeros = _blank_zeros(public)
    if hasattr(explained, "spec"):
        zeros = (zeros[0], *_blank_zeros(explained))
    return itertools.chain(zeros, itertools.repeat(False))


@functools.cache
def _blank_zeros(public: Any) -> tuple[bool, ...]:
    return tuple(p.default is None or not _takes_zero(p) for p in describe(public).parameters)


def _takes_zero(p: Parameter) -> bool:
    try:
        return isinstance(p.word, Number) and p.word.accept(0.0, p.name) is not None
    except BadInput:
        return False
