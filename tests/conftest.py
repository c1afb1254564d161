"""Engines that recalculate workbooks: LibreOffice (skipped where absent, except in CI) and IronCalc."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import ironcalc
import pytest
from openpyxl import load_workbook

RECALCULATE = Path(__file__).with_name("recalculate.py")
PYTHONS = ("/usr/bin/python3", "/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python")

os.environ["XLCOST_DATA"] = ""  # the tests know the packaged tables only, whatever quotes the tester keeps


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


@pytest.fixture(scope="session")
def office():
    parts = office_parts()
    if parts is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs LibreOffice Calc and its Python bridge (libreoffice-calc, python3-uno)")
        pytest.skip("LibreOffice Calc or its Python bridge is not installed")
    engine = Office(*parts)
    yield engine
    engine.close()


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


@pytest.fixture(scope="session")
def engines(office):
    """Both engines by name."""
    return {"LibreOffice": office, "IronCalc": iron}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the user's own, not there yet; afterwards the tables are read anew."""
    from xlcost.tables import prices

    monkeypatch.setenv("XLCOST_DATA", str(tmp_path / "kept"))
    prices.forget()
    yield tmp_path / "kept"
    monkeypatch.setenv("XLCOST_DATA", "")
    prices.forget()
