"""The parts of a workbook file and their relations: links, content types, sheets. `Parts` are bytes by name."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree

from xlcost.files import zip_file
from xlcost.ooxml.xml import find

CONTENT_TYPES = "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/"
Parts = dict[str, bytes]


@dataclass(frozen=True)
class Link:
    """A relationship: its id, the last word of its type, the part it leads to, or the address outside."""

    id: str
    kind: str
    type: str
    target: str
    external: bool


@dataclass(frozen=True)
class SheetPart:
    """A sheet: its title, its part, and visible, hidden or veryHidden."""

    title: str
    part: str
    state: str
    kind: str


def workbook_file(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a workbook's file, in a fixed order."""
    return zip_file({name: parts[name] for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name))})


def links_name(part: str) -> str:
    """The part that holds the links of a part; "" stands for the package.

    >>> links_name(""), links_name("xl/workbook.xml")
    ('_rels/.rels', 'xl/_rels/workbook.xml.rels')
    """
    folder, _, name = part.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels")


def links(parts: Mapping[str, bytes], part: str = "") -> list[Link]:
    """The links of a part; of the package itself for ""."""
    name = links_name(part)
    if name not in parts:
        return []
    folder = posixpath.dirname(part)
    found = []
    for entry in ElementTree.fromstring(parts[name]):
        kind, target = entry.get("Type", ""), entry.get("Target", "")
        external = entry.get("TargetMode") == "External"
        if not external:
            target = _as_spelled(parts, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        found.append(Link(entry.get("Id", ""), kind.rpartition("/")[2], kind, target, external))
    return found


def _as_spelled(parts: Mapping[str, bytes], name: str) -> str:
    """The name as the file spells it: case does not matter, nor %20 for a blank."""
    if name in parts:
        return name
    wanted = unquote(name).lower()
    return next((known for known in parts if known.lower() in (wanted, name.lower())), name)


def linked_part(parts: Mapping[str, bytes], kind: str, part: str = "") -> str:
    """The part that the first link of a kind leads to, which may be missing; "" where there is no such link."""
    return next((link.target for link in links(parts, part) if link.kind == kind), "")


def main_part(parts: Mapping[str, bytes]) -> str:
    """The name of the workbook part, from which all others are reached; "" where there is none."""
    return linked_part(parts, "officeDocument")


def content_types(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The content type of each part."""
    defaults, own = {}, {}
    for entry in ElementTree.fromstring(parts[CONTENT_TYPES]):
        kind = entry.get("ContentType", "")
        if entry.tag.endswith("}Default"):
            defaults[entry.get("Extension", "").lower()] = kind
        else:
            own[entry.get("PartName", "").lstrip("/").lower()] = kind
    return {name: own.get(name.lower(), defaults.get(name.rpartition(".")[2].lower(), "")) for name in parts}


def sheets(parts: Mapping[str, bytes]) -> list[SheetPart]:
    """The sheets in the order of their tabs."""
    main = main_part(parts)
    by_id = {link.id: link for link in links(parts, main)}
    found = []
    for entry in ElementTree.fromstring(parts[main]).iter():
        if entry.tag.endswith("}sheet"):
            link = by_id.get(entry.get(f"{{{LINKS}}}id", ""))
            state = entry.get("state", "visible")
            title = entry.get("name", "")
            found.append(SheetPart(title, link.target if link else "", state, link.kind if link else ""))
    return found


def shared_texts(parts: Mapping[str, bytes]) -> list[str]:
    """The shared strings of the workbook, without phonetic guides; none where it has none."""
    part = linked_part(parts, "sharedStrings", main_part(parts))
    texts: list[str] = []
    for element in find(parts[part], "si", "t", "rPh") if part in parts else ():
        if element.name == "si":
            texts.append("")
        elif element.name == "t" and not (element.parent and element.parent.name == "rPh"):
            texts[-1] += element.text
    return texts
