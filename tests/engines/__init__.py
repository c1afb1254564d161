"""Engines that recalculate workbooks: LibreOffice, through a program of its own Python, and IronCalc."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import ironcalc
from openpyxl import load_workbook

PROGRAM = Path(__file__).with_name("office.py")
PYTHONS = ("/usr/bin/python3", "/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python")


@cache
def office_parts():
    """The program and a Python that has its bridge, or None."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    for python in PYTHONS:
        if program and Path(python).exists():
            probe = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)
            if probe.returncode == 0:
                return program, python
    return None


class Office:
    """LibreOffice, kept open; with the extensions that lie unpacked in a folder, or none."""

    def __init__(self, program, python, extensions=None):
        words = [python, str(PROGRAM), program, *([str(extensions)] if extensions else [])]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, path):
        """{sheet: {cell: value}} after a hard recalculation."""
        return self.ask("recalculated", str(path))

    def ask(self, command, *arguments):
        """What a command of office.py answers."""
        self.process.stdin.write(json.dumps([command, *arguments]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"LibreOffice could not do {command}"
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


class Calc(Office):
    """LibreOffice Calc with an add-in: what a person does there."""

    def __call__(self, command, *arguments):
        return self.ask(command, *map(str, arguments))

    def typed_in(self, *formulas):
        """(what the cell shows, what the input line shows) of each."""
        return [tuple(seen) for seen in self.ask("typed_in", formulas)]


def iron(path):
    """{sheet: {cell: value}} of every formula cell, by IronCalc; errors as {"error": text}."""
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    found = {}
    for number, sheet in enumerate(load_workbook(path).worksheets):
        cells = {}
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cells[cell.coordinate] = iron_value(model, number, cell.row, cell.column)
        found[sheet.title] = cells
    return found


def iron_value(model, sheet, row, column):
    value = model.get_cell_value(sheet, row, column)
    wrong = model.get_cell_type(sheet, row, column) == ironcalc.CellType.ErrorValue
    return {"error": value} if wrong else value
