"""Commands of office.py: workbooks opened, recalculated and saved. An error cell is {"error": "#N/A"}, a blank none."""

import uno
from com.sun.star.beans import PropertyValue

FORMULA_ERRORS = 4
EXCEL = "Calc MS Excel 2007 XML"


def letters(column):
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def sheet_cells(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    area = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
    cells = {}
    for r, row in enumerate(area.getDataArray()):
        for c, value in enumerate(row):
            if value != "":
                cells[f"{letters(c)}{r + 1}"] = value
    for address in area.queryFormulaCells(FORMULA_ERRORS).RangeAddresses:
        for r in range(address.StartRow, address.EndRow + 1):
            for c in range(address.StartColumn, address.EndColumn + 1):
                cells[f"{letters(c)}{r + 1}"] = {"error": sheet.getCellByPosition(c, r).getString()}
    return cells


def opened(context, path, **options):
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    properties = [PropertyValue(Name=name, Value=value) for name, value in {"Hidden": True, **options}.items()]
    return desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, tuple(properties))


def recalculated(context, path):
    """{sheet: {cell: value}} after a hard recalculation."""
    document = opened(context, path)
    try:
        document.calculateAll()
        return all_cells(document)
    finally:
        document.close(True)


def all_cells(document):
    return {s.Name: sheet_cells(s) for s in (document.Sheets.getByIndex(i) for i in range(document.Sheets.Count))}


def saved(context, path, target):
    """Open, recalculate, save as .xlsx; its cells once it is opened again."""
    document = opened(context, path)
    document.calculateAll()
    document.storeToURL(uno.systemPathToFileUrl(target), (PropertyValue(Name="FilterName", Value=EXCEL),))
    document.close(True)
    return recalculated(context, target)
