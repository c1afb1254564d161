"""Shapes, pictures and form controls that keep their looks but follow no cell and start no macro.

Each function takes a part's XML and gives it back without those links. `CHANGES` has the function for each kind of
link by which a part is reached.
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
    """A drawing whose shapes keep the text and pictures that they show, without links to cells and macros."""
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
    """The edits that turn a field which repeats a cell into a run of the text that it shows."""
    run = f"{field.prefix}r".encode()
    return [(field.start, field.inside, b"<" + run + b">"), (field.inside_end, field.end, b"</" + run + b">")]


def control(xml: bytes) -> bytes:
    """The properties of a form control; the entries of a list stay where they are cells of this workbook."""
    edits = []
    for element in find(xml, "formControlPr"):
        lost = FOLLOWED + (("fmlaRange",) if is_formula(element.attributes.get("fmlaRange", "")) else ())
        edits.append(attribute_edit(xml, element, **dict.fromkeys(lost)))
    return with_edits(xml, edits)


def legacy_drawing(vml: bytes) -> bytes:
    """The same for controls in an old drawing (VML), which is not always well-formed XML."""

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
    "vmlDrawing": legacy_drawing,
    "worksheet": controls,
}
