"""The wheel: every module of the checkout is in it and can be imported from it, with the files that stand beside."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from places import PACKAGE, ROOT

pytestmark = pytest.mark.slow
BESIDE = {".py", ".bas", ".csv", ".json", ".rdb", ".txt", ".typed", ".xcu", ".xml"}
IN_OFFICE = "xlcost.addin.calc.component"  # runs in LibreOffice's Python only
IMPORT_ALL = """
import importlib, json, pkgutil, sys
import xlcost
assert xlcost.__file__.startswith(sys.argv[1]), xlcost.__file__
names = [m.name for m in pkgutil.walk_packages(xlcost.__path__, "xlcost.") if not m.name.endswith("__main__")]
for name in names:
    if name != sys.argv[2]:
        importlib.import_module(name)
print(json.dumps(names))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The unpacked wheel, of a copy in which nothing lies that an earlier build has left."""
    folder = tmp_path_factory.mktemp("wheel")
    left = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests", "docs")
    copy = shutil.copytree(ROOT, folder / "checkout", ignore=left)
    words = ["wheel", "-q", "--no-deps", "-w", str(folder), str(copy)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    zipfile.ZipFile(file).extractall(folder / "unpacked")
    return folder / "unpacked"


def carried(folder):
    """Files that a wheel should hold, by their path from the package."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in BESIDE and p.is_file()}


def test_it_holds_every_file_of_the_package(wheel):
    assert carried(wheel / "xlcost") >= carried(PACKAGE)
    for folder in ("templates", "workbooks"):
        assert {p.name for p in (wheel / "xlcost" / folder).iterdir()} == {p.name for p in (ROOT / folder).iterdir()}


def test_every_module_can_be_imported_from_it(wheel):
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORT_ALL, str(wheel), IN_OFFICE],
        env=os.environ | {"PYTHONPATH": str(wheel)},
        cwd=wheel,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {*modules(PACKAGE)} <= {*json.loads(done.stdout)}


def modules(folder):
    """The names of all modules of a checkout, but for what only LibreOffice can import and the two commands."""
    for path in folder.rglob("*.py"):
        parts = ("xlcost", *path.relative_to(folder).with_suffix("").parts)
        if parts[-1] not in ("__init__", "__main__") and ".".join(parts) != IN_OFFICE:
            yield ".".join(parts)
