"""A template as data: inputs, lines and checks by key, without cell addresses. `build.build` makes a book of it."""

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
    """A result that is reported for each filled workbook: its key, label and cell."""

    key: str
    label: str
    cell: Callable[[Cells], Tracer]
    kind: str = "money"  # money, whole, tenths: how it is printed


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
    calculation: str = "One line each"  # the cover's line about the sheet Calculation
    cover: tuple[Words, Words] = ("", "")  # subtitle, and the line below it
    start: str = "Start_Month"
    adds_up: AddsUp | None = None
    figures: tuple[Figure, ...] = ()

    def labels(self) -> dict[str, str]:
        """Key -> label of each row of months."""
        return {line.key: line.label for _, group in self.monthly for line in group}
