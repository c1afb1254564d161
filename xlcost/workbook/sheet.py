"""The kit: a book of sheets whose cells hold constants or tracers, and so know formula and value at once.

References are written with the sheet in guillemets and the month's column as a mark; `Sheet.put` resolves them, so
one line serves every column and every sheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.cell import column_index_from_string, get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from xlcost.native import Tracer, constant
from xlcost.tables.periods import closed
from xlcost.workbook import styles
from xlcost.workbook.stamp import Values, stamp

SHEET = re.compile("«(.*?)»")
CALC_ID = 191029  # what Excel 2019 and later write: nothing is computed in vain when a workbook is opened
HERE, BEFORE = "‹c›", "‹p›"


@dataclass
class Sheet:
    """One sheet: what its cells hold, how they look, how it prints."""

    book: Book
    title: str
    kind: str
    widths: dict[str, float]
    last: str
    zoom: int = 100
    freeze: str | None = None
    protect: bool = True
    repeat_rows: str | None = None
    repeat_columns: str | None = None
    scale: int | None = None
    pages_high: int = 0
    cells: dict[str, tuple[Any, styles.Style]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    tints: list[tuple[str, str, str, str]] = field(default_factory=list)  # range, condition, ink, fill
    charts: list[tuple[Any, str]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    inputs: set[str] = field(default_factory=set)

    def put(self, ref: str, content: Any, style: styles.Style = styles.TEXT) -> Tracer:
        """Fill a cell; gives the reference to it."""
        self.cells[ref] = (content, style)
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", ref).groups()  # type: ignore[union-attr]

        def value() -> Any:
            return constant(content.value if isinstance(content, Tracer) else content)

        return Tracer(f"«{self.title}»${column}${row}", value=value)

    def months(self, row: int, first: int, count: int, line: Tracer, style: styles.Style) -> Tracer:
        """One formula over the months, the same in every column; gives the reference that moves along."""
        values = np.broadcast_to(line.value, count)
        for i in range(count):
            here, before = get_column_letter(first + i), get_column_letter(first + i - 1)
            text = line.text.replace(HERE, here).replace(BEFORE, before)
            self.cells[f"{here}{row}"] = (Tracer(text, value=values[i].item), style)
        return Tracer(f"«{self.title}»{HERE}{row}", value=lambda: values)

    def band(self, row: int, style: styles.Style, height: float | None = None, first: str = "A") -> None:
        """The same look over the sheet's width."""
        for i in range(column_index_from_string(first), column_index_from_string(self.last) + 1):
            self.cells.setdefault(f"{get_column_letter(i)}{row}", (None, style))
        if height:
            self.heights[row] = height

    def heading(self, text: str, purpose: Any) -> None:
        """Rows 1 and 2: what the sheet is, and what it is for."""
        self.put("B1", text, styles.TITLE)
        self.put("B2", purpose, styles.PURPOSE)
        self.band(1, styles.TITLE, 30)
        self.band(2, styles.PURPOSE, 18)

    def section(self, row: int, text: str) -> None:
        self.put(f"B{row}", text, styles.SECTION)
        self.band(row, styles.SECTION, 18, "B")

    def allow(self, ref: str, title: str, message: str, **rule: Any) -> None:
        """What an input cell takes, with the message that a wrong entry gets."""
        self.choices.append((ref, {"promptTitle": title[:32], "prompt": message[:255], "error": message[:255], **rule}))


@dataclass
class Book:
    """A workbook to be."""

    title: str
    subject: str
    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def sheet(self, title: str, kind: str, widths: dict[str, float], **options: Any) -> Sheet:
        last = max(widths, key=column_index_from_string)
        sheet = Sheet(self, title, kind, widths, options.pop("last", last), **options)
        self.sheets.append(sheet)
        return sheet

    def name(self, name: str, sheet: Sheet, cells: str) -> None:
        """Define a name for a cell or a range of a sheet."""
        absolute = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", cells)
        self.names[name] = f"{quoted(sheet.title)}!{absolute}"

    def used_columns(self) -> set[tuple[str, str]]:
        """(table, column) of every table name that a formula holds."""
        texts = (c.text for s in self.sheets for c, _ in s.cells.values() if isinstance(c, Tracer))
        return {pair for text in texts for pair in re.findall(r"\b(Models|GPUs|Precisions|Prices|Regions)_(\w+)", text)}

    def values(self) -> Values:
        """What input and formula cells hold."""
        found: dict[str, dict[str, Any]] = {}
        for sheet in self.sheets:
            cells = {}
            for ref, (content, _) in sheet.cells.items():
                if isinstance(content, Tracer):
                    cells[ref] = _scalar(content.value)
                elif ref in sheet.inputs:
                    cells[ref] = constant(content)
            found[sheet.title] = cells
        return found

    def save(self, path: Path, values: Values | None = None) -> None:
        """Write the file with formulas, looks and cached values."""
        raw = path.with_suffix(".building.xlsx")
        try:
            self.workbook().save(raw)
            stamp(raw, path, values or self.values())
        finally:
            raw.unlink(missing_ok=True)

    def workbook(self) -> Workbook:
        """The openpyxl workbook, without cached values."""
        workbook = Workbook()
        workbook.remove(workbook.active)
        dressed = styles.Wardrobe()
        for sheet in self.sheets:
            _write(workbook, sheet, dressed)
        for name, reference in self.names.items():
            workbook.defined_names[name] = DefinedName(name, attr_text=reference)
        workbook.properties.title = self.title
        workbook.properties.subject = self.subject
        workbook.properties.creator = "xlcost"
        workbook.calculation = CalcProperties(calcId=CALC_ID, fullCalcOnLoad=False)  # the stored values are computed
        for name, text in (("xlcost release", version("xlcost")), ("xlcost data edition", closed().isoformat())):
            workbook.custom_doc_props.append(StringProperty(name=name, value=text))
        return workbook


def quoted(title: str) -> str:
    return title if re.fullmatch(r"[A-Za-z_]\w*", title) else "'" + title.replace("'", "''") + "'"


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, (np.ndarray, np.generic)) else value


def resolved(text: str, title: str) -> str:
    """A tracer's text as it stands on the sheet `title`."""
    return SHEET.sub(lambda m: "" if m[1] == title else quoted(m[1]) + "!", text)


def _write(workbook: Workbook, sheet: Sheet, dressed: styles.Wardrobe) -> None:
    ws = workbook.create_sheet(sheet.title)
    for ref, (content, style) in sheet.cells.items():
        cell = ws[ref]
        if isinstance(content, Tracer):
            cell.value = "=" + resolved(content.text, sheet.title)
        elif isinstance(content, str):
            cell.value = content
            cell.data_type = "s"  # text stays text, whatever it begins with
        elif content is not None:
            cell.value = content
        dressed.dress(cell, style)
    _furnish(ws, sheet)
    _print(ws, sheet)


def _furnish(ws: Any, sheet: Sheet) -> None:
    for column, width in sheet.widths.items():
        ws.column_dimensions[column].width = width
    for row, height in sheet.heights.items():
        ws.row_dimensions[row].height = height
    for cells in sheet.merges:
        ws.merge_cells(cells)
    for ref, target in sheet.links.items():
        ws[ref].hyperlink = f"#{target}"
        styles.dress(ws[ref], sheet.cells[ref][1])
    for ref, rule in sheet.choices:
        validation = DataValidation(
            allow_blank=rule.pop("blank", False), showErrorMessage=True, showInputMessage=True, **rule
        )
        validation.add(ref)
        ws.add_data_validation(validation)
    for cells in sheet.lights:
        corner = cells.split(":")[0]
        bad = PatternFill(bgColor=styles.BAD_FILL, fill_type="solid")
        light = FormulaRule(
            [f'AND({corner}<>"OK",{corner}<>"ALL OK")'], font=Font(color=styles.BAD_INK, bold=True), fill=bad
        )
        ws.conditional_formatting.add(cells, light)
    for cells, condition, ink, colour in sheet.tints:
        fill = PatternFill(bgColor=colour, fill_type="solid")
        ws.conditional_formatting.add(cells, FormulaRule([condition], font=Font(color=ink, bold=True), fill=fill))
    for chart, anchor in sheet.charts:
        ws.add_chart(chart, anchor)


def _print(ws: Any, sheet: Sheet) -> None:
    ws.sheet_view.showGridLines = False
    ws.sheet_view.zoomScale = sheet.zoom
    ws.sheet_properties.tabColor = styles.TABS[sheet.kind]
    ws.freeze_panes = sheet.freeze
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.page_setup.orientation = ws.ORIENTATION_LANDSCAPE
    if sheet.scale:
        ws.page_setup.scale = sheet.scale
    else:
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, sheet.pages_high
    margins = ws.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.55, 0.25, 0.25
    ws.oddFooter.left.text, ws.oddFooter.right.text = "&8&F  |  &A", "&8Page &P of &N"
    ws.print_options.horizontalCentered = True
    if sheet.repeat_rows:
        ws.print_title_rows = sheet.repeat_rows
    if sheet.repeat_columns:
        ws.print_title_cols = sheet.repeat_columns
    bottom = max(int(re.sub(r"\D", "", ref)) for ref in sheet.cells)
    ws.print_area = f"A1:{sheet.last}{bottom}"
    if sheet.breaks:
        from openpyxl.worksheet.pagebreak import Break, ColBreak

        ws.col_breaks = ColBreak(brk=[Break(id=i, max=1048575, man=True) for i in sheet.breaks])
    ws.protection.sheet = sheet.protect
