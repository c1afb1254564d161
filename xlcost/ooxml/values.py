"""Put values into a workbook file without rewriting it: inputs, cached results, chart caches.

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

from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import get_column_letter

from xlcost.errors import BadInput
from xlcost.files import packed, write_whole
from xlcost.ooxml import package

Values = Mapping[str, Mapping[str, Any]]  # sheet title -> cell -> value
CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
FORMULA = re.compile(r"<f[^>]*/>|<f[^>]*>.*?</f>", re.DOTALL)
TYPE = re.compile(r'\s+t="[^"]*"')
CACHE = re.compile(r"<((?:c:)?)(num|str)Ref><(?:c:)?f>(.*?)</(?:c:)?f>.*?</(?:c:)?(?:num|str)Ref>", re.DOTALL)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
CORE_DATE = "2026-11-01T00:00:00Z"


def typed(value: Any) -> tuple[str, str]:
    """The cell's type attribute, and its value as XML text.

    >>> typed(1.5), typed("a<b"), typed("#N/A")
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


def stamped_sheet(xml: str, values: Mapping[str, Any]) -> str:
    """The sheet's XML with these cells holding these values; formulas stay, None empties a cell."""

    def cell(match: re.Match[str]) -> str:
        ref, attributes, inside = match[1], match[2], match[3] or ""
        if ref not in values:
            return match[0]
        kept = FORMULA.search(inside)
        attributes = TYPE.sub("", attributes)
        if values[ref] is None:
            return f'<c r="{ref}"{attributes}/>'
        kind, text = typed(values[ref])
        if kind == ' t="str"' and not kept:  # a text typed in, not computed
            return f'<c r="{ref}"{attributes} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        return f'<c r="{ref}"{attributes}{kind}>{kept[0] if kept else ""}<v>{text}</v></c>'

    return CELL.sub(cell, xml)


def stamped_chart(xml: str, values: Values) -> str:
    """The chart's XML with the caches of its ranges filled."""

    def cached(match: re.Match[str]) -> str:
        prefix, kind, reference = match[1], match[2], match[3]
        sheet, _, cells = unescape(reference).rpartition("!")
        found = [values.get(sheet.strip("'"), {}).get(ref) for ref in _cells(cells)]
        points = "".join(
            f'<{prefix}pt idx="{i}"><{prefix}v>{typed(v)[1]}</{prefix}v></{prefix}pt>'
            for i, v in enumerate(found)
            if v is not None
        )
        general = f"<{prefix}formatCode>General</{prefix}formatCode>" if kind == "num" else ""
        return (
            f"<{prefix}{kind}Ref><{prefix}f>{reference}</{prefix}f><{prefix}{kind}Cache>{general}"
            f'<{prefix}ptCount val="{len(found)}"/>{points}</{prefix}{kind}Cache></{prefix}{kind}Ref>'
        )

    return CACHE.sub(cached, xml)


def _cells(cells: str) -> list[str]:
    left, top, right, bottom = range_boundaries(cells.replace("$", ""))
    return [f"{get_column_letter(c)}{r}" for r in range(top, bottom + 1) for c in range(left, right + 1)]


def read_parts(path: Path) -> dict[str, bytes]:
    """All parts of a workbook file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}") from None
    except zipfile.BadZipFile:
        raise BadInput(f"{path} is not an Excel workbook (.xlsx)") from None


def stamp_sheets(parts: dict[str, bytes], values: Values) -> None:
    """Put the values of each sheet into its part."""
    for sheet in package.sheets(parts):
        if found := values.get(sheet.title):
            parts[sheet.part] = stamped_sheet(parts[sheet.part].decode(), found).encode()


def stamp(source: Path, target: Path, values: Values) -> None:
    """Write a copy of a workbook with these values; the target appears only when it is complete."""
    parts = read_parts(source)
    stamp_sheets(parts, values)
    for name in parts:
        if re.fullmatch(r"xl/charts/chart\d+\.xml", name):
            parts[name] = stamped_chart(parts[name].decode(), values).encode()
    if "docProps/core.xml" in parts:
        core = parts["docProps/core.xml"].decode()
        parts["docProps/core.xml"] = re.sub(
            r"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rf"\g<1>{CORE_DATE}", core
        ).encode()
    write_parts(target, parts)


def write_parts(target: Path, parts: Mapping[str, bytes]) -> None:
    """Write the file: complete, or not at all."""
    write_whole(target, workbook_file(parts))


def workbook_file(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a workbook's file, in a fixed order."""
    return packed({name: parts[name] for name in sorted(parts, key=lambda name: (name != package.CONTENT_TYPES, name))})
