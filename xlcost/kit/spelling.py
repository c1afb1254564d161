"""A line written once and read twice: as the plain formula of its cell, and as the call a user would type.

Called with `Native()`, a line gives the formula; called with `Spelled()`, the call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlcost.catalogue import spec_of
from xlcost.native import Tracer, formula

Names = dict[str, Tracer]
Compute = Callable[[Any, Names], Any]


class Native:
    """Function calls as plain formulas."""

    def __getattr__(self, name: str) -> Callable[..., Tracer]:
        return lambda **arguments: formula(spec_of(name), arguments)


class Spelled:
    """Function calls as a user types them."""

    def __getattr__(self, name: str) -> Callable[..., Tracer]:
        def spelled(**arguments: Any) -> Tracer:
            parts = [arguments.get(p.name) for p in spec_of(name).parameters]
            while parts and parts[-1] is None:
                parts.pop()
            shown = ["" if p is None else p.text if isinstance(p, Tracer) else _constant(p) for p in parts]
            return Tracer(f"{name}({', '.join(shown)})")

        return spelled


def _constant(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def renamed(name: str, reference: Tracer) -> Tracer:
    """The cell by its name."""
    return Tracer(name, value=lambda: reference.value)
