"""The Currencies sheet with the ECB's rates, and the lines and labels of a template with a choice of currency."""

from __future__ import annotations

from functools import cache
from typing import Any

from openpyxl.utils.cell import get_column_letter

from xlcost.facts.currency import CURRENCIES, SOURCE, DailyRates
from xlcost.kit import currency, styles
from xlcost.kit.book import Book
from xlcost.kit.cells import Cells
from xlcost.kit.currency import PLAN, TITLE, TYPED, table, typed_currency_in_words, unit
from xlcost.kit.inputs import Groups, all_inputs
from xlcost.kit.lines import Line
from xlcost.native import Tracer, join
from xlcost.quantities import excel_serial

ABOUT = "Exchange rates of the ECB, day by day"


TOP = 6  # the row of the codes


def label_inputs(book: Book, groups: Groups, names: Cells) -> None:
    """On Inputs, make units that name a currency cell follow it, and put the rate beside the choice."""
    sheet = book["Inputs"]
    for given in all_inputs(groups):
        row = book.names[given.name].rpartition("$")[2]
        sheet.put(f"C{row}", unit(given.unit, names), styles.UNIT)
        if given.name == PLAN:
            sheet.put(f"E{row}", join(given.basis, ": ", names.notes["per_dollar"]), styles.NOTE)
        if given.name == TYPED:
            sheet.put(f"E{row}", join(given.basis, typed_currency_in_words(names)), styles.NOTE)


def currencies_sheet(book: Book) -> None:
    """Add the sheet with the table of rates and the names that formulas use."""
    rates = table()
    last = get_column_letter(2 + len(rates.codes))
    widths = {"A": 1.5, "B": 13.0} | {get_column_letter(3 + i): 10.0 for i in range(len(rates.codes))}
    sheet = book.sheet(
        TITLE, "reference", widths, freeze=f"C{TOP + 1}", repeat_rows=f"1:{TOP}", protect=False, scale=55, about=ABOUT
    )
    sheet.heading(TITLE, f"{SOURCE}: units for one euro, a row for each of its working days.")
    sheet.put("B4", "Rates hold until", styles.LABEL.but(indent=0))
    sheet.put("D4", _end(rates), styles.CALC.but(format=styles.DATE))
    sheet.put("E4", "the last row, and the weekend behind it", styles.NOTE)
    sheet.put(f"B{TOP}", "day", styles.TABLE_HEAD)
    for i, code in enumerate(rates.codes):
        column = get_column_letter(3 + i)
        sheet.put(f"{column}{TOP - 1}", CURRENCIES[code], styles.UNIT.but(size=8, across="right", wrap=True))
        sheet.put(f"{column}{TOP}", code, styles.TABLE_HEAD)
    sheet.heights |= {TOP - 1: 24, TOP: 20}
    sheet.cells |= _cells(rates)
    bottom = TOP + len(rates.days)
    book.name(f"{TITLE}_day", sheet, f"B{TOP + 1}:B{bottom}")
    book.name(f"{TITLE}_table", sheet, f"C{TOP + 1}:{last}{bottom}")
    book.name(f"{TITLE}_columns", sheet, f"C{TOP}:{last}{TOP}")
    book.name(f"{TITLE}_end", sheet, "D4")


@cache
def _cells(rates: DailyRates) -> dict[str, tuple[Any, styles.Style]]:
    """The cells of the table, cached because they are the same in every plan."""
    cells: dict[str, tuple[Any, styles.Style]] = {}
    looks = [styles.TABLE_CELL.but(format=_decimals(column)) for column in zip(*rates.rows, strict=True)]
    for row, (set_on, values) in enumerate(zip(rates.days, rates.rows, strict=True), TOP + 1):
        cells[f"B{row}"] = set_on, styles.TABLE_CELL.but(format=styles.DATE)
        for i, value in enumerate(values):
            cells[f"{get_column_letter(3 + i)}{row}"] = value, looks[i]
    return cells


def _decimals(rates: tuple[float, ...]) -> str:
    """The number format with as many decimals as the most precise rate of a column."""
    most = max(len(f"{rate:.10g}".partition(".")[2]) for rate in rates)
    return "0." + "0" * most if most else "0"


def _end(rates: DailyRates) -> Tracer:
    final = f"MAX({TITLE}_day)"
    text = f"{final}+IF(WEEKDAY({final},2)>4,7-WEEKDAY({final},2),0)"
    return Tracer(text, value=lambda: excel_serial(rates.end))


LINES = (
    Line(
        "rate_day",
        "Day of the exchange rates",
        "date",
        styles.DATE,
        lambda f, x: currency.rate_day(x),
        "The ECB's last working day up to Prices as of; none where all is in US dollars",
    ),
    Line(
        "dollars_per_euro",
        "US dollars for a euro",
        "USD / EUR",
        styles.FOUR,
        lambda f, x: currency.dollars_per_euro(x),
        "As the ECB set it; see Currencies",
    ),
    Line(
        "per_dollar",
        "The plan's currency for a US dollar",
        "Currency / USD",
        styles.FOUR,
        lambda f, x: currency.per_dollar(x),
        lambda f, x: currency.currency_in_words(x),
        total=True,
    ),
    Line(
        "per_typed",
        "The plan's currency for one unit of what you type",
        "Currency / Typed_Currency",
        styles.FOUR,
        lambda f, x: currency.per_typed(x),
        "For own prices, electricity and further costs on Inputs",
    ),
)
