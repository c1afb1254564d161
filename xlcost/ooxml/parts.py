"""Parts added to a workbook file and removed from it, together with their links and content types."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from xlcost.ooxml.package import CONTENT_TYPES, LINKS, Link, Parts, links, links_name, main_part
from xlcost.ooxml.xml import attribute_value, find, with_edits, with_entry

OWN_ID = "rIdXlcost"  # begins the id of a link that was made here; Excel numbers its links anew when it saves
NO_LINKS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'


def with_part(parts: Parts, name: str, content: bytes, content_type: str, kind: str) -> tuple[Parts, str]:
    """The parts with a new one that the workbook part links to, and the link's id."""
    main = main_part(parts)
    changed = {
        name: content,
        links_name(main): links_with(parts, main, f"{LINKS}/{kind}", f"/{name}"),
        CONTENT_TYPES: types_with(parts[CONTENT_TYPES], {name: content_type}),
    }
    return parts | changed, free_id(parts, main)


def free_name(parts: Mapping[str, bytes], pattern: str) -> str:
    """The first name of the pattern, such as xl/worksheets/sheet1.xml, sheet2.xml ..., that no part has."""
    taken, number = {name.lower() for name in parts}, 1
    while pattern.format(number).lower() in taken:
        number += 1
    return pattern.format(number)


def name_beside(parts: Parts, pattern: str) -> str:
    """A free name in the workbook part's folder; {} becomes a number for sheets, and where the plain name is taken."""
    path = posixpath.join(posixpath.dirname(main_part(parts)), pattern)
    plain = path.format("")
    return free_name(parts, path) if "worksheets/" in pattern or plain in parts else plain


def free_id(parts: Mapping[str, bytes], part: str) -> str:
    """An id that no link of the part has."""
    taken, number = {link.id for link in links(parts, part)}, 1
    while f"{OWN_ID}{number}" in taken:
        number += 1
    return f"{OWN_ID}{number}"


def links_with(parts: Mapping[str, bytes], part: str, kind: str, target: str) -> bytes:
    """The XML of a part's links with one more, under the id that `free_id` gives."""
    known = parts.get(links_name(part), NO_LINKS)
    (root,) = find(known, "Relationships")
    entry = f'<{root.prefix}Relationship Id="{free_id(parts, part)}" Type="{kind}" Target="{attribute_value(target)}"/>'
    return with_entry(known, root, entry)


def types_with(xml: bytes, kinds: Mapping[str, str]) -> bytes:
    """The XML of the content types with those of these parts, which replace earlier ones."""
    found = find(xml, "Types", "Override")
    wanted = {name.lower() for name in kinds}
    xml = with_edits(xml, [e.removal for e in found if e.attributes.get("PartName", "").lstrip("/").lower() in wanted])
    (root,) = find(xml, "Types")
    entries = [
        f'<{root.prefix}Override PartName="/{attribute_value(name)}" ContentType="{kind}"/>'
        for name, kind in kinds.items()
    ]
    return with_entry(xml, root, "".join(entries))


def without_links(parts: Mapping[str, bytes], gone: Callable[[Link], bool]) -> tuple[Parts, list[Link]]:
    """The parts that remain when these links, and what only they lead to, are removed; and the removed links."""
    result, cut = dict(parts), []
    for name in [n for n in parts if n.endswith(".rels")]:
        owner = _owner(name)
        known = {link.id: link for link in links(parts, owner)}
        edits = []
        for entry in find(parts[name], "Relationship"):
            link = known[entry.attributes.get("Id", "")]
            if gone(link):
                edits.append(entry.removal)
                cut.append(link)
        result[name] = with_edits(parts[name], edits)
    lost = _reached(parts) - _reached(result)
    kept = {n: c for n, c in result.items() if n not in lost and not (n.endswith(".rels") and _owner(n) in lost)}
    return _with_their_types(kept), cut


def reachable_parts(parts: Mapping[str, bytes]) -> Parts:
    """The parts that can be reached by links, without those that nothing links to."""
    reached = _reached(parts) | {CONTENT_TYPES}
    found = {n: c for n, c in parts.items() if n in reached or (n.endswith(".rels") and _owner(n) in reached)}
    return _with_their_types(found)


def _with_their_types(parts: Parts) -> Parts:
    """The parts with the content types of these parts only."""
    names = {name.lower() for name in parts}
    xml = parts[CONTENT_TYPES]
    gone = [e for e in find(xml, "Override") if e.attributes.get("PartName", "").lstrip("/").lower() not in names]
    return parts | {CONTENT_TYPES: with_edits(xml, [e.removal for e in gone])}


def _owner(rels: str) -> str:
    folder, _, name = rels.rpartition("_rels/")
    return folder + name.removesuffix(".rels")


def _reached(parts: Mapping[str, bytes]) -> set[str]:
    """The names of all parts that can be reached by links."""
    reached, new = {""}, [""]
    while new:
        for link in links(parts, new.pop()):
            if not link.external and link.target in parts and link.target not in reached:
                reached.add(link.target)
                new.append(link.target)
    return reached
