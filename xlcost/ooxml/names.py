"""The defined names of a workbook file: read, added, replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from xlcost.ooxml.order import WORKBOOK, with_prefix
from xlcost.ooxml.package import Parts, main_part
from xlcost.ooxml.xml import Element, attribute_value, find, with_edits


@dataclass(frozen=True)
class DefinedName:
    """A name and its formula; `scope` is the place of the only sheet where it holds, None for the whole workbook."""

    name: str
    text: str
    comment: str = ""
    scope: int | None = None

    @property
    def key(self) -> tuple[str, int | None]:
        """What no two names of a workbook share; case does not matter."""
        return self.name.lower(), self.scope


def defined_names(parts: Parts) -> list[DefinedName]:
    """All names of a workbook."""
    return [name for name, _ in _names_and_elements(parts[main_part(parts)])]


def own_names(parts: Parts, mark: str | None = None) -> dict[str, str]:
    """Lower case -> name, of all names and tables of the whole workbook; without names whose comment ends in `mark`."""
    known = [name for name in defined_names(parts) if name.scope is None]
    names = [name.name for name in known if mark is None or not name.comment.endswith(mark)]
    tables = [part for name, part in parts.items() if re.search(r"/tables/[^/]*\.xml$", name, re.IGNORECASE)]
    names += [element.attributes.get("displayName", "") for part in tables for element in find(part, "table")]
    return {name.lower(): name for name in names}


def _names_and_elements(xml: bytes) -> list[tuple[DefinedName, Element]]:
    found = []
    for element in find(xml, "definedName"):
        known = element.attributes
        scope = known.get("localSheetId")
        comment = known.get("comment", "")
        name = DefinedName(known.get("name", ""), element.text, comment, None if scope is None else int(scope))
        found.append((name, element))
    return found


def with_names(parts: Parts, names: Iterable[DefinedName]) -> Parts:
    """The workbook with these names added; one that it has already is replaced in its place."""
    main = main_part(parts)
    xml = parts[main]
    new = {name.key: name for name in names}
    edits = []
    for known, element in _names_and_elements(xml):
        if known.key in new:
            text = with_prefix(element.prefix, _element(new.pop(known.key)))
            edits.append((element.start, element.end, text.encode()))
    xml = with_edits(xml, edits)
    if new:
        xml = WORKBOOK.with_items(xml, "definedNames", [_element(name) for name in new.values()])
    return parts | {main: xml}


def _element(name: DefinedName) -> str:
    comment = f' comment="{attribute_value(name.comment)}"' if name.comment else ""
    scope = f' localSheetId="{name.scope}"' if name.scope is not None else ""
    return f'<definedName name="{attribute_value(name.name)}"{comment}{scope}>{escape(name.text)}</definedName>'


AREA = r"\$?[A-Z]{1,3}\$?\d+|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d+:\$?\d+|#REF!"
SHEET = r"(?:'(?:[^'\[\]]|'')+'|[\w.]+(?::[\w.]+)?|#REF)!"
COLUMN = r"[\w.]+\[(?:[^\[\]]|\[[^\[\]]*\])*\]"  # of a table
CELLS = rf"\s*(?:{SHEET})?(?:{AREA}|{COLUMN})(?::(?:{SHEET})?(?:{AREA}))?\s*"
REFERENCE = re.compile(rf"=?\(?{CELLS}(?:,{CELLS})*\)?", re.IGNORECASE)
BOOK = r"(?:\[[^\[\]]+\][\w.]*|'[^'\[]*\[[^\[\]]+\](?:[^']|'')*')!"
OUTSIDE = re.compile(rf"=?\s*{BOOK}(?:{AREA})(?::(?:{AREA}))?\s*", re.IGNORECASE)
CONSTANT = re.compile(r'=?([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?%?|"(?:[^"]|"")*"|TRUE|FALSE|#N/A|\{[^(){}]*\})')


def is_formula(text: str) -> bool:
    """Whether a defined name's text computes or refers to another workbook, instead of naming cells or a constant.

    >>> is_formula("'P & L'!$A$1:$C$9,Notes!$B:$B"), is_formula("=Jan:Mar!a1"), is_formula("Notes!$A$1:Notes!$B$2")
    (False, False, False)
    >>> is_formula("0.21"), is_formula("OFFSET(A1,0,0,5)"), is_formula("A1*2"), is_formula("[1]Prices!$A$1")
    (False, True, True, True)
    """
    return not (REFERENCE.fullmatch(text.strip()) or is_constant(text))


def leads_outside(text: str) -> bool:
    """Whether a defined name's text refers to cells of another workbook.

    >>> leads_outside("[1]Prices!$A$1"), leads_outside("'[2]P & L'!$A$1:$B$2"), leads_outside("Prices!$A$1")
    (True, True, False)
    """
    return bool(OUTSIDE.fullmatch(text.strip()))


def is_constant(text: str) -> bool:
    """Whether a formula is a number, a text or a list of them.

    >>> is_constant("0.21"), is_constant('{"low","high"}'), is_constant("A1")
    (True, True, False)
    """
    return bool(CONSTANT.fullmatch(text.strip()))
