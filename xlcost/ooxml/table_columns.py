"""A table that stands on a sheet already: where its columns are, and further columns at its right edge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from openpyxl.utils.cell import column_index_from_string, get_column_letter

from xlcost.errors import BadInput
from xlcost.ooxml import order, package
from xlcost.ooxml.address import quoted_title
from xlcost.ooxml.names import DefinedName
from xlcost.ooxml.values import typed
from xlcost.ooxml.xml import Edit, Element, edited, find, retagged

MAIN = f"{{{order.MAIN}}}"
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
        return max(self.letters.values(), key=column_index_from_string)

    def range(self, left: str, right: str, first: int, last: int) -> str:
        return f"{quoted_title(self.title)}!${left}${first}:${right}${last}"

    def name(self, table: str, column: str) -> DefinedName | None:
        """The name of a column, or of all (`table`, `columns`); None where there is no such column."""
        left = next(iter(self.letters.values()))
        if column == "table":
            return DefinedName(f"{table}_table", self.range(left, self.edge, self.first, self.last))
        if column == "columns":
            return DefinedName(f"{table}_columns", self.range(left, self.edge, self.first - 1, self.first - 1))
        letter = self.letters.get(column)
        return DefinedName(f"{table}_{column}", self.range(letter, letter, self.first, self.last)) if letter else None


def table_place(parts: package.Parts, anchor: DefinedName, column: str) -> TablePlace:
    """The table whose column `column` a name stands for."""
    match = PLACE.fullmatch(anchor.text)
    title = match[1].removeprefix("'").removesuffix("'").replace("''", "'") if match else ""
    sheet = next((s for s in package.sheets(parts) if s.title.lower() == title.lower()), None)
    if match and sheet:
        first, last = int(match[3]), int(match[5])
        cells = table_cells(parts, sheet.part, first - 1, first - 1).get(first - 1, {})
        letters = _run(cells, match[2])
        if letters.get(column) == match[2] == match[4]:
            return TablePlace(sheet.title, sheet.part, first, last, letters)
    raise BadInput(
        f"the workbook has a name {anchor.name} that is no table of xlcost's; "
        "rename it in Excel (Formulas, Name Manager)"
    )


def _run(cells: Mapping[str, Any], left: str) -> dict[str, str]:
    """Column ids from one cell on, up to the first blank: id -> letter."""
    found, at = {}, column_index_from_string(left)
    while isinstance(cells.get(get_column_letter(at)), str):
        found[cells[get_column_letter(at)]] = get_column_letter(at)
        at += 1
    return found


def table_cells(parts: package.Parts, part: str, first: int, last: int) -> dict[int, dict[str, Any]]:
    """What cells hold, by row and column letter: text, or a number as it is written."""
    texts = package.shared_texts(parts)
    found: dict[int, dict[str, Any]] = {}
    for row in ElementTree.fromstring(parts[part]).iter(f"{MAIN}row"):
        number = int(row.get("r", "0"))
        if first <= number <= last:
            found[number] = {re.sub(r"\d", "", c.get("r", "")): _content(c, texts) for c in row.iter(f"{MAIN}c")}
    return found


def _content(cell: ElementTree.Element, texts: list[str]) -> Any:
    value = cell.findtext(f"{MAIN}v")
    if cell.get("t") == "s" and value:
        return texts[int(value)]
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{MAIN}t"))
    if cell.get("t") == "str" or value is None:
        return value
    return float(value) if cell.get("t") in (None, "n") else None


def with_columns(
    parts: dict[str, bytes], place: TablePlace, key: str, columns: list[str], known: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, bytes], TablePlace]:
    """Columns at the right edge: `known` has a row's values by its id; a row that it does not know gets n/a."""
    edge = column_index_from_string(place.edge)
    letters = {column: get_column_letter(edge + i) for i, column in enumerate(columns, 1)}
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
        looks = _looks(xml, row)
        text = "".join(_cell(f"{letters[c]}{number}", values.get(c, "n/a"), looks) for c in columns)
        edits.append(retagged(xml, row, spans=None))
        edits.append((row.inside_end, row.inside_end, order.written(row.prefix, text).encode()))
    xml = _wider(edited(xml, edits), edge + 1, edge + len(columns))
    wider = TablePlace(place.title, place.part, place.first, place.last, {**place.letters, **letters})
    return parts | {place.part: xml}, wider


def _looks(xml: bytes, row: Element) -> tuple[str, str]:
    """How the last text and the last number of a row look."""
    text = number = ""
    for tag in re.findall(r"<(?:\w+:)?c\s[^>]*>", xml[row.inside : row.inside_end].decode()):
        look = re.search(r'\ss="\d+"', tag)
        if re.search(r'\st="(?:s|str|inlineStr)"', tag):
            text = look[0] if look else ""
        elif not tag.endswith("/>"):
            number = look[0] if look else ""
    return text, number or text


def _cell(ref: str, value: Any, looks: tuple[str, str]) -> str:
    if isinstance(value, str):
        return f'<c r="{ref}"{looks[0]} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    kind, text = typed(value)
    return f'<c r="{ref}"{looks[1]}{kind}><v>{text}</v></c>'


def _wider(xml: bytes, first: int, last: int) -> bytes:
    """The new columns' width, and how far the sheet reaches."""
    known = find(xml, "col")
    if known and int(known[-1].attributes["max"]) < first:
        columns = f'<col min="{first}" max="{last}" width="{WIDTH}" customWidth="1"/>'
        xml = order.SHEET.appended(xml, "cols", [columns])
    reach = order.SHEET.child(xml, "dimension")
    if reach is None:
        return xml
    widened = re.sub(r":[A-Z]+(?=\d+$)", f":{get_column_letter(last)}", reach.attributes.get("ref", ""))
    return edited(xml, [retagged(xml, reach, ref=widened)])
