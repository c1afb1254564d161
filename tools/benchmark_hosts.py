"""Speed in the spreadsheets, as ratios: python tools/benchmark_hosts.py. One section a host.

The status is 1 where a ratio is over its limit; read it on a machine that does nothing else. A host that
cannot run here (no LibreOffice) is left out.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmark import Ratios, print_ratios

# LibreOffice Calc

CELLS = 10_000


def calc_book(path: Path, formulas: bool) -> None:
    """Write a workbook with rows of model, tokens and price, and TRAIN_COST in each row or as one array formula."""
    from openpyxl import Workbook
    from openpyxl.worksheet.formula import ArrayFormula

    book = Workbook()
    sheet = book.active
    for row in range(1, CELLS + 1):
        sheet.append([1e9 + row, 3e11, 1 + row / CELLS])
        if formulas:
            sheet.cell(row, 4, f'=XLCOST.TRAIN_COST(A{row},B{row},"H100",C{row})')
    if not formulas:
        ranges = ",".join(f"{letter}1:{letter}{CELLS}" for letter in "AB")
        formula = f'=XLCOST.TRAIN_COST({ranges},"H100",C1:C{CELLS})'
        sheet["D1"] = ArrayFormula(f"D1:D{CELLS}", formula)
    book.save(path)


def calc_ratios(folder: Path) -> Ratios:
    """Time to compute cells in Calc, over the time to start it and open their file; nothing without LibreOffice."""
    from engines import Calc, office_parts
    from xlcost.desktop.oxt import extension

    parts = office_parts()
    if parts is None:
        return {}
    single, array, addin = folder / "single.xlsx", folder / "array.xlsx", folder / "xlcost.oxt"
    calc_book(single, formulas=True)
    calc_book(array, formulas=False)
    addin.write_bytes(extension(sys.executable))
    with zipfile.ZipFile(addin) as archive:
        archive.extractall(folder / "bundled" / "xlcost")
    start = time.perf_counter()
    office = Calc(*parts, folder / "bundled")
    _, first = office("timed", single)
    opening = time.perf_counter() - start - first
    again, cells = map(min, zip(*(office("timed", single) for _ in range(5)), strict=True))
    _, whole = map(min, zip(*(office("timed", array) for _ in range(5)), strict=True))
    office.close()
    return {
        "Calc: 10,000 cells computed, over starting Calc and opening their file; both first": (
            first / opening,
            1,
        ),
        "Calc: 10,000 cells computed again, over starting Calc and opening their file": (cells / opening, 1),
        "Calc: 10,000 cells computed again, over opening their file in a Calc that runs": (cells / again, None),
        "Calc: the 10,000 as one array formula, over as many single cells": (whole / cells, None),
    }


# Excel on Windows, through xlwings' own COM code over stubs

ROWS = 100_000
ARGUMENTS = {"TRAIN_COST": 7, "INFER_COST": 9}
ARRAY = "xlwings: TRAIN_COST of 100,000 rows of 3 arguments, over an empty function with raw converters"
SCALAR = "xlwings: a scalar TRAIN_COST of numbers, over an empty function"
COSTLIEST = "xlwings: a scalar INFER_COST by names, the costliest that computes one value, over an empty one"


def com_ratios(folder: Path) -> Ratios:
    """The measurements of `com_measurements`, made in a process in which xlwings runs as on Windows."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from stubs import com_stub

    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=com_stub.install) as pool:
        return pool.submit(com_measurements).result()


def com_measurements() -> Ratios:
    """Time of calls of our functions, over calls of functions that do nothing, or only convert."""
    import numpy as np
    from xlwings.com_server import XLPython

    from stubs import com_stub

    class Cells(com_stub.Range):
        """A column whose rows are made anew for each call, as pywin32 makes them."""

        Value = property(lambda self: tuple(zip(self.numbers.tolist(), strict=True)), lambda self, value: None)

    def call(module: str, function: str, *cells: object) -> Callable[[], object]:
        return lambda: XLPython().CallUDF(module, function, cells, None, com_stub.Range(None))

    def ours(function: str, *cells: object) -> Callable[[], object]:
        return call(com_stub.MODULE, function, *cells, *[com_stub.MISSING] * (ARGUMENTS[function] - len(cells)))

    dice = np.random.default_rng(7)
    columns = [dice.uniform(low, high, ROWS) for low, high in ((1e9, 1e12), (1e9, 1e13), (1, 5))]
    ready = [com_stub.column(*column.tolist()) for column in columns]
    fresh = [Cells(cells.Value) for cells in ready]
    for cells, column in zip(fresh, columns, strict=True):
        cells.numbers = column
    empty = call("stubs.empty_udfs", "EMPTY_NUMBER", 175e9, 300e9, "h100-sxm", 2.0, *[com_stub.MISSING] * 3)

    def train_cost(params: object, tokens: object, price: object) -> Callable[[], object]:
        return ours("TRAIN_COST", params, tokens, "h100-sxm", price)

    named = ours("TRAIN_COST", "llama-3.1-70b", "15T", "h100-sxm")
    costliest = ours("INFER_COST", "llama-3.1-70b", "h100-sxm", 1000.0, 200.0)
    converted = time_ratio(train_cost(*ready), call("stubs.empty_udfs", "CONVERTED", *ready), 1)
    return {
        ARRAY: (time_ratio(train_cost(*fresh), call("stubs.empty_udfs", "EMPTY_ARRAY", *fresh), 1), 3),
        "xlwings: the same, over a function that does nothing but np.array(..., float) and tolist": (
            converted,
            None,
        ),
        SCALAR: (time_ratio(train_cost(175e9, 300e9, 2.0), empty, 300), 3),
        "xlwings: the same by names, the price from the table": (time_ratio(named, empty, 300), None),
        COSTLIEST: (time_ratio(costliest, empty, 300), 12),
    }


def time_ratio(ours: Callable[[], object], empty: Callable[[], object], runs: int, times: int = 21) -> float:
    """How much longer ours takes: the median of pairs, each measured one right after the other."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        for _ in range(runs):
            ours()
        middle = time.perf_counter()
        for _ in range(runs):
            empty()
        found.append((middle - start) / (time.perf_counter() - middle))
    return statistics.median(found)


SECTIONS = (calc_ratios, com_ratios)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(max([print_ratios(section(Path(scratch))) for section in SECTIONS]))
