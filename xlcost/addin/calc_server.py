"""The process that the Calc add-in starts: names and cells come in on stdin, rows of cells go out on stdout."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import xlcost
from xlcost.addin.calc_engine import receive, send
from xlcost.hosts import calc


def answer(name: str, arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """The rows that Calc shows for NAME(arguments), whatever happens."""
    try:
        public = _public(name)
        if public is None:  # a function of another release
            return ((calc.error_value("#NAME?"),),)
        if public.spec.variadic:
            *first, rest = arguments
            return calc.answer(public, *first, *rest, explained=_public(first[0]))
        return calc.answer(public, *arguments)
    except Exception:
        traceback.print_exc()
        return ((calc.error_value("#VALUE!"),),)


def _public(name: Any) -> Any:
    """The public function of this name, or None."""
    known = isinstance(name, str) and name.strip().lower() in xlcost.__all__
    public = getattr(xlcost, name.strip().lower()) if known else None
    return public if hasattr(public, "spec") else None


def main() -> None:
    """Answer until the other end closes; what a library prints must not end up in a cell."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    send(sink, xlcost.__version__)
    while True:
        try:
            name, arguments = receive(source)
        except EOFError:
            return
        send(sink, answer(name, arguments))


if __name__ == "__main__":
    main()
