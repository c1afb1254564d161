"""Text about arguments for several hosts: help for a function wizard, the head of a Python function."""

from __future__ import annotations

from xlcost.function import FunctionSpec, Parameter, shown_default
from xlcost.sources import Assumed


def argument_help(p: Parameter) -> str:
    """Help on an argument for a function wizard, at most 255 characters."""
    text = f"{p.word.meaning} [{p.word.unit}]" if p.word.unit not in ("id", "date") else p.word.meaning
    if not p.required:
        default, why = shown_default(p), f", {p.default.why}" if isinstance(p.default, Assumed) else ""
        text += f" (default {default}{why})" if default else " (optional)"
    return text[:255]


def python_head(spec: FunctionSpec) -> str:
    """The arguments as the head of a Python function for xlwings, which knows defaults or *arguments, not both."""
    if spec.variadic:
        return ", ".join(_names(spec))
    return ", ".join(p.name if p.required else f"{p.name}=None" for p in spec.parameters)


def python_call(spec: FunctionSpec) -> str:
    """The arguments of `answer` in that function: the public function and its arguments."""
    return ", ".join([f"xlcost.{spec.python_name}", *_names(spec)])


def _names(spec: FunctionSpec) -> list[str]:
    return [f"*{p.name}" if p.rest else p.name for p in spec.parameters]
