"""Add sheets of one workbook file to another: as new parts, their cell formats added to its styles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from xlcost.ooxml import order, package
from xlcost.ooxml.address import in_quotes
from xlcost.ooxml.names import DefinedName, with_names
from xlcost.ooxml.package import LINKS, MAIN, Parts
from xlcost.ooxml.parts import name_beside, with_part
from xlcost.ooxml.xml import attribute_value, find

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
GROUPS = {"fonts": "font", "fills": "fill", "borders": "border", "dxfs": "dxf", "cellXfs": "xf"}
FIRST_OWN_FORMAT = 164  # lower numbers are built-in formats
TEXT_CELL = re.compile(r'(<c r="[A-Z]+\d+"[^>]*?) t="s"([^>]*)><v>(\d+)</v></c>')
LOOK = re.compile(r'(<(?:c|row) [^>]*?\bs=|<col [^>]*?\bstyle=)"(\d+)"')


def free_title(parts: Parts, wanted: str, mark: str) -> str:
    """The wanted title, followed by (mark) or (mark 2) ... where the workbook has a sheet of that title."""
    taken = {sheet.title.lower() for sheet in package.sheets(parts)}
    titles = (wanted, *(f"{wanted} ({mark}{f' {n}' if n > 1 else ''})" for n in range(1, len(taken) + 2)))
    return next(title for title in titles if title.lower() not in taken)


def with_sheets_of(parts: Parts, donor: Parts, titles: Mapping[str, str]) -> Parts:
    """The workbook with the donor's sheets after its own; `titles` maps their titles to new ones."""
    sheets = package.sheets(donor)
    printed = _print_names(donor)
    with_looks, looks, first_dxf = _with_styles(parts, donor)
    texts = package.shared_texts(donor)
    for place, sheet in enumerate(sheets):
        xml = donor[sheet.part].decode()
        xml = TEXT_CELL.sub(lambda m: f'{m[1]} t="inlineStr"{m[2]}>{_inline(texts[int(m[3])])}</c>', xml)
        xml = LOOK.sub(lambda m: f'{m[1]}"{looks[int(m[2])]}"', xml)
        xml = re.sub(r'dxfId="(\d+)"', lambda m: f'dxfId="{int(m[1]) + first_dxf}"', xml)
        xml = re.sub(r' tabSelected="\w+"', "", xml)
        with_looks = _with_sheet(with_looks, titles[sheet.title], xml.encode(), printed.get(place, []))
    return with_looks


def _with_sheet(parts: Parts, title: str, xml: bytes, printed: list[tuple[str, str]]) -> Parts:
    main, place = package.main_part(parts), len(package.sheets(parts))
    number = 1 + max(int(sheet.attributes["sheetId"]) for sheet in find(parts[main], "sheet"))
    parts, id = with_part(parts, name_beside(parts, "worksheets/sheet{}.xml"), xml, SHEET_TYPE, "worksheet")
    known = order.WORKBOOK.children(parts[main])[0].attributes.get("xmlns:r") == LINKS
    declared = "" if known else f' xmlns:r="{LINKS}"'
    row = f'<sheet name="{attribute_value(title)}" sheetId="{number}"{declared} r:id="{id}"/>'
    parts[main] = order.WORKBOOK.with_items(parts[main], "sheets", [row])
    own = [
        DefinedName(name, re.sub(r"(^|,)('[^']*'|[^'!,]*)!", rf"\1{in_quotes(title)}!", text), scope=place)
        for name, text in printed
    ]
    return with_names(parts, own)


def _print_names(donor: Parts) -> dict[int, list[tuple[str, str]]]:
    """Place of a sheet -> the names and texts of its print area and print titles."""
    found: dict[int, list[tuple[str, str]]] = {}
    for entry in ElementTree.fromstring(donor[package.main_part(donor)]).iter(f"{{{MAIN}}}definedName"):
        if entry.get("localSheetId") is not None:
            found.setdefault(int(entry.get("localSheetId", "0")), []).append((entry.get("name", ""), entry.text or ""))
    return found


def _inline(text: str) -> str:
    return f'<is><t xml:space="preserve">{escape(text)}</t></is>'


def _with_styles(parts: Parts, donor: Parts) -> tuple[Parts, dict[int, int], int]:
    """The workbook with the donor's cell formats, the new number of each, and where its differential formats begin."""
    theirs = donor[package.linked_part(donor, "styles", package.main_part(donor))]
    found = package.linked_part(parts, "styles", package.main_part(parts))
    if found not in parts:
        parts, _ = with_part(parts, name_beside(parts, "styles{}.xml"), theirs, STYLES_TYPE, "styles")
        return parts, {n: n for n in range(len(_items(theirs, "cellXfs")))}, 0
    formats, xml = _with_formats(parts[found], theirs)
    begins = {}
    for group in ("fonts", "fills", "borders", "dxfs"):
        begins[group] = len(_items(xml, group))
        if new := _items(theirs, group):
            xml = order.STYLES.with_items(xml, group, new)
    first = len(_items(xml, "cellXfs"))
    looks = [_format_xml(text, begins, formats) for text in _items(theirs, "cellXfs")]
    xml = order.STYLES.with_items(xml, "cellXfs", looks)
    return parts | {found: xml}, {n: first + n for n in range(len(looks))}, begins["dxfs"]


def _items(xml: bytes, group: str) -> list[str]:
    """The XML of each element in a group of styles."""
    found = [element for element in find(xml, group, GROUPS[group]) if element.parent and element.parent.name == group]
    return [xml[element.start : element.end].decode() for element in found]


def _with_formats(xml: bytes, theirs: bytes) -> tuple[dict[str, int], bytes]:
    """(donor's number -> new number, the styles with the donor's number formats added under free numbers)."""
    known = {e.attributes["formatCode"]: int(e.attributes["numFmtId"]) for e in find(xml, "numFmt")}
    moved, new = {}, []
    for element in find(theirs, "numFmt"):
        code = element.attributes["formatCode"]
        if code not in known:
            known[code] = max([FIRST_OWN_FORMAT - 1, *known.values()]) + 1
            new.append(f'<numFmt numFmtId="{known[code]}" formatCode="{attribute_value(code)}"/>')
        moved[element.attributes["numFmtId"]] = known[code]
    return moved, order.STYLES.with_items(xml, "numFmts", new) if new else xml


def _format_xml(text: str, begins: Mapping[str, int], formats: Mapping[str, int]) -> str:
    """A cell format that refers to the new numbers of its font, fill, border and number format."""
    for name, group in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
        text = re.sub(rf'\b{name}="(\d+)"', lambda m: f'{name}="{int(m[1]) + begins[group]}"', text)  # noqa: B023
    text = re.sub(r'\bnumFmtId="(\d+)"', lambda m: f'numFmtId="{formats.get(m[1], m[1])}"', text)
    return re.sub(r'\bxfId="\d+"', 'xfId="0"', text)
