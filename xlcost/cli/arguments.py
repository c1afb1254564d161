"""The words after xlcost calc NAME: arguments in order and by name, as cells would hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from xlcost.errors import BadInput


def arguments_of(words: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """(arguments in order, arguments by name); text that is no number stays as it is."""
    ordered: list[Any] = []
    by_name: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key.isidentifier():
            if key.lower() in by_name:
                raise BadInput(f"argument '{key}' is given twice")
            by_name[key.lower()] = cell_value(value)
        elif by_name:
            raise BadInput(f"'{word}' stands after key=value; put arguments without a name first")
        else:
            ordered.append(cell_value(word))
    return ordered, by_name


def cell_value(text: str) -> Any:
    """A word of the command line as a cell would hold it: a number where it is one, {1,2,3} as a list, else text."""
    if text == "":
        return None
    if text.startswith("{") and text.endswith("}"):
        return [cell_value(part.strip()) for part in re.split("[,;]", text[1:-1])]
    try:
        return float(text)
    except ValueError:
        return text
