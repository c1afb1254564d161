"""The boundary of all hosts: what stands in cells <-> what functions take and give.

Cells hold numbers, text, TRUE/FALSE, dates, blanks and error values; a range arrives as rows. A bad row of a range
becomes a `Failure` of its own and leaves the others alone. Hosts differ only in how they show a failure.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
import struct
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
FAILURE_MARK = "#xlcost"
CALC_ERRORS = {  # the numbers that LibreOffice Calc has for them; a cell holds one in the lower half of a NaN
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
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
    """The quick way, for a range of nothing but numbers."""
    numbers = np.array(cells, dtype=float)
    return None if np.isnan(numbers).any() or (numbers <= -2146826246).any() else numbers


def _texts(cells: list[Any]) -> list[Any]:
    """The quick way, for a range of nothing but text: each text is read once."""
    read = {text: one_value(text) for text in set(cells)}
    return [read[text] for text in cells]


def over_cells(spec: FunctionSpec, arguments: tuple[Any, ...]) -> Any:
    """The function over cells: one value or Failure, or rows of them."""
    return _shown(_answer(spec, arguments))


def _answer(spec: FunctionSpec, arguments: tuple[Any, ...]) -> Any:
    """One value or Failure, a block of them as an array, or rows."""
    values = [values_of(raw) for raw in arguments]
    if spec.whole:
        return _whole(spec, values)
    broken = next((value for value in values if isinstance(value, Failure)), None)
    shapes = [v.shape for v in values if isinstance(v, np.ndarray)]
    try:
        if not shapes and broken:
            return broken
        if not shapes:
            return _shown(spec.call(*values))
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
    """A function that takes or gives ranges as a whole: rows of cells, a row of numbers, one value or a Failure."""
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


def _shown(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _by_rows(spec: FunctionSpec, columns: list[Any], size: int) -> np.ndarray:
    """All good rows in one call; each failure takes its rows out and the rest is called again."""
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


def com(public: Any, *arguments: Any) -> Any:
    """For xlwings: a Failure becomes a marked text, which the add-in's wrapper turns into the error value."""
    result = _answer(describe(public), arguments)
    if isinstance(result, np.ndarray) and result.dtype.kind == "f":
        return _rows_of_numbers(result)
    shown = _shown(result)
    return [[_marked(v) for v in row] for row in shown] if isinstance(shown, list) else [[_marked(shown)]]


def _rows_of_numbers(block: np.ndarray) -> list[Any]:
    """Rows without a failure, as tuples, which are made quickest; a single row, which xlwings hands on alone, as the
    list that pywin32 takes for one value."""
    flat = block.ravel().tolist()
    return [flat] if len(block) == 1 else list(zip(*[iter(flat)] * block.shape[1], strict=True))


def _marked(value: Any) -> Any:
    return f"{FAILURE_MARK} {value.code} {value.sentence}" if isinstance(value, Failure) else value


def calc(public: Any, *arguments: Any, explained: Any = None) -> tuple[tuple[Any, ...], ...]:
    """For LibreOffice Calc: always rows; a Failure becomes the NaN that stands for its error value there.

    A blank cell arrives as 0, so a single 0 may be a blank (`_blank_zeros`). `explained` is the function whose
    arguments follow the first one.
    """
    zeros = _blank_zeros(public) if explained is None else (_blank_zeros(public)[0], *_blank_zeros(explained))
    given = [
        None if blank and type(raw) is float and raw == 0 else raw
        for raw, blank in zip(arguments, itertools.chain(zeros, itertools.repeat(False)), strict=False)
    ]
    result = over_cells(describe(public), tuple(given))
    if not isinstance(result, list):
        return ((calc_error(result.code) if isinstance(result, Failure) else result,),)
    return tuple(tuple(calc_error(v.code) if isinstance(v, Failure) else v for v in row) for row in result)


@functools.cache
def _blank_zeros(public: Any) -> tuple[bool, ...]:
    """Of each argument, whether a 0 counts as left out: it takes no 0, or what is left out is looked up."""
    return tuple(p.default is None or not _takes_zero(p) for p in describe(public).parameters)


def _takes_zero(p: Parameter) -> bool:
    try:
        return isinstance(p.word, Number) and p.word.accept(0.0, p.name) is not None
    except BadInput:
        return False


def calc_error(code: str) -> float:
    """The NaN that Calc shows as this error value."""
    (nan,) = struct.unpack("<d", struct.pack("<II", CALC_ERRORS[code], 0x7FF80000))
    return float(nan)


def lite(public: Any, *arguments: Any, explained: Any = None) -> list[list[Any]]:
    """For xlwings Lite: always rows; a Failure becomes the text of its error value, which that host makes the value.

    Error values arrive as text. Excel on the desktop hands on blank cells as 0, in ranges too (`_blank_zeros`).
    `explained` is the function whose arguments follow the first one.
    """
    known = hasattr(explained, "spec")
    zeros = (_blank_zeros(public)[0], *_blank_zeros(explained)) if known else _blank_zeros(public)
    blanks = itertools.chain(zeros, itertools.repeat(False))
    result = over_cells(describe(public), tuple(_from_lite(v, z) for v, z in zip(arguments, blanks, strict=False)))
    rows = result if isinstance(result, list) else [[result]]
    return [[v.code if isinstance(v, Failure) else v for v in row] for row in rows]


def name_in(raw: Any) -> str:
    """The name that a cell holds, as Python writes it; "" where it holds none."""
    while isinstance(raw, (list, tuple)) and raw:
        raw = raw[0]
    return raw.strip().lower() if isinstance(raw, str) else ""


def _from_lite(raw: Any, zero_is_blank: bool) -> Any:
    if isinstance(raw, (list, tuple)):
        known = set(itertools.chain.from_iterable(raw))
        as_it_is = known.isdisjoint(CALC_ERRORS) and not (zero_is_blank and 0 in known)
        return raw if as_it_is else [[_from_lite(v, zero_is_blank) for v in row] for row in raw]
    if zero_is_blank and type(raw) in (int, float) and raw == 0:
        return None
    if isinstance(raw, str) and raw in CALC_ERRORS:
        return Failure(raw, f"an argument holds {raw}")
    return raw


def typed(text: str) -> Any:
    """A word of the command line as a cell would hold it: a number where it is one, {1,2,3} as a list, else text."""
    if text == "":
        return None
    if text.startswith("{") and text.endswith("}"):
        return [typed(part.strip()) for part in re.split("[,;]", text[1:-1])]
    try:
        return float(text)
    except ValueError:
        return text


__all__ = ["BadInput", "Failure", "calc", "calc_error", "com", "lite", "name_in", "over_cells", "typed", "values_of"]
