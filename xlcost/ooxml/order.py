"""Insert elements into a part where the schema of its kind wants them; every other byte of the part stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlcost.ooxml.xml import Element, attribute_edit, find, with_edits, with_entry


@dataclass(frozen=True)
class Kind:
    """A kind of part: its root, and its children in the order in which they must stand."""

    root: str
    order: tuple[str, ...]
    counted: bool = True  # whether a group has a count attribute

    def children(self, xml: bytes) -> tuple[Element, list[Element]]:
        """The root and its children."""
        root, *found = find(xml, self.root, *self.order)
        return root, [element for element in found if element.parent is root]

    def child(self, xml: bytes, name: str) -> Element | None:
        return next((element for element in self.children(xml)[1] if element.name == name), None)

    def with_items(self, xml: bytes, name: str, items: list[str]) -> bytes:
        """The part with elements appended to a child, which is made where it is missing; its count is raised."""
        child = self.child(xml, name)
        if child is None:
            count = f' count="{len(items)}"' if self.counted else ""
            return self.with_child(xml, f"<{name}{count}>{''.join(items)}</{name}>")
        known = child.attributes.get("count")
        if known is not None:
            xml = with_edits(xml, [attribute_edit(xml, child, count=str(int(known) + len(items)))])
            child = self.child(xml, name)
        assert child is not None, "it was there before its count changed"
        return with_entry(xml, child, with_prefix(child.prefix, "".join(items)))

    def with_child(self, xml: bytes, text: str) -> bytes:
        """The part with a child that it does not have yet, in the right place among the others."""
        name = re.split(r"[\s/>]", text[1:], maxsplit=1)[0]
        root, children = self.children(xml)
        before = self.order[: self.order.index(name)]
        at = max((child.end for child in children if child.name in before), default=root.inside)
        return with_edits(xml, [(at, at, with_prefix(root.prefix, text).encode())])


def with_prefix(prefix: str, text: str) -> str:
    """XML without prefixes, with this prefix before each element's name.

    >>> with_prefix("x:", '<b><c n="1"/></b>')
    '<x:b><x:c n="1"/></x:b>'
    """
    return re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", text)


WORKBOOK = Kind(
    "workbook",
    (
        "fileVersion",
        "fileSharing",
        "workbookPr",
        "workbookProtection",
        "bookViews",
        "sheets",
        "functionGroups",
        "externalReferences",
        "definedNames",
        "calcPr",
        "oleSize",
        "customWorkbookViews",
        "pivotCaches",
        "smartTagPr",
        "smartTagTypes",
        "webPublishing",
        "fileRecoveryPr",
        "webPublishObjects",
        "extLst",
    ),
    counted=False,
)
STYLES = Kind(
    "styleSheet",
    (
        "numFmts",
        "fonts",
        "fills",
        "borders",
        "cellStyleXfs",
        "cellXfs",
        "cellStyles",
        "dxfs",
        "tableStyles",
        "colors",
        "extLst",
    ),
)
METADATA = Kind(
    "metadata",
    (
        "metadataTypes",
        "metadataStrings",
        "mdxMetadata",
        "futureMetadata",
        "cellMetadata",
        "valueMetadata",
        "extLst",
    ),
)
SHEET = Kind("worksheet", ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData"), counted=False)
