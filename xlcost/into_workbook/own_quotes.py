"""The table of own quotes on a workbook's Prices sheet, read back: cells as text, with the rows of the sheet."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import from_excel

from xlcost.csv_tables import refuse
from xlcost.errors import BadInput, XlcostError
from xlcost.ooxml.open import workbook_bytes
from xlcost.prices.quotes.incoming import QuoteRows
from xlcost.prices.quotes.periods import COLUMNS, MOST_QUOTES

NAME = "Quotes_gpu"  # the cells of the first column; the row of headings stands above
DAYS = ("as_of", "from", "until")
SERIALS = (36526, 73051)  # 2000 to 2099
BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its name or its first bytes."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods"):
        return True
    try:
        with path.open("rb") as stream:
            return path.is_file() and stream.read(4) in BEGINNINGS
    except OSError:
        return False


def from_workbook(path: Path) -> QuoteRows:
    """The rows of the table that are not blank, as typed or as last computed by formulas."""
    data = workbook_bytes(path, macros=True)  # macros are ignored, never run
    try:
        formulas, values = (_cells(data, path.name, data_only=only) for only in (False, True))
    except XlcostError:
        raise
    except Exception as error:  # openpyxl raises what it likes on odd files
        raise BadInput(f"{path.name} cannot be read as a workbook: {error}") from None
    title = f"{path.name}, sheet {values.title}"
    unknown = [
        f"row {row}, {column}: its formula has no stored result; open the workbook in Excel and save it"
        for row, cells in formulas.rows.items()
        for column, cell in cells.items()
        if isinstance(cell, str) and cell.startswith("=") and values.rows[row][column] is None
    ]
    refuse(title, unknown)
    rows = [(row, {c: _text(c, cell, values.epoch) for c, cell in cells.items()}) for row, cells in values.rows.items()]
    rows = [(row, cells) for row, cells in rows if any(cells.values())]
    if not rows:
        raise BadInput(f"{title}: the table of your own quotes is blank")
    return QuoteRows(title, rows, "row")


@dataclass(frozen=True)
class _Table:
    """The rows of the table, with the sheet's title and the day that its dates count from."""

    title: str
    epoch: dt.datetime
    rows: dict[int, dict[str, Any]]


def _cells(data: bytes, name: str, *, data_only: bool) -> _Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts that openpyxl drops; nothing is written back
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
        title, first, last = _place(book, name)
        rows = book[title].iter_rows(min_row=first - 1, max_row=last, values_only=True)
        heads = {str(head).strip().lower(): i for i, head in enumerate(next(rows, ())) if head is not None}
        lacking = [column for column in COLUMNS if column not in heads]
        if lacking:
            raise BadInput(f"{name}, sheet {title}: row {first - 1} does not name the column '{lacking[0]}'")
        return _Table(title, book.epoch, dict(_rows(rows, first, heads)))


def _rows(rows: Iterator[Any], first: int, heads: dict[str, int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(rows, first):
        yield number, {column: row[heads[column]] if heads[column] < len(row) else None for column in COLUMNS}


def _place(book: Any, name: str) -> tuple[str, int, int]:
    """(sheet, first row, last row) of the table."""
    defined = book.defined_names.get(NAME)
    places = list(defined.destinations) if defined else []
    if len(places) != 1 or places[0][0] not in book.sheetnames:
        raise BadInput(
            f"{name} has no table of your own quotes: a workbook made by xlcost has it on its sheet Prices "
            f"(defined names Quotes_gpu, Quotes_usd ...)"
        )
    title, cells = places[0]
    _, first, _, last = range_boundaries(cells.replace("$", ""))
    if first is None or first < 2 or last - first >= MOST_QUOTES:
        raise BadInput(f"{name}: the defined name {NAME} ({cells}) is not that of a table with a row of headings")
    return title, first, last


def _text(column: str, cell: Any, epoch: dt.datetime) -> str:
    """The text of a cell as a CSV file would have it."""
    if cell is None:
        return ""
    if column in DAYS and isinstance(cell, (int, float)) and SERIALS[0] <= cell < SERIALS[1]:
        cell = from_excel(cell, epoch)
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
