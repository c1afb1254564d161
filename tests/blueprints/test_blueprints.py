"""A blueprint is data: it names no cell, and says once what it is."""

import re

import pytest

from places import PACKAGE
from xlcost.blueprints.packaged import BLUEPRINTS
from xlcost.kit.inputs import all_of

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


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.id)
def test_keys_stand_once(blueprint):
    keys = [given.name for given in all_of(blueprint.inputs)]
    keys += [line.key for _, group in blueprint.lines for line in group]
    months = [line.key for _, group in blueprint.monthly for line in group]
    assert len(set(keys)) == len(keys)
    assert len(set(months) | {"period", "end", "year"}) == len(months) + 3


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.id)
def test_every_template_has_the_tests_that_any_wants(blueprint):
    said = " ".join(check.what for check in blueprint.checks)
    for words in ("within their bounds", "add up", "month ends", "No error values", "stand in their tables"):
        assert words in said
