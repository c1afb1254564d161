"""The errors of this package, each with the error value that a cell shows.

A message is one sentence: the argument, what it held, what is allowed, what was probably meant.
`where` is a boolean array when only some rows of a range failed, `sentences` has one for each of them; the cells
boundary then goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class XlcostError(Exception):
    """Base of all errors of this package."""

    code = "#VALUE!"

    def __init__(self, sentence: str, where: Any = None, sentences: Any = None) -> None:
        super().__init__(sentence)
        self.where = where
        self.sentences = sentences


class BadInput(XlcostError, ValueError):
    """An argument of the wrong kind or out of its bounds."""

    code = "#VALUE!"


class NotInTable(XlcostError, LookupError):
    """An id, a field or a price that the tables do not hold."""

    code = "#N/A"


class NoResult(XlcostError, ArithmeticError):
    """Good arguments whose result does not exist."""

    code = "#NUM!"


def nearest(text: str, known: Iterable[str]) -> str:
    """The half sentence "; did you mean 'x'?", or nothing when nothing is near.

    >>> nearest("trian", ["infer", "train"])
    "; did you mean 'train'?"
    """
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(text.lower(), list(by_lower), n=1, cutoff=0.55)
    return f"; did you mean '{by_lower[found[0]]}'?" if found else ""


def count_text(number: int, noun: str) -> str:
    """A number and its noun.

    >>> count_text(1, "quote"), count_text(3, "quote")
    ('1 quote', '3 quotes')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
