"""A book of sheets whose cells hold constants or tracers, and so know formula and value at once.

References name the sheet in guillemets and the month's column by a mark. `Sheet.months` puts the column in, and
`text_on` the sheet, when a cell is written: so one formula serves every column and every sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from xlcost.kit import styles
from xlcost.native import Tracer, constant
from xlcost.ooxml.address import quoted_title
from xlcost.ooxml.values import Values
from xlcost.prices.current import as_if, current_market
from xlcost.prices.market import Market

SHEET = re.compile("«(.*?)»")
HERE, BEFORE = "‹c›", "‹p›"
TABLE_COLUMN = re.compile(r"\b(Models|GPUs|Precisions|Regions|Prices|Quotes|Aliases)_(\w+)")


@dataclass
class Sheet:
    """One sheet: the content and style of its cells, and how it prints."""

    book: Book
    title: str
    kind: str
    widths: dict[str, float]
    last: str
    zoom: int = 100
    freeze: str | None = None
    protect: bool = True
    repeat_rows: str | None = None
    repeat_columns: str | None = None
    scale: int | None = None
    pages_high: int = 0
    cells: dict[str, tuple[Any, styles.Style]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    tints: list[tuple[str, str, str, str]] = field(default_factory=list)  # range, condition, ink, fill
    charts: list[tuple[Any, str]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)
    filtered: str | None = None  # the range with filter buttons
    about: str = ""  # the cover's line about it

    def put(self, ref: str, content: Any, style: styles.Style = styles.TEXT) -> Tracer:
        """Fill a cell; gives the reference to it."""
        self.cells[ref] = (content, style)
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", ref).groups()  # type: ignore[union-attr]
        return Tracer(f"«{self.title}»${column}${row}", value=lambda: self.value(ref))

    def value(self, ref: str) -> Any:
        """What a cell holds, as it now is, at the prices of the book's market: a number, a text, or None."""
        content, _ = self.cells.get(ref, (None, None))
        if not isinstance(content, Tracer):
            return constant(content)
        if current_market() is self.book.market:
            return constant(content.value)
        with as_if(self.book.market):
            return constant(content.value)

    def months(self, row: int, first: int, count: int, line: Tracer, style: styles.Style) -> Tracer:
        """Fill the months of a row with one formula; gives a reference to the cell of the same month."""
        refs = [f"{get_column_letter(first + i)}{row}" for i in range(count)]
        for i, ref in enumerate(refs):
            here, before = get_column_letter(first + i), get_column_letter(first + i - 1)
            text = line.text.replace(HERE, here).replace(BEFORE, before)
            self.cells[ref] = (Tracer(text, value=partial(_item, line, i)), style)
        return Tracer(f"«{self.title}»{HERE}{row}", value=lambda: np.array([self.value(ref) for ref in refs]))

    def band(self, row: int, style: styles.Style, height: float | None = None, first: str = "A") -> None:
        """Style a row over the sheet's width; cells that are filled keep their style."""
        for i in range(column_index_from_string(first), column_index_from_string(self.last) + 1):
            self.cells.setdefault(f"{get_column_letter(i)}{row}", (None, style))
        if height:
            self.heights[row] = height

    def heading(self, text: str, purpose: Any) -> None:
        """Fill rows 1 and 2 with the sheet's title and its purpose."""
        self.put("B1", text, styles.TITLE)
        self.put("B2", purpose, styles.PURPOSE)
        self.band(1, styles.TITLE, 30)
        self.band(2, styles.PURPOSE, 18)

    def section(self, row: int, text: str) -> None:
        self.put(f"B{row}", text, styles.SECTION)
        self.band(row, styles.SECTION, 18, "B")

    def allow(self, ref: str, title: str, message: str, **rule: Any) -> None:
        """Restrict what a cell takes (data validation), with the message shown for a wrong entry."""
        self.choices.append((ref, {"promptTitle": title[:32], "prompt": message[:255], "error": message[:255], **rule}))


@dataclass
class Book:
    """A workbook before it is written: sheets, defined names, and the market whose prices it shows."""

    title: str
    subject: str
    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    market: Market = field(default_factory=current_market)  # used whenever its cells are computed

    def sheet(self, title: str, kind: str, widths: dict[str, float], **options: Any) -> Sheet:
        last = max(widths, key=column_index_from_string)
        sheet = Sheet(self, title, kind, widths, options.pop("last", last), **options)
        self.sheets.append(sheet)
        return sheet

    def __getitem__(self, title: str) -> Sheet:
        """The sheet of this title."""
        return next(sheet for sheet in self.sheets if sheet.title == title)

    def arrange(self, *first: str) -> None:
        """Put sheets of these titles before all others."""
        self.sheets.sort(key=lambda sheet: first.index(sheet.title) if sheet.title in first else len(first))

    def name(self, name: str, sheet: Sheet, cells: str) -> None:
        """Define a name for a cell or a range of a sheet."""
        absolute = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", cells)
        self.names[name] = f"{quoted_title(sheet.title)}!{absolute}"

    def column(self, name: str) -> list[Any]:
        """The values of the cells of a named column."""
        title, _, cells = self.names[name].rpartition("!")
        column, first, last = re.fullmatch(r"\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", cells).groups()  # type: ignore[union-attr]
        return [self[title.strip("'")].value(f"{column}{row}") for row in range(int(first), int(last) + 1)]

    def used_columns(self) -> set[tuple[str, str]]:
        """(table, column) of every table name that a formula holds."""
        return table_columns(c.text for s in self.sheets for c, _ in s.cells.values() if isinstance(c, Tracer))

    def values(self) -> Values:
        """The values of input and formula cells, by sheet title and cell."""
        with as_if(self.market):
            return self._values()

    def _values(self) -> Values:
        found: dict[str, dict[str, Any]] = {}
        for sheet in self.sheets:
            cells = {}
            for ref, (content, _) in sheet.cells.items():
                if isinstance(content, Tracer):
                    cells[ref] = scalar(content.value)
                elif ref in sheet.inputs:
                    cells[ref] = constant(content)
            found[sheet.title] = cells
        return found


def table_columns(formulas: Iterable[str]) -> set[tuple[str, str]]:
    """(table, column) of every table name that formulas hold.

    >>> sorted(table_columns(["INDEX(Models_params,MATCH(A1,Models_id,0))"]))
    [('Models', 'id'), ('Models', 'params')]
    """
    return {pair for text in formulas for pair in TABLE_COLUMN.findall(text)}


def text_on(text: str, title: str) -> str:
    """A tracer's text as it stands on the sheet `title`."""
    return SHEET.sub(lambda m: "" if m[1] == title else quoted_title(m[1]) + "!", text)


def _item(line: Tracer, i: int) -> Any:
    """A line's value in one month."""
    values = line.value
    return scalar(values[i] if np.ndim(values) else values)


def scalar(value: Any) -> Any:
    """A numpy scalar as a Python number; any other value as it is."""
    return value.item() if isinstance(value, (np.ndarray, np.generic)) else value
