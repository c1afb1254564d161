"""Run by the Python that LibreOffice brings: paths of workbooks on stdin, their recalculated cells as JSON lines.

An error cell is given as {"error": "#N/A"}, a blank one is left out.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import uno
from com.sun.star.beans import PropertyValue

FORMULA_ERRORS = 4


def connect(pipe):
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not answer")


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


def opened(context, path):
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    hidden = PropertyValue(Name="Hidden", Value=True)
    return desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, (hidden,))


def recalculated(context, path):
    document = opened(context, path)
    try:
        document.calculateAll()
        return all_cells(document)
    finally:
        document.close(True)


def all_cells(document):
    return {s.Name: sheet_cells(s) for s in (document.Sheets.getByIndex(i) for i in range(document.Sheets.Count))}


def serve(answer, *settings):
    """A line of JSON for each line of stdin, with LibreOffice open; PROFILE in a setting is its new profile."""
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"xlcost{os.getpid()}"
        office = subprocess.Popen(
            [
                sys.argv[1],
                "--headless",
                "--norestore",
                "--nologo",
                f"-env:UserInstallation=file://{profile}",
                *(setting.replace("PROFILE", profile) for setting in settings),
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            context = connect(pipe)
            for line in sys.stdin:
                print(json.dumps(answer(context, line.strip())), flush=True)
        finally:
            office.terminate()
            office.wait(20)


if __name__ == "__main__":
    serve(recalculated)
