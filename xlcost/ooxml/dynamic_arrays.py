"""Cells that may spill, stored as Excel stores them: array formulas marked as dynamic (XLDAPR metadata).

Without the mark Excel puts an @ before a call and shows one value. Readers that do not know the mark see an array
formula over one cell, and its cached value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from xlcost.ooxml import order, package
from xlcost.ooxml.add_sheets import Parts, beside, with_part
from xlcost.ooxml.xml import Cell, address, each_cell, edited, find, retagged

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


def with_dynamic_calls(parts: Parts, names: Iterable[str], spills: Callable[[str], bool] = bool) -> Parts:
    """Plain formulas that call one of the names, made dynamic; recalculated on opening where they show no value yet.

    Only those whose text `spills`; all of them if it is not given.
    """
    names = list(names)
    call = re.compile(rf"(?<![\w.])(?:{'|'.join(re.escape(name) for name in names)})\(", re.IGNORECASE)
    wanted = {name.lower().encode() for name in names}
    changed: Parts = {}
    stale = False
    for sheet in package.sheets(parts):
        called = {name.lower() for name in re.findall(rb"[\w.]+(?=\()", parts[sheet.part])}
        if sheet.kind == "worksheet" and called & wanted:
            cells = [c for c in _calling(parts[sheet.part], call) if c.formula and spills(c.formula.text)]
            if cells and not changed:
                parts, mark = with_mark(parts)
            if cells:
                changed[sheet.part] = _marked(parts[sheet.part], cells, mark)
                stale |= any(map(shows_nothing, cells))
    if not changed:
        return parts
    parts = package.unlinked(parts | changed, lambda link: link.kind == "calcChain")[0]  # Excel finds the order anew
    return recalculated(parts) if stale else parts


def shows_nothing(cell: Cell) -> bool:
    """Whether a formula's cell has an error, or no value at all."""
    return cell.kind == "e" or not (cell.value or cell.kind == "str")


def without_own_marks(parts: Parts, spilled: Callable[[str], bool]) -> Parts:
    """Formulas whose text `spilled` plain again, where the marks were made here and Excel has not saved them since."""
    main = package.main_part(parts)
    if not any(
        link.kind == "sheetMetadata" and link.id.startswith(package.OWN_ID) for link in package.links(parts, main)
    ):
        return parts
    sheets = [sheet.part for sheet in package.sheets(parts) if sheet.kind == "worksheet"]
    changed = parts | {part: _unmarked(parts[part], spilled) for part in sheets}
    if changed == parts or any(re.search(rb'\s[cv]m="', changed[part]) for part in sheets):
        return changed
    return package.unlinked(changed, lambda link: link.kind == "sheetMetadata")[0]


def _unmarked(xml: bytes, spilled: Callable[[str], bool]) -> bytes:
    edits = []

    def see(cell: Cell) -> None:
        formula = cell.formula
        alone = formula and formula.attributes.get("ref") == address(cell.row, cell.column)
        if formula and alone and "cm" in cell.tag.attributes and spilled(formula.text):
            edits.append(retagged(xml, cell.tag, cm=None))
            edits.append(retagged(xml, formula, t=None, ref=None))

    each_cell(xml, see)
    return edited(xml, edits)


def _calling(xml: bytes, call: re.Pattern[str]) -> list[Cell]:
    """The cells whose plain formulas call; calls inside texts do not count."""
    cells: list[Cell] = []

    def see(cell: Cell) -> None:
        formula = cell.formula
        plain = formula is not None and formula.attributes.get("t", "normal") == "normal"
        if formula and plain and call.search(re.sub(r'"[^"]*"', '""', formula.text)):
            cells.append(cell)

    each_cell(xml, see)
    return cells


def _marked(xml: bytes, cells: list[Cell], mark: int) -> bytes:
    edits = []
    for cell in cells:
        assert cell.formula is not None, "only such cells are gathered"
        edits.append(retagged(xml, cell.tag, cm=str(mark)))
        edits.append(retagged(xml, cell.formula, t="array", ref=address(cell.row, cell.column)))
    return edited(xml, edits)


def with_mark(parts: Parts) -> tuple[Parts, int]:
    """The workbook with metadata that marks dynamic arrays, and the number by which a cell refers to it."""
    main = package.main_part(parts)
    part = next((link.target for link in package.links(parts, main) if link.kind == "sheetMetadata"), "")
    if part not in parts:
        xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<metadata xmlns="{order.MAIN}"></metadata>'
        part = beside(parts, "metadata{}.xml")
        parts, _ = with_part(parts, part, xml.encode(), TYPE, "sheetMetadata")
    xml_now = parts[part]
    kinds = [kind.attributes.get("name") for kind in find(xml_now, "metadataType")]
    marks = _marks(xml_now)
    if DYNAMIC not in kinds:
        xml_now = order.METADATA.appended(xml_now, "metadataTypes", [KIND])
        xml_now = order.METADATA.inserted(xml_now, FUTURE)
        kinds.append(DYNAMIC)
    kind = str(kinds.index(DYNAMIC) + 1)
    if [kind] in marks:
        return parts, marks.index([kind]) + 1
    block = f'<bk><rc t="{kind}" v="0"/></bk>'
    return parts | {part: order.METADATA.appended(xml_now, "cellMetadata", [block])}, len(marks) + 1


def _marks(xml: bytes) -> list[list[str | None]]:
    """The kinds of metadata that each block for cells refers to."""
    found = find(xml, "cellMetadata", "bk", "rc")
    blocks = [e for e in found if e.name == "bk" and e.parent and e.parent.name == "cellMetadata"]
    return [[rc.attributes.get("t") for rc in found if rc.parent is block] for block in blocks]


def recalculated(parts: Parts) -> Parts:
    """The workbook, to be calculated when it is opened."""
    main = package.main_part(parts)
    xml = parts[main]
    settings = order.WORKBOOK.child(xml, "calcPr")
    if settings is None:
        return parts | {main: order.WORKBOOK.inserted(xml, '<calcPr fullCalcOnLoad="1"/>')}
    if settings.attributes.get("fullCalcOnLoad") in ("1", "true"):
        return parts
    return parts | {main: edited(xml, [retagged(xml, settings, fullCalcOnLoad="1")])}
