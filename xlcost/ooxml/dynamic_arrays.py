"""Cells that may spill, stored as Excel stores them: array formulas marked as dynamic (XLDAPR metadata).

Without the mark Excel puts an @ before a call and shows one value. Readers that do not know the mark see an array
formula over one cell, and its cached value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from xlcost.ooxml import order, package
from xlcost.ooxml.address import cell_name
from xlcost.ooxml.package import MAIN, Parts
from xlcost.ooxml.parts import OWN_ID, name_beside, with_part, without_links
from xlcost.ooxml.xml import Cell, attribute_edit, each_cell, find, with_edits

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
DYNAMIC = "XLDAPR"
ARRAYS = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
KIND = (
    f'<metadataType name="{DYNAMIC}" minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" merge="1" '
    'splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1" cellMeta="1"/>'
)
FUTURE = (
    f'<futureMetadata name="{DYNAMIC}" count="1"><bk><extLst><ext uri="{{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}}">'
    f'<xda:dynamicArrayProperties xmlns:xda="{ARRAYS}" fDynamic="1" fCollapsed="0"/>'
    "</ext></extLst></bk></futureMetadata>"
)


def with_dynamic_calls(parts: Parts, names: Iterable[str], spills: Callable[[str], bool] = lambda _: True) -> Parts:
    """The workbook with formulas that call one of the names made dynamic arrays, where their text `spills`.

    The workbook is recalculated when it is opened if one of them shows no value yet.
    """
    names = list(names)
    call = re.compile(rf"(?<![\w.])(?:{'|'.join(re.escape(name) for name in names)})\(", re.IGNORECASE)
    wanted = {name.lower().encode() for name in names}
    changed: Parts = {}
    stale = False
    for sheet in package.sheets(parts):
        called = {name.lower() for name in re.findall(rb"[\w.]+(?=\()", parts[sheet.part])}
        if sheet.kind == "worksheet" and called & wanted:
            cells = [c for c in _calling_cells(parts[sheet.part], call) if c.formula and spills(c.formula.text)]
            if cells and not changed:
                parts, mark = with_mark(parts)
            if cells:
                changed[sheet.part] = _with_marks(parts[sheet.part], cells, mark)
                stale |= any(map(shows_nothing, cells))
    if not changed:
        return parts
    parts = without_links(parts | changed, lambda link: link.kind == "calcChain")[0]  # Excel finds the order anew
    return with_recalculation(parts) if stale else parts


def shows_nothing(cell: Cell) -> bool:
    """Whether a formula's cell has an error, or no value at all."""
    return cell.kind == "e" or not (cell.value or cell.kind == "str")


def without_own_marks(parts: Parts, spills: Callable[[str], bool]) -> Parts:
    """The workbook with our dynamic arrays made plain formulas again, as long as Excel has not saved it since."""
    links = package.links(parts, package.main_part(parts))
    if not any(link.kind == "sheetMetadata" and link.id.startswith(OWN_ID) for link in links):
        return parts
    sheets = [sheet.part for sheet in package.sheets(parts) if sheet.kind == "worksheet"]
    changed = parts | {part: _without_marks(parts[part], spills) for part in sheets}
    if changed == parts or any(re.search(rb'\s[cv]m="', changed[part]) for part in sheets):
        return changed
    return without_links(changed, lambda link: link.kind == "sheetMetadata")[0]


def _without_marks(xml: bytes, spills: Callable[[str], bool]) -> bytes:
    edits = []

    def see(cell: Cell) -> None:
        formula = cell.formula
        alone = formula and formula.attributes.get("ref") == cell_name(cell.row, cell.column)
        if formula and alone and "cm" in cell.tag.attributes and spills(formula.text):
            edits.append(attribute_edit(xml, cell.tag, cm=None))
            edits.append(attribute_edit(xml, formula, t=None, ref=None))

    each_cell(xml, see)
    return with_edits(xml, edits)


def _calling_cells(xml: bytes, call: re.Pattern[str]) -> list[Cell]:
    """The cells whose plain formulas match `call`; text in quotes does not count."""
    cells: list[Cell] = []

    def see(cell: Cell) -> None:
        formula = cell.formula
        plain = formula is not None and formula.attributes.get("t", "normal") == "normal"
        if formula and plain and call.search(re.sub(r'"[^"]*"', '""', formula.text)):
            cells.append(cell)

    each_cell(xml, see)
    return cells


def _with_marks(xml: bytes, cells: list[Cell], mark: int) -> bytes:
    edits = []
    for cell in cells:
        assert cell.formula is not None, "only such cells are gathered"
        edits.append(attribute_edit(xml, cell.tag, cm=str(mark)))
        edits.append(attribute_edit(xml, cell.formula, t="array", ref=cell_name(cell.row, cell.column)))
    return with_edits(xml, edits)


def with_mark(parts: Parts) -> tuple[Parts, int]:
    """The workbook with metadata that marks dynamic arrays, and the number by which a cell refers to it."""
    part = package.linked_part(parts, "sheetMetadata", package.main_part(parts))
    if part not in parts:
        xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<metadata xmlns="{MAIN}"></metadata>'
        part = name_beside(parts, "metadata{}.xml")
        parts, _ = with_part(parts, part, xml.encode(), TYPE, "sheetMetadata")
    xml_now = parts[part]
    kinds = [kind.attributes.get("name") for kind in find(xml_now, "metadataType")]
    marks = _marks(xml_now)
    if DYNAMIC not in kinds:
        xml_now = order.METADATA.with_items(xml_now, "metadataTypes", [KIND])
        xml_now = order.METADATA.with_child(xml_now, FUTURE)
        kinds.append(DYNAMIC)
    kind = str(kinds.index(DYNAMIC) + 1)
    if [kind] in marks:
        return parts, marks.index([kind]) + 1
    block = f'<bk><rc t="{kind}" v="0"/></bk>'
    return parts | {part: order.METADATA.with_items(xml_now, "cellMetadata", [block])}, len(marks) + 1


def _marks(xml: bytes) -> list[list[str | None]]:
    """The kinds of metadata that each block for cells refers to."""
    found = find(xml, "cellMetadata", "bk", "rc")
    blocks = [e for e in found if e.name == "bk" and e.parent and e.parent.name == "cellMetadata"]
    return [[rc.attributes.get("t") for rc in found if rc.parent is block] for block in blocks]


def with_recalculation(parts: Parts) -> Parts:
    """The workbook marked to be recalculated when it is opened."""
    main = package.main_part(parts)
    xml = parts[main]
    settings = order.WORKBOOK.child(xml, "calcPr")
    if settings is None:
        return parts | {main: order.WORKBOOK.with_child(xml, '<calcPr fullCalcOnLoad="1"/>')}
    if settings.attributes.get("fullCalcOnLoad") in ("1", "true"):
        return parts
    return parts | {main: with_edits(xml, [attribute_edit(xml, settings, fullCalcOnLoad="1")])}
