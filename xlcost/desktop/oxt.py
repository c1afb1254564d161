"""The LibreOffice extension (.oxt): the parts of the Calc add-in, and the path of the Python that computes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from xlcost.errors import BadInput
from xlcost.files import zip_file

ADDIN = Path(__file__).parents[1] / "addin"
PARTS = {  # name in the extension -> file of ours
    "META-INF/manifest.xml": "calc/manifest.xml",
    "about.txt": "calc/about.txt",
    "component.py": "calc/component.py",
    "description.xml": "calc/description.xml",
    "functions.rdb": "calc/functions.rdb",
    "functions.xcu": "calc/functions.xcu",
    "licence.txt": "calc/licence.txt",
    "pythonpath/xlcost_calc_engine.py": "calc_engine.py",
}
SETTINGS = "settings.json"


def extension(python: str) -> bytes:
    """The extension's file; the same Python gives the same bytes."""
    parts = {name: (ADDIN / file).read_bytes() for name, file in PARTS.items()}
    parts[SETTINGS] = json.dumps({"python": python}, indent=1).encode() + b"\n"
    return zip_file(dict(sorted(parts.items())))


def check_python(python: str) -> None:
    """Refuse an interpreter that cannot load xlcost without environment variables such as PYTHONPATH."""
    probe = [python, "-E", "-P", "-c", "import xlcost.addin.calc_server"]
    try:
        found = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        found = False
    if not found:
        raise BadInput(f"python: '{python}' cannot load xlcost on its own; install xlcost there with pip first")


def check_name(target: Path) -> None:
    """Refuse a file name that does not end in .oxt: LibreOffice would not open it."""
    if target.suffix.lower() != ".oxt":
        raise BadInput(f"out: '{target.name}' cannot be used; a LibreOffice extension ends with .oxt")
