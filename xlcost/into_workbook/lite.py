"""An xlwings Lite project in a workbook: code and requirements embedded, cells that call it; and its removal.

A cell that calls a function of the project is stored under the function's id; a plain name would stay #NAME?.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from xlcost.catalogue import BY_NAME
from xlcost.errors import BadInput
from xlcost.functions.lists import xlcost_version
from xlcost.hosts.lite import MAIN, NAMESPACE, STORED
from xlcost.into_workbook.lite_project import CODE, IMPORT, extension, project, with_project, without_extension
from xlcost.ooxml import package
from xlcost.ooxml.dynamic_arrays import shows_nothing, with_dynamic_calls, with_recalculation, without_own_marks
from xlcost.ooxml.open import reading, workbook_parts, write_workbook
from xlcost.ooxml.package import Parts
from xlcost.ooxml.xml import Cell, Edit, each_cell, find, with_edits
from xlcost.quantities import Spill

PIECES = re.compile(
    r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|\[(?:[^\[\]]|\[[^\[\]]*\])*\]|(?<![\w.!])[A-Za-z_][\w.]*(?=\()'
)
ONE = re.compile(  # a piece of an argument that is one value: a cell, a cell of a table's row, a number, a sign
    r"(?:(?<![\w.$])[\w.]+!)?(?<![\w.])\$?[A-Z]{1,3}\$?\d{1,7}(?![\w.(:#])|\w*\[\[#This Row\],\[[^\[\]]*\]\]"
    r"|\d+\.?\d*(?:E[+-]?\d+)?|\b(?:TRUE|FALSE)\b|[-+*/^&=<>%,() ]",
    re.IGNORECASE,
)
CALL = re.compile(rf"(?<![\w.]){STORED}(\w+)\(", re.IGNORECASE)
Rename = Callable[[str, str], str]  # (name, default) -> the new name, or the default where it stays


@dataclass
class Report:
    """How many cells were rewritten, the names that the workbook defines itself, whether code of the reader stays."""

    calls: int = 0
    own_names: list[str] = field(default_factory=list)
    code_stays: bool = False


def embed(source: Path, target: Path, requirement: str = "") -> Report:
    """Write the workbook with the project; `requirement` is the line of requirements.txt for this package."""
    line = requirement_line(requirement or f"xlcost=={xlcost_version()}")
    parts, report = _unsigned_parts(source), Report()
    with reading(source):
        parts = with_project(source, parts, line)
        parts, cells = rename_calls_in_cells(parts, _to_project(_own_functions(parts), report))
        report.calls = len(cells)
        parts = with_dynamic_calls(parts, [STORED + name for name in BY_NAME], spills)
        parts = with_recalculation(parts) if any(map(shows_nothing, cells)) else parts
    write_workbook(target, parts)
    return report


def remove(source: Path, target: Path) -> Report:
    """Write the workbook without the project; code that was added to it stays."""
    parts, report = _unsigned_parts(source), Report()
    with reading(source):
        found, code = extension(parts), project(parts).get(CODE, "")
        if not found or IMPORT not in code:
            raise BadInput(f"{source} holds no xlcost project of xlwings Lite")
        report.code_stays = code != MAIN
        if not report.code_stays:
            parts = without_extension(parts, found)
        stored = {(STORED + name).upper(): name for name in BY_NAME}
        parts = without_own_marks(parts, spills)
        parts, cells = rename_calls_in_cells(parts, lambda name, same: stored.get(name.upper(), same))
        report.calls = len(cells)
    write_workbook(target, parts)
    return report


def _unsigned_parts(source: Path) -> Parts:
    """The workbook's parts, macros included; an error where it is signed, since a change breaks the signature."""
    parts = workbook_parts(source, macros=True)
    if any(link.kind == "origin" for link in package.links(parts)):
        raise BadInput(f"{source} is signed; a change would break the signature, so remove it in Excel first")
    return parts


def requirement_line(line: str) -> str:
    """The line, checked to be one that Lite can install: a release, or the address of a pure-Python wheel."""
    text = line.strip()
    address = text.partition("@")[2].strip() or text
    if "://" in address:
        if re.fullmatch(r"(?:https|emfs)://?[^\s\"<>]+-py3-none-any\.whl(?:#\S*)?", address):
            return text
        raise BadInput(
            f"requirement: {line!r} is no wheel that Lite can install; it takes an address such as "
            "https://example.com/xlcost-0.1.0-py3-none-any.whl"
        )
    if re.fullmatch(r"xlcost *(?:[=<>~!]=? *[\w.*]+(?: *, *[=<>~!]=? *[\w.*]+)*)?", text):
        return text
    raise BadInput(
        f'requirement: {line!r} cannot be used; it takes "xlcost", "xlcost==0.1.0" or the address of a wheel'
    )


def rename_calls(formula: str, rename: Rename) -> str:
    """The formula with its calls renamed; texts, sheet names and table columns stay.

    >>> rename_calls('COST(A1,"COST(",T[COST(])+MY.COST(1)', {"COST": "PRICE"}.get)
    'PRICE(A1,"COST(",T[COST(])+MY.COST(1)'
    """
    return PIECES.sub(lambda m: m[0] if m[0][0] in "\"'[" else rename(m[0], m[0]), formula)


def spills(formula: str) -> bool:
    """Whether a call of the project may fill several cells: it gives a table, or an argument may be a range."""
    plain = re.sub(r"'(?:[^']|'')*'!", "", re.sub(r'"[^"]*"', "", formula))
    return any(
        isinstance(BY_NAME[call[1].upper()].returns, Spill) or ONE.sub("", _arguments(plain, call.end()))
        for call in CALL.finditer(plain)
        if call[1].upper() in BY_NAME
    )


def _arguments(formula: str, start: int) -> str:
    """The text inside the bracket that was opened before `start`."""
    depth = itertools.accumulate(((c == "(") - (c == ")") for c in formula[start:]), initial=1)
    return formula[start:][: sum(1 for _ in itertools.takewhile(bool, depth)) - 1]


def rename_calls_in_cells(parts: Parts, rename: Rename) -> tuple[Parts, list[Cell]]:
    """The workbook with the calls in its cells renamed, and the cells that changed."""
    result, cells = dict(parts), list[Cell]()
    for sheet in package.sheets(parts):
        if sheet.kind == "worksheet":
            edits, changed = _changes(parts[sheet.part], rename)
            result[sheet.part] = with_edits(parts[sheet.part], edits)
            cells += changed
    return result, cells


def _changes(xml: bytes, rename: Rename) -> tuple[list[Edit], list[Cell]]:
    edits, cells = list[Edit](), list[Cell]()

    def see(cell: Cell) -> None:
        formula = cell.formula
        if formula and "(" in formula.text and (new := rename_calls(formula.text, rename)) != formula.text:
            edits.append((formula.inside, formula.inside_end, escape(new).encode()))
            cells.append(cell)

    each_cell(xml, see)
    return edits, cells


def _own_functions(parts: Parts) -> set[str]:
    """The names of functions (LAMBDAs) that the workbook defines itself."""
    names = find(parts[package.main_part(parts)], "definedName")
    return {e.attributes.get("name", "").upper() for e in names if "LAMBDA(" in e.text}


def _to_project(own: set[str], report: Report) -> Rename:
    """The renaming of our functions to those of the project; names that the workbook defines stay, and are reported."""
    stored = {name: STORED + name for name in BY_NAME} | {f"{NAMESPACE}.{name}": STORED + name for name in BY_NAME}

    def rename(name: str, same: str) -> str:
        if name.upper() in own & set(BY_NAME):
            report.own_names = sorted({*report.own_names, name.upper()})
            return same
        return stored.get(name.upper(), same)

    return rename
