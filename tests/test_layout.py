"""The tests themselves: where they stand, what they may read, which of them a run takes."""

import ast
import csv
import os
import subprocess
import sys

import pytest

from places import DATA, PACKAGE, ROOT, TESTS
from xlcost.catalogue import FUNCTIONS

HELPERS = {"data", "engines", "stubs"}
ELSEWHERE = {  # a room without tests of its own -> where they stand
    "addin": "hosts",  # each generated module with its host
    "csv_tables": "prices",
    "errors": "test_catalogue.py",
    "function": "test_catalogue.py",
    "quantities": "test_properties.py",
    "sources": "test_catalogue.py",
    "steps": "test_audit.py",
}
ROOMS = {path.stem for path in PACKAGE.iterdir() if path.stem not in ("__init__", "__main__", "__pycache__", "py")}
MODULES = sorted(path for path in TESTS.rglob("*.py"))
CLOCK = {"perf_counter", "perf_counter_ns", "process_time", "monotonic", "monotonic_ns", "time_ns", "timeit", "clock"}
STOPWATCH = {"engines/calc_addin.py"}  # for tools/benchmark_hosts.py


def syntax(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def words(tree):
    """Names and texts in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_folder_of_tests_is_a_room():
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders - HELPERS <= {path.name for path in PACKAGE.iterdir() if path.is_dir()}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_room_has_tests(room):
    """In its folder or file; a room whose tests stand elsewhere has none of its own."""
    own = [*(TESTS / room).glob("test_*.py"), *TESTS.glob(f"test_{room}.py")]
    assert bool(own) == (room not in ELSEWHERE)
    assert (TESTS / ELSEWHERE.get(room, "")).exists()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_test_imports_a_test_or_reads_a_stopwatch(path):
    tree = syntax(path)
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert not [name for name in modules if name.startswith("test_")]
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    reads = CLOCK & {getattr(call, "attr", getattr(call, "id", "")) for call in called}
    assert bool(reads) == (path.relative_to(TESTS).as_posix() in STOPWATCH)


def of_one_function():
    """Words of tests that do not go over the whole catalogue, and calls of published figures."""
    for path in MODULES:
        for node in syntax(path).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from words(node)
    for path in DATA.glob("published*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["call"] for row in csv.DictReader(file))


def test_every_function_is_named_in_a_test():
    """Which `pytest -k NAME` finds, beside those that go over the whole catalogue."""
    named = set(of_one_function())
    assert [spec.name for spec in FUNCTIONS if not named & {spec.name, spec.python_name}] == []


def collected(*command, ci=""):
    """Tests that a run would take, and what it says of itself."""
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", *command]
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | {"CI": ci}, capture_output=True, text=True, encoding="utf-8", check=False
    )
    lines = done.stdout.splitlines()
    return {line.partition("::")[2] for line in lines if "::" in line}, lines[-2]


@pytest.mark.slow
def test_lanes():
    """On a file that has tests of all lanes."""
    file = "tests/hosts/test_vba.py"
    (fast, said), (in_ci, _), (long, _) = collected(file), collected(file, ci="true"), collected(file, "-m", "long")
    assert fast < in_ci
    assert long and not long & in_ci
    assert "lane: fast; all but the long ones: CI=true python -m pytest; " in said
    assert said.startswith(f"{len(in_ci | long) - len(fast)} tests are of another lane")
    waiting = min(in_ci - fast)
    assert waiting in collected(file, "-k", waiting.partition("[")[0])[0]
    assert collected(f"{file}::{waiting}")[0] == {waiting}
    assert collected(f"{file}::{min(long)}")[0] == {min(long)}


@pytest.mark.slow
def test_a_function_is_looked_for_by_its_name():
    found, _ = collected("tests/functions/test_commitments.py", "-k", "COMMIT_GPUS")
    assert "test_the_ends" in found
