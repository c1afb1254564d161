"""The cover: what the workbook answers, how to use it, what is where, what colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.checks import status


def cover(book: Book, title: str, subtitle: Any, line: Any, answers: Sequence[str], how: Sequence[str]) -> Sheet:
    """Add the cover sheet; `line` is the line of text below the subtitle."""
    widths = {"A": 2.5, "B": 3, "C": 32, "D": 50, "E": 3, "F": 20, "G": 30, "H": 3}
    sheet = book.sheet("Cover", "cover", widths, last="H")
    navy = styles.Style(fill=styles.NAVY)
    for row, height in ((2, 16), (3, 44), (4, 22), (5, 14), (6, 18), (7, 14)):
        sheet.band(row, navy, height, "B")
    sheet.put("C3", title, navy.but(size=28, bold=True, ink=styles.WHITE))
    sheet.put("C4", subtitle, navy.but(size=13, ink=styles.PALE))
    sheet.put("C6", line, navy.but(size=10, ink=styles.PALE))
    sheet.band(8, styles.Style(fill=styles.TEAL), 4, "B")
    sheet.put("G3", status(book), styles.STATUS.but(size=12))
    sheet.lights.append("G3:G3")
    sheet.put("G4", "workbook checks", navy.but(size=9, ink=styles.PALE, across="center"))
    head = styles.Style(size=11, bold=True, ink=styles.NAVY)
    sheet.put("C10", "What this workbook answers", head)
    sheet.put("F10", "How to use it", head)
    for i, text in enumerate(answers):
        sheet.put(f"C{11 + i}", f"{i + 1}.  {text}")
    for i, text in enumerate(how):
        sheet.put(f"F{11 + i}", f"{i + 1}.  {text}")
    _contents(book, sheet, 12 + max(len(answers), len(how)), head)
    return sheet


def _contents(book: Book, sheet: Sheet, top: int, head: styles.Style) -> None:
    sheet.put(f"C{top}", "Sheets", head.but(bottom=styles.NAVY))
    sheet.put(f"D{top}", None, head.but(bottom=styles.NAVY))
    sheet.put(f"F{top}", "Colour code", head.but(bottom=styles.NAVY))
    sheet.put(f"G{top}", None, head.but(bottom=styles.NAVY))
    for row, other in enumerate([s for s in book.sheets if s is not sheet], top + 1):
        sheet.put(f"C{row}", other.title, styles.LABEL.but(bold=True, ink="1F3A6E"))
        sheet.links[f"C{row}"] = f"'{other.title}'!A1"
        sheet.put(f"D{row}", other.about, styles.UNIT.but(size=9.5))
        sheet.heights[row] = 17
    for row, (style, sample, meaning) in enumerate(LEGEND, top + 1):
        sheet.put(f"F{row}", sample, style.but(bottom=styles.HAIR, across="center", unlocked=False))
        sheet.put(f"G{row}", meaning, styles.UNIT.but(size=9.5, indent=1))
        sheet.heights[row] = 17


LEGEND = (
    (styles.INPUT, 1234, "Input: type here"),
    (styles.CALC, 1234, "Calculation: do not type"),
    (styles.LINK, 1234, "Link from another sheet"),
    (styles.TOTAL.but(top=None), 1234, "Total or key result"),
    (styles.STATUS, "ALL OK", "Check passed"),
    (styles.STATUS.but(fill=styles.BAD_FILL, ink=styles.BAD_INK), "CHECK", "Check failed: look before using"),
)
