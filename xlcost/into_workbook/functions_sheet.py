"""The Functions sheet: every function with its arguments, units and source, and an example to change.

An example is its arguments, one a cell, and the plain formula over them; a function without a native form shows the
result that the package gives. The texts are those of docs/functions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xlcost.facts.store import REGIONS
from xlcost.function import FunctionSpec, Parameter
from xlcost.hosts.arguments import argument_help
from xlcost.hosts.reference import argument_rows, as_typed, example_formula, example_result
from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.inputs import Input, rule, table_id
from xlcost.native import Tracer, call, formula, where
from xlcost.quantities import Key, ModelWord, serial_date

TITLE = "Functions"
TOP = 4
PURPOSE = (
    "Change the cream cells (numbers, and ids as the table sheets spell them) and the result follows. A result in grey "
    "italics is what the add-in gives: no formula computes it here."
)
HEADS = ("Function, argument", "What it gives, what it takes", "Unit", "Example", "As typed; when left out", "Source")
WIDTHS = {"A": 1.5, "B": 23, "C": 66, "D": 18, "E": 20, "F": 48, "G": 34}
BY_NAME = {"H": 20, "I": 9}
HEAD_LOOKS = {
    "E": styles.HEAD,
    "F": styles.HEAD_LEFT.but(indent=1),
    "H": styles.HEAD,
    "I": styles.HEAD.but(across="center"),
}
UNITS = {  # number formats of units whose values look the same at any size
    "share": styles.PERCENT,
    "FLOP": styles.SCIENCE,
    "nats / token": styles.FOUR,
    "parameters": styles.WHOLE,
    "tokens": styles.WHOLE,
}
TEXTS = ("text", "table")
EDGE = styles.LINE
TEXT_RULE = {"type": "textLength", "operator": "between", "formula1": "1", "formula2": "80"}


def functions_sheet(
    book: Book,
    functions: Iterable[FunctionSpec],
    names: Mapping[str, str] | None = None,
    spellings: Mapping[str, str] | None = None,
) -> Sheet:
    """Add the sheet; with `names` (function -> defined name) each example also stands as a call by its name.

    `spellings` says how a function is written in a cell where that is not its name.
    """
    sheet = book.sheet(
        TITLE, "reference", WIDTHS | (BY_NAME if names else {}), freeze=f"C{TOP + 1}", repeat_rows=f"{TOP}:{TOP}"
    )
    sheet.heading(TITLE, PURPOSE)
    heads = dict(zip("BCDEFG", HEADS, strict=True)) | ({"H": "By its name", "I": "Equal"} if names else {})
    for column, text in heads.items():
        sheet.put(f"{column}{TOP}", text, HEAD_LOOKS.get(column, styles.HEAD_LEFT))
    row, category = TOP, ""
    for spec in functions:
        if spec.category != category:
            category = spec.category
            row += 1 if row == TOP else 2
            sheet.section(row, category)
        row += 1
        cells = [_argument(sheet, spec, p, row + i) for i, p in enumerate(spec.parameters, 1)]
        result = _function(sheet, spec, row, cells, (spellings or {}).get(spec.name, spec.name))
        if names and spec.native:
            _by_name(sheet, row, names[spec.name], cells, result)
        row += len(spec.parameters)
    if names:
        _overall(sheet, row, len(names))
    return sheet


def _function(sheet: Sheet, spec: FunctionSpec, row: int, cells: list[Tracer], name: str) -> Tracer:
    """Put the function's own row; gives the cell with the result."""
    example = example_formula(spec).replace(spec.name, name, 1)
    sheet.put(f"B{row}", spec.name, styles.LABEL.but(bold=True, ink=styles.NAVY, top=EDGE, indent=0))
    sheet.put(f"C{row}", spec.summary, styles.LABEL.but(wrap=True, top=EDGE, indent=0))
    sheet.put(f"D{row}", spec.returns.unit, styles.UNIT.but(top=EDGE))
    sheet.put(f"F{row}", example, styles.LABEL.but(wrap=True, top=EDGE, size=9, ink=styles.BLUE, indent=1))
    sheet.put(f"G{row}", spec.source.short, styles.UNIT.but(top=EDGE, wrap=True))
    result = formula(spec, dict(zip((p.name for p in spec.parameters), cells, strict=True))) if spec.native else None
    content = _short(example_result(spec)) if result is None else result
    shown = str(content if result is None else result.value) if spec.returns.unit in TEXTS or result is None else ""
    sheet.heights[row] = _height({"C": spec.summary, "F": example, "G": spec.source.short, "E": shown})
    look = styles.TOTAL.but(top=EDGE, wrap=bool(shown), size=9 if shown else 10, bold=not shown)
    if result is None:
        return sheet.put(f"E{row}", content, look.but(italic=True, ink=styles.MUTED))
    return sheet.put(f"E{row}", content, look.but(format=number_format(spec.returns.unit, result.value)))


def _short(text: str) -> str:
    """The text, cut to 60 characters."""
    return text if len(text) <= 60 else text[:57].rpartition(" ")[0] + " ..."


def _argument(sheet: Sheet, spec: FunctionSpec, p: Parameter, row: int) -> Tracer:
    """Put an argument's row; gives its cell as the function takes it."""
    _, meaning, unit, left_out = argument_rows(spec)[spec.parameters.index(p)]
    value = example_value(p, spec.example_arguments.get(p.name))
    sheet.put(f"B{row}", p.name, styles.LABEL.but(indent=2, size=9.5))
    sheet.put(f"C{row}", meaning, styles.LABEL.but(size=9.5, wrap=True))
    sheet.put(f"D{row}", unit, styles.UNIT)
    sheet.put(f"F{row}", left_out, styles.UNIT.but(wrap=True, indent=1))
    sheet.put(f"G{row}", None, styles.UNIT)
    sheet.heights[row] = _height({"C": meaning, "F": left_out})
    shown = serial_date(value) if unit == "date" and value is not None else value
    if not spec.native:
        return sheet.put(
            f"E{row}", shown, styles.CALC.but(ink=styles.MUTED, size=9.5, format=number_format(unit, value))
        )
    ref = sheet.put(f"E{row}", shown, styles.INPUT.but(size=9.5, format=number_format(unit, value)))
    sheet.inputs.add(f"E{row}")
    _, allowed = rule(Input(p.name, p.name, unit, p.word, None, ""))
    allowed = TEXT_RULE if getattr(p.word, "table", "") == "provider" else allowed
    sheet.allow(f"E{row}", p.name, argument_help(p), **allowed | {"blank": not p.required})
    return _cell(p, ref.text, value)


def _cell(p: Parameter, ref: str, value: Any) -> Tracer:
    """The tracer of an argument's cell: it may be blank if optional, and hold a size or an id if it is a model."""
    is_number = (
        Tracer(f"ISNUMBER({ref})", value=lambda: isinstance(value, float)) if isinstance(p.word, ModelWord) else False
    )
    left_out = None if p.required else Tracer(f"ISBLANK({ref})", value=lambda: value is None)
    return Tracer(ref, value=lambda: value, left_out=left_out, is_number=is_number)


def example_value(p: Parameter, given: Any) -> Any:
    """An argument of an example as a cell holds it: numbers as numbers, ids as the tables spell them."""
    if given is None or p.rest:
        return ", ".join(as_typed(v) for v in given) if given else None
    if isinstance(given, (list, tuple)):
        return as_typed(given)
    value = p.accept(given)
    if isinstance(value, str) and isinstance(p.word, (Key, ModelWord)):
        kind = p.word.name
        return REGIONS.id(value) if kind == "region" else table_id(kind, value)
    return value


def number_format(unit: str, value: Any) -> str:
    """The number format for a value of this unit."""
    if not isinstance(value, float):
        return styles.DATE if unit == "date" else styles.WORDS
    if unit in UNITS:
        return UNITS[unit]
    if unit == "date":
        return styles.DATE
    if "USD" in unit:
        return styles.USD if value >= 1000 else styles.USD2 if value >= 10 else styles.USD4
    if value >= 1e15:
        return styles.SCIENCE
    return styles.WHOLE if value.is_integer() or value >= 1e5 else styles.TWO if value >= 10 else styles.FOUR


def _by_name(sheet: Sheet, row: int, name: str, cells: list[Tracer], result: Tracer) -> None:
    """Put the example as a call by its defined name, and whether the two results agree."""
    look = sheet.cells[f"E{row}"][1]
    text = f"{name}({','.join(cell.text for cell in cells)})"
    ref = sheet.put(f"H{row}", Tracer(text, value=lambda: result.value), look)
    near = call("ABS", ref - result, value=abs) <= 1e-9 * call("ABS", result, value=abs)
    number = call("ISNUMBER", result, value=lambda v: isinstance(v, float))
    equal = where(number, where(near, "OK", "CHECK"), where(ref == result, "OK", "CHECK"))
    sheet.put(f"I{row}", equal, styles.STATUS.but(bottom=styles.HAIR))


def _overall(sheet: Sheet, last: int, count: int) -> None:
    cells = f"I${TOP + 1}:I${last}"
    found = call("COUNTIF", Tracer(cells, value=lambda: count), "OK", value=lambda n, _: float(n))
    sheet.put("I1", where(found == count, "ALL OK", "CHECK"), styles.STATUS)
    sheet.lights.append("I1:I1")
    sheet.tints.append((f"I{TOP + 1}:I{last}", f'I{TOP + 1}="CHECK"', styles.BAD_INK, styles.BAD_FILL))


def _height(texts: Mapping[str, str]) -> float:
    """The height of a row, in points, that shows its texts wrapped in their columns."""
    return 15.0 * max(1 + int(len(text) / (WIDTHS[column] * 1.25)) for column, text in texts.items())
