"""What EXPLAIN hears of: which formulas are steps, with which unit, and who records them just now."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import CodeType, FunctionType
from typing import Any, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class Recorder(Protocol):
    """Somebody who wants to know the steps of a calculation (see audit)."""

    def note(self, name: str, text: str, value: Any, unit: str, source: str) -> Any:
        """Note a step by its name, formula, value, unit and source."""

    def look_up(self, table: Any, key: Any, column: Any, found: Any) -> Any:
        """Note a table's value."""

    def offer(self, offer_value: Any, gpu: Any, provider: Any, term: Any, serial: Any, found: Any) -> Any:
        """Note a price."""


RECORDER: ContextVar[Recorder | None] = ContextVar("RECORDER", default=None)


STEPS: dict[CodeType, str] = {}


def step(unit: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a formula a step that EXPLAIN shows, with the unit of its result. The formula itself stays as it is."""

    def note(formula: Callable[P, R]) -> Callable[P, R]:
        STEPS[cast(FunctionType, formula).__code__] = unit
        return formula

    return note


def noted(name: str, text: str, value: float, unit: str, source: str = "") -> None:
    """Tell of a step in a body that searches or simulates, and so cannot be read off its formula."""
    recorder = RECORDER.get()
    if recorder is not None:
        recorder.note(name, text, float(value), unit, source)
