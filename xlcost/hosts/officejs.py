"""The metadata that Office.js reads about custom functions (functions.json), written from the catalogue.

The published schema knows no repeating argument, so one that takes all further values is written as several.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from xlcost.function import FunctionSpec, Parameter
from xlcost.hosts.arguments import argument_help

SCHEMA = "https://developer.microsoft.com/json-schemas/office-js/custom-functions.schema.json"


def parameter(p: Parameter, name: str = "") -> dict[str, Any]:
    """The entry of an argument: any value, of one cell or of a range."""
    found = {"name": name or p.name, "description": argument_help(p), "type": "any", "dimensionality": "matrix"}
    return found if p.required else found | {"optional": True}


def parameters(spec: FunctionSpec, most: int) -> list[dict[str, Any]]:
    """The entries of all arguments; `most` of them for one that takes all further values."""
    found = []
    for p in spec.parameters:
        found += [parameter(p, f"{p.name}{i + 1}") for i in range(most)] if p.rest else [parameter(p)]
    return found


def entry(spec: FunctionSpec, most: int) -> dict[str, Any]:
    """The entry of one function; results are rows, since a range as argument gives a range of results."""
    return {
        "id": spec.name,
        "name": spec.name,
        "description": spec.summary,
        "parameters": parameters(spec, most),
        "result": {"type": "any", "dimensionality": "matrix"},
    }


def metadata(functions: Iterable[FunctionSpec]) -> str:
    """The text of functions.json."""
    known = list(functions)
    most = max(len(spec.parameters) for spec in known)
    return json.dumps({"$schema": SCHEMA, "functions": [entry(spec, most) for spec in known]}, indent=1) + "\n"
