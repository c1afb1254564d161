"""Named LAMBDAs put into a workbook: the functions by name in Excel 365 and 2024, with nothing installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from xlcost.catalogue import FUNCTIONS
from xlcost.errors import BadInput
from xlcost.hosts import lambdas
from xlcost.into_workbook.functions_sheet import functions_sheet
from xlcost.into_workbook.lookup import with_sheets
from xlcost.into_workbook.own_sheets import own_title
from xlcost.kit.book import Book
from xlcost.ooxml import package
from xlcost.ooxml.address import quoted_title
from xlcost.ooxml.dynamic_arrays import with_dynamic_calls, with_recalculation
from xlcost.ooxml.names import DefinedName, defined_names, own_names, with_names
from xlcost.ooxml.open import check_target, workbook_parts, write_workbook
from xlcost.ooxml.package import Parts

PREFIX = "XLCOST."  # before a function's name where the workbook has a name like it
LISTED = "XLCOST.FUNCTIONS"  # the name of the first column of the Functions sheet


@dataclass(frozen=True)
class Report:
    """The workbook written, how many functions, the new sheets, and functions with another name: (function, its name
    there, the workbook's own name that it avoids)."""

    target: Path
    functions: int
    sheets: list[str]
    other_names: list[tuple[str, str, str]]


def put_lambdas(book: Path, target: Path) -> Report:
    """Write the workbook with named LAMBDAs to the target, whole or not at all."""
    return _put(book, target, with_lambdas, len(lambdas.names(FUNCTIONS)) - len(lambdas.READERS))


def put_functions(book: Path, target: Path, *, by_name: bool = False) -> Report:
    """Write the workbook with the Functions sheet, and with the named LAMBDAs if `by_name`."""
    return _put(book, target, lambda parts: with_functions(parts, by_name=by_name), len(FUNCTIONS))


def _put(book: Path, target: Path, change: Callable[[Parts], Parts], functions: int) -> Report:
    check_target(target)
    parts = workbook_parts(book)
    changed = change(parts)
    write_workbook(target, changed)
    had = {sheet.title for sheet in package.sheets(parts)}
    known = own_names(parts, lambdas.MARK)
    written = {name.name for name in defined_names(changed)}
    others = [(name, new, known[name.lower()]) for name, new in spellings(parts).items() if name != new in written]
    return Report(target, functions, [s.title for s in package.sheets(changed) if s.title not in had], others)


def with_lambdas(parts: Parts, book: Book | None = None) -> Parts:
    """The workbook with a name for every function that has a native form, and the tables that they look up in.

    Names of an earlier run are renewed. Cells that call one of the names become dynamic arrays, so that they spill.
    The sheets of `book` come along, before the tables.
    """
    called = spellings(parts)
    taken = {
        *own_names(parts, lambdas.MARK),
        *(name.name.lower() for name in defined_names(parts) if name.scope is not None),
    }
    names = [
        DefinedName(called.get(name.name, name.name), name.text, name.comment)
        for name in lambdas.names(FUNCTIONS, taken)
    ]
    _check_free(parts, names)
    parts = with_sheets(parts, book or Book("", ""), [name.text for name in names])
    return with_dynamic_calls(with_names(parts, names), [name.name for name in names])


def spellings(parts: Parts) -> dict[str, str]:
    """Function with a native form -> its name in this workbook: its own, unless the workbook has such a name."""
    called = spellings_of_all(parts)
    return {spec.name: called[spec.name] for spec in FUNCTIONS if spec.native}


def spellings_of_all(parts: Parts) -> dict[str, str]:
    """Function -> its name in this workbook, of all functions."""
    theirs = own_names(parts, lambdas.MARK)
    names = [spec.name for spec in FUNCTIONS]
    return {name: f"{PREFIX}{name}" if name.lower() in theirs else name for name in names}


def _check_free(parts: Parts, names: Iterable[DefinedName]) -> None:
    theirs = own_names(parts, lambdas.MARK)
    for name in names:
        if name.name.lower() in theirs:
            raise BadInput(
                f"the workbook has a name {theirs[name.name.lower()]} of its own; rename it in Excel (Formulas, "
                "Name Manager)"
            )


def with_functions(parts: Parts, *, by_name: bool = False) -> Parts:
    """The workbook with the Functions sheet and the tables that its examples look up in.

    `by_name` also writes the named LAMBDAs, and each example once more as a call by its name.
    """
    known = {name.name: name.text for name in defined_names(parts)}
    if "#REF!" not in known.get(LISTED, "#REF!"):
        raise BadInput("the workbook has a sheet of the functions already; delete it in Excel to get a new one")
    called = spellings(parts) if by_name else None
    book = Book("", "")
    sheet = functions_sheet(book, FUNCTIONS, called, spellings_of_all(parts))
    last = max(int(ref[1:]) for ref in sheet.cells)
    place = f"{quoted_title(own_title(parts, sheet.title))}!$B$1:$B${last}"
    parts = with_lambdas(parts, book) if by_name else with_sheets(parts, book)
    parts = with_names(parts, [DefinedName(LISTED, place, f"The sheet of the functions {lambdas.MARK}")])
    return with_recalculation(parts) if "Models_id" in known else parts  # its own rows may have changed
