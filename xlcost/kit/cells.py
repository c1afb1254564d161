"""The cells of a workbook by key instead of address: inputs, lines, rows of months."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.errors import XlcostError, nearest
from xlcost.kit.book import Book, Sheet
from xlcost.native import Tracer

FIRST = 6  # the months begin in column F
Names = dict[str, Tracer]


class Row(NamedTuple):
    """A row of months: its number and sheet, the reference to the cell of the same month (`here`), and its total."""

    number: int
    here: Tracer
    total: Tracer | None
    months: int
    sheet: Sheet

    @property
    def cells(self) -> str:
        """The range of all months without the sheet, as a chart needs it."""
        return f"${month_column(1)}${self.number}:${month_column(self.months)}${self.number}"

    @property
    def name_cell(self) -> str:
        """The address of the cell with the row's name, without the sheet."""
        return f"$B${self.number}"

    @property
    def over(self) -> Tracer:
        """All months as a range that any sheet can refer to, with the array of their values."""
        return Tracer(f"«{self.sheet.title}»{self.cells}", value=lambda: np.array(self.values()))

    @property
    def last(self) -> Tracer:
        """The last month's cell, which any sheet can refer to."""
        column = month_column(self.months)
        return Tracer(f"«{self.sheet.title}»${column}${self.number}", value=lambda: self.values()[-1])

    def values(self) -> list[Any]:
        """The values month by month."""
        return [self.sheet.value(f"{month_column(month)}{self.number}") for month in range(1, self.months + 1)]


def month_column(month: int) -> str:
    """The column of a month, counted from 1."""
    return str(get_column_letter(FIRST + month - 1))


class Cells(dict[str, Tracer]):
    """Inputs and lines by key; `rows` are the rows of months, `notes` the notes beside lines."""

    def __init__(self, book: Book, names: Names, months: int) -> None:
        super().__init__(names)
        self.book = book
        self.months = months
        self.rows: dict[str, Row] = {}
        self.notes: Names = {}
        self.years_total: Any = None  # the sum of the years on the Summary

    def __missing__(self, key: str) -> Tracer:
        raise KeyError(f"there is no input or line '{key}' so far{nearest(key, self)}")

    def row(self, key: str) -> Row:
        """A row of months."""
        if key not in self.rows:
            raise KeyError(f"there is no row of months '{key}' so far{nearest(key, self.rows)}")
        return self.rows[key]

    def total(self, key: str) -> Tracer:
        """The total, or the peak, of a row of months."""
        total = self.row(key).total
        assert total is not None, f"{key} has no total"
        return total

    def last(self, key: str) -> Tracer:
        """A row's last month."""
        return self.row(key).last

    def over(self, key: str) -> Tracer:
        """A row's months as a range."""
        return self.row(key).over


def plus(parts: Iterable[Any]) -> Any:
    """The sum of the parts, written as a+b+c."""
    return reduce(operator.add, parts)


def sum_over(cells: Tracer) -> Tracer:
    """The sum of a range's numbers."""
    numbers = (int, float)
    return Tracer(f"SUM({cells.text})", value=lambda: float(sum(v for v in cells.value if isinstance(v, numbers))))


def count_true(condition: Tracer) -> Tracer:
    """The number of months in which a condition over ranges of months holds."""
    return Tracer(f"SUMPRODUCT(--({condition.text}))", value=lambda: float(np.sum(condition.value)))


def is_number(content: Any) -> bool:
    """Whether a tracer's value is a finite number; what cannot be computed would show an error value."""
    try:
        value = content.value
        return bool(np.isfinite(float(value))) and not isinstance(value, str)
    except (XlcostError, TypeError, ValueError, ArithmeticError):
        return False


def not_a_number(content: Tracer) -> Tracer:
    """1 where a cell shows no number, else 0."""
    return Tracer(f"IF(ISNUMBER({content.text}),0,1)", value=lambda: 0.0 if is_number(content) else 1.0)
