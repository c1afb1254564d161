"""Edits of an XML part that leave every other byte as it is. Elements are named without their prefix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

from xlcost.ooxml.address import cell_place

START_TAG = re.compile(rb'<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|\'[^\']*\'))*\s*/?>')
Edit = tuple[int, int, bytes]  # from, to, the bytes to put there


@dataclass(slots=True, eq=False)
class Element:
    """An element by the places of its bytes: < at `start`, its content from `inside` to `inside_end`, then `end`."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    start: int
    inside: int
    inside_end: int = 0
    end: int = 0
    text: str = ""

    @property
    def name(self) -> str:
        return self.tag.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The namespace prefix of the tag: "" or "x:"."""
        return self.tag[: -len(self.name)]

    @property
    def removal(self) -> Edit:
        return self.start, self.end, b""


@dataclass(slots=True)
class Cell:
    """A cell as its XML holds it; `value` is None where none is stored."""

    row: int
    column: int
    kind: str
    tag: Element
    formula: Element | None = None
    value: str | None = None


def _tag_end(xml: bytes, start: int) -> int:
    """Where the start tag that begins here ends."""
    found = START_TAG.match(xml, start)
    return found.end() if found else xml.index(b">", start) + 1


class _Reader:
    """Reads XML once and notes the places of its elements."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.on_start
        self.parser.EndElementHandler = self.on_end
        self.open: list[Element] = []

    def read(self) -> None:
        self.parser.Parse(self.xml, True)

    def start_element(self, tag: str, attributes: dict[str, str]) -> Element:
        start = self.parser.CurrentByteIndex
        parent = self.open[-1] if self.open else None
        element = Element(tag, attributes, parent, start, _tag_end(self.xml, start))
        self.open.append(element)
        return element

    def end_element(self) -> Element:
        element, at = self.open.pop(), self.parser.CurrentByteIndex
        if self.xml.endswith(b"/>", element.start, element.inside):  # expat gives the end of such a tag in two ways
            element.inside_end = element.end = element.inside
        else:
            element.inside_end, element.end = at, self.xml.index(b">", at) + 1
        return element

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def on_end(self, tag: str) -> None:
        raise NotImplementedError


class _Finder(_Reader):
    def __init__(self, xml: bytes, names: Collection[str]) -> None:
        super().__init__(xml)
        self.names, self.found = names, list[Element]()
        self.parser.CharacterDataHandler = self.on_text

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] in self.names:
            self.found.append(self.start_element(tag, attributes))

    def on_end(self, tag: str) -> None:
        if tag.rpartition(":")[2] in self.names:
            self.end_element()

    def on_text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text


def find(xml: bytes, *names: str) -> list[Element]:
    """The elements of these names in document order; `parent` is the nearest enclosing one of these names."""
    finder = _Finder(xml, set(names))
    finder.read()
    return finder.found


class _CellReader(_Reader):
    def __init__(self, xml: bytes, see: Callable[[Cell], None], hidden: Callable[[str, int], None]) -> None:
        super().__init__(xml)
        self.see, self.hidden = see, hidden
        self.at, self.cell = (0, 0), list[Cell]()  # row and column of the last cell; the open one
        self.words: list[str] = []
        self.listening = False
        self.parser.CharacterDataHandler = self.on_text

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if self.cell:
            self.on_start_in_cell(name, tag, attributes)
        elif name == "c":
            own = attributes.get("r")  # a cell that does not say where it stands follows the last one
            row, column = self.at = cell_place(own) if own else (self.at[0], self.at[1] + 1)
            self.cell = [Cell(row, column, attributes.get("t", "n"), self.start_element(tag, attributes))]
        elif name == "row":
            self.at = int(attributes.get("r", self.at[0] + 1)), 0
            self.note_hidden("row", attributes, 1)
        elif name == "col":
            self.note_hidden("column", attributes, int(attributes.get("max", 1)) - int(attributes.get("min", 1)) + 1)

    def on_start_in_cell(self, name: str, tag: str, attributes: dict[str, str]) -> None:
        if name == "f":
            self.cell[0].formula = self.start_element(tag, attributes)
        self.listening = name in ("f", "v", "t")
        self.words = []

    def note_hidden(self, kind: str, attributes: dict[str, str], count: int) -> None:
        if attributes.get("hidden") in ("1", "true"):
            self.hidden(kind, count)

    def on_end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if not self.cell:
            return
        if name == "f":
            self.end_element().text = "".join(self.words)
        elif name == "v":
            self.cell[0].value = "".join(self.words)
        elif name == "t":  # runs of an inline text
            self.cell[0].value = (self.cell[0].value or "") + "".join(self.words)
        elif name == "c":
            self.end_element()
            self.see(self.cell.pop())
        self.listening = False

    def on_text(self, text: str) -> None:
        if self.listening:
            self.words.append(text)


def each_cell(xml: bytes, see: Callable[[Cell], None], hidden: Callable[[str, int], None] = lambda *_: None) -> None:
    """Call `see` for each cell of a sheet in the order of the file, and `hidden` for hidden rows and columns."""
    _CellReader(xml, see, hidden).read()


def with_edits(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with these edits; one that lies inside another that came before is skipped."""
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start < at:
            continue
        pieces += [xml[at:start], new]
        at = end
    return b"".join([*pieces, xml[at:]])


def without_elements(xml: bytes, *names: str) -> bytes:
    """The part without the elements of these names."""
    return with_edits(xml, [element.removal for element in find(xml, *names)])


def with_entry(xml: bytes, parent: Element, entry: str) -> bytes:
    """The part with an entry at the end of an element, which may have been empty."""
    if parent.inside_end == parent.end:
        start_tag = xml[parent.start : parent.inside].removesuffix(b"/>") + b">"
        return with_edits(xml, [(parent.start, parent.end, start_tag + entry.encode() + f"</{parent.tag}>".encode())])
    return with_edits(xml, [(parent.inside_end, parent.inside_end, entry.encode())])


def attribute_edit(xml: bytes, element: Element, **attributes: str | None) -> Edit:
    """The edit that sets attributes of a start tag, or removes those that are None."""
    tag = xml[element.start : element.inside]
    for name, value in attributes.items():
        tag = re.sub(rb'\s+%s\s*=\s*(?:"[^"]*"|\'[^\']*\')' % re.escape(name.encode()), b"", tag)
        if value is not None:
            closing = b"/>" if tag.endswith(b"/>") else b">"
            tag = tag[: -len(closing)].rstrip() + f' {name}="{attribute_value(value)}"'.encode() + closing
    return element.start, element.inside, tag


def attribute_value(value: str) -> str:
    """A text escaped for an attribute's quotes, line breaks included."""
    return escape(value, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
