"""The table sheets of a workbook: models, GPUs, precisions, regions, prices, providers, aliases, with their names."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from openpyxl.utils.cell import get_column_letter

from xlcost.facts.store import GPUS, MODELS, PRECISIONS, REGIONS, Table, plain
from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.quotes_sheet import quotes_table
from xlcost.prices.current import current_market
from xlcost.prices.periods import MEDIAN, Period

TOP = 4  # the row of the column ids
ALWAYS = {
    "Models": ("id", "name", "as_of", "checked", "source"),
    "GPUs": ("id", "name", "as_of", "checked", "source"),
    "Precisions": ("id", "as_of", "checked", "source"),
    "Regions": ("id", "name", "as_of", "checked", "source"),
}
PURPOSE = {
    "Models": "Model table: parameters and shape. Formulas look ids up here; add a row by inserting inside the table.",
    "GPUs": "Accelerator table: dense peaks in TFLOP/s, memory in GiB as marketed, bandwidth in GB/s, power in W.",
    "Precisions": "Number formats: bits stored per number, and the peak that their arithmetic runs at.",
    "Regions": "Regions: carbon of a kilowatt-hour, and what it costs where that is known.",
    "Providers": "Whom the Prices sheet knows; median is the median of all that offer a GPU that day.",
    "Prices": "USD per GPU-hour: in force from (including) until (excluding) the dates shown. Provider median = all.",
}
ABOUT = {
    "Models": "Model table with sources",
    "GPUs": "Accelerator table with sources",
    "Precisions": "Number formats",
    "Regions": "Carbon by region",
    "Providers": "The list for the provider cells",
    "Prices": "GPU prices by provider, term and date, with sources",
}
TEXT_COLUMNS = ("name", "source", "attention", "org", "release", "peak", "modality", "notes", "vendor")
PRICE_COLUMNS = ("gpu", "provider", "term", "usd", "members", "row", "from", "until", "source")
LONGEST = 130  # characters of the widest column


def add_tables(book: Book, *, whole: bool = False, providers: bool = False) -> None:
    """Add the sheets that the book's formulas look up in, with the columns they use; call it last.

    Where a cell chooses the column (GPUs_table), it chooses a peak, so the peaks come along; `whole` adds every column.
    `providers` adds the list for cells that choose a provider.
    """
    used = book.used_columns()
    for table in (MODELS, GPUS, PRECISIONS, REGIONS):
        columns = {column for name, column in used if name == table.name}
        if columns:
            _table_sheet(book, table, columns, whole)
    if any(name == "Prices" for name, _ in used):
        _price_sheet(book, {column for name, column in used if name == "Prices"})
    if providers:
        _provider_sheet(book)


def _table_sheet(book: Book, table: Table, used: set[str], whole: bool) -> None:
    dynamic = "table" in used
    columns_in_table = set(table.rows[0]) if whole else {c for c in table.rows[0] if c.endswith(("_tflops", "_tops"))}
    first, *rest = ALWAYS[table.name]
    wanted = used | (columns_in_table if dynamic else set())
    middle = [c for c in table.rows[0] if c in wanted and c not in ALWAYS[table.name]]
    order = [first, *[c for c in rest if c == "name"], *middle, *[c for c in rest if c != "name"]]
    rows = [[_cell(row[column]) for column in order] for row in table.rows]
    sheet = grid(book, table.name, order, rows)
    bottom = TOP + len(rows)
    for i, column in enumerate(order):
        letter = get_column_letter(i + 2)
        if column in used or column == "id":
            book.name(f"{table.name}_{column}", sheet, f"{letter}{TOP + 1}:{letter}{bottom}")
    if dynamic:
        last = get_column_letter(len(order) + 1)
        book.name(f"{table.name}_table", sheet, f"B{TOP + 1}:{last}{bottom}")
        book.name(f"{table.name}_columns", sheet, f"B{TOP}:{last}{TOP}")


def _price_sheet(book: Book, used: set[str]) -> None:
    """Add the Prices sheet: the reader's own quotes, and under them the packaged prices."""
    rows = [
        [p.gpu, p.provider, p.term, p.usd, p.members, n, p.start, p.end, p.source]
        for n, p in enumerate(current_market().periods, 1)
    ]
    columns = list(PRICE_COLUMNS)
    widths = widths_of(columns, rows) | dict.fromkeys("KLMNOPQR", 14.0)
    sheet = book.sheet(
        "Prices", "reference", widths, freeze="C3", repeat_rows="1:2", protect=False, last="J", about=ABOUT["Prices"]
    )
    sheet.heading("Prices", PURPOSE["Prices"])
    top = quotes_table(book, sheet, 4, gpus="GPUs_id" in book.names) + 1
    sheet.section(top, "Packaged prices")
    fill(sheet, columns, rows, top + 1)
    for i, column in enumerate(PRICE_COLUMNS):
        letter = get_column_letter(i + 2)
        if column in used or column == "provider":
            book.name(f"Prices_{column}", sheet, f"{letter}{top + 2}:{letter}{top + 1 + len(rows)}")


def _provider_sheet(book: Book) -> None:
    first: dict[str, list[Period]] = {}
    for p in current_market().periods:
        first.setdefault(p.provider, []).append(p)
    names = [MEDIAN, *sorted(name for name in first if name != MEDIAN)]
    rows = [
        [n, len({p.gpu for p in first[n]}), min(p.start for p in first[n]), max(p.end for p in first[n])] for n in names
    ]
    sheet = grid(book, "Providers", ["provider", "gpus", "from", "until"], rows)
    book.name("Providers_id", sheet, f"B{TOP + 1}:B{TOP + len(rows)}")


def _cell(value: Any) -> Any:
    """A table's value as a cell holds it; blank becomes "n/a", so that arithmetic on it fails instead of giving 0."""
    if value is None or value == ():
        return "n/a"
    if isinstance(value, tuple):
        return "; ".join(value)
    return value


def grid(book: Book, title: str, columns: list[str], rows: list[list[Any]]) -> Sheet:
    """Add a sheet with a table: a row of column ids, then the rows."""
    sheet = book.sheet(
        title,
        "reference",
        widths_of(columns, rows),
        freeze=f"C{TOP + 1}",
        repeat_rows=f"1:{TOP}",
        protect=False,
        about=ABOUT[title],
    )
    sheet.heading(title, PURPOSE[title])
    fill(sheet, columns, rows, TOP)
    return sheet


def widths_of(columns: list[str], rows: list[list[Any]]) -> dict[str, float]:
    """Column letter -> width that fits the content, within limits."""
    widths = {"A": 1.5}
    for i, column in enumerate(columns):
        longest = max(len(str(row[i])) for row in rows)
        widths[get_column_letter(i + 2)] = min(max(longest + 2.5, len(column) + 3.0, 10.0), LONGEST)
    return widths


def fill(sheet: Sheet, columns: list[str], rows: list[list[Any]], top: int) -> None:
    """Fill a sheet with a row of column ids at `top`, then the rows."""
    left = [column in TEXT_COLUMNS or column in ("id", "gpu", "provider", "term") for column in columns]
    for i, column in enumerate(columns):
        head = styles.TABLE_HEAD.but(across="left" if left[i] else "right", indent=1 if left[i] else 0)
        sheet.put(f"{get_column_letter(i + 2)}{top}", column, head)
    sheet.heights[top] = 20
    for number, row in enumerate(rows, top + 1):
        for i, value in enumerate(row):
            sheet.put(f"{get_column_letter(i + 2)}{number}", value, _look(value, left[i], columns[i]))


def _look(value: Any, left: bool, column: str) -> styles.Style:
    if isinstance(value, dt.date):
        return styles.TABLE_CELL.but(format=styles.DATE)
    if column == "usd":
        return styles.TABLE_CELL.but(format=styles.USD4)
    if isinstance(value, str):
        return styles.TABLE_TEXT if left else styles.TABLE_CELL.but(ink=styles.MUTED)
    if isinstance(value, float) and value >= 1e6:
        return styles.TABLE_CELL.but(format=styles.WHOLE)
    return styles.TABLE_CELL


ALIASES_PURPOSE = (
    "How else an id may be typed: the noun, then the text without blanks, hyphens and underscores. Add rows inside."
)
ALIAS_COLUMNS = ["key", "id"]


def alias_rows() -> list[list[str]]:
    """(key, id) of every id and alias of the tables, and of the providers."""
    found = {f"provider/{key}": name for key, name in current_market().names.items()}
    for table in (MODELS, GPUS, PRECISIONS, REGIONS):
        found |= {f"{table.noun}/{key}": id for key, id in _keys(table).items()}
    return [[key, id] for key, id in found.items()]


def _keys(table: Table) -> dict[str, str]:
    """Key of an id or alias -> id: as ids are compared, and also with its points, which a formula does not remove."""
    pointed = {
        re.sub(r"[\s_\-]+", "", text).lower(): row["id"] for row in table.rows for text in (row["id"], *row["aliases"])
    }
    return pointed | {plain(key): table.rows[number]["id"] for key, number in table.index.items()}


def alias_sheet(book: Book) -> Sheet:
    """Add the Aliases sheet with the names that formulas use."""
    listed = alias_rows()
    sheet = book.sheet(
        "Aliases",
        "reference",
        widths_of(ALIAS_COLUMNS, listed),
        freeze=f"C{TOP + 1}",
        repeat_rows=f"1:{TOP}",
        protect=False,
        last="D",
    )
    sheet.heading("Aliases", ALIASES_PURPOSE)
    fill(sheet, ALIAS_COLUMNS, listed, TOP)
    for column, letter in zip(ALIAS_COLUMNS, "BC", strict=True):
        book.name(f"Aliases_{column}", sheet, f"{letter}{TOP + 1}:{letter}{TOP + len(listed)}")
    return sheet
