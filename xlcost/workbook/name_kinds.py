"""What a defined name stands for: cells, a constant, cells of another workbook, or a formula."""

from __future__ import annotations

import re

AREA = r"\$?[A-Z]{1,3}\$?\d+|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d+:\$?\d+|#REF!"
SHEET = r"(?:'(?:[^'\[\]]|'')+'|[\w.]+(?::[\w.]+)?|#REF)!"
COLUMN = r"[\w.]+\[(?:[^\[\]]|\[[^\[\]]*\])*\]"  # of a table
CELLS = rf"\s*(?:{SHEET})?(?:{AREA}|{COLUMN})(?::(?:{SHEET})?(?:{AREA}))?\s*"
REFERENCE = re.compile(rf"=?\(?{CELLS}(?:,{CELLS})*\)?", re.IGNORECASE)
BOOK = r"(?:\[[^\[\]]+\][\w.]*|'[^'\[]*\[[^\[\]]+\](?:[^']|'')*')!"
OUTSIDE = re.compile(rf"=?\s*{BOOK}(?:{AREA})(?::(?:{AREA}))?\s*", re.IGNORECASE)
CONSTANT = re.compile(r'=?([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?%?|"(?:[^"]|"")*"|TRUE|FALSE|#N/A|\{[^(){}]*\})')


def is_formula(text: str) -> bool:
    """Whether a defined name computes, or looks outside, instead of naming cells or a constant.

    >>> is_formula("'P & L'!$A$1:$C$9,Notes!$B:$B"), is_formula("=Jan:Mar!a1"), is_formula("Notes!$A$1:Notes!$B$2")
    (False, False, False)
    >>> is_formula("0.21"), is_formula("OFFSET(A1,0,0,5)"), is_formula("A1*2"), is_formula("[1]Prices!$A$1")
    (False, True, True, True)
    """
    return not (REFERENCE.fullmatch(text.strip()) or is_constant(text))


def leads_outside(text: str) -> bool:
    """Whether a defined name is that of cells in another workbook.

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
