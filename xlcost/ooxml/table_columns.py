"""A table on an existing sheet: where its columns are, and further columns added at its right edge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from xlcost.ooxml import order, package
from xlcost.ooxml.address import column_letters, column_number, plain_title, quoted_title
from xlcost.ooxml.package import Parts
from xlcost.ooxml.values import cell_xml
from xlcost.ooxml.xml import Edit, Element, attribute_edit, find, with_edits

MAIN = f"{{{package.MAIN}}}"
PLACE = re.compile(r"(.+)!\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)")
WIDTH = 14


@dataclass(frozen=True)
class TablePlace:
    """A table: its sheet, the row of its column ids, its first and last row, and the letter of each column."""

    title: str
    part: str
    first: int
    last: int
    letters: Mapping[str, str]

    @property
    def edge(self) -> str:
        """The letter of its last column."""
        return max(self.letters.values(), key=column_number)

    def range(self, left: str, right: str, first: int, last: int) -> str:
        """A reference to cells of its sheet."""
        return f"{quoted_title(self.title)}!${left}${first}:${right}${last}"


def table_place(parts: Parts, cells: str, id: str) -> TablePlace | None:
    """The table whose column of this id is the range `cells`; None where that is no such column."""
    match = PLACE.fullmatch(cells)
    title = plain_title(match[1]) if match else ""
    sheet = next((s for s in package.sheets(parts) if s.title.lower() == title.lower()), None)
    if match and sheet:
        first, last = int(match[3]), int(match[5])
        heads = table_cells(parts, sheet.part, first - 1, first - 1).get(first - 1, {})
        letters = _column_ids(heads, match[2])
        if letters.get(id) == match[2] == match[4]:
            return TablePlace(sheet.title, sheet.part, first, last, letters)
    return None


def _column_ids(cells: Mapping[str, Any], left: str) -> dict[str, str]:
    """Column id -> letter, from the column `left` to the first blank heading."""
    found, at = {}, column_number(left)
    while isinstance(cells.get(column_letters(at)), str):
        found[cells[column_letters(at)]] = column_letters(at)
        at += 1
    return found


def table_cells(parts: Parts, part: str, first: int, last: int) -> dict[int, dict[str, Any]]:
    """The cells of some rows of a sheet, by row and column letter: text or numbers."""
    texts = package.shared_texts(parts)
    found: dict[int, dict[str, Any]] = {}
    for row in ElementTree.fromstring(parts[part]).iter(f"{MAIN}row"):
        number = int(row.get("r", "0"))
        if first <= number <= last:
            found[number] = {re.sub(r"\d", "", c.get("r", "")): _cell_value(c, texts) for c in row.iter(f"{MAIN}c")}
    return found


def _cell_value(cell: ElementTree.Element, texts: list[str]) -> Any:
    value = cell.findtext(f"{MAIN}v")
    if cell.get("t") == "s" and value:
        return texts[int(value)]
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{MAIN}t"))
    if cell.get("t") == "str" or value is None:
        return value
    return float(value) if cell.get("t") in (None, "n") else None


def with_columns(
    parts: Parts, place: TablePlace, key: str, columns: list[str], known: Mapping[str, Mapping[str, Any]], missing: str
) -> tuple[Parts, TablePlace]:
    """The workbook with columns added to the table: `known` has the values of a row by its id in the column `key`;
    a value that it lacks is `missing`."""
    edge = column_number(place.edge)
    letters = {column: column_letters(edge + i) for i, column in enumerate(columns, 1)}
    cells = table_cells(parts, place.part, place.first - 1, place.last)
    xml = parts[place.part]
    edits: list[Edit] = []
    for row in find(xml, "row"):
        number = int(row.attributes.get("r", "0"))
        if number not in cells or row.inside_end == row.end:
            continue
        values: Mapping[str, Any] = {column: column for column in columns}
        if number >= place.first:
            values = known.get(str(cells[number].get(place.letters[key])), {})
        of_text, of_number = _looks(xml, row)
        cells_of_row = ((f"{letters[c]}{number}", values.get(c, missing)) for c in columns)
        text = "".join(cell_xml(ref, of_text if isinstance(v, str) else of_number, v) for ref, v in cells_of_row)
        edits.append(attribute_edit(xml, row, spans=None))
        edits.append((row.inside_end, row.inside_end, order.with_prefix(row.prefix, text).encode()))
    xml = _wider(with_edits(xml, edits), edge + 1, edge + len(columns))
    wider = TablePlace(place.title, place.part, place.first, place.last, {**place.letters, **letters})
    return parts | {place.part: xml}, wider


def _looks(xml: bytes, row: Element) -> tuple[str, str]:
    """The style attributes of the last text and the last number of a row."""
    text = number = ""
    for tag in re.findall(r"<(?:\w+:)?c\s[^>]*>", xml[row.inside : row.inside_end].decode()):
        look = re.search(r'\ss="\d+"', tag)
        if re.search(r'\st="(?:s|str|inlineStr)"', tag):
            text = look[0] if look else ""
        elif not tag.endswith("/>"):
            number = look[0] if look else ""
    return text, number or text


def _wider(xml: bytes, first: int, last: int) -> bytes:
    """The sheet with a width for the new columns and its dimension extended to them."""
    known = find(xml, "col")
    if known and int(known[-1].attributes["max"]) < first:
        columns = f'<col min="{first}" max="{last}" width="{WIDTH}" customWidth="1"/>'
        xml = order.SHEET.with_items(xml, "cols", [columns])
    reach = order.SHEET.child(xml, "dimension")
    if reach is None:
        return xml
    widened = re.sub(r":[A-Z]+(?=\d+$)", f":{column_letters(last)}", reach.attributes.get("ref", ""))
    return with_edits(xml, [attribute_edit(xml, reach, ref=widened)])
