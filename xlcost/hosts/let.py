"""Repeated parts of a formula, computed once under a name (LET)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

SHORTEST = 12  # characters that are worth a name
OPENING = re.compile(r'"[^"]*"|[\w.]*\(|\)')
OWN = re.compile(r"\bk_\d+\b")


def common_parts(text: str) -> tuple[list[tuple[str, str]], str]:
    """(name, text) of each call or bracket that repeats, in the order of computing; and the rest.

    >>> common_parts("SQRT(B1*B1+3)/(1+SQRT(B1*B1+3))")
    ([('k_1', 'SQRT(B1*B1+3)')], 'k_1/(1+k_1)')
    """
    pieces = {"": text}
    while repeated := _largest(pieces.values()):
        name = f"k_{len(pieces)}"
        whole = re.compile(rf"(?<![\w.]){re.escape(repeated)}")  # no end of another call
        pieces = {key: whole.sub(name, piece) for key, piece in pieces.items()} | {name: _bare(repeated)}
    rest = pieces.pop("")
    ordered: dict[str, str] = {}
    while pieces:
        ready = [key for key, piece in pieces.items() if set(OWN.findall(piece)) <= set(ordered)]
        ordered |= {key: pieces.pop(key) for key in sorted(ready)}
    return list(ordered.items()), rest


def _bare(part: str) -> str:
    return part[1:-1] if part.startswith("(") else part


def _largest(pieces: Iterable[str]) -> str | None:
    """The longest part that occurs more than once."""
    counted = Counter(part for piece in pieces for part in parts(piece))
    found = [part for part, count in counted.items() if count > 1 and len(part) >= SHORTEST]
    return max(found, key=lambda part: (len(part), part), default=None)


def parts(text: str) -> list[str]:
    """Every call, and every bracket, of a formula."""
    found, open_at = [], []
    for match in OPENING.finditer(text):
        if match[0].endswith("("):
            open_at.append(match.start())
        elif match[0] == ")":
            found.append(text[open_at.pop() : match.end()])
    return found
