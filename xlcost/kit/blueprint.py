"""A template as data: what stands in it, by keys and formulas, without a cell's address. `build` makes it a book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlcost.kit.cells import Cells
from xlcost.kit.checks import Check
from xlcost.kit.inputs import Groups
from xlcost.kit.lines import LineGroups
from xlcost.kit.months import MonthGroups
from xlcost.kit.summary import AddsUp, Summary, Words
from xlcost.native import Tracer


@dataclass(frozen=True)
class Figure:
    """A result that is told of a filled workbook: its key, its label, and its cell."""

    key: str
    label: str
    cell: Callable[[Cells], Tracer]
    kind: str = "money"  # money, whole, tenths: how a person reads it


@dataclass(frozen=True)
class Blueprint:
    """A template. Inputs, lines and rows of months know each other by key; `start` is the input with the first day."""

    id: str  # the name of its file
    title: str
    subject: str
    months: int
    inputs: Groups
    lines: LineGroups
    monthly: MonthGroups
    summary: Summary
    checks: tuple[Check, ...]
    answers: tuple[str, ...]
    how: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    purpose: str = "Fill in the cream cells with blue text."
    calculation: str = "One line each"  # what the cover says of the sheet
    cover: tuple[Words, Words] = ("", "")  # below the title: whose it is, and on what it rests
    start: str = "Start_Month"
    adds_up: AddsUp | None = None
    figures: tuple[Figure, ...] = ()

    def labels(self) -> dict[str, str]:
        """What the rows of months are called."""
        return {line.key: line.label for _, group in self.monthly for line in group}
