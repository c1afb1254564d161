"""A line is written once and read twice: as the plain formula of its cell, and as the call that a user would type.

A line is a function of `f`, which writes calls of the catalogue's functions, and of `x`, the cells that stand above it.
Called with `Formulas()` it gives the cell's formula, with `Calls()` the text that a user with the add-in would type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xlcost.catalogue import spec_of
from xlcost.kit import styles
from xlcost.kit.book import Book
from xlcost.kit.cells import Cells
from xlcost.kit.currency import unit
from xlcost.native import Tracer, as_tracer, formula

Compute = Callable[[Any, Cells], Any]
TITLE = "Calculation"
LONGEST = 72  # characters of a call that fit on one line of the sheet


class Formulas:
    """Function calls as plain formulas."""

    def __getattr__(self, name: str) -> Callable[..., Tracer]:
        spec = spec_of(name)
        if not spec.native:
            raise ValueError(f"{name} has no plain formula: it searches, sorts or simulates, or is too long for a cell")
        return lambda **arguments: formula(spec, arguments)


class Calls:
    """Function calls as a user types them."""

    def __getattr__(self, name: str) -> Callable[..., Tracer]:
        def call(**arguments: Any) -> Tracer:
            parts = [arguments.get(p.name) for p in spec_of(name).parameters]
            while parts and parts[-1] is None:
                parts.pop()
            shown = ["" if p is None else p.text if isinstance(p, Tracer) else _constant(p) for p in parts]
            return Tracer(f"{name}({', '.join(shown)})")

        return call


def _constant(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def named_cell(name: str, reference: Tracer) -> Tracer:
    """A cell's tracer under its defined name."""
    return Tracer(name, value=lambda: reference.value)


@dataclass(frozen=True)
class Line:
    """A line of the calculation: one formula. `total` highlights it as a result; the note may be a formula too."""

    key: str
    label: str
    unit: str
    format: str
    compute: Compute
    note: str | Compute = ""
    total: bool = False


LineGroups = tuple[tuple[str, tuple[Line, ...]], ...]


def lines_sheet(book: Book, groups: LineGroups, x: Cells, about: str) -> None:
    """Add the Calculation sheet, a row for each line; puts each line and its note into `x` by key."""
    widths = {"A": 1.5, "B": 44, "C": 13, "D": 20, "E": 58, "F": 62}
    sheet = book.sheet(TITLE, "calc", widths, freeze="D5", pages_high=1, about=about)
    sheet.heading(TITLE, "One formula per line, top to bottom. Nothing to fill in here.")
    heads = (("B", "Line"), ("C", "Unit"), ("D", "Value"), ("E", "The same with the add-in"), ("F", "Note"))
    for column, text in heads:
        sheet.put(f"{column}4", text, styles.COLUMN_HEADS[column])
    row = 5
    for title, lines in groups:
        sheet.section(row, title)
        for line in lines:
            row += 1
            edge = styles.INK if line.total else None
            sheet.put(f"B{row}", line.label, styles.LABEL.but(bold=line.total, top=edge))
            sheet.put(f"C{row}", unit(line.unit, x), styles.UNIT.but(top=edge))
            typed = call_text(line, x)
            sheet.put(f"E{row}", typed, styles.NOTE.but(italic=False, size=8.5, wrap=True))
            look = (styles.TOTAL if line.total else styles.CALC).but(format=line.format)
            x[line.key] = sheet.put(f"D{row}", as_tracer(line.compute(Formulas(), x)), look)
            note = line.note if isinstance(line.note, str) else line.note(Formulas(), x)
            x.notes[line.key] = sheet.put(f"F{row}", note, styles.NOTE.but(wrap=True))
            sheet.heights[row] = 15 if len(typed) < LONGEST and (isinstance(note, str) or line.total) else 27
        row += 2


def call_text(line: Line, x: Cells) -> str:
    """The text that a user with the add-in would type for a line; blank where that is no shorter than the formula."""
    text = as_tracer(line.compute(Calls(), x)).text
    if "INDEX(" in text or "COUNTIFS(" in text:
        return ""
    return str("=" + text.replace(f"«{TITLE}»", "").replace("$", ""))
