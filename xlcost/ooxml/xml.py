"""Change a part of XML where it must change; every other byte stays. Names are taken without their prefix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

START_TAG = re.compile(rb'<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|\'[^\']*\'))*\s*/?>')
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
Edit = tuple[int, int, bytes]  # from, to, what stands there instead


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
        """What stands before the names of its own kind: "" or "x:"."""
        return self.tag[: -len(self.name)]

    @property
    def removed(self) -> Edit:
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


def tag_end(xml: bytes, start: int) -> int:
    """Where the start tag that begins here ends."""
    found = START_TAG.match(xml, start)
    return found.end() if found else xml.index(b">", start) + 1


class _Reader:
    """Walks through XML once and tells the places of elements."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.opened
        self.parser.EndElementHandler = self.closed
        self.open: list[Element] = []

    def read(self) -> None:
        self.parser.Parse(self.xml, True)

    def begun(self, tag: str, attributes: dict[str, str]) -> Element:
        start = self.parser.CurrentByteIndex
        parent = self.open[-1] if self.open else None
        element = Element(tag, attributes, parent, start, tag_end(self.xml, start))
        self.open.append(element)
        return element

    def ended(self) -> Element:
        element, at = self.open.pop(), self.parser.CurrentByteIndex
        if self.xml.endswith(b"/>", element.start, element.inside):  # where such a tag ends is told in two ways
            element.inside_end = element.end = element.inside
        else:
            element.inside_end, element.end = at, self.xml.index(b">", at) + 1
        return element

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def closed(self, tag: str) -> None:
        raise NotImplementedError


class _Finder(_Reader):
    def __init__(self, xml: bytes, names: Collection[str]) -> None:
        super().__init__(xml)
        self.names, self.found = names, list[Element]()
        self.parser.CharacterDataHandler = self.said

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] in self.names:
            self.found.append(self.begun(tag, attributes))

    def closed(self, tag: str) -> None:
        if tag.rpartition(":")[2] in self.names:
            self.ended()

    def said(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text


def find(xml: bytes, *names: str) -> list[Element]:
    """The elements of these names in their order; the parent of each is the nearest one of these names."""
    finder = _Finder(xml, set(names))
    finder.read()
    return finder.found


@dataclass(slots=True)
class _Place:
    row: int = 0
    column: int = 0


class _CellReader(_Reader):
    def __init__(self, xml: bytes, see: Callable[[Cell], None], hidden: Callable[[str, int], None]) -> None:
        super().__init__(xml)
        self.see, self.hidden = see, hidden
        self.at, self.cell = _Place(), list[Cell]()
        self.words: list[str] = []
        self.listening = False
        self.parser.CharacterDataHandler = self.said

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if self.cell:
            self.within(name, tag, attributes)
        elif name == "c":
            row, column = position(attributes.get("r", ""), self.at)
            self.at.row, self.at.column = row, column
            self.cell = [Cell(row, column, attributes.get("t", "n"), self.begun(tag, attributes))]
        elif name == "row":
            self.at = _Place(int(attributes.get("r", self.at.row + 1)), 0)
            self.tell_hidden("row", attributes, 1)
        elif name == "col":
            self.tell_hidden("column", attributes, int(attributes.get("max", 1)) - int(attributes.get("min", 1)) + 1)

    def within(self, name: str, tag: str, attributes: dict[str, str]) -> None:
        if name == "f":
            self.cell[0].formula = self.begun(tag, attributes)
        self.listening = name in ("f", "v", "t")
        self.words = []

    def tell_hidden(self, kind: str, attributes: dict[str, str], count: int) -> None:
        if attributes.get("hidden") in ("1", "true"):
            self.hidden(kind, count)

    def closed(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if not self.cell:
            return
        if name == "f":
            self.ended().text = "".join(self.words)
        elif name == "v":
            self.cell[0].value = "".join(self.words)
        elif name == "t":  # runs of an inline text
            self.cell[0].value = (self.cell[0].value or "") + "".join(self.words)
        elif name == "c":
            self.ended()
            self.see(self.cell.pop())
        self.listening = False

    def said(self, text: str) -> None:
        if self.listening:
            self.words.append(text)


def each_cell(xml: bytes, see: Callable[[Cell], None], hidden: Callable[[str, int], None] = lambda *_: None) -> None:
    """Show every cell of a sheet, in the order of the file, and how many rows or columns are hidden."""
    _CellReader(xml, see, hidden).read()


def position(reference: str, last: _Place) -> tuple[int, int]:
    """Row and column of A1; a cell that does not say where it stands follows the last one."""
    if not reference:
        return last.row, last.column + 1
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(f"no cell stands at {reference[:20]!r}")
    return int(found[2]), column_number(found[1])


def column_number(letters: str) -> int:
    """The number of a column.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """A1 of a row and a column.

    >>> address(1, 1), address(10, 28)
    ('A1', 'AB10')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """The part with these changes; one that lies in a piece that goes is not made."""
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start < at:
            continue
        pieces += [xml[at:start], new]
        at = end
    return b"".join([*pieces, xml[at:]])


def without(xml: bytes, *names: str) -> tuple[bytes, int]:
    """The part without these elements, and how many there were."""
    found = find(xml, *names)
    return edited(xml, [element.removed for element in found]), len(found)


def retagged(xml: bytes, element: Element, **attributes: str | None) -> Edit:
    """Set attributes of a start tag, or take them away (None)."""
    tag = xml[element.start : element.inside]
    for name, value in attributes.items():
        tag = re.sub(rb'\s+%s\s*=\s*(?:"[^"]*"|\'[^\']*\')' % re.escape(name.encode()), b"", tag)
        if value is not None:
            closing = b"/>" if tag.endswith(b"/>") else b">"
            tag = tag[: -len(closing)].rstrip() + f' {name}="{attribute_value(value)}"'.encode() + closing
    return element.start, element.inside, tag


def attribute_value(value: str) -> str:
    """A text inside an attribute's quotes, line breaks and all."""
    return escape(value, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
