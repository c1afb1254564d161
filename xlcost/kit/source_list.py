"""The Sources sheet: where figures and methods come from, and what the formulas leave out."""

from __future__ import annotations

from collections.abc import Sequence

from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet

ABOUT = "Where figures and methods come from; limits"


def sources_sheet(book: Book, rows: Sequence[tuple[str, str]]) -> Sheet:
    """Add the Sources sheet; `rows` are (subject, text)."""
    sheet = book.sheet("Sources", "reference", {"A": 1.5, "B": 36, "C": 118}, about=ABOUT)
    sheet.heading("Sources and limits", "Where figures and methods come from, and what the formulas leave out.")
    for row, (what, text) in enumerate(rows, 4):
        sheet.put(f"B{row}", what, styles.LABEL.but(bold=True, down="top"))
        sheet.put(f"C{row}", text, styles.TABLE_TEXT.but(wrap=True, down="top"))
        sheet.heights[row] = 15 * (1 + len(text) // 125) + 2
    return sheet
