"""xlcost doctor: what Excel's functions need on this machine, what is there, and what to do."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import PureWindowsPath

from xlcost.desktop.excel import Machine, addin_file
from xlcost.desktop.xlam import NAME, check_interpreter
from xlcost.errors import BadInput

OK, WRONG, NOTE, NONE = "ok", "wrong", "note", "-"
PACKAGES = ("xlcost", "numpy", "pydantic", "openpyxl", "xlwings", "olefile")
OLDEST_PYTHON = (3, 11)
OFFICE = r"Software\Microsoft\Office\16.0"
POLICY = r"Software\Policies\Microsoft\Office\16.0"
SET_AT = [rf"{hive}\{key}" for hive in ("HKCU", "HKLM") for key in (OFFICE, POLICY)]
APP_PATH = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
CLICK_TO_RUN = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
BITNESS = (  # where an installation from a package notes it
    r"HKLM\SOFTWARE\Microsoft\Office\16.0\Outlook",
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Office\16.0\Outlook",
)
BITS = {"x64": 64, "x86": 32}
FORBIDDEN = (  # key, value, what it says when it is 1
    (r"Excel\Security", "DisableAllAddins", "Excel is set to load no add-ins"),
    (r"Excel\Security", "RequireAddinSig", "Excel is set to load signed add-ins only, and this one is not"),
    (
        r"Excel\Security\Trusted Locations",
        "AllLocationsDisabled",
        "Excel is set to trust no folder, its start folder included",
    ),
    ("Common", "VBAOff", "Office is set to run no VBA, which add-ins are made of"),
)


@dataclass(frozen=True)
class Line:
    """A line of the report: the state (ok, wrong, note, -) of a thing, the thing, a sentence."""

    state: str
    what: str
    found: str

    def __str__(self) -> str:
        return f"{self.state:<5}  {self.what:<11}  {self.found}"


def examine(machine: Machine, wanted: bytes) -> list[Line]:
    """All lines of the report; `wanted` is the add-in as it would be built now."""
    lines = [*_python(machine), *_packages(machine)]
    if not machine.windows:
        return [*lines, Line(NONE, "Excel", f"does not apply: {machine.elsewhere}")]
    return [*lines, *_interpreter(machine), *_excel(machine), *_dll(machine), *_folder(machine, wanted)]


def any_wrong(lines: list[Line]) -> bool:
    """Whether anything keeps the functions from working."""
    return any(line.state == WRONG for line in lines)


def _python(machine: Machine) -> Iterator[Line]:
    release = ".".join(map(str, machine.python))
    if machine.python < OLDEST_PYTHON:
        yield Line(WRONG, "Python", f"{release} is too old; install 3.11 or newer")
    else:
        yield Line(OK, "Python", f"{release} at {machine.interpreter}")


def _packages(machine: Machine) -> Iterator[Line]:
    for name in (*PACKAGES, "pywin32") if machine.windows else PACKAGES:
        found = machine.release(name)
        if not found:
            yield Line(WRONG, name, f"is not installed; run: {machine.interpreter} -m pip install {name}")
        elif _numbers(found) < _numbers(oldest_release(name)):
            again = f"run: {machine.interpreter} -m pip install -U {name}"
            yield Line(WRONG, name, f"{found} is too old; {oldest_release(name)} or newer is needed; {again}")
        else:
            yield Line(OK, name, found)


def oldest_release(package: str) -> str:
    """The oldest release of a package that xlcost accepts, from its metadata; empty where any will do.

    >>> oldest_release("xlcost"), oldest_release("pywin32")
    ('', '')
    """
    try:
        needed = requires("xlcost") or []
    except PackageNotFoundError:
        return ""
    found = (re.match(rf"{package}\s*[>=~]=\s*([\d.]+)(?!.*extra)", line, re.IGNORECASE) for line in needed)
    return next((match[1] for match in found if match), "")


def _numbers(release: str) -> tuple[int, ...]:
    """The numbers that a release begins with, without zeros at their end.

    >>> _numbers("1.26.0") == _numbers("1.26"), _numbers("2.0rc1"), _numbers("")
    (True, (2,), ())
    """
    start = re.match(r"\d+(\.\d+)*", release)
    return tuple(map(int, re.sub(r"(\.0+)+$", "", start[0]).split("."))) if start else ()


def _interpreter(machine: Machine) -> Iterator[Line]:
    """Whether Excel, which knows paths only in the letters of the system's code page, can start this Python."""
    path = machine.interpreter
    try:
        check_interpreter(path)
        path.encode(_code_page(machine))
    except BadInput as error:
        yield Line(WRONG, "its path", str(error))
    except UnicodeEncodeError:
        yield Line(WRONG, "its path", f"{path} has letters that xlwings cannot hand on; move Python elsewhere")
    else:
        if "WindowsApps" in path:
            yield Line(
                NOTE, "its path", "Python of the Microsoft Store; if Excel cannot start it, use one of python.org"
            )
        else:
            yield Line(OK, "its path", "Excel can start it")


def _code_page(machine: Machine) -> str:
    """The encoding that Windows calls ANSI, as the registry of the machine has it; ascii where it is not known."""
    page = machine.registry(r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage").get("ACP")
    try:
        return codecs.lookup(f"cp{page}").name
    except LookupError:
        return "ascii"


def bits_of_excel(machine: Machine) -> int | None:
    """64 or 32, as Office has noted it in the registry; None where it has not."""
    noted = [machine.registry(CLICK_TO_RUN).get("Platform"), *(machine.registry(k).get("Bitness") for k in BITNESS)]
    return next((BITS[value] for value in noted if value in BITS), None)


def _excel(machine: Machine) -> Iterator[Line]:
    program, bits = machine.registry(APP_PATH).get(""), bits_of_excel(machine)
    if not program:
        yield Line(WRONG, "Excel", "is not installed for this computer; without Excel use: xlcost addin calc")
    else:
        yield Line(OK, "Excel", f"{f'{bits} bit' if bits else '32 or 64 bit'}, {program}")
    for key, value, sentence in FORBIDDEN:
        if any(_value(machine, rf"{root}\{key}", value) == 1 for root in SET_AT):
            yield Line(WRONG, "Excel", f"{sentence} ({value}); ask who looks after this computer to allow it")
    disabled = machine.registry(rf"HKCU\{OFFICE}\Excel\Resiliency\DisabledItems").values()
    if any(NAME.encode("utf-16le") in bytes(v).lower() for v in disabled if isinstance(v, (bytes, bytearray))):
        yield Line(WRONG, "Excel", "has disabled the add-in; enable it in File > Options > Add-ins > Disabled Items")


def _value(machine: Machine, key: str, wanted: str) -> object:
    """A value in the registry, whose names know no case."""
    return next((v for name, v in machine.registry(key).items() if name.lower() == wanted.lower()), None)


def _dll(machine: Machine) -> Iterator[Line]:
    """Lines about xlwings' DLL, which it loads from the interpreter's folder or the one above."""
    if not machine.release("xlwings"):
        return
    bits = bits_of_excel(machine)
    names = [f"xlwings{n}-{machine.release('xlwings')}.dll" for n in ([bits] if bits else [64, 32])]
    folders = list(PureWindowsPath(machine.interpreter).parents)[:2]
    for name in names:
        place = next((str(folder / name) for folder in folders if machine.has(str(folder / name))), None)
        if place:
            yield Line(OK, "xlwings DLL", place)
        else:
            again = f"run: {machine.interpreter} -m pip install --force-reinstall --no-deps xlwings"
            where = " nor ".join(map(str, folders))
            yield Line(WRONG, "xlwings DLL", f"{name} is neither in {where}; {again} (in a venv, not with --user)")


def _folder(machine: Machine, wanted: bytes) -> Iterator[Line]:
    try:
        folder, found = machine.addin.parent, addin_file(machine, wanted)
    except BadInput as error:
        yield Line(WRONG, "add-in", str(error))
        return
    if folder.is_dir() and not os.access(folder, os.W_OK):
        yield Line(WRONG, "folder", f"{folder} cannot be written to")
    else:
        yield Line(OK, "folder", str(folder))
    if found is None:
        yield Line(WRONG, "add-in", "is not installed; run: xlcost addin install")
    else:
        yield Line(OK if found.current else WRONG, "add-in", found.state)
    second = machine.excel("AddIns", NAME)
    if second.exists():
        yield Line(WRONG, "add-in", f"{second} is a second one, and Excel opens only one of a name; delete it")
