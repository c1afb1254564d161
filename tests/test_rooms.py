"""The rooms: what each may import, one way only and in no circle; the light ones; nothing reads the clock."""

import ast
import graphlib
import re
import sys

import pytest

from places import PACKAGE

# What each room may import of ours; all of it stands above.
ROOMS = {
    "errors": "",
    "sources": "",
    "files": "errors",
    "csv_tables": "errors files",
    "rows": "errors",
    "steps": "",
    "quantities": "errors",
    "function": "errors quantities rows sources",
    "formulas": "sources steps",
    "facts": "errors",
    "prices": "csv_tables errors facts files quantities",
    "feeds": "csv_tables errors facts files prices quantities",
    "functions": "errors facts formulas function prices quantities sources steps",
    "native": "errors function quantities steps",
    "audit": "function native quantities sources steps",
    "catalogue": "audit errors facts function functions native quantities sources",
    "cells": "errors function quantities",
    "xlcost": "catalogue errors functions",
    "hosts": "cells function native quantities sources",
    "addin": "hosts xlcost",
    "desktop": "errors facts files function hosts prices quantities",
    "ooxml": "errors files",
    "kit": "catalogue errors facts native ooxml prices quantities sources",
    "blueprints": "facts formulas functions kit native quantities",
    "into_workbook": "catalogue csv_tables errors facts files function functions hosts kit native ooxml prices "
    "quantities",
    "batch": "blueprints csv_tables errors files kit ooxml prices",
    "cli": "batch blueprints catalogue csv_tables desktop errors facts feeds files hosts into_workbook "
    "kit ooxml prices quantities xlcost",
    "__main__": "cli",
}
LIGHT = {
    "errors": set(),
    "sources": set(),
    "files": set(),
    "rows": {"numpy"},
    "quantities": {"numpy"},
    "function": {"numpy"},
    "steps": set(),
    "formulas": {"numpy"},
    "native": {"numpy"},
    "audit": {"numpy"},
    "cells": {"numpy"},
    "ooxml": set(),
}
FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
IN_OFFICE = {"addin/calc/component.py"}  # runs in LibreOffice's Python, beside a copy of calc_engine


def module_of(path):
    """xlcost.kit.book of kit/book.py; a folder's own name of its __init__."""
    parts = ("xlcost", *path.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES if path.as_posix() not in IN_OFFICE}


def room_of(module):
    return module.split(".")[1] if "." in module else module


def syntax(path):
    return ast.parse((PACKAGE / path).read_text(encoding="utf-8"))


def imported(module):
    """Full names of what a module imports, at once or when something is called; of ours each module by its name."""
    for node in ast.walk(syntax(MODULES[module])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else node.module


def ours(module):
    """Modules of ours that a module imports."""
    return {name for name in imported(module) if name.split(".")[0] == "xlcost"}


def test_every_file_stands_in_a_room():
    assert {room_of(module) for module in MODULES} == {*ROOMS}


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    room = room_of(module)
    assert {room_of(name) for name in ours(module)} <= {room, *ROOMS[room].split()}


def test_rooms_stand_in_order():
    above = set()
    for room, uses in ROOMS.items():
        assert set(uses.split()) <= above, room
        above.add(room)


def test_a_room_is_told_no_more_than_it_uses():
    used = {room: set() for room in ROOMS}
    for module in MODULES:
        used[room_of(module)] |= {room_of(name) for name in ours(module)}
    assert {room: uses - {room} for room, uses in used.items()} == {r: set(uses.split()) for r, uses in ROOMS.items()}


def test_there_is_no_circle():
    """Nor inside a room, nor through an import that waits until something is called."""
    list(graphlib.TopologicalSorter({module: ours(module) - {module} for module in MODULES}).static_order())


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[0].removesuffix(".py") in LIGHT], ids=str)
def test_light_rooms_need_numpy_at_most(path):
    module = module_of(path)
    names = {name.split(".")[0] for name in imported(module)}
    assert names - {"xlcost", "__future__"} - sys.stdlib_module_names <= LIGHT[room_of(module)]


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[0] == "ooxml"], ids=str)
def test_a_workbook_file_is_anyones(path):
    """Titles, table names and sentences of ours are passed in; examples in docstrings may have them."""
    tree = syntax(path)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
    texts = [node.value for node in constants if isinstance(node.value, str)]
    assert not [text for text in texts if re.search("xlcost|Models|GPUs|Prices|Quotes|Aliases|Provenance", text)]


CLOCK = {"today", "now", "utcnow", "time", "time_ns", "localtime", "gmtime", "ctime", "monotonic", "monotonic_ns"}
CLOCK |= {"perf_counter", "perf_counter_ns", "process_time", "process_time_ns"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_reads_the_clock(path):
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert name not in CLOCK, f"{path}:{node.lineno} calls {name}()"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_what_is_imported_can_be_read(path):
    """By its statement: a name that is put together when something runs would pass by the rooms."""
    loaders = {"import_module", "__import__"}
    calls = (node.func for node in ast.walk(syntax(path)) if isinstance(node, ast.Call))
    used = loaders & {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
    assert not used or path.as_posix() in BY_NAME


# The package, its functions when first asked for; a spec that comes out of a pickle; a module that only Windows has.
BY_NAME = {"__init__.py", "function.py", "desktop/excel.py"}


def test_every_folder_with_modules_is_a_package():
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE / "addin" / "calc"}  # LibreOffice's
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
