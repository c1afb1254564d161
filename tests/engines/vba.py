"""Commands of office.py: VBA in a workbook, run by the Basic of LibreOffice."""

import documents

ALWAYS = 4  # MacroExecMode.ALWAYS_EXECUTE_NO_WARN
FILTER = "Calc MS Excel 2007 VBA XML"


def shown(context, path, modules, formulas):
    """What cells show into which formulas are put one after the other, and the modules that LibreOffice has read.

    `modules` take the place of the workbook's own or stand beside them.
    """
    document = documents.opened(context, path, MacroExecutionMode=ALWAYS, FilterName=FILTER)
    try:
        libraries = document.BasicLibraries
        (name,) = (name for name in libraries.ElementNames if name != "Standard")
        libraries.loadLibrary(name)
        library = libraries.getByName(name)
        read = {module: library.getByName(module) for module in library.ElementNames}
        for module, text in modules.items():
            (library.replaceByName if library.hasByName(module) else library.insertByName)(module, text)
        return {"project": name, "modules": read, "shown": cells(document.Sheets.getByIndex(0), formulas)}
    finally:
        document.close(True)


def cells(sheet, formulas):
    texts = []
    for row, formula in enumerate(formulas):
        cell = sheet.getCellByPosition(5, row)
        cell.Formula = formula
        texts.append(cell.getString())
    return texts
