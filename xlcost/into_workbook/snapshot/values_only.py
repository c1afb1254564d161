"""The parts of a workbook without formulas, names that are formulas, and links to data outside.

Each function takes a part's XML and gives it back without these; every other byte stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlcost.ooxml.address import cell_name, cell_place
from xlcost.ooxml.names import is_constant, is_formula
from xlcost.ooxml.xml import Cell, Edit, Element, attribute_edit, each_cell, find, with_edits, without_elements

OWN = "own quote"  # as PRICE_SOURCE begins
TEXTS = ("s", "str", "inlineStr")
SHEET_ELEMENTS = ("dataValidations", "scenarios", "dataConsolidate", "cellWatches", "webPublishItems")
EXTENSIONS = ("dataValidations", "slicerList", "timelineRefs")
WORKBOOK_ELEMENTS = (
    "externalReferences",
    "pivotCaches",
    "extLst",
    "webPublishing",
    "webPublishObjects",
    "functionGroups",
)
OUTSIDE_FRAMES = ("slicer", "timeslicer", "webextension")
Strings = Sequence[str]
Change = Callable[[bytes], bytes]


@dataclass
class SheetFacts:
    """Counts and cells of a sheet; `never_computed` are formula cells without a stored value."""

    title: str
    state: str = "visible"
    formulas: int = 0
    inputs: int = 0
    never_computed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    own: int = 0  # cells that name an own quote as their source
    hidden: dict[str, int] = field(default_factory=dict)
    validations: int = 0
    scenarios: int = 0
    formats: int = 0
    links: int = 0
    comments: int = 0
    looks: list[str] = field(default_factory=list)  # the formulas of its conditional formats


class _Sheet:
    """Goes over a sheet's cells once: notes facts, updates the digest, gathers the edits that remove formulas."""

    def __init__(self, xml: bytes, facts: SheetFacts, strings: Strings, digest: Any) -> None:
        self.xml, self.facts, self.strings, self.digest = xml, facts, strings, digest
        self.edits: list[Edit] = []
        self.arrays: list[tuple[int, int, int, int]] = []  # top, left, bottom, right of array formulas' results

    def see(self, cell: Cell) -> None:
        if cell.kind == "e" and cell.value:
            self.facts.errors.append(f"{cell_name(cell.row, cell.column)} {cell.value}")
        elif cell.kind in TEXTS:
            self.facts.own += kind_and_value(cell, self.strings)[1].startswith(OWN)
        if cell.formula is not None:
            self.see_formula(cell, cell.formula)
        elif cell.value not in (None, "") and not self.in_array(cell):
            self.facts.inputs += 1
            kind, value = kind_and_value(cell, self.strings)
            text = f"{self.facts.title}\t{cell_name(cell.row, cell.column)}\t{kind}\t{value}\n"
            self.digest.update(text.encode("utf-8", "surrogatepass"))

    def see_formula(self, cell: Cell, formula: Element) -> None:
        self.facts.formulas += 1
        if cell.kind != "str" and cell.value in (None, ""):
            self.facts.never_computed.append(cell_name(cell.row, cell.column))
        self.edits.append(formula.removal)
        if "cm" in cell.tag.attributes:  # marks a dynamic array
            self.edits.append(attribute_edit(self.xml, cell.tag, cm=None))
        if formula.attributes.get("t") in ("array", "dataTable"):
            first, colon, last = formula.attributes.get("ref", "").partition(":")
            if colon:
                self.arrays.append((*cell_place(first), *cell_place(last)))

    def in_array(self, cell: Cell) -> bool:
        """Whether the cell holds a part of an array formula's result."""
        self.arrays = [area for area in self.arrays if area[2] >= cell.row]
        return any(t <= cell.row <= b and le <= cell.column <= r for t, le, b, r in self.arrays)

    def hidden(self, kind: str, count: int) -> None:
        self.facts.hidden[kind] = self.facts.hidden.get(kind, 0) + count


def kind_and_value(cell: Cell, strings: Strings) -> tuple[str, str]:
    """A cell's kind and value, the same however its file writes them: numbers in their shortest form, texts as text."""
    value = cell.value or ""
    if cell.kind == "s":
        place = int(value) if value.isdigit() else len(strings)
        return "text", strings[place] if place < len(strings) else ""
    if cell.kind == "n":
        try:
            return "number", repr(float(value))
        except ValueError:
            return "number", value
    return {"b": "bool", "e": "error", "d": "date"}.get(cell.kind, "text"), value


def sheet(xml: bytes, facts: SheetFacts, strings: Strings, digest: Any) -> bytes:
    """A sheet with the stored value in place of each formula; what it held is noted in `facts`."""
    cells = _Sheet(xml, facts, strings, digest)
    each_cell(xml, cells.see, cells.hidden)
    of_rules = ("cfRule", "formula", "cfvo")
    found = find(xml, *SHEET_ELEMENTS, *EXTENSIONS, "dataValidation", "scenario", *of_rules, "ext", "extLst")
    facts.validations = sum(e.name == "dataValidation" for e in found)
    facts.scenarios = sum(e.name == "scenario" for e in found)
    facts.formats = len(set(_formula_rules(xml, found)))
    facts.looks = [e.text for e in found if e.name == "formula" and e.parent and e.parent.name == "cfRule"]
    facts.looks += [text.decode() for text in re.findall(rb"<xm:f>([^<]*)", xml)]
    return with_edits(xml, [*cells.edits, *_left_out(found)])


def _formula_rules(xml: bytes, found: Iterable[Element]) -> Iterator[int]:
    """Start of each conditional format that computes, which colour scales, bars and "top ten" do not."""
    for element in found:
        parent = element.parent
        if element.name == "cfRule":
            texts = re.findall(rb"<xm:f>([^<]*)", xml[element.inside : element.inside_end])
            yield from (element.start for text in texts if not is_constant(text.decode()))
        elif parent is None or parent.name != "cfRule":
            continue
        elif element.attributes.get("type") == "formula" if element.name == "cfvo" else not is_constant(element.text):
            yield parent.start


def _left_out(found: Iterable[Element]) -> list[Edit]:
    """The edits that remove SHEET_ELEMENTS, extensions that hold one, and extension lists that are then empty."""
    gone: list[Element] = []
    lists: list[Element] = []
    for element in found:
        parent = element.parent
        if element.name in EXTENSIONS and parent and parent.name == "ext":
            gone.append(parent)
        elif element.name in SHEET_ELEMENTS:
            gone.append(element)
        elif element.name == "extLst":
            lists.append(element)
    going = {id(element) for element in gone}
    kept = {id(e.parent) for e in found if e.name == "ext" and id(e) not in going}
    return [e.removal for e in gone] + [e.removal for e in lists if id(e) not in kept]


def table(xml: bytes) -> bytes:
    """A table whose columns hold no formulas and come from no query."""
    found = find(xml, "table", "tableColumn", "calculatedColumnFormula", "totalsRowFormula", "extLst")
    edits = [e.removal for e in found if e.name in ("calculatedColumnFormula", "totalsRowFormula")]
    for element in found:
        if element.name == "table" and element.attributes.get("tableType") == "queryTable":
            edits.append(attribute_edit(xml, element, tableType=None))
        elif element.name == "tableColumn" and {"totalsRowFunction", "queryTableFieldId"} & set(element.attributes):
            edits.append(attribute_edit(xml, element, totalsRowFunction=None, queryTableFieldId=None))
    return with_edits(xml, edits)


def workbook(xml: bytes) -> tuple[bytes, dict[str, str]]:
    """The workbook part without names that are formulas and without outside data; and name -> text of those names."""
    found = find(xml, *WORKBOOK_ELEMENTS, "definedNames", "definedName", "calcPr", "AlternateContent", "absPath")
    gone = [e for e in found if e.name == "definedName" and (is_formula(e.text) or "function" in e.attributes)]
    edits = [e.removal for e in found if e.name in WORKBOOK_ELEMENTS or e in gone]
    edits += [e.parent.removal for e in found if e.name == "absPath" and e.parent]  # the folder it was saved in
    edits += [attribute_edit(xml, e, fullCalcOnLoad=None, forceFullCalc=None) for e in found if e.name == "calcPr"]
    if len(gone) == sum(e.name == "definedName" for e in found):
        edits += [e.removal for e in found if e.name == "definedNames"]
    return with_edits(xml, edits), {e.attributes.get("name", ""): e.text for e in gone}


def drawing(xml: bytes) -> bytes:
    """A drawing without slicers and other frames that need what was left out; its shapes start no macros."""
    found = find(xml, "twoCellAnchor", "oneCellAnchor", "absoluteAnchor", "graphicData", "sp", "pic", "graphicFrame")
    edits = []
    for element in found:
        if element.name == "graphicData" and element.attributes.get("uri", "").endswith(OUTSIDE_FRAMES):
            anchor = element.parent
            while anchor is not None and not anchor.name.endswith("Anchor"):
                anchor = anchor.parent
            edits += [anchor.removal] if anchor else []
        elif element.attributes.get("macro"):
            edits.append(attribute_edit(xml, element, macro=""))
    return with_edits(xml, edits)


def chart(xml: bytes) -> bytes:
    """A chart that draws the numbers it drew, without a pivot table and without names that are formulas."""
    xml = without_elements(xml, "pivotSource", "pivotFmts")
    found = find(xml, "numRef", "strRef", "f", "numCache", "strCache", "tx", "v")
    computed = [e.parent for e in found if e.name == "f" and e.parent and is_formula(e.text)]
    return with_edits(xml, [edit for reference in computed for edit in _literal(xml, reference, found)])


def _literal(xml: bytes, reference: Element, found: Iterable[Element]) -> list[Edit]:
    """The edits that put the cached points in place of a reference; one without a cache stays."""
    cache = next((e for e in found if e.parent is reference and e.name.endswith("Cache")), None)
    if cache is None:
        return []
    if reference.parent and reference.parent.name == "tx":  # a series' title is one text
        first = next((e for e in found if e.parent is cache and e.name == "v"), None)
        return [(reference.start, reference.end, xml[first.start : first.end])] if first else []
    tag = f"{reference.prefix}{reference.name[:3]}Lit".encode()
    points = xml[cache.inside : cache.inside_end]
    return [(reference.start, reference.end, b"<" + tag + b">" + points + b"</" + tag + b">")]
