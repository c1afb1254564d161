"""Run by the Python that LibreOffice brings: what Calc does with the add-in that lies unpacked in a folder.

A line of stdin is a list of a command and its arguments; the answer is a line of JSON.
"""

import json
import sys
import time

import recalculate
from com.sun.star.beans import PropertyValue

ADDIN_CATEGORY = 11


def typed_in(context, formulas):
    """What a person who types each into a cell sees there, and in the input line."""
    document = recalculate.opened(context, "private:factory/scalc")
    cell = document.Sheets.getByIndex(0).getCellByPosition(0, 0)
    seen = []
    for formula in formulas:
        cell.FormulaLocal = formula
        seen.append([cell.getString(), cell.FormulaLocal])
    document.close(True)
    return seen


def entered_again(context, path):
    """The cells after Find & Replace of "^=" by "=", a regular expression, over all formulas."""
    document = recalculate.opened(context, path)
    for sheet in (document.Sheets.getByIndex(i) for i in range(document.Sheets.Count)):
        replace = sheet.createReplaceDescriptor()
        replace.SearchRegularExpression = True
        replace.setSearchString("^=")
        replace.setReplaceString("=")
        sheet.replaceAll(replace)
    cells = recalculate.all_cells(document)
    document.close(True)
    return cells


def saved(context, path, target):
    """Open, recalculate, save as .xlsx, open that."""
    document = recalculate.opened(context, path)
    document.calculateAll()
    excel = PropertyValue(Name="FilterName", Value="Calc MS Excel 2007 XML")
    document.storeToURL(f"file://{target}", (excel,))
    document.close(True)
    return recalculate.recalculated(context, target)


def described(context):
    """{function: [description, [[argument, help], ...]]} of the category Add-In."""
    listed = context.ServiceManager.createInstanceWithContext("com.sun.star.sheet.FunctionDescriptions", context)
    found = {}
    for place in range(listed.getCount()):
        of = {p.Name: p.Value for p in listed.getByIndex(place)}
        if of["Category"] == ADDIN_CATEGORY:
            found[of["Name"]] = [of["Description"], [[a.Name, a.Description] for a in of["Arguments"] or ()]]
    return found


def about(context):
    """[name, publisher, address, description, licence to click] of the extension, as the extension manager shows it."""
    manager = context.getByName("/singletons/com.sun.star.deployment.ExtensionManager")
    (found,) = manager.getDeployedExtensions("bundled", manager.createAbortChannel(), None)
    publisher = found.getPublisherInfo()
    return [found.getDisplayName(), publisher.First, publisher.Second, found.getDescription(), found.getLicenseText()]


def timed(context, path):
    """Seconds to open the file, and to compute all of it once more."""
    start = time.perf_counter()
    document = recalculate.opened(context, path)
    opened = time.perf_counter()
    document.calculateAll()
    done = time.perf_counter()
    document.close(True)
    return [opened - start, done - opened]


COMMANDS = {f.__name__: f for f in (typed_in, entered_again, saved, described, about, timed, recalculate.recalculated)}


def answer(context, line):
    command, *arguments = json.loads(line)
    return COMMANDS[command](context, *arguments)


if __name__ == "__main__":
    bundled = f"-env:BUNDLED_EXTENSIONS=file://{sys.argv[2]}"
    recalculate.serve(answer, bundled, "-env:BUNDLED_EXTENSIONS_USER=file://PROFILE/bundled")
