"""The parts of a workbook file and how they hang together: links, content types, sheets. Parts are bytes by name."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree

from xlcost.ooxml.xml import Element, attribute_value, edited, find

CONTENT_TYPES = "[Content_Types].xml"
OWN_ID = "rIdXlcost"  # begins the id of a link that was made here; Excel numbers its links anew when it saves
RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
STRICT = "http://purl.oclc.org/ooxml/"
EMPTY_LINKS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
Parts = Mapping[str, bytes]


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


def links_name(part: str) -> str:
    """The part that holds the links of a part; "" stands for the package.

    >>> links_name(""), links_name("xl/workbook.xml")
    ('_rels/.rels', 'xl/_rels/workbook.xml.rels')
    """
    folder, _, name = part.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels")


def links(parts: Parts, part: str = "") -> list[Link]:
    """The links of a part, none where it has none."""
    name = links_name(part)
    if name not in parts:
        return []
    folder = posixpath.dirname(part)
    found = []
    for entry in ElementTree.fromstring(parts[name]):
        kind, target = entry.get("Type", ""), entry.get("Target", "")
        external = entry.get("TargetMode") == "External"
        if not external:
            target = _spelt(parts, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        found.append(Link(entry.get("Id", ""), kind.rpartition("/")[2], kind, target, external))
    return found


def _spelt(parts: Parts, name: str) -> str:
    """The name as the file spells it: case does not matter, nor %20 for a blank."""
    if name in parts:
        return name
    wanted = unquote(name).lower()
    return next((known for known in parts if known.lower() in (wanted, name.lower())), name)


def main_part(parts: Parts) -> str:
    """The part that the file begins with, "" where there is none."""
    return next((link.target for link in links(parts) if link.kind == "officeDocument"), "")


def content_types(parts: Parts) -> dict[str, str]:
    """What each part says it holds."""
    defaults, own = {}, {}
    for entry in ElementTree.fromstring(parts[CONTENT_TYPES]):
        kind = entry.get("ContentType", "")
        if entry.tag.endswith("}Default"):
            defaults[entry.get("Extension", "").lower()] = kind
        else:
            own[entry.get("PartName", "").lstrip("/").lower()] = kind
    return {name: own.get(name.lower(), defaults.get(name.rpartition(".")[2].lower(), "")) for name in parts}


def sheets(parts: Parts) -> list[SheetPart]:
    """The sheets in the order of their tabs."""
    main = main_part(parts)
    by_id = {link.id: link for link in links(parts, main)}
    found = []
    for entry in ElementTree.fromstring(parts[main]).iter():
        if entry.tag.endswith("}sheet"):
            link = by_id.get(entry.get(f"{RELATIONSHIPS}id", ""))
            state = entry.get("state", "visible")
            title = entry.get("name", "")
            found.append(SheetPart(title, link.target if link else "", state, link.kind if link else ""))
    return found


def shared_texts(parts: Parts) -> list[str]:
    """The texts that cells share, without their reading aids; none where the workbook has none."""
    linked = (link.target for link in links(parts, main_part(parts)) if link.kind == "sharedStrings")
    part = next((name for name in linked if name in parts), None)
    texts: list[str] = []
    for element in find(parts[part], "si", "t", "rPh") if part else ():
        if element.name == "si":
            texts.append("")
        elif element.name == "t" and not (element.parent and element.parent.name == "rPh"):
            texts[-1] += element.text
    return texts


def free_name(parts: Parts, pattern: str) -> str:
    """The first name xl/worksheets/sheet1.xml, sheet2.xml ... that no part has."""
    taken, number = {name.lower() for name in parts}, 1
    while pattern.format(number).lower() in taken:
        number += 1
    return pattern.format(number)


def free_id(parts: Parts, part: str) -> str:
    """An id that no link of the part has."""
    taken, number = {link.id for link in links(parts, part)}, 1
    while f"{OWN_ID}{number}" in taken:
        number += 1
    return f"{OWN_ID}{number}"


def linked(parts: Parts, part: str, kind: str, target: str) -> bytes:
    """The links of a part with one more, under the id that `free_id` gives."""
    known = parts.get(links_name(part), EMPTY_LINKS)
    (root,) = find(known, "Relationships")
    entry = f'<{root.prefix}Relationship Id="{free_id(parts, part)}" Type="{kind}" Target="{attribute_value(target)}"/>'
    return inside(known, root, entry)


def typed(xml: bytes, kinds: Mapping[str, str]) -> bytes:
    """The content types, with those of these parts; a part that had another type has the new one."""
    found = find(xml, "Types", "Override")
    wanted = {name.lower() for name in kinds}
    xml = edited(xml, [e.removed for e in found if e.attributes.get("PartName", "").lstrip("/").lower() in wanted])
    (root,) = find(xml, "Types")
    entries = [
        f'<{root.prefix}Override PartName="/{attribute_value(name)}" ContentType="{kind}"/>'
        for name, kind in kinds.items()
    ]
    return inside(xml, root, "".join(entries))


def inside(xml: bytes, root: Element, entry: str) -> bytes:
    """The part with an entry at the end of its root, which may have been empty."""
    if root.inside_end == root.end:
        opened = xml[root.start : root.inside].removesuffix(b"/>") + b">"
        return edited(xml, [(root.start, root.end, opened + entry.encode() + f"</{root.tag}>".encode())])
    return edited(xml, [(root.inside_end, root.inside_end, entry.encode())])


def unlinked(parts: Parts, gone: Callable[[Link], bool]) -> tuple[dict[str, bytes], list[Link]]:
    """The parts that still hang together when these links are cut, and the links."""
    result, cut = dict(parts), []
    for name in [n for n in parts if n.endswith(".rels")]:
        owner = _owner(name)
        known = {link.id: link for link in links(parts, owner)}
        edits = []
        for entry in find(parts[name], "Relationship"):
            link = known[entry.attributes.get("Id", "")]
            if gone(link):
                edits.append(entry.removed)
                cut.append(link)
        result[name] = edited(parts[name], edits)
    lost = _reached(parts) - _reached(result)
    kept = {n: c for n, c in result.items() if n not in lost and not (n.endswith(".rels") and _owner(n) in lost)}
    return _only(kept), cut


def attached(parts: Parts) -> dict[str, bytes]:
    """The parts that the package leads to, without those that nothing refers to."""
    reached = _reached(parts) | {CONTENT_TYPES}
    return _only({n: c for n, c in parts.items() if n in reached or (n.endswith(".rels") and _owner(n) in reached)})


def _only(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The same with content types of these parts only."""
    names = {name.lower() for name in parts}
    xml = parts[CONTENT_TYPES]
    gone = [e for e in find(xml, "Override") if e.attributes.get("PartName", "").lstrip("/").lower() not in names]
    return parts | {CONTENT_TYPES: edited(xml, [e.removed for e in gone])}


def _owner(rels: str) -> str:
    folder, _, name = rels.rpartition("_rels/")
    return folder + name.removesuffix(".rels")


def _reached(parts: Parts) -> set[str]:
    """Every part that the package leads to."""
    reached, new = {""}, [""]
    while new:
        for link in links(parts, new.pop()):
            if not link.external and link.target in parts and link.target not in reached:
                reached.add(link.target)
                new.append(link.target)
    return reached
