"""House style: one place for fonts, colours and number formats."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

FONT = "Calibri"
NAVY, INK, MUTED, PALE = "14213D", "263238", "6B7785", "C9D2DC"
TEAL, BLUE, AMBER, SLATE, ROSE = "0B7A75", "3D6FA5", "E09F3E", "9FB1C4", "B5485D"
BAND, LINE, HAIR, WHITE = "EEF2F6", "C9D2DC", "E3E8EE", "FFFFFF"
INPUT_FILL, INPUT_INK, LINK_INK = "FFF9E3", "0000FF", "00703C"
OK_FILL, OK_INK, BAD_FILL, BAD_INK = "E4F3E8", "1E7B34", "FBE3E4", "B3261E"
TABS = {"input": AMBER, "calc": BLUE, "output": TEAL, "check": OK_INK, "reference": SLATE, "cover": NAVY}

# Positives are padded so that they line up with brackets; zero is a dash.
WHOLE = '#,##0_);(#,##0);"–"_)'
ONE = '#,##0.0_);(#,##0.0);"–"_)'
TWO = '#,##0.00_);(#,##0.00);"–"_)'
FOUR = '#,##0.0000_);(#,##0.0000);"–"_)'
PERCENT = '0.0%_);(0.0%);"–"_)'
USD = '$#,##0_);($#,##0);"–"_)'
USD2 = '$#,##0.00_);($#,##0.00);"–"_)'
USD4 = '$#,##0.0000_);($#,##0.0000);"–"_)'
MILLIONS = '#,##0.0,,_);(#,##0.0,,);"–"_)'
THOUSANDS = '#,##0,_);(#,##0,);"–"_)'
SCIENCE = "0.00E+00_)"
TIMES = '0.0"x"_)'
DATE = "d mmm yyyy_)"
MONTH = "mmm yy"
YEAR = '"Year "0'
GENERAL = "General"
WORDS = "General_);(General);0_);@_)"  # text, right-aligned in line with numbers


@dataclass(frozen=True)
class Style:
    """The look of a cell as plain values, so that equal looks share one style in the file."""

    size: float = 10
    bold: bool = False
    italic: bool = False
    ink: str = INK
    fill: str | None = None
    across: str | None = None
    down: str = "center"
    indent: int = 0
    wrap: bool = False
    format: str | None = None
    top: str | None = None
    bottom: str | None = None
    left: str | None = None
    unlocked: bool = False

    def but(self, **changes: Any) -> Style:
        """The style with some values changed."""
        return replace(self, **changes)


LABEL = Style(across="left", indent=1, bottom=HAIR)
UNIT = Style(size=9, ink=MUTED, across="left", bottom=HAIR)
NOTE = Style(size=9, ink=MUTED, across="left", indent=1, italic=True, bottom=HAIR)
CALC = Style(across="right", bottom=HAIR, format=WHOLE)
LINK = CALC.but(ink=LINK_INK)
INPUT = CALC.but(ink=INPUT_INK, fill=INPUT_FILL, unlocked=True)
TOTAL = CALC.but(bold=True, top=INK)
SECTION = Style(size=10.5, bold=True, ink=NAVY, fill=BAND, across="left")
HEAD = Style(size=9.5, bold=True, ink=MUTED, across="right", bottom=NAVY)
HEAD_LEFT = HEAD.but(across="left")
COLUMN_HEADS = {  # label, unit, value, and notes
    "B": HEAD_LEFT,
    "C": HEAD_LEFT,
    "D": HEAD,
    "E": HEAD_LEFT.but(indent=1),
    "F": HEAD_LEFT.but(indent=1),
}
TITLE = Style(size=16, bold=True, ink=WHITE, fill=NAVY, across="left")
PURPOSE = Style(size=9, italic=True, ink=MUTED, fill=BAND, across="left")
TEXT = Style(across="left")
STATUS = Style(bold=True, ink=OK_INK, fill=OK_FILL, across="center")
TABLE_HEAD = Style(size=9.5, bold=True, ink=WHITE, fill=NAVY, across="right", wrap=True)
TABLE_CELL = Style(size=9.5, across="right", bottom=HAIR, format=GENERAL)
TABLE_TEXT = Style(size=9.5, across="left", indent=1, bottom=HAIR)


@cache
def font(style: Style) -> Font:
    return Font(name=FONT, size=style.size, bold=style.bold, italic=style.italic, color=style.ink)


@cache
def fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


@cache
def side(colour: str, weight: str) -> Side:
    return Side(style=weight, color=colour)


def weight(colour: str) -> str:
    """The weight of a line by its colour: navy medium, tile edges thick, all others thin."""
    return {NAVY: "medium", TEAL: "thick"}.get(colour, "thin")


@cache
def border(style: Style) -> Border:
    edges = {"top": style.top, "bottom": style.bottom, "left": style.left}
    return Border(**{edge: side(c, weight(c)) for edge, c in edges.items() if c})


@cache
def alignment(style: Style) -> Alignment:
    return Alignment(horizontal=style.across, vertical=style.down, indent=style.indent, wrap_text=style.wrap or None)


def apply_style(cell: Any, style: Style) -> None:
    """Give an openpyxl cell its look."""
    cell.font = font(style)
    if style.fill:
        cell.fill = fill(style.fill)
    cell.alignment = alignment(style)
    if style.top or style.bottom or style.left:
        cell.border = border(style)
    if style.format:
        cell.number_format = style.format
    if style.unlocked:
        cell.protection = Protection(locked=False)


class CellStyles:
    """Applies styles to the cells of one workbook, reusing the openpyxl style of the first cell with the same look."""

    def __init__(self) -> None:
        self.known: dict[Style, Any] = {}

    def apply_style(self, cell: Any, style: Style) -> None:
        first = self.known.get(style)
        if first is None:
            apply_style(cell, style)
            self.known[style] = cell._style
        else:
            cell._style = copy(first)
