"""Rows of ranges: which are blank, and a function's body called for the rows of one kind at a time.

Rows are of one kind when they make the same choices and leave the same arguments out. A body therefore sees a
choice as text and an argument as given or not, never a mixture, and a row cannot fail for what another row asks.
Knows arrays; must not know what a function or an argument is. Begin with `by_kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from xlcost.errors import XlcostError

CHUNK = 8192  # rows


def blanks(values: np.ndarray) -> np.ndarray:
    """Which rows are blank: NaN among numbers, None among ids."""
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values))
    return np.array([v is None for v in values.ravel().tolist()]).reshape(values.shape)


def by_kind(body: Callable[..., Any], values: Sequence[Any], chosen: Sequence[bool], optional: Sequence[bool]) -> Any:
    """The body's results for all rows; `chosen` and `optional` mark the arguments by which rows differ in kind."""
    kinds = {}
    for i, value in enumerate(values):
        if isinstance(value, np.ndarray) and (chosen[i] or optional[i]):
            if chosen[i]:
                kinds[i] = value
            elif value.dtype.kind != "f" or np.isnan(value.min()):
                kinds[i] = blanks(value)
    if not kinds:
        return in_chunks(body, values)
    shape = np.broadcast_shapes(*(v.shape for v in values if isinstance(v, np.ndarray)))
    flat = [np.broadcast_to(v, shape).ravel() if isinstance(v, np.ndarray) else v for v in values]
    groups: dict[Any, list[int]] = {}
    for row, kind in enumerate(zip(*(np.broadcast_to(k, shape).ravel().tolist() for k in kinds.values()), strict=True)):
        groups.setdefault(kind, []).append(row)
    parts = []
    for kind, rows in groups.items():
        own = dict(zip(kinds, kind, strict=True))
        index = np.array(rows)
        given = [_of_kind(v, index, own.get(i), chosen[i]) for i, v in enumerate(flat)]
        parts.append((index, _part(body, given, index, shape)))
    out = np.empty(int(np.prod(shape)), dtype=object)
    for index, result in parts:
        out[index] = result
    return (out.astype(float) if all(_numeric(result) for _, result in parts) else out).reshape(shape)


def in_chunks(body: Callable[..., Any], values: Sequence[Any]) -> Any:
    """The body over a long column, in pieces that fit the processor's cache; after an error once more as a whole, so
    that the error names its rows."""
    shapes = {v.shape for v in values if isinstance(v, np.ndarray)}
    size = max((v.size for v in values if isinstance(v, np.ndarray)), default=0)
    if size < 2 * CHUNK or len(shapes) > 1 or len(next(iter(shapes))) > 1:
        return body(*values)
    out = np.empty(size)
    try:
        for first in range(0, size, CHUNK):
            piece = slice(first, first + CHUNK)
            result = body(*(v[piece] if isinstance(v, np.ndarray) else v for v in values))
            if not isinstance(result, np.ndarray) or result.dtype.kind != "f":
                return body(*values)
            out[piece] = result
    except XlcostError:
        return body(*values)
    return out


def _of_kind(values: Any, rows: np.ndarray, kind: Any, choice: bool) -> Any:
    """An argument for the rows of one kind: the choice itself, None if left out, else the values of the rows."""
    if not isinstance(values, np.ndarray):
        return values
    if choice:
        return kind
    return None if kind is True else values[rows]


def _part(body: Callable[..., Any], given: list[Any], rows: np.ndarray, shape: tuple[int, ...]) -> Any:
    """One kind's result; a failure names its rows by their place among all."""
    try:
        return body(*given)
    except XlcostError as error:
        where = np.zeros(int(np.prod(shape)), dtype=bool)
        where[rows if error.where is None else rows[error.where]] = True
        raise type(error)(str(error), where.reshape(shape), error.sentences) from None


def _numeric(result: Any) -> bool:
    return not isinstance(result, str) and getattr(result, "dtype", np.dtype(float)).kind in "fi"
