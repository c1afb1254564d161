"""The ratios of the benchmark stay in their order of magnitude; the limits themselves are read off a quiet machine."""

import subprocess
import sys
from pathlib import Path

import benchmark_hosts
import pytest

LIMITS = (3, 4, 3, 20, 1)  # of the lines that python tests/benchmark.py prints, in that order


@pytest.fixture(scope="module")
def lines():
    """In a process of its own, as the benchmark is run."""
    program = Path(__file__).with_name("benchmark.py")
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
