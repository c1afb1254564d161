"""Steps: which formulas are rows of an explanation, with the unit of their result; and who records steps now.

A step runs as any function does. Only while an explanation is made (see audit) its result goes to the recorder,
which writes a row and gives back what stands for the result from then on. Must not know a formula, a table or
spreadsheet text. Begin with `step`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


class Recorder(Protocol):
    """What notes the steps of a calculation (see audit)."""

    def note(self, name: str, text: str, value: Any, unit: str, source: str) -> Any:
        """Note a step by its name, formula, value, unit and source."""

    def formula(self, name: str, result: Any, unit: str) -> Any:
        """Note a formula's result; gives what stands for it from now on."""

    def look_up(self, table: Any, key: Any, column: Any, found: Any) -> Any:
        """Note a table's value."""

    def offer(self, offer_value: Any, gpu: Any, provider: Any, term: Any, serial: Any, found: Any) -> Any:
        """Note a price."""


RECORDER: ContextVar[Recorder | None] = ContextVar("RECORDER", default=None)


def step(unit: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a formula a step that EXPLAIN shows, with the unit of its result.

    >>> @step("USD")
    ... def cost(hours, price):
    ...     return hours * price
    >>> cost(3.0, 2.0)
    6.0
    """

    def decorate(formula: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(formula)
        def recorded(*values: P.args, **named: P.kwargs) -> R:
            result = formula(*values, **named)
            recorder = RECORDER.get()
            return result if recorder is None else cast(R, recorder.formula(formula.__name__, result, unit))

        return recorded

    return decorate


def record_step(name: str, text: str, value: float, unit: str, source: str = "") -> None:
    """Note a step of a body that searches or simulates, whose steps are not formulas."""
    recorder = RECORDER.get()
    if recorder is not None:
        recorder.note(name, text, float(value), unit, source)
