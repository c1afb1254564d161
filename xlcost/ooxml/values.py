"""Stamp values into a workbook file without writing it anew: inputs, cached results, chart caches.

Only the `<v>` of named cells and the caches of charts change; every other byte of every part stays, so a template
that a designer restyled in Excel keeps what openpyxl would lose. Same values, same bytes: parts are written in a
fixed order with a fixed date.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, unescape

from xlcost.errors import BadInput
from xlcost.files import ZIP_DATE, write_whole, zip_parts
from xlcost.ooxml import package
from xlcost.ooxml.address import plain_title, range_cells
from xlcost.ooxml.package import Parts

Values = Mapping[str, Mapping[str, Any]]  # sheet title -> cell -> value
CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
FORMULA = re.compile(r"<f[^>]*/>|<f[^>]*>.*?</f>", re.DOTALL)
TYPE = re.compile(r'\s+t="[^"]*"')
CACHE = re.compile(r"<((?:c:)?)(num|str)Ref><(?:c:)?f>(.*?)</(?:c:)?f>.*?</(?:c:)?(?:num|str)Ref>", re.DOTALL)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
CORE_DATE = "{}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*ZIP_DATE)


def stored_value(value: Any) -> tuple[str, str]:
    """The type attribute of a cell that holds the value, and the value as XML text.

    >>> stored_value(1.5), stored_value("a<b"), stored_value("#N/A")
    (('', '1.5'), (' t="str"', 'a&lt;b'), (' t="e"', '#N/A'))
    """
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, (int, float)):
        number = float(value)
        if number != number or number in (float("inf"), float("-inf")):
            return ' t="e"', "#NUM!"
        return "", str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    text = ILLEGAL.sub("", str(value))
    return (' t="e"', text) if text in ERRORS else (' t="str"', escape(text))


def cell_xml(ref: str, attributes: str, value: Any, formula: str = "") -> str:
    """A cell that holds a value, or a formula and its result.

    >>> cell_xml("A1", ' s="2"', 1.5), cell_xml("A1", "", "x", "<f>B1</f>")
    ('<c r="A1" s="2"><v>1.5</v></c>', '<c r="A1" t="str"><f>B1</f><v>x</v></c>')
    """
    kind, text = stored_value(value)
    if kind == ' t="str"' and not formula:
        return f'<c r="{ref}"{attributes} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f'<c r="{ref}"{attributes}{kind}>{formula}<v>{text}</v></c>'


def sheet_with_values(xml: str, values: Mapping[str, Any]) -> str:
    """The sheet's XML with these cells holding these values; formulas stay, None empties a cell."""

    def cell(match: re.Match[str]) -> str:
        ref, attributes, inside = match[1], match[2], match[3] or ""
        if ref not in values:
            return match[0]
        attributes = TYPE.sub("", attributes)
        if values[ref] is None:
            return f'<c r="{ref}"{attributes}/>'
        formula = FORMULA.search(inside)
        return cell_xml(ref, attributes, values[ref], formula[0] if formula else "")

    return CELL.sub(cell, xml)


def chart_with_values(xml: str, values: Values) -> str:
    """The chart's XML with these values in the caches of its ranges."""

    def with_cache(match: re.Match[str]) -> str:
        prefix, kind, reference = match[1], match[2], match[3]
        sheet, _, cells = unescape(reference).rpartition("!")
        found = [values.get(plain_title(sheet), {}).get(ref) for ref in range_cells(cells)]
        points = "".join(
            f'<{prefix}pt idx="{i}"><{prefix}v>{stored_value(v)[1]}</{prefix}v></{prefix}pt>'
            for i, v in enumerate(found)
            if v is not None
        )
        general = f"<{prefix}formatCode>General</{prefix}formatCode>" if kind == "num" else ""
        return (
            f"<{prefix}{kind}Ref><{prefix}f>{reference}</{prefix}f><{prefix}{kind}Cache>{general}"
            f'<{prefix}ptCount val="{len(found)}"/>{points}</{prefix}{kind}Cache></{prefix}{kind}Ref>'
        )

    return CACHE.sub(with_cache, xml)


def read_parts(path: Path) -> Parts:
    """The parts of a workbook file that xlcost made; files from outside are checked by `ooxml.open`."""
    try:
        return zip_parts(path)
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}") from None
    except zipfile.BadZipFile:
        raise BadInput(f"{path} is not an Excel workbook (.xlsx)") from None


def stamp_sheets(parts: Parts, values: Values) -> None:
    """Put the values of each sheet into its part."""
    for sheet in package.sheets(parts):
        if found := values.get(sheet.title):
            parts[sheet.part] = sheet_with_values(parts[sheet.part].decode(), found).encode()


def stamp(source: Path, target: Path, values: Values) -> None:
    """Write a copy of a workbook with these values; the target appears only when it is complete."""
    parts = read_parts(source)
    stamp_sheets(parts, values)
    for name in parts:
        if re.fullmatch(r"xl/charts/chart\d+\.xml", name):
            parts[name] = chart_with_values(parts[name].decode(), values).encode()
    if "docProps/core.xml" in parts:
        core = parts["docProps/core.xml"].decode()
        parts["docProps/core.xml"] = re.sub(
            r"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rf"\g<1>{CORE_DATE}", core
        ).encode()
    write_whole(target, package.workbook_file(parts))
