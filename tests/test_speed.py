"""The ratios of the benchmark stay in their order of magnitude; the limits themselves are read off a quiet machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import benchmark_hosts
from engines import office_parts
from places import ROOT

LIMITS = (3, 4, 3, 20, 1, 2)  # of the lines that python tools/benchmark.py prints, in that order


@pytest.fixture(scope="module")
def lines():
    """In a process of its own, as the benchmark is run."""
    program = ROOT / "tools" / "benchmark.py"
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("place", range(len(LIMITS)))
def test_ratio(lines, place):
    assert len(lines) == len(LIMITS)
    assert 0 < float(lines[place].split()[0]) < 2 * LIMITS[place], lines[place]


@pytest.fixture(scope="module")
def calls():
    """Through xlwings' own code for Excel."""
    return benchmark_hosts.com_ratios(Path())


@pytest.mark.parametrize(
    ("name", "limit"), [(benchmark_hosts.ARRAY, 3), (benchmark_hosts.SCALAR, 3), (benchmark_hosts.COSTLIEST, 12)]
)
def test_call_from_excel(calls, name, limit):
    """The limits themselves for TRAIN_COST; the order of magnitude for the function that looks up and computes most."""
    assert 0 < calls[name] <= limit


def test_cells_of_calc_cost_less_than_opening_their_file(tmp_path):
    """10,000 single cells; Calc is started for the file, as a person's first file is."""
    if office_parts() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs LibreOffice Calc and its Python bridge (libreoffice-calc, python3-uno)")
        pytest.skip("LibreOffice Calc or its Python bridge is not installed")
    first, again, *_ = benchmark_hosts.calc_ratios(tmp_path).values()
    assert 0 < first < 1
    assert 0 < again < 1
