"""A blueprint is data: it names no cell, and says once what it is."""

import re

import pytest

from places import PACKAGE
from xlcost.blueprints.packaged import BLUEPRINTS, template
from xlcost.kit.build import build

ADDRESS = re.compile(r"\$[A-Z]{1,3}\$?\d|(?<![\w.])[A-Z]{1,2}[1-9]\d{0,3}(?![\w\"-])|«")
IDS = {blueprint.id for blueprint in BLUEPRINTS}
FOLDERS = sorted(path for path in (PACKAGE / "blueprints").iterdir() if path.is_dir() and path.name in IDS)


def test_every_blueprint_has_its_folder():
    assert [path.name for path in FOLDERS] == sorted(IDS)


@pytest.mark.parametrize("path", [p for folder in FOLDERS for p in folder.glob("*.py")], ids=lambda path: path.name)
def test_no_cell_address(path):
    code = re.sub(r'"""(?s:.*?)"""', "", path.read_text(encoding="utf-8"))
    words = {"MFU", "PUE", "A4"}
    assert [m[0] for m in ADDRESS.finditer(code) if m[0] not in words] == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["LibreOffice", "IronCalc"])
@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.id)
def test_cached_values_of_the_blank_template_are_what_a_spreadsheet_computes(blueprint, engine, engines):
    values, found = build(blueprint).book.values(), engines[engine](template(blueprint))
    for title, cells in found.items():
        for ref, theirs in cells.items():
            ours = values[title].get(ref)
            if isinstance(ours, float) and isinstance(theirs, float):
                assert theirs == pytest.approx(ours, rel=1e-9, abs=1e-6), (title, ref)
            elif isinstance(ours, str):
                assert theirs == ours, (title, ref)


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.id)
def test_every_template_has_the_tests_that_any_wants(blueprint):
    said = " ".join(check.what for check in blueprint.checks)
    for words in ("within their bounds", "add up", "month ends", "No error values", "stand in their tables"):
        assert words in said
