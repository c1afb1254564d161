"""Input cells: the name, word and default of each with its basis; the Inputs sheet; validation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xlcost.errors import BadInput, nearest
from xlcost.facts.store import GPUS, MODELS, PRECISIONS
from xlcost.kit import styles
from xlcost.kit.book import Book
from xlcost.kit.cells import Names
from xlcost.native import Tracer, constant, literal
from xlcost.prices.current import current_market
from xlcost.quantities import Choice, Date, Key, Number, Result, Word, excel_serial, serial_date
from xlcost.sources import Assumed

TEXT = Result("text", "text", "Text")
LONGEST_TEXT = 255  # characters of a text in a formula
LISTS = {"model": "Models_id", "gpu": "GPUs_id", "precision": "Precisions_id", "provider": "Providers_id"}
TABLES = {"model": MODELS, "gpu": GPUS, "precision": PRECISIONS}


def word(hint: Any) -> Word:
    """The word in an annotation such as quantities.Tokens."""
    found: Word = hint.__metadata__[0]
    return found


def reason(value: Assumed) -> str:
    """The source and reason of an assumed default, as text."""
    return f"{value.source.short}: {value.why}"


def table_id(kind: str, text: str) -> str:
    """An id or alias as the workbook's tables spell it, since MATCH finds nothing else."""
    if kind == "provider":
        return current_market().provider(text)
    table = TABLES.get(kind)
    return text if table is None else table.id(text)


@dataclass(frozen=True)
class Input:
    """An input cell."""

    name: str
    label: str
    unit: str
    word: Word
    default: Any
    format: str
    basis: str = ""
    optional: bool = False
    needed: bool = False  # a table of scenarios must give it
    why: str = ""  # on what the default rests

    @property
    def rests_on(self) -> str:
        """The cell's basis, and on what its default rests."""
        return "; ".join(part for part in (self.basis, self.why) if part)

    def note(self, cell: Tracer) -> Any:
        """The note beside the cell; it says "own figure" where the cell no longer holds the default."""
        if not self.why:
            return self.basis or None
        default = literal(constant(self.default)) if self.default else "0"
        own = f"{self.basis + '; ' if self.basis else ''}own figure. Default {default}: {self.why}"
        if len(own) > LONGEST_TEXT:
            raise ValueError(f"{self.name}: its note has {len(own)} characters; a formula takes {LONGEST_TEXT}")
        text = f"IF({self.name}={default},{literal(self.rests_on)},{literal(own)})"
        return Tracer(text, value=lambda: self.rests_on if cell.value == constant(self.default) else own)

    def accept(self, value: Any) -> Any:
        """The value for the cell, checked by its word; the default where blank."""
        if value is None or value == "":
            return self.default
        if self.word is TEXT:
            return str(value)
        found = self.word.accept(value, self.name)
        if isinstance(self.word, Key):
            return table_id(self.word.name, found)
        return serial_date(found) if isinstance(self.word, Date) else found

    def named_cell(self, cell: Tracer, *, is_number: bool) -> Tracer:
        """The tracer of the cell under its defined name."""
        if self.optional:
            blank = Tracer(f"ISBLANK({self.name})", value=lambda: cell.value is None)
            return Tracer(self.name, value=lambda: cell.value, left_out=blank)
        return Tracer(self.name, value=lambda: cell.value, is_number=is_number)


Groups = tuple[tuple[str, tuple[Input, ...]], ...]


def all_inputs(groups: Groups) -> Iterable[Input]:
    """The inputs of all groups, in their order."""
    return (given for _, group in groups for given in group)


def input_values(groups: Groups, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of all inputs: those given, checked, and defaults for the others; an unknown name is an error."""
    known = {given.name: given for given in all_inputs(groups)}
    for name in values:
        if name not in known:
            raise BadInput(f"there is no input '{name}'{nearest(name, known)}")
    return {name: given.accept(values.get(name)) for name, given in known.items()}


def inputs_sheet(
    book: Book, groups: Groups, values: Mapping[str, Any], purpose: str, *, published: bool = False
) -> Names:
    """Add the Inputs sheet, named and validated; gives the cells by name; `published` adds a column of defaults."""
    basis = "F" if published else "E"
    widths = {"A": 1.5, "B": 44, "C": 13, "D": 24} | ({"E": 18, "F": 62} if published else {"E": 76})
    about = "The only sheet to fill in; cream cells"
    sheet = book.sheet("Inputs", "input", widths, freeze="D5", pages_high=1, about=about)
    sheet.heading("Inputs", purpose)
    heads = {"B": "Figure", "C": "Unit", "D": "Value", basis: "Basis, source"}
    if published:
        sheet.put("E4", "As published", styles.HEAD)
    for column, text in heads.items():
        sheet.put(f"{column}4", text, styles.COLUMN_HEADS[column])
    names, row = {}, 5
    for title, group in groups:
        sheet.section(row, title)
        for given in group:
            row += 1
            value = values[given.name]
            sheet.put(f"B{row}", given.label, styles.LABEL)
            sheet.put(f"C{row}", given.unit, styles.UNIT)
            long = {"across": "left", "indent": 1} if given.word is TEXT else {}  # runs on into the next column
            cell = sheet.put(f"D{row}", value, styles.INPUT.but(format=given.format, **long))
            if published:
                sheet.put(f"E{row}", given.default, styles.CALC.but(format=given.format, ink=styles.MUTED))
            sheet.put(f"{basis}{row}", given.note(cell), styles.NOTE)
            sheet.inputs.add(f"D{row}")
            message, validation = rule(given)
            sheet.allow(f"D{row}", given.label, message, **validation)
            book.name(given.name, sheet, f"D{row}")
            names[given.name] = given.named_cell(cell, is_number=not isinstance(value, str))
        row += 2
    return names


def rule(given: Input) -> tuple[str, dict[str, Any]]:
    """(message, validation rule) of an input cell, from its word."""
    w = given.word
    if isinstance(w, Choice):
        return f"One of {', '.join(w.choices)}", {"type": "list", "formula1": f'"{",".join(w.choices)}"'}
    if isinstance(w, Key) and w.name in LISTS:
        return f"An id of the {LISTS[w.name].split('_')[0]} sheet", {"type": "list", "formula1": LISTS[w.name]}
    if isinstance(w, Date):
        limits = (excel_serial(dt.date(2023, 1, 1)), excel_serial(dt.date(2099, 1, 1)))
        return "A date", _between("date", *limits)
    if isinstance(w, Number):
        low = max(w.low, w.above + 1e-9)
        kind = "whole" if w.whole else "decimal"
        upper = f" to {w.high:g}" if w.high < 1e12 else ""
        rule = _between(kind, low, min(w.high, 1e18))
        return f"{w.meaning}: from {max(w.low, 0 if w.above >= 0 else w.low):g}{upper}", rule | {
            "blank": given.optional
        }
    return "Text", {"type": "textLength", "operator": "between", "formula1": "1", "formula2": "80"}


def out_of_bounds(groups: Groups, names: Names) -> Tracer:
    """How many numbers are outside their bounds, which pasting allows in spite of validation."""
    numbers = [given for given in all_inputs(groups) if isinstance(given.word, Number)]
    text = "+".join(f"IF(ISBLANK({given.name}),{int(not given.optional)},{_outside(given)})" for given in numbers)
    return Tracer(text, value=lambda: float(sum(faults(given, names[given.name].value) for given in numbers)))


def _outside(given: Input) -> str:
    """A formula that counts the bounds which a cell breaks."""
    w: Any = given.word
    low = f"{given.name}<={w.above:g}" if w.above >= w.low else f"{given.name}<{w.low:g}"
    whole = f"+({given.name}<>INT({given.name}))" if w.whole else ""
    return f"({low})+({given.name}>{w.high:g}){whole}".replace("e+", "E+")


def faults(given: Input, value: Any) -> int:
    """How many bounds a value breaks; text breaks one, as a spreadsheet takes it for larger than any number."""
    w: Any = given.word
    if value is None:
        return int(not given.optional)
    if isinstance(value, str):
        return 1
    low = value <= w.above if w.above >= w.low else value < w.low
    return int(low) + int(value > w.high) + int(w.whole and value != math.floor(value))


def _between(kind: str, low: float, high: float) -> dict[str, Any]:
    return {"type": kind, "operator": "between", "formula1": f"{low:.15g}", "formula2": f"{high:.15g}"}
