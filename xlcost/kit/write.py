"""A book written as a file: by openpyxl, then stamped with the cached values."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet, text_on
from xlcost.native import Tracer
from xlcost.ooxml.values import Values, stamp

CALC_ID = 191029  # as Excel 2019 and later write it, so that opening does not recalculate


def save(book: Book, path: Path, values: Values | None = None) -> None:
    """Write the file with formulas, looks and cached values."""
    raw = path.with_suffix(".building.xlsx")
    try:
        openpyxl_workbook(book).save(raw)
        stamp(raw, path, values or book.values())
    finally:
        raw.unlink(missing_ok=True)


def openpyxl_workbook(book: Book) -> Workbook:
    """The openpyxl workbook, without cached values."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    looks = styles.CellStyles()
    for sheet in book.sheets:
        _write(workbook, sheet, looks)
    for name, reference in book.names.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=reference)
    workbook.properties.title = book.title
    workbook.properties.subject = book.subject
    workbook.properties.creator = "xlcost"
    workbook.calculation = CalcProperties(calcId=CALC_ID, fullCalcOnLoad=False)  # the stored values are computed
    edition = book.market.edition_day.isoformat()
    for name, text in (("xlcost release", version("xlcost")), ("xlcost data edition", edition)):
        workbook.custom_doc_props.append(StringProperty(name=name, value=text))
    return workbook


def _write(workbook: Workbook, sheet: Sheet, looks: styles.CellStyles) -> None:
    ws = workbook.create_sheet(sheet.title)
    for ref, (content, style) in sheet.cells.items():
        cell = ws[ref]
        if isinstance(content, Tracer):
            cell.value = "=" + text_on(content.text, sheet.title)
        elif isinstance(content, str):
            cell.value = content
            cell.data_type = "s"  # text stays text, whatever it begins with
        elif content is not None:
            cell.value = content
        looks.apply_style(cell, style)
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
        styles.apply_style(ws[ref], sheet.cells[ref][1])
    for ref, choice in sheet.choices:
        rule = dict(choice)
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
    if sheet.filtered:
        ws.auto_filter.ref = sheet.filtered
    if sheet.breaks:
        from openpyxl.worksheet.pagebreak import Break, ColBreak

        ws.col_breaks = ColBreak(brk=[Break(id=i, max=1048575, man=True) for i in sheet.breaks])
    ws.protection.sheet = sheet.protect
