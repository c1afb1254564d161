"""Run in a process of its own: xlcost as xlwings Lite sees it, with what Pyodide has and no more.

Calls come in as JSON on stdin, (function, cells) each, and the cells that Excel would show go out. `xlwings` is a
stand-in that does what its documentation says of Lite: a cell or a range arrives as rows, a single cell or text as one
value unless ndim=2, an error value as None unless err_to_str, a missing argument as its default; a result is rows or a
value, where the text of an error value becomes the value. Unknown options are refused.
"""

import importlib
import importlib.abc
import inspect
import json
import os
import subprocess
import sys
import threading
import types

# What Python's library lacks in Pyodide 0.27.5 (Python 3.12) or 314.0.7 (3.14): tried there, module by module.
LACKING = """
curses dbm ensurepip fcntl grp lib2to3 lzma msilib msvcrt nis nt ossaudiodev pty pwd pydoc_data readline resource spwd
sqlite3 ssl syslog termios tkinter tty turtle venv winreg winsound _lzma _sqlite3 _ssl
"""
# In the lock file of both (pyodide-lock.json), or wheels of nothing but Python that xlcost itself asks for. Not httpx2,
# the web client of genai_prices: in Pyodide it needs httpx2_jsfetch, of which PyPI has an empty release.
HAD = """
numpy pydantic pydantic_core annotated_types typing_extensions typing_inspection genai_prices currency_converter
openpyxl et_xmlfile xlcost xlwings
"""
CODES = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
FUNC_OPTIONS = {"name", "namespace", "volatile", "cache", "help_url"}
ARG_OPTIONS = {"convert", "doc", "ndim", "err_to_str", "empty", "numbers", "dates"}


class OnlyPyodide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = top in sys.stdlib_module_names or top in HAD.split() or top.startswith("_")
        if top in LACKING.split() or not known:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)


def impossible(*_, **__):
    raise OSError("Pyodide has no processes, threads or sockets")


def no_machine():
    os.fork = subprocess.Popen.__init__ = threading.Thread.start = impossible
    sys.platform = "emscripten"


def options_of(known):
    def check(given):
        assert set(given) <= known, f"Lite knows no option {set(given) - known}"
        return given

    return check


def stand_in():
    """The module that answers to `import xlwings`."""
    module = types.ModuleType("xlwings")

    def func(**given):
        def decorate(function):
            function.lite = {"name": function.__name__, "args": {}} | options_of(FUNC_OPTIONS)(given)
            function.lite["args"] |= getattr(function, "told", {})
            return function

        return decorate

    def arg(name, **given):
        def decorate(function):
            assert name in inspect.signature(function).parameters, name
            function.told = getattr(function, "told", {}) | {name: options_of(ARG_OPTIONS)(given)}
            return function

        return decorate

    module.func, module.arg = func, arg
    return module


def read(cells, options):
    """A cell or range as the function takes it; {"error": "#N/A"} is an error value."""
    rows = cells if isinstance(cells, list) else [[cells]]
    rows = [[cell(value, options.get("err_to_str", False)) for value in row] for row in rows]
    if options.get("ndim") == 2:
        return rows
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def cell(value, err_to_str):
    if isinstance(value, dict):
        return value["error"] if err_to_str else None
    return None if value == "" else value


def call(function, cells):
    parameters = list(inspect.signature(function).parameters.values())
    given = []
    for i, value in enumerate(cells):
        parameter = parameters[min(i, len(parameters) - 1)]
        missing = None if parameter.default is parameter.empty else parameter.default
        given.append(missing if value is None else read(value, function.lite["args"][parameter.name]))
    result = function(*given)
    return [[shown(value) for value in row] for row in (result if isinstance(result, list) else [[result]])]


def shown(value):
    if isinstance(value, str) and value in CODES:
        return {"error": value}
    assert value is None or isinstance(value, (bool, int, float, str)), f"Excel cannot show {value!r}"
    return "" if value is None else value


def importable(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def main():
    import sysconfig

    import numpy  # noqa: F401  built for this machine, which no_machine would no longer be

    sysconfig.get_config_vars()
    sys.modules["xlwings"] = stand_in()
    sys.meta_path.insert(0, OnlyPyodide())
    no_machine()
    project = types.ModuleType("main")
    exec(json.loads(sys.stdin.readline()), project.__dict__)
    functions = {f.lite["name"]: f for f in vars(project).values() if hasattr(f, "lite")}
    for line in sys.stdin:
        name, cells = json.loads(line)
        print(json.dumps(call(functions[name], cells)), flush=True)
    refused = [name for name in ("ssl", "httpx2", "scipy", "platformdirs") if not importable(name)]
    third = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
    print(
        json.dumps(
            {
                "functions": {n: f.__name__ for n, f in functions.items()},
                "refused": refused,
                "modules": sorted(third & set(HAD.split())),
            }
        )
    )


if __name__ == "__main__":
    main()
