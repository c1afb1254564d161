"""Shapes, pictures and form controls that keep their looks but follow no cell and start no macro.

Each function takes a part and gives it back changed in those places only. `CHANGES` names them by the kind of link
that leads to the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from xlcost.ooxml.names import is_formula
from xlcost.ooxml.xml import Edit, Element, attribute_edit, find, with_edits

FOLLOWED = ("fmlaLink", "fmlaGroup", "fmlaTxbx", "fmlaMacro")
LEGACY = re.compile(rb"<((?:\w+:)?(?:Fmla\w+|Camera))\s*(?:/>|>([^<]*)</\1\s*>)\s*")
LIST = b"FmlaRange"


def shapes(xml: bytes) -> bytes:
    """A drawing whose shapes show the text and pictures that they showed."""
    found = find(xml, "sp", "pic", "cxnSp", "graphicFrame", "fld", "pPr", "ext", "cameraTool")
    edits: list[Edit] = []
    for element in found:
        if element.name == "cameraTool" and element.parent and element.parent.name == "ext":
            edits.append(element.parent.removal)
        elif element.name == "fld" and element.attributes.get("type") == "TxLink":
            edits += _as_text(element)
            edits += [e.removal for e in found if e.name == "pPr" and e.parent is element]
        elif element.name in ("sp", "pic", "cxnSp", "graphicFrame") and element.attributes.keys() & {
            "macro",
            "textlink",
        }:
            edits.append(attribute_edit(xml, element, macro="", textlink=None))
    return with_edits(xml, edits)


def _as_text(field: Element) -> list[Edit]:
    """A field that repeats a cell, as a run of the text that it shows."""
    run = f"{field.prefix}r".encode()
    return [(field.start, field.inside, b"<" + run + b">"), (field.inside_end, field.end, b"</" + run + b">")]


def control(xml: bytes) -> bytes:
    """The properties of a form control; the entries of a list stay where they are cells of this workbook."""
    edits = []
    for element in find(xml, "formControlPr"):
        lost = FOLLOWED + (("fmlaRange",) if is_formula(element.attributes.get("fmlaRange", "")) else ())
        edits.append(attribute_edit(xml, element, **dict.fromkeys(lost)))
    return with_edits(xml, edits)


def legacy(vml: bytes) -> bytes:
    """A drawing of the older kind, which Excel does not always write as whole XML: the same for its controls."""

    def replacement(found: re.Match[bytes]) -> bytes:
        cells = found[1].endswith(LIST) and not is_formula((found[2] or b"").decode("utf-8", "replace"))
        return found[0] if cells else b""

    return LEGACY.sub(replacement, vml)


def controls(sheet: bytes) -> bytes:
    """A sheet whose controls start no macro and follow no cell."""
    lost = ("macro", "linkedCell", "listFillRange")
    found = [e for e in find(sheet, "controlPr", "objectPr") if e.attributes.keys() & set(lost)]
    return with_edits(sheet, [attribute_edit(sheet, element, **dict.fromkeys(lost)) for element in found])


CHANGES: Mapping[str, Callable[[bytes], bytes]] = {
    "drawing": shapes,
    "chartUserShapes": shapes,
    "ctrlProp": control,
    "vmlDrawing": legacy,
    "worksheet": controls,
}
