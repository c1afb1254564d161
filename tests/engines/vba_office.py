"""Run by the Python that LibreOffice brings: VBA in a workbook, run by the Basic of LibreOffice.

A line of stdin is JSON: `path` of the workbook, `modules` that take the place of its own or stand beside them, and
`formulas` that are put into cells one after the other. The answer is what these cells show, and the modules that
LibreOffice itself has read from the workbook.
"""

import json

import uno
from com.sun.star.beans import PropertyValue
from recalculate import serve

ALWAYS = 4  # MacroExecMode.ALWAYS_EXECUTE_NO_WARN
FILTER = "Calc MS Excel 2007 VBA XML"


def asked(context, line):
    question = json.loads(line)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    options = {"Hidden": True, "MacroExecutionMode": ALWAYS, "FilterName": FILTER}
    properties = tuple(PropertyValue(Name=name, Value=value) for name, value in options.items())
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(question["path"]), "_blank", 0, properties)
    try:
        libraries = document.BasicLibraries
        (name,) = (name for name in libraries.ElementNames if name != "Standard")
        libraries.loadLibrary(name)
        library = libraries.getByName(name)
        read = {module: library.getByName(module) for module in library.ElementNames}
        for module, text in question["modules"].items():
            (library.replaceByName if library.hasByName(module) else library.insertByName)(module, text)
        return {"project": name, "modules": read, "shown": shown(document.Sheets.getByIndex(0), question["formulas"])}
    finally:
        document.close(True)


def shown(sheet, formulas):
    cells = []
    for row, formula in enumerate(formulas):
        cell = sheet.getCellByPosition(5, row)
        cell.Formula = formula
        cells.append(cell.getString())
    return cells


if __name__ == "__main__":
    serve(asked)
