"""The add-in as LibreOffice loads it: every function hands its cells to the engine, and its rows to Calc.

XFunctions (functions.rdb) has a method for each function of the catalogue; their help stands in functions.xcu.
"""

import struct
from pathlib import Path
from typing import Any

import unohelper
from org.xlcost import XFunctions
from xlcost_calc_engine import Engine, Unreachable

SERVICE = "XLCOST"
TEXTUAL = ("EXPLAIN", "XLCOST_VERSION")  # they show the sentence where the others show the error
(ADDIN_ERROR,) = struct.unpack("<d", struct.pack("<II", 530, 0x7FF80000))  # the NaN that Calc shows as #ADDIN?
ENGINE = Engine(Path(__file__).with_name("settings.json"))


class Functions(unohelper.Base, XFunctions):
    """All functions; Calc knows their names from the type library."""

    def __init__(self, context: Any, *arguments: Any) -> None:
        self.context = context

    def __getattr__(self, name: str) -> Any:
        if not name.isupper():
            raise AttributeError(name)
        return lambda *cells: rows_of(name, cells)


def rows_of(name: str, cells: Any) -> Any:
    """The rows that the cell shows; without an answer from xlcost an error, or its sentence for a function of text."""
    try:
        if name in TEXTUAL and ENGINE.broken:
            ENGINE.start()
        return ENGINE.ask(name, cells)
    except Unreachable as error:
        return ((str(error) if name in TEXTUAL else ADDIN_ERROR,),)


g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Functions, SERVICE, (SERVICE,))
