"""A list of prices as a workbook in the house style: filters over the headings, dates as dates."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl.utils.cell import get_column_letter

from xlcost.cli.output import LEFT, Column, Grid, csv_text, harmless, json_text, write_new
from xlcost.cli.price_currency import facts, sentence, with_currency
from xlcost.errors import BadInput
from xlcost.facts.currency import Rate
from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.lookup_sheets import widths_of
from xlcost.kit.write import save
from xlcost.ooxml.open import check_target
from xlcost.prices.current import current_market

KINDS = (".csv", ".json", ".xlsx")
TITLE, TOP = "Prices", 4
FORMATS = {
    "usd": styles.USD4,
    "money": styles.FOUR,
    "day": styles.DATE,
    "percent": '0.0"%"_)',
    "number": styles.GENERAL,
}
SOURCE = 64.0  # the most width of a column; longer text wraps, so that the list prints legibly
LINE = 13.5  # height of a line
ARROW = 2.0  # width of the filter button in a heading


def workbook_bytes(grid: Grid, purpose: str) -> bytes:
    """The list as an .xlsx file."""
    book = Book("GPU prices", purpose)
    rows = [[harmless(cell) for cell in row] for row in grid.rows]
    wide = widths_of([column.name for column in grid.columns], rows)
    widths = {column: min(width, SOURCE) + ARROW for column, width in wide.items()}
    sheet = book.sheet(TITLE, "reference", widths, freeze=f"C{TOP + 1}", repeat_rows=f"1:{TOP}", protect=False)
    sheet.heading("GPU prices", purpose)
    _heads(sheet, grid)
    for number, row in enumerate(rows, TOP + 1):
        for i, cell in enumerate(row):
            sheet.put(f"{get_column_letter(i + 2)}{number}", cell, _style(grid.columns[i], cell))
        sheet.heights[number] = LINE * max(math.ceil(len(str(cell)) / SOURCE) for cell in row)
    sheet.filtered = f"B{TOP}:{get_column_letter(len(grid.columns) + 1)}{TOP + len(rows)}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        save(book, path)
        return path.read_bytes()


def write(path: Path, day: dt.date, grid: Grid, *, overwrite: bool, rate: Rate | None = None) -> None:
    """Write the offers of a day as CSV, JSON or workbook, by the file's ending; `rate` adds a currency."""
    grid = with_currency(grid, rate, dated=True)
    kind, edition_day = path.suffix.lower(), current_market().edition_day
    if kind not in KINDS:
        raise BadInput(f"out: '{path.name}' must end in .csv, .json or .xlsx")
    if kind == ".xlsx":
        check_target(path)
        content: str | bytes = workbook_bytes(
            grid, f"Offers in force on {day}; the data edition is that of {edition_day}{sentence(rate)}."
        )
    else:
        fields = {"as_of": day, "data_edition": edition_day} | facts(rate)
        content = csv_text(grid) if kind == ".csv" else json_text({"offers": grid}, **fields)
    write_new(path, content, overwrite=overwrite)


def _heads(sheet: Sheet, grid: Grid) -> None:
    for i, column in enumerate(grid.columns):
        left = column.kind in LEFT
        head = styles.TABLE_HEAD.but(across="left" if left else "right", indent=int(left))
        sheet.put(f"{get_column_letter(i + 2)}{TOP}", column.name, head)
    sheet.heights[TOP] = 20


def _style(column: Column, cell: Any) -> styles.Style:
    if column.kind in LEFT:
        return styles.TABLE_TEXT.but(wrap=column.kind == "long")
    number = isinstance(cell, (int, float, dt.date))
    return styles.TABLE_CELL.but(format=FORMATS[column.kind]) if number else styles.TABLE_CELL.but(ink=styles.MUTED)
