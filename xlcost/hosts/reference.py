"""Help as text, from the catalogue."""

from __future__ import annotations

from typing import Any

from xlcost.function import FunctionSpec, Parameter
from xlcost.sources import Assumed


def default_text(p: Parameter) -> str:
    """What an argument takes when it is left out, and why."""
    if p.required:
        return "required"
    if p.default is None:
        return "optional"
    value = f"{p.default:g}" if isinstance(p.default, float) else p.default
    if isinstance(p.default, Assumed):
        return f"default {value}: {p.default.why} ({p.default.source.short})"
    return f"default {value}"


def argument_line(p: Parameter) -> str:
    unit = f" [{p.word.unit}]" if p.word.unit not in ("id", "date") else ""
    return f"  {p.name:<18} {p.word.meaning}{unit}; {default_text(p)}"


def as_typed(value: Any) -> str:
    """An argument as it is typed in a cell."""
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def example_formula(spec: FunctionSpec) -> str:
    """The example as a cell formula; arguments left out in the middle stay empty."""
    given = spec.example_arguments
    last = max((i for i, p in enumerate(spec.parameters) if p.name in given), default=-1)
    parts = [as_typed(given[p.name]) if p.name in given else "" for p in spec.parameters[: last + 1]]
    return f"={spec.name}({', '.join(parts)})"


def card(spec: FunctionSpec) -> str:
    """One function, whole."""
    lines = [spec.signature, "", spec.doc, ""]
    lines += [argument_line(p) for p in spec.parameters]
    lines += [f"  gives              {spec.returns.meaning} [{spec.returns.unit}]", ""]
    lines += [f"Example  {example_formula(spec)}  gives {spec.example['returns']}", f"Source   {spec.source}"]
    return "\n".join(lines)
