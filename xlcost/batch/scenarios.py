"""A table of scenarios: each row a workbook, each column an input of the plan; every cell is checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcost.blueprints.compute_plan.blueprint import COMPUTE_PLAN
from xlcost.blueprints.packaged import home
from xlcost.csv_tables import continental, csv_text, separator_of
from xlcost.errors import BadInput, XlcostError
from xlcost.kit.blueprint import Blueprint
from xlcost.kit.inputs import all_inputs, input_values

FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
LARGEST = 20_000_000  # bytes


@dataclass(frozen=True)
class Scenario:
    """A row: the file to write, and the inputs."""

    file: str
    inputs: dict[str, Any]


def read(path: Path, blueprint: Blueprint = COMPUTE_PLAN) -> list[Scenario]:
    """The scenarios of a CSV file; an error names the line."""
    return scenarios_in(csv_text(path, LARGEST), path.name, blueprint)


def example_scenarios() -> list[Scenario]:
    """The scenarios of workbooks/scenarios.csv, which the demo fills without a table of the user's."""
    return read(home("workbooks") / "scenarios.csv")


def scenarios_in(text: str, name: str, blueprint: Blueprint = COMPUTE_PLAN) -> list[Scenario]:
    """The scenarios of a CSV text."""
    separator = separator_of(text)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    columns = reader.fieldnames or ()
    if "file" not in columns:
        raise BadInput(f"{name}: the first line must name the columns, 'file' among them")
    for given in all_inputs(blueprint.inputs):
        if given.needed and given.name not in columns:
            raise BadInput(f"{name}: there is no column '{given.name}' ({given.label})")
    found: dict[str, Scenario] = {}
    for row in reader:
        try:
            if separator == ";":
                row = {column: continental(cell) if isinstance(cell, str) else cell for column, cell in row.items()}
            scenario = _scenario(row, found, blueprint)
        except XlcostError as error:
            raise BadInput(f"{name}, line {reader.line_num}: {error}") from None
        found[scenario.file] = scenario
    if not found:
        raise BadInput(f"{name} holds no scenario")
    return list(found.values())


def _scenario(row: dict[Any, Any], taken: Container[str], blueprint: Blueprint) -> Scenario:
    if None in row or None in row.values():
        raise BadInput("the line has more or fewer cells than the first line")
    file = row.pop("file").strip()
    if not FILE_NAME.fullmatch(file):
        raise BadInput(f"file: '{file}' cannot be a file name; it takes letters, digits, _ and -")
    if file in taken:
        raise BadInput(f"file: '{file}' stands twice")
    for given in all_inputs(blueprint.inputs):
        if given.needed and not row[given.name].strip():
            raise BadInput(f"{given.name}: is blank; a scenario must say it ({given.label})")
    return Scenario(file, input_values(blueprint.inputs, row))
