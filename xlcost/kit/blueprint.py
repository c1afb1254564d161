"""A template as data: inputs, lines and checks by key, without cell addresses. `build.build` makes a book of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from xlcost.kit.cells import Cells
from xlcost.kit.checks import Check
from xlcost.kit.inputs import Groups, all_inputs
from xlcost.kit.lines import LineGroups
from xlcost.kit.months import AddsUp, MonthGroups
from xlcost.kit.summary import Summary, Words
from xlcost.native import Tracer

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OURS = re.compile(
    "(Checks|Models|GPUs|Precisions|Regions|Prices|Providers|Quotes|Currencies|Aliases)_|(TRUE|FALSE)$", re.I
)
CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[RrCc]")


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

    def __post_init__(self) -> None:
        if self.months < 1:
            raise ValueError(f"{self.id}: months: {self.months} is no number of months")
        inputs = [given.name for given in all_inputs(self.inputs)]
        keys = [*inputs, *(line.key for _, group in self.lines for line in group)]
        months = ["period", "end", "year", *(line.key for _, group in self.monthly for line in group)]
        for known in (keys, months):
            for key in known:
                if known.count(key) > 1:
                    raise ValueError(f"{self.id}: the key '{key}' stands twice")
        for name in inputs:
            if not NAME.fullmatch(name) or CELL.fullmatch(name) or OURS.match(name):
                raise ValueError(f"{self.id}: '{name}' cannot be the name of a cell; write one such as Train_Tokens")

    def labels(self) -> dict[str, str]:
        """Key -> label of each row of months."""
        return {line.key: line.label for _, group in self.monthly for line in group}
