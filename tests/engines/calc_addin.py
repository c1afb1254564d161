"""Commands of office.py: what Calc does with an add-in."""

import time

import documents

ADDIN_CATEGORY = 11


def typed_in(context, formulas):
    """What a person who types each into a cell sees there, and in the input line."""
    document = documents.opened(context, "private:factory/scalc")
    cell = document.Sheets.getByIndex(0).getCellByPosition(0, 0)
    seen = []
    for formula in formulas:
        cell.FormulaLocal = formula
        seen.append([cell.getString(), cell.FormulaLocal])
    document.close(True)
    return seen


def entered_again(context, path):
    """The cells after Find & Replace of "^=" by "=", a regular expression, over all formulas."""
    document = documents.opened(context, path)
    for sheet in (document.Sheets.getByIndex(i) for i in range(document.Sheets.Count)):
        replace = sheet.createReplaceDescriptor()
        replace.SearchRegularExpression = True
        replace.setSearchString("^=")
        replace.setReplaceString("=")
        sheet.replaceAll(replace)
    cells = documents.all_cells(document)
    document.close(True)
    return cells


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
    document = documents.opened(context, path)
    opened = time.perf_counter()
    document.calculateAll()
    done = time.perf_counter()
    document.close(True)
    return [opened - start, done - opened]
