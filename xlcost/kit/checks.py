"""The Checks sheet: tests that must be zero, each with its light (OK or CHECK), and the overall light of all pages.

A check is a formula over the cells of the book, and its value in Python is computed from the same cells, never
declared: a pasted value, or a line that is missing in a total, shows in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.cells import Cells, is_number, not_a_number, plus, sum_over
from xlcost.kit.inputs import LISTS, TABLES, Groups, all_inputs, out_of_bounds
from xlcost.kit.months import AddsUp
from xlcost.kit.price_sides import PriceSide, lacking_sellers
from xlcost.kit.quotes_sheet import quotes_left_out
from xlcost.native import Tracer, call, where
from xlcost.quantities import Key

STATUS = "Checks_Status"
TITLE, OVERALL, TOP = "Checks", "E4", 7
Value = Callable[[Cells], Any]


@dataclass(frozen=True)
class Check:
    """A test that must be zero within its tolerance, and what to do if it is not."""

    what: str
    value: Value
    tolerance: float
    if_it_fails: str


HEADS = {"B": styles.HEAD_LEFT, "C": styles.HEAD_LEFT, "F": styles.HEAD.but(across="center")} | {
    "G": styles.HEAD_LEFT.but(indent=1)
}


def status(book: Book) -> Tracer:
    """The overall light: ALL OK, or CHECK."""
    return Tracer(STATUS, value=lambda: book[TITLE].value(OVERALL))


def checks_sheet(book: Book, checks: tuple[Check, ...], x: Cells) -> Sheet:
    """The list of tests, each with its light, and the overall one."""
    widths = {"A": 1.5, "B": 5, "C": 62, "D": 14, "E": 14, "F": 14, "G": 70}
    about = "Tests; the light on the other pages comes from here"
    sheet = book.sheet(TITLE, "check", widths, freeze=f"A{TOP}", about=about)
    sheet.heading(TITLE, "Every test must read OK before the numbers leave the building.")
    heads = ("#", "Test", "Value", "Tolerance", "Status", "If it fails")
    for column, text in zip("BCDEFG", heads, strict=True):
        sheet.put(f"{column}{TOP - 1}", text, HEADS.get(column, styles.HEAD))
    lights = [_check_row(sheet, row, check, x) for row, check in enumerate(checks, TOP)]
    last = TOP - 1 + len(checks)
    all_lights = Tracer(f"$F${TOP}:$F${last}", value=lambda: sum(light.value == "OK" for light in lights))
    ok = call("COUNTIF", all_lights, "OK", value=lambda n, _: n)
    sheet.put("C4", "Overall", styles.Style(size=11, bold=True, ink=styles.NAVY))
    sheet.put(OVERALL, where(ok == len(checks), "ALL OK", "CHECK"), styles.STATUS)
    sheet.lights += [f"{OVERALL}:{OVERALL}", f"F{TOP}:F{last}"]
    book.name(STATUS, sheet, OVERALL)
    return sheet


def _check_row(sheet: Sheet, row: int, check: Check, x: Cells) -> Tracer:
    """Put a test into a row; gives its light, which is CHECK too where the value is no number."""
    sheet.put(f"B{row}", row - TOP + 1, styles.UNIT)
    sheet.put(f"C{row}", check.what, styles.LABEL.but(indent=0))
    value = sheet.put(f"D{row}", check.value(x), styles.CALC.but(format="0.00"))
    limit = sheet.put(f"E{row}", check.tolerance, styles.CALC.but(format="0.000", ink=styles.MUTED))
    within = where(call("ABS", value, value=abs) <= limit, "OK", "CHECK")
    number = Tracer(f"ISNUMBER({value.text})", value=lambda: is_number(value))
    light = sheet.put(f"F{row}", where(number, within, "CHECK"), styles.STATUS.but(bottom=styles.HAIR))
    sheet.put(f"G{row}", check.if_it_fails, styles.NOTE)
    return light


def light(book: Book, sheet: Sheet, ref: str) -> None:
    """Put the overall light into a cell of a sheet's title row."""
    sheet.put(ref, status(book), styles.STATUS)
    sheet.lights.append(f"{ref}:{ref}")


# Tests for any template


def sums(adds_up: AddsUp) -> tuple[Check, ...]:
    """The years of the Summary, the parts, and the row in which the whole runs up, each against the whole."""
    whole, parts = adds_up.whole, adds_up.parts
    years = Check(
        "Years add up to the months",
        lambda x: x.years_total - x.total(whole),
        0.5,
        "Year labels or the timeline are broken",
    )
    total = Check(
        "Parts add up to the total",
        lambda x: x.total(whole) - plus(map(x.total, parts)),
        0.5,
        "A cost line is missing from the total",
    )
    running = Check(
        "Cumulative cost ends at the total",
        lambda x: x.total(adds_up.running) - x.total(whole),
        0.5,
        "A month is missing",
    )
    return (years, total, running) if adds_up.running else (years, total)


def timeline_is_whole(months: int) -> Check:
    """A check that there are as many month ends as months."""

    def value(x: Cells) -> Any:
        ends = x.over("end")
        count = Tracer(
            f"COUNT({ends.text})", value=lambda: sum(isinstance(end, float) for end in x.rows["end"].values())
        )
        return count - months

    return Check(f"The timeline has {months} month ends", value, 0, "A month was inserted or removed")


def inputs_in_bounds(groups: Groups) -> Check:
    """A check of the numbers on Inputs against their bounds."""
    return Check(
        "Inputs are numbers within their bounds",
        lambda x: out_of_bounds(groups, x),
        0,
        "Pasting goes past validation",
    )


def ids_in_tables(what: str, groups: Groups) -> Check:
    """A check that the ids on Inputs are in the table sheets."""
    given = [one for one in all_inputs(groups) if isinstance(one.word, Key) and one.word.name in TABLES]

    def value(x: Cells) -> Tracer:
        text = "".join(f"-COUNTIF({LISTS[one.word.name]},{one.name})" for one in given)
        return Tracer(f"{len(given)}{text}", value=lambda: float(sum(_unknown(one, x) for one in given)))

    def _unknown(one: Any, x: Cells) -> bool:
        ids = {str(row["id"]).lower() for row in TABLES[one.word.name].rows}
        return str(x[one.name].value).lower() not in ids

    return Check(what, value, 0, "Choose again from the lists")


def prices_in_force(sides: tuple[PriceSide, ...]) -> Check:
    """A check that the Prices sheet has a price for each side that needs one."""
    return Check(
        "Prices are found for GPU, provider, term and date",
        lambda x: plus(not_a_number(x[side.listed]) for side in sides),
        0,
        "Prices has none in force that day: another provider, term or date, or an own price",
    )


def sellers_enough(sides: tuple[PriceSide, ...]) -> Check:
    """A check that medians in use rest on enough sellers."""
    return Check(
        "Median prices rest on three providers or more",
        lambda x: plus(lacking_sellers(x, side) for side in sides),
        0,
        "Choose the provider you mean, or type an own price: few sellers make no market price",
    )


def rates_of_the_day() -> Check:
    """A check that exchange rates are found, for a template with currencies."""
    return Check(
        "Exchange rates are found for the currencies and the date",
        lambda x: not_a_number(x["per_typed"] + x["per_dollar"]),
        0,
        "Currencies has none: choose currencies from the list, or Prices as of within its days, or USD for both",
    )


def quotes_complete() -> Check:
    """A check that every row of own quotes on the Prices sheet counts."""
    return Check(
        "Own quotes on Prices are complete",
        lambda x: quotes_left_out(x.book),
        0,
        "A row of your quotes on Prices does not count: the last column there says why",
    )


def no_errors(whole: str) -> Check:
    """A check that the row of months in which all others end holds numbers only."""
    return Check(
        "No error values in the monthly plan",
        lambda x: not_a_number(sum_over(x.over(whole))),
        0,
        "Look for the first error on Calculation",
    )
