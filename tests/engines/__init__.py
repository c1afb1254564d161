"""Engines that recalculate workbooks: LibreOffice, through a program of its own Python, and IronCalc."""

import json
import shutil
import subprocess
from pathlib import Path

import ironcalc
from openpyxl import load_workbook

HERE = Path(__file__).parent
RECALCULATE, CALC_ADDIN, VBA_OFFICE = HERE / "recalculate.py", HERE / "calc_addin.py", HERE / "vba_office.py"
PYTHONS = ("/usr/bin/python3", "/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python")


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
    """LibreOffice kept open for the session."""

    def __init__(self, program, python):
        self.process = subprocess.Popen(
            [python, str(RECALCULATE), program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, path):
        """{sheet: {cell: value}} after a hard recalculation."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"LibreOffice could not recalculate {path}"
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


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
