"""The Summary page: a headline, key figures, charts over the months, the years, and what drives the result."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.kit import charts, styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.cells import Cells
from xlcost.kit.months import MONTHS_A_YEAR, AddsUp
from xlcost.kit.sentences import number_text
from xlcost.native import Tracer, join, where

TITLE = "Summary"
BIG_MONEY = '[>=1000000]#,##0.0,,"M";[>=10000]#,##0,"k";#,##0.00'
AXIS_MONEY = '[>=1000000]#,##0.0,,"M";[>=1000]#,##0,"k";0'
LAST = "S"  # the last of 18 columns of the same width
TILES, CHARTS, TABLE = 6, 10, 26  # the rows where they begin
CHART_COLUMNS = ("B", "H", "N")
MOST_TILES = 6  # of three columns each
Words = str | Callable[[Cells], Any]  # a text, or one that follows the cells


@dataclass(frozen=True)
class Tile:
    """A key figure: its label, value, number format, and a line below it."""

    label: Words
    value: Callable[[Cells], Any]
    format: str
    foot: Words


@dataclass(frozen=True)
class Driver:
    """A figure that drives the result, shown beside the years."""

    label: Words
    value: Callable[[Cells], Any]
    format: str


@dataclass(frozen=True)
class Chart:
    """Rows of months as stacked columns or as lines."""

    kind: str  # bars, lines
    title: Words
    rows: tuple[str, ...]
    format: str


@dataclass(frozen=True)
class Summary:
    """The content of the Summary page."""

    purpose: Words
    headline: Words
    tiles: tuple[Tile, ...] = ()
    charts: tuple[Chart, ...] = ()
    years: Words = ""  # the heading of the table of years
    drivers: tuple[Driver, ...] = ()

    def __post_init__(self) -> None:
        for what, most in (("tiles", MOST_TILES), ("charts", len(CHART_COLUMNS))):
            if len(getattr(self, what)) > most:
                raise ValueError(f"summary: the page has room for {most} {what}, not {len(getattr(self, what))}")


def content(words: Words, x: Cells) -> Any:
    """The content of a cell with these words."""
    return words(x) if callable(words) else words


def money(amount: Tracer, currency: Tracer) -> Any:
    """An amount as text in a sentence, such as USD 1.2 million."""
    millions = join(number_text(amount / 1e6, 1), " million")
    return join(currency, " ", where(amount >= 1e6, millions, number_text(amount)))


def summary_sheet(book: Book, summary: Summary, adds_up: AddsUp | None, labels: dict[str, str], x: Cells) -> Sheet:
    """Add the Summary sheet; `labels` are the names of the rows of months."""
    widths = {"A": 1.5} | {get_column_letter(i): 9.3 for i in range(2, 20)}
    years = math.ceil(x.months / MONTHS_A_YEAR)
    about = f"One page: headline, key figures, charts, {in_words(years)} year{'s' * (years > 1)}"
    sheet = book.sheet(TITLE, "output", widths, last=LAST, pages_high=1, about=about)
    sheet.heading(TITLE, content(summary.purpose, x))
    sheet.put("B4", content(summary.headline, x), styles.Style(size=13, bold=True, ink=styles.NAVY))
    sheet.heights[4] = 24
    _tiles(sheet, summary.tiles, x)
    if adds_up:
        _years(sheet, summary.years, adds_up, labels, x)
    _drivers(sheet, summary.drivers, x)
    _charts(sheet, summary.charts, x)
    return sheet


def in_words(number: int) -> str:
    """A small number in words."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _tiles(sheet: Sheet, tiles: tuple[Tile, ...], x: Cells) -> None:
    plate = styles.Style(fill=styles.BAND, across="left", indent=1)
    for i, tile in enumerate(tiles):
        columns = [get_column_letter(2 + 3 * i + j) for j in range(3)]
        for row, cell, style in (
            (TILES, content(tile.label, x), plate.but(size=9.5, ink=styles.MUTED)),
            (TILES + 1, tile.value(x), plate.but(size=20, bold=True, ink=styles.NAVY, format=tile.format)),
            (TILES + 2, content(tile.foot, x), plate.but(size=9, ink=styles.MUTED)),
        ):
            for column in columns:
                first = column == columns[0]
                edge = styles.TEAL if first else None
                sheet.put(f"{column}{row}", cell if first else None, style.but(left=edge))
            sheet.merges.append(f"{columns[0]}{row}:{columns[-1]}{row}")
    for row, height in ((TILES, 20), (TILES + 1, 32), (TILES + 2, 18)):
        sheet.heights[row] = height


def _years(sheet: Sheet, heading: Words, adds_up: AddsUp, labels: dict[str, str], x: Cells) -> None:
    """Add the table of years with their sum; up to three years are two columns wide each, more one."""
    years = math.ceil(x.months / MONTHS_A_YEAR)
    wide = 2 if years <= 3 else 1
    columns = [get_column_letter(6 + wide * year) for year in range(years)]
    total, last = get_column_letter(6 + wide * years), get_column_letter(7 + wide * years)
    across = [get_column_letter(i) for i in range(3, 8 + wide * years)]
    sheet.put(f"B{TABLE}", content(heading, x), styles.HEAD_LEFT.but(size=11, ink=styles.NAVY))
    for column in across:
        sheet.put(f"{column}{TABLE}", None, styles.HEAD)
    for year, column in enumerate(columns, 1):
        sheet.put(f"{column}{TABLE}", year, styles.HEAD.but(format=styles.YEAR))
    sheet.put(f"{total}{TABLE}", f"{x.months} months", styles.HEAD)
    for row, key in enumerate((*adds_up.parts, adds_up.whole), TABLE + 1):
        whole = key == adds_up.whole
        look = (styles.TOTAL if whole else styles.CALC).but(format=styles.WHOLE)
        for column in ("B", *across):
            sheet.put(f"{column}{row}", None, look)
        label = styles.LABEL.but(bold=whole, indent=0, top=styles.INK if whole else None)
        sheet.put(f"B{row}", labels[key], label)
        for column in columns:
            sheet.put(f"{column}{row}", _of_year(sheet, key, column, x), look)
        sum_of_years = Tracer("+".join(f"{column}{row}" for column in columns), value=_of_years(sheet, key, columns, x))
        x.years_total = sheet.put(f"{total}{row}", sum_of_years, look.but(bold=True))
    for row in range(TABLE, TABLE + len(adds_up.parts) + 2):
        pairs = zip(columns, across[3 + wide - 1 :: wide], strict=False) if wide == 2 else ()
        sheet.merges += [*(f"{first}{row}:{second}{row}" for first, second in pairs), f"{total}{row}:{last}{row}"]


def _of_years(sheet: Sheet, key: str, columns: list[str], x: Cells) -> Callable[[], float]:
    """The sum of the years at the heads of the columns, added month by month: then the noise is that of the total."""
    months, years = x.over(key), x.over("year")

    def value() -> float:
        times = sum((years.value == sheet.value(f"{column}{TABLE}")).astype(float) for column in columns)
        return float(np.sum(months.value * times))

    return value


def _of_year(sheet: Sheet, key: str, column: str, x: Cells) -> Tracer:
    """The sum of a row's months in the year at the head of a column."""
    months, years = x.over(key), x.over("year")

    def value() -> float:
        return float(np.sum(months.value[years.value == sheet.value(f"{column}{TABLE}")]))

    return Tracer(f"SUMIFS({months.text},{years.text},{column}${TABLE})", value=value)


def _drivers(sheet: Sheet, drivers: tuple[Driver, ...], x: Cells) -> None:
    if not drivers:
        return
    for column in "PQRS":
        sheet.put(f"{column}{TABLE}", None, styles.HEAD)
    sheet.put(f"O{TABLE}", "What drives it", styles.HEAD_LEFT.but(size=11, ink=styles.NAVY))
    for row, driver in enumerate(drivers, TABLE + 1):
        for column in "PQRS":
            sheet.put(f"{column}{row}", None, styles.CALC)
        sheet.put(f"O{row}", content(driver.label, x), styles.LABEL.but(indent=0))
        sheet.put(f"S{row}", driver.value(x), styles.CALC.but(format=driver.format))


def _charts(sheet: Sheet, wanted: tuple[Chart, ...], x: Cells) -> None:
    """Add the charts side by side, each below its title."""
    head = styles.Style(size=10.5, bold=True, ink=styles.NAVY)
    for column, chart in zip(CHART_COLUMNS, wanted, strict=False):
        sheet.put(f"{column}{CHARTS}", content(chart.title, x), head)
    months = x.rows["end"]
    for column, chart in zip(CHART_COLUMNS, wanted, strict=False):
        draw = {"bars": charts.bars, "lines": charts.lines}[chart.kind]
        rows = [(x.row(key).name_cell, x.row(key).cells) for key in chart.rows]
        sheet.charts.append((draw(months.sheet.title, rows, months.cells, chart.format), f"{column}{CHARTS + 1}"))
