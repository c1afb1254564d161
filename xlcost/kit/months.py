"""The Monthly sheet: a timeline, and rows with one formula each over any number of months."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.kit import styles
from xlcost.kit.book import HERE, Book, Sheet
from xlcost.kit.cells import FIRST, Cells, Names, Row, month_column
from xlcost.kit.currency import unit
from xlcost.kit.lines import Formulas
from xlcost.native import Tracer, as_tracer, call
from xlcost.quantities import excel_serial, serial_date

TITLE = "Monthly"
PERIOD, END, YEAR, TOP = 4, 5, 6, 7  # rows of the timeline, and the first below it
TOTALS = ("sum", "max", "last", "none")  # what a row's total may be
MONTHS_A_YEAR = 12  # months


@dataclass(frozen=True)
class MonthLine:
    """A row of months: one formula of `f` and `x` as in a Line, and `m`, the cells of the same month by key; `how`
    says what its total is."""

    key: str
    label: str
    unit: str
    format: str
    compute: Callable[[Any, Cells, Names], Any]
    how: str = "sum"  # sum, max, last, none
    total: bool = False

    def __post_init__(self) -> None:
        if self.how not in TOTALS:
            raise ValueError(f"{self.key}: how: '{self.how}' is not known; it takes {', '.join(TOTALS)}")


@dataclass(frozen=True)
class AddsUp:
    """Keys of the rows of months that add up to `whole`, and of the row with its running total, if there is one."""

    parts: tuple[str, ...]
    whole: str
    running: str = ""


MonthGroups = tuple[tuple[str, tuple[MonthLine, ...]], ...]


def months_sheet(book: Book, groups: MonthGroups, x: Cells, start: Tracer) -> None:
    """Add the Monthly sheet; puts each row into `x.rows` by key. `start` is the first day of the first month."""
    widths = {"A": 1.5, "B": 36, "C": 11, "D": 15, "E": 2}
    widths |= {month_column(month): 12 for month in range(1, x.months + 1)}
    sheet = book.sheet(
        TITLE,
        "calc",
        widths,
        zoom=85,
        freeze=f"{month_column(1)}{TOP}",
        repeat_rows=f"1:{TOP - 1}",
        repeat_columns="A:E",
        scale=60,
        breaks=[FIRST - 1 + month for month in range(MONTHS_A_YEAR, x.months, MONTHS_A_YEAR)],
        about=f"{x.months} months, one formula per row",
    )
    sheet.heading(TITLE, "One formula per row, the same in every month. Nothing to fill in here.")
    m = _timeline(sheet, x, start)
    row = TOP
    for title, lines in groups:
        sheet.section(row, title)
        for line in lines:
            row += 1
            m[line.key] = _month_row(sheet, row, line, x, m)
        row += 2


def _month_row(sheet: Sheet, row: int, line: MonthLine, x: Cells, m: Names) -> Tracer:
    """Add a row with its label, unit and total; gives the reference to the cell of the same month."""
    edge = styles.INK if line.total else None
    look = (styles.TOTAL if line.total else styles.CALC).but(format=line.format)
    sheet.put(f"B{row}", line.label, styles.LABEL.but(bold=line.total, top=edge))
    sheet.put(f"C{row}", unit(line.unit, x), styles.UNIT.but(top=edge))
    here = sheet.months(row, FIRST, x.months, as_tracer(line.compute(Formulas(), x, m)), look)
    total = _total(line, row, x.months, here)
    shown = sheet.put(f"D{row}", total, look.but(bold=True))
    sheet.put(f"E{row}", None, look)
    x.rows[line.key] = Row(row, here, None if total is None else shown, x.months, sheet)
    return here


def _timeline(sheet: Sheet, x: Cells, start: Tracer) -> Names:
    """Add the timeline; gives the references to period, last day and year of the same month."""
    small = styles.CALC.but(size=9, ink=styles.MUTED, bottom=None)
    sheet.put(f"B{PERIOD}", "Period", small.but(across="left"))
    sheet.put(f"B{END}", "Month ending", styles.LABEL.but(bold=True, bottom=None, indent=0))
    sheet.put(f"C{END}", "Unit", styles.HEAD_LEFT.but(bottom=None))
    sheet.put(f"D{END}", "Total or peak", styles.HEAD.but(bottom=None))
    sheet.put(f"B{YEAR}", "Year of the plan", small.but(across="left"))
    months = x.months
    count = Tracer(f"COLUMN()-{FIRST - 1}", 3, lambda: np.arange(1.0, months + 1))
    m = {"period": sheet.months(PERIOD, FIRST, months, count, small)}
    end = call("EOMONTH", start, m["period"] - 1, value=month_end)
    m["end"] = sheet.months(END, FIRST, months, end, styles.CALC.but(format=styles.MONTH, bold=True, bottom=None))
    year = np.ceil(m["period"] / MONTHS_A_YEAR)
    m["year"] = sheet.months(YEAR, FIRST, months, year, small.but(format=styles.YEAR))
    for column in range(2, FIRST + months):
        ref = f"{get_column_letter(column)}{YEAR}"
        content, style = sheet.cells.get(ref, (None, small))
        sheet.cells[ref] = (content, style.but(bottom=styles.NAVY))
    for key, row in (("period", PERIOD), ("end", END), ("year", YEAR)):
        x.rows[key] = Row(row, m[key], None, months, sheet)
    return m


def month_end(start: Any, months: Any) -> Any:
    """The last day of the month that lies so many months after a day; serial numbers in and out."""
    ends = [_end(serial_date(float(s)), int(m)) for s, m in zip(*np.broadcast_arrays(start, months), strict=True)]
    return np.array(ends)


def _end(start: dt.date, months: int) -> float:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return excel_serial(dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1]))


def _total(line: MonthLine, row: int, months: int, here: Tracer) -> Tracer | None:
    last = month_column(months)
    if line.how == "none":
        return None
    if line.how == "last":
        return Tracer(f"{last}{row}", value=lambda: float(here.value[-1]))
    name, compute = ("SUM", np.sum) if line.how == "sum" else ("MAX", np.max)
    return Tracer(f"{name}(${month_column(1)}{row}:${last}{row})", value=lambda: float(compute(here.value)))


def days_in_month(m: Names) -> Tracer:
    """The number of days of the month."""
    return call("DAY", m["end"], value=_day_of_month)


def _day_of_month(serials: Any) -> Any:
    return np.array([float(serial_date(float(s)).day) for s in np.atleast_1d(serials)])


def running_total(line: Tracer) -> Tracer:
    """The sum of a row's months up to this one."""
    sheet, row = line.text.split(HERE)
    return Tracer(f"SUM({sheet}${month_column(1)}{row}:{HERE}{row})", value=lambda: np.cumsum(line.value))
