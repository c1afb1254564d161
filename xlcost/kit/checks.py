"""The Checks sheet: tests that must be zero, each with its light, and the light that every page shows."""

from __future__ import annotations

from dataclasses import dataclass

from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.native import Tracer, call, where

STATUS = "Checks_Status"


@dataclass(frozen=True)
class Check:
    """A test that must be zero within its tolerance."""

    what: str
    value: Tracer
    tolerance: float
    if_it_fails: str


HEADS = {"B": styles.HEAD_LEFT, "C": styles.HEAD_LEFT, "F": styles.HEAD.but(across="center")} | {
    "G": styles.HEAD_LEFT.but(indent=1)
}


def status(book: Book) -> Tracer:
    """The light that every output page shows."""
    checks = next(s for s in book.sheets if s.title == "Checks")
    content = checks.cells["E4"][0]
    return Tracer(STATUS, value=lambda: content.value)


def checks_sheet(book: Book, checks: list[Check]) -> Sheet:
    """The list of tests, each with its light, and the overall one."""
    widths = {"A": 1.5, "B": 5, "C": 62, "D": 14, "E": 14, "F": 14, "G": 70}
    sheet = book.sheet("Checks", "check", widths, freeze="A7")
    sheet.heading("Checks", "Every test must read OK before the numbers leave the building.")
    heads = ("#", "Test", "Value", "Tolerance", "Status", "If it fails")
    for column, text in zip("BCDEFG", heads, strict=True):
        sheet.put(f"{column}6", text, HEADS.get(column, styles.HEAD))
    lights = []
    for row, check in enumerate(checks, 7):
        sheet.put(f"B{row}", row - 6, styles.UNIT)
        sheet.put(f"C{row}", check.what, styles.LABEL.but(indent=0))
        value = sheet.put(f"D{row}", check.value, styles.CALC.but(format="0.00"))
        limit = sheet.put(f"E{row}", check.tolerance, styles.CALC.but(format="0.000", ink=styles.MUTED))
        within = where(call("ABS", value, value=abs) <= limit, "OK", "CHECK")
        light = where(call("ISNUMBER", value, value=lambda _: True), within, "CHECK")
        lights.append(sheet.put(f"F{row}", light, styles.STATUS.but(bottom=styles.HAIR)))
        sheet.put(f"G{row}", check.if_it_fails, styles.NOTE)
    last = 6 + len(checks)
    good = sum(light.value == "OK" for light in lights)
    ok = call("COUNTIF", Tracer(f"$F$7:$F${last}", value=lambda: good), "OK", value=lambda n, _: n)
    sheet.put("C4", "Overall", styles.Style(size=11, bold=True, ink=styles.NAVY))
    sheet.put("E4", where(ok == len(checks), "ALL OK", "CHECK"), styles.STATUS)
    sheet.lights += ["E4:E4", f"F7:F{last}"]
    book.name(STATUS, sheet, "E4")
    return sheet


def light(book: Book, sheet: Sheet, ref: str) -> None:
    """The overall status in the title row."""
    sheet.put(ref, status(book), styles.STATUS)
    sheet.lights.append(f"{ref}:{ref}")
