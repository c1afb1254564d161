"""Table sheets put into any workbook that names and formulas look up in: missing sheets, or missing columns.

A table that the workbook already has under our names stays, with prices and rows that its reader changed; only
columns that it lacks are added at its right edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from xlcost.errors import BadInput
from xlcost.into_workbook.own_sheets import book_parts, own_title
from xlcost.kit.book import Book, table_columns
from xlcost.kit.lookup_sheets import TOP, add_tables, alias_sheet
from xlcost.native import Tracer
from xlcost.ooxml import package
from xlcost.ooxml.add_sheets import with_sheets_of
from xlcost.ooxml.address import quoted_title
from xlcost.ooxml.names import DefinedName, defined_names, own_names, with_names
from xlcost.ooxml.order import WORKBOOK
from xlcost.ooxml.package import Parts
from xlcost.ooxml.table_columns import TablePlace, table_place, with_columns
from xlcost.prices.current import current_market

ANCHORS = {"Models": "id", "GPUs": "id", "Precisions": "id", "Regions": "id", "Prices": "gpu", "Aliases": "key"}
ON_PRICES = "Quotes"  # this table stands on the Prices sheet
MISSING = "n/a"  # in added columns, for rows that the packaged table does not have
Pairs = set[tuple[str, str]]  # table, column


def with_sheets(parts: Parts, book: Book, texts: Iterable[str] = ()) -> Parts:
    """The workbook with the book's sheets after its own, and the tables that they and the texts look up in."""
    _check_days(parts)
    wanted = book.used_columns() | table_columns(texts)
    known = {name.name.lower(): name for name in defined_names(parts) if name.scope is None}
    lacking = {pair for pair in wanted if "_".join(pair).lower() not in known}
    fresh = set()
    for table in sorted({"Prices" if table == ON_PRICES else table for table, _ in lacking}):
        anchor = known.get(f"{table}_{ANCHORS[table]}".lower())
        if anchor is None:
            _check_free(parts, table)
            fresh.add(table)
        else:
            parts = _with_whole_table(parts, table, anchor, wanted)
    parts = _with_book(parts, book_parts(book), book.names) if book.sheets else parts
    missing = {pair for pair in wanted if pair[0] in fresh or (pair[0] == ON_PRICES and "Prices" in fresh)}
    return _with_book(parts, *_packaged_sheets(frozenset(missing), current_market())) if missing else parts


def _check_days(parts: Parts) -> None:
    """Refuse a workbook that counts days from 1904: as numbers they would not agree with those of the tables."""
    settings = WORKBOOK.child(parts[package.main_part(parts)], "workbookPr")
    if settings and settings.attributes.get("date1904") in ("1", "true"):
        raise BadInput(
            "the workbook counts days from 1904 (in Excel: File, Options, Advanced), xlcost's tables from 1900; "
            "switch it off there and look at its dates"
        )


def _check_free(parts: Parts, table: str) -> None:
    for name in own_names(parts).values():
        if re.match(rf"{table}_\w", name, re.IGNORECASE):
            raise BadInput(
                f"the workbook has a name {name} of its own, which formulas of xlcost would take for their table; "
                "rename it in Excel (Formulas, Name Manager)"
            )


def _with_whole_table(parts: Parts, table: str, anchor: DefinedName, wanted: Pairs) -> Parts:
    """The workbook with the columns and names added that its own table lacks."""
    place = table_place(parts, anchor.text, ANCHORS[table])
    if place is None:
        raise BadInput(
            f"the workbook has a name {anchor.name} that is no table of xlcost's; "
            "rename it in Excel (Formulas, Name Manager)"
        )
    columns = {column for name, column in wanted if name == table}
    rows = _packaged_rows(table)
    packaged = next(iter(rows.values()), {})
    more = [c for c in packaged if (c in columns or "table" in columns) and c not in place.letters]
    if more:
        parts, place = with_columns(parts, place, ANCHORS[table], more, rows, MISSING)
    names = [_column_name(place, table, column) for column in sorted(columns)]
    quotes = table == "Prices" and all(name.name != "Quotes_usd" for name in defined_names(parts))
    if None in names or quotes:
        raise BadInput(
            f"the workbook's sheet behind the names {table}_* is of another edition of xlcost and lacks columns; "
            "make the workbook anew, or rename those names in Excel (Formulas, Name Manager)"
        )
    return with_names(parts, [name for name in names if name])


def _column_name(place: TablePlace, table: str, column: str) -> DefinedName | None:
    """The defined name of a column, or of the whole (`table`, `columns`); None where there is no such column."""
    left = next(iter(place.letters.values()))
    if column == "table":
        return DefinedName(f"{table}_table", place.range(left, place.edge, place.first, place.last))
    if column == "columns":
        return DefinedName(f"{table}_columns", place.range(left, place.edge, place.first - 1, place.first - 1))
    letter = place.letters.get(column)
    return DefinedName(f"{table}_{column}", place.range(letter, letter, place.first, place.last)) if letter else None


def _packaged_rows(table: str) -> dict[str, dict[str, Any]]:
    """Id -> cells by column of a packaged table; empty for tables whose sheets always have all columns."""
    if table in ("Prices", "Aliases"):
        return {}
    book = Book("", "")
    _add_fresh(book, {(table, "table")})
    cells = {ref: content for ref, (content, _) in book.sheets[0].cells.items()}
    heads = {m[1]: text for ref, text in cells.items() if (m := re.fullmatch(rf"([A-Z]+){TOP}", ref)) and text}
    rows: dict[str, dict[str, Any]] = {}
    number = TOP + 1
    while f"B{number}" in cells:
        rows[cells[f"B{number}"]] = {column: cells[f"{letter}{number}"] for letter, column in heads.items()}
        number += 1
    return rows


def _add_fresh(book: Book, wanted: Pairs) -> None:
    """Add to the book sheets of the packaged tables with the wanted columns."""
    formulas = book.sheet("", "calc", {"A": 1})
    formulas.put("A1", Tracer(" ".join(sorted("_".join(pair) for pair in wanted))))
    others = [sheet for sheet in book.sheets if sheet is not formulas]
    book.sheets = [formulas]
    add_tables(book, whole=True)
    if any(table == "Aliases" for table, _ in wanted):
        alias_sheet(book)
    book.sheets = others + book.sheets[1:]


@lru_cache(maxsize=4)
def _packaged_sheets(wanted: frozenset[tuple[str, str]], *_: Any) -> tuple[Parts, dict[str, str]]:
    """The parts of a book with the packaged tables, and its names; cached for the same columns and market."""
    book = Book("", "")
    _add_fresh(book, set(wanted))
    return book_parts(book), book.names


def _with_book(parts: Parts, donor: Parts, names: Mapping[str, str]) -> Parts:
    """The workbook with the donor's sheets, under titles that are free, and names."""
    titles = {sheet.title: own_title(parts, sheet.title) for sheet in package.sheets(donor)}
    moved = [
        DefinedName(name, reference.replace(f"{quoted_title(old)}!", f"{quoted_title(new)}!"))
        for name, reference in names.items()
        for old, new in titles.items()
        if reference.startswith(f"{quoted_title(old)}!")
    ]
    return with_names(with_sheets_of(parts, donor, titles), moved)
