"""xlwings as it runs on Windows, without Windows: pywin32 is replaced, every line of xlwings is the shipped one.

`install` changes the process for good, so it belongs into a process of its own (see test_com.py). What the cells
hold goes in, what the cell would show comes out; an exception is what Excel would show as a traceback.
"""

import contextlib
import ctypes
import datetime as dt
import io
import sys
from types import ModuleType, SimpleNamespace
from unittest import mock

MISSING = -2147352572  # what VBA passes for an argument that was left out
RANGE = "{00020846-0000-0000-C000-000000000046}"
MODULE = "xlcost.addin.udfs"


class ComError(Exception):
    """pywintypes.com_error."""

    hresult = -2147352567


class Range:
    """Cells as pywin32 hands them over: one value, or a tuple of rows."""

    def __init__(self, value):
        rows = value if isinstance(value, tuple) else ((value,),)
        self.Value = value
        self.Row = self.Column = 1
        self.Rows, self.Columns = SimpleNamespace(Count=len(rows)), SimpleNamespace(Count=len(rows[0]))
        application = SimpleNamespace(Hwnd=1)
        self.Worksheet = SimpleNamespace(Name="Sheet1", Parent=SimpleNamespace(Name="Book1", Application=application))

    @property
    def _oleobj_(self):
        kind = SimpleNamespace(GetTypeAttr=lambda: SimpleNamespace(iid=RANGE))
        return SimpleNamespace(GetTypeInfo=lambda: kind)


def column(*cells):
    """A range of one column."""
    return Range(tuple((cell,) for cell in cells))


def row(*cells):
    """A range of one row."""
    return Range((cells,))


def no_object(value):
    """Nothing that Excel passes is a Python object which the server has wrapped before."""
    raise TypeError(value)


def module(name, **contents):
    """A module that holds this and nothing else; also the attribute of its package."""
    made = ModuleType(name)
    made.__file__ = name
    vars(made).update(contents)
    sys.modules[name] = made
    package, _, last = name.rpartition(".")
    if package:
        setattr(sys.modules[package], last, made)


def pywin32():
    """What xlwings imports of pywin32."""
    module("pywintypes", com_error=ComError, error=OSError, TimeType=dt.datetime, IID=str)
    module("pythoncom", CoInitialize=mock.Mock(), ole_error=ComError, IID_IDispatch=0, TypeIIDs={0: None})
    module("win32process", GetWindowThreadProcessId=lambda window: (1, 1))
    for name in ("win32api", "win32con", "win32event", "win32gui", "win32timezone"):
        module(name)
    module("win32com")
    kinds = {name: type(name, (), {}) for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass")}
    module("win32com.client", **kinds, Dispatch=lambda value: value, DispatchEx=None)
    module("win32com.client.gencache", EnsureModule=mock.Mock())
    module("win32com.client.dynamic")
    module("win32com.server")
    module("win32com.server.dispatcher")
    module("win32com.server.policy")
    module("win32com.server.util", unwrap=no_object)


def install():
    """Import xlwings as on Windows: it then chooses its own UDF decorators and its COM server."""
    import asyncio  # noqa: F401  what xlwings needs and what looks at the platform is loaded before it changes
    import tempfile  # noqa: F401

    import numpy  # noqa: F401

    pywin32()
    windows = {name: mock.MagicMock() for name in ("windll", "oledll", "PyDLL")}
    with (
        mock.patch.multiple(ctypes, create=True, **windows),
        mock.patch("sys.platform", "win32"),
        mock.patch("atexit.register", lambda call: call),  # it would look for zombies of Excel
    ):
        import xlwings

    assert xlwings.func.__name__ == "xlfunc"


def excel_call(function, *cells):
    """What =FUNCTION(cells) shows."""
    from xlwings.com_server import XLPython

    return XLPython().CallUDF(MODULE, function, cells, None, Range(None))


class Components:
    """The modules of a VBA project; keeps the text of those that are imported."""

    def __init__(self):
        self.texts = []

    def __call__(self, name):
        return name

    def Remove(self, component):  # noqa: N802
        assert component == "xlwings_udfs"

    def Import(self, path):  # noqa: N802
        with open(path, encoding="utf-8") as file:
            self.texts.append(file.read())


def imported(name="xlcost.xlam"):
    """The VBA text and the calls of MacroOptions, as ((name,), {option: value}), of xlwings' "Import Functions"."""
    from xlwings.udfs import import_udfs

    components, options = Components(), mock.Mock()
    application = SimpleNamespace(Version="16.0", MacroOptions=options)
    project = SimpleNamespace(VBComponents=components)
    with contextlib.redirect_stdout(io.StringIO()):
        import_udfs(MODULE, SimpleNamespace(Name=name, Application=application, VBProject=project, Worksheets=[]))
    (text,) = components.texts
    return text, [(tuple(call.args), dict(call.kwargs)) for call in options.call_args_list]
