"""A blueprint becomes a book: sheets in their order, defined names, and the figures that are reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlcost.kit.blueprint import Blueprint
from xlcost.kit.book import Book, scalar
from xlcost.kit.cells import Cells
from xlcost.kit.checks import TOP, checks_sheet, light, status
from xlcost.kit.cover import cover
from xlcost.kit.currency import PLAN
from xlcost.kit.currency_sheet import currencies_sheet, label_inputs
from xlcost.kit.inputs import input_values, inputs_sheet
from xlcost.kit.lines import lines_sheet
from xlcost.kit.lookup_sheets import add_tables
from xlcost.kit.months import months_sheet
from xlcost.kit.source_list import sources_sheet
from xlcost.kit.summary import content, summary_sheet
from xlcost.prices.current import as_if

LIGHTS = (("Summary", "R1"), ("Inputs", "E1"), ("Calculation", "F1"), ("Monthly", "D1"))
WIDE_LIGHT = "R1:S1"  # of the Summary, whose columns are narrow


@dataclass(frozen=True)
class FilledTemplate:
    """A template filled in: its book, and its cells by key."""

    blueprint: Blueprint
    book: Book
    cells: Cells

    def figures(self) -> dict[str, Any]:
        """The figures of the blueprint, by key."""
        with as_if(self.book.market):
            return {figure.key: scalar(figure.cell(self.cells).value) for figure in self.blueprint.figures}

    def status(self) -> str:
        """ALL OK, or CHECK."""
        with as_if(self.book.market):
            return str(status(self.book).value)

    def failing(self) -> list[str]:
        """The titles of the checks that do not read OK."""
        lights, checks = self.book["Checks"], enumerate(self.blueprint.checks, TOP)
        with as_if(self.book.market):
            return [check.what for row, check in checks if lights.value(f"F{row}") != "OK"]


def build(blueprint: Blueprint, values: Mapping[str, Any] | None = None) -> FilledTemplate:
    """The workbook for these inputs; without any, the blank template with its example figures."""
    given = input_values(blueprint.inputs, values or {})
    book = Book(blueprint.title, blueprint.subject)
    x = Cells(book, inputs_sheet(book, blueprint.inputs, given, blueprint.purpose), blueprint.months)
    lines_sheet(book, blueprint.lines, x, blueprint.calculation)
    if PLAN in x:
        label_inputs(book, blueprint.inputs, x)
    months_sheet(book, blueprint.monthly, x, x[blueprint.start])
    summary_sheet(book, blueprint.summary, blueprint.adds_up, blueprint.labels(), x)
    checks_sheet(book, blueprint.checks, x)
    book.arrange("Summary")
    add_tables(book, providers=any("Provider" in name for name in given))
    if PLAN in x:
        currencies_sheet(book)
    sources_sheet(book, blueprint.sources)
    below, basis = blueprint.cover
    subtitle, line = content(below or blueprint.subject, x), content(basis, x)
    cover(book, blueprint.title, subtitle, line, blueprint.answers, blueprint.how)
    book.arrange("Cover")
    for title, ref in LIGHTS:
        light(book, book[title], ref)
    book["Summary"].merges.append(WIDE_LIGHT)
    return FilledTemplate(blueprint, book, x)
