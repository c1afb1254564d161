"""The sheet that says where a values-only copy comes from, what it holds and what was left out."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib.metadata import version

from xlcost.functions.lists import xlcost_version
from xlcost.into_workbook.snapshot.values_only import SheetFacts
from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.prices.current import current_market

TITLE = "Provenance"
FEW = 5  # cells with errors that are named
PURPOSE = "Values only: each formula was replaced by the value that its cell showed."
WIDTHS = {"A": 1.5, "B": 36, "C": 24, "D": 13, "E": 13, "F": 13, "G": 14, "H": 13, "I": 15}
HEADS = ("Sheet", "Shown", "Formulas", "Input cells", "Comments", "Links outside", "Hidden rows", "Hidden columns")
SHOWN = {"visible": "yes", "hidden": "hidden", "veryHidden": "hidden from the menu too"}


@dataclass
class Report:
    """Facts about the source and the copy, for the sheet and the command."""

    source: str
    file_hash: str
    date: str = ""
    inputs_hash: str = ""
    authors: list[str] = field(default_factory=list)
    sheets: list[SheetFacts] = field(default_factory=list)
    edition: str = ""  # of the tables in the source, as it says
    names: list[str] = field(default_factory=list)  # that were formulas
    outside: list[str] = field(default_factory=list)  # names of cells in other workbooks
    left_out: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # kinds of parts that are not known
    broken_looks: int = 0
    stale: str = ""

    @property
    def errors(self) -> str:
        """How many cells show an error, and the first of them; blank where none does."""
        cells = [f"{facts.title}!{cell}" for facts in self.sheets for cell in facts.errors]
        more = f" and {len(cells) - FEW:,} more" if len(cells) > FEW else ""
        return f"{len(cells):,}: {', '.join(cells[:FEW])}{more}" if cells else ""


def book(report: Report) -> Book:
    """A book that holds just this sheet."""
    made = Book("Provenance", "Where the values come from")
    sheet = made.sheet(TITLE, "reference", WIDTHS)
    sheet.heading(TITLE, PURPOSE)
    row = _facts(sheet, 4, report)
    row = _sheets(sheet, row + 1, report.sheets)
    row = _lines(sheet, row + 1, "Left out", _left_out(report))
    _lines(sheet, row + 1, "Kept, though it is no value", _kept(report))
    return made


def _facts(sheet: Sheet, row: int, report: Report) -> int:
    edition = current_market().edition_day.isoformat()
    older = f"; those in the source are of {report.edition}" if report.edition not in ("", edition) else ""
    own = sum(facts.own for facts in report.sheets)
    facts = {
        "Source": report.source,
        "Date": report.date,
        "Made with": f"xlcost {xlcost_version()}, Python {platform.python_version()}, openpyxl {version('openpyxl')}",
        "Edition of xlcost's tables": edition + older,
        "Own quotes": f"{own:,} {'cells name' if own > 1 else 'cell names'} one as the source" if own else "none shown",
        "Cells that show an error": report.errors or "none",
        "SHA-256 of the source": report.file_hash,
        "SHA-256 of its input cells": report.inputs_hash,
        "Names in its properties": "; ".join(report.authors) or "none",
    }
    for label, text in (facts | ({"Stored values": report.stale} if report.stale else {})).items():
        sheet.put(f"B{row}", label, styles.LABEL)
        sheet.put(f"C{row}", text, styles.TEXT)
        row += 1
    return row


def _sheets(sheet: Sheet, row: int, found: list[SheetFacts]) -> int:
    for column, head in zip("BCDEFGHI", HEADS, strict=True):
        left = column in "BC"
        sheet.put(f"{column}{row}", head, styles.TABLE_HEAD.but(across="left" if left else "right", indent=int(left)))
    for at, facts in enumerate(found, row + 1):
        sheet.put(f"B{at}", facts.title, styles.TABLE_TEXT)
        sheet.put(f"C{at}", SHOWN.get(facts.state, facts.state), styles.TABLE_TEXT)
        hidden = (facts.hidden.get("row", 0), facts.hidden.get("column", 0))
        counts = (facts.formulas, facts.inputs, facts.comments, facts.links, *hidden)
        for column, count in zip("DEFGHI", counts, strict=True):
            sheet.put(f"{column}{at}", count, styles.CALC.but(format=styles.WHOLE))
    return row + len(found) + 1


def _lines(sheet: Sheet, row: int, head: str, lines: list[str]) -> int:
    sheet.section(row, head)
    for at, line in enumerate(lines, row + 1):
        sheet.put(f"B{at}", line, styles.TEXT.but(indent=1))
    return row + len(lines) + 1


def _left_out(report: Report) -> list[str]:
    """What the source held and the copy does not."""
    lines = [f"names that are formulas: {', '.join(report.names)}"] if report.names else []
    lines += [f"names of cells in other workbooks: {', '.join(report.outside)}"] if report.outside else []
    checks = sum(facts.validations for facts in report.sheets)
    lines += [f"rules for what may be typed in ({checks})"] if checks else []
    scenarios = sum(facts.scenarios for facts in report.sheets)
    lines += [f"what-if scenarios, with their values ({scenarios})"] if scenarios else []
    return [*lines, *report.left_out] or ["nothing but the formulas"]


def _kept(report: Report) -> list[str]:
    formats = [f"{facts.title} {facts.formats}" for facts in report.sheets if facts.formats]
    lines = [f"conditional formats, which are formulas: {', '.join(formats)}"] if formats else []
    if report.broken_looks:
        lines.append(f"{report.broken_looks} of them use a name that was left out, and may look different")
    return [*lines, *(f"parts of the kind {kind}" for kind in report.kept)] or ["nothing"]
