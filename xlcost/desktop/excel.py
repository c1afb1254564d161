"""Excel on this machine: the folder from which it loads add-ins at its start, and our add-in there.

Excel opens every file of its start folder, XLSTART, and trusts it: no entry in the registry, no list of add-ins, no
question. It is the folder that xlwings itself installs to. (The folder AddIns beside it is only offered in a list.)
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlcost.desktop.xlam import NAME, release, settings_of
from xlcost.errors import BadInput
from xlcost.files import read_bytes, write_whole

ELSEWHERE = (
    "Python functions run only in Excel on Windows; {here} use named LAMBDAs (xlcost addin lambdas), "
    "xlwings Lite (xlcost addin lite) or LibreOffice Calc (xlcost addin calc)"
)
HERE = {"darwin": "on a Mac", "linux": "on Linux"}
Values = Mapping[str, Any]


def registry_values(key: str) -> Values:
    """The values of a key such as HKCU\\Software\\...; none where there is no such key, or no registry."""
    try:
        winreg: Any = importlib.import_module("winreg")
    except ImportError:
        return {}
    root, _, path = key.partition("\\")
    hive = getattr(winreg, {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE"}[root])
    found = {}
    try:
        with winreg.OpenKey(hive, path) as opened:
            for place in range(winreg.QueryInfoKey(opened)[1]):
                name, value, _ = winreg.EnumValue(opened, place)
                found[name] = value
    except OSError:
        return {}
    return found


@dataclass(frozen=True)
class Machine:
    """A computer as far as the add-in and the doctor need to know it; by default this one."""

    platform: str = sys.platform
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    interpreter: str = sys.executable
    python: tuple[int, int] = sys.version_info[:2]
    registry: Callable[[str], Values] = registry_values
    release: Callable[[str], str] = release
    has: Callable[[str], bool] = os.path.isfile

    @property
    def windows(self) -> bool:
        return self.platform == "win32"

    @property
    def elsewhere(self) -> str:
        """Why Excel cannot use Python here, and what can be used instead."""
        return ELSEWHERE.format(here=HERE.get(self.platform, "here"))

    def excel(self, *parts: str) -> Path:
        """A folder under the user's Microsoft settings."""
        roaming = self.environ.get("APPDATA")
        if not self.windows:
            raise BadInput(self.elsewhere)
        if not roaming:
            raise BadInput("the environment variable APPDATA is not set, so Excel's folders are not known")
        return Path(roaming, "Microsoft", *parts)

    @property
    def addin(self) -> Path:
        """The path from which Excel loads the add-in at its start."""
        return self.excel("Excel", "XLSTART", NAME)


def install(machine: Machine, content: bytes) -> Path:
    """Put the add-in into Excel's start folder; gives its path."""
    target = machine.addin
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot make the folder {target.parent}: {error.strerror}") from None
    try:
        write_whole(target, content)
    except BadInput as error:
        raise BadInput(f"{error}; close Excel, then run it again") from None
    return target


def remove(machine: Machine) -> Path | None:
    """Take the add-in out of Excel's start folder; gives its path, None where it was not there."""
    target = machine.addin
    try:
        target.unlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"cannot remove {target}: {error.strerror}; close Excel, then run it again") from None
    return target


@dataclass(frozen=True)
class AddinFile:
    """The add-in in Excel's start folder; `current` if it is what would be written now."""

    path: Path
    settings: Mapping[str, str]
    current: bool

    @property
    def state(self) -> str:
        """A sentence about the file, with what to do if it is not current."""
        if self.current:
            return f"{self.path} is of this xlcost, {self.settings['XLCOST VERSION']}"
        again = "close Excel, then run: xlcost addin install"
        if not self.settings:
            return f"{self.path} is not an add-in that xlcost has written; {again}"
        versions = (f"{name} {self.settings[f'{name.upper()} VERSION']}" for name in ("xlcost", "xlwings"))
        with_python = f"with Python at {self.settings['INTERPRETER_WIN']}"
        return f"{self.path} is of {', '.join(versions)}, {with_python}, other than what is installed here; {again}"


def addin_file(machine: Machine, wanted: bytes) -> AddinFile | None:
    """The add-in in Excel's start folder, compared with what would be written now; None where there is none."""
    target = machine.addin
    if not target.exists():
        return None
    content = read_bytes(target)
    return AddinFile(target, settings_of(content), content == wanted)
