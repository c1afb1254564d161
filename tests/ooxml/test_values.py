"""Values put into a workbook's file: whole or not at all."""

import shutil

import pytest

from plans import compute_plan
from xlcost.blueprints import packaged
from xlcost.errors import BadInput
from xlcost.ooxml.values import stamp


def test_stamping_something_that_is_no_workbook(tmp_path):
    bad = tmp_path / "bad.xlsx"
    bad.write_text("not a zip")
    with pytest.raises(BadInput, match="is not an Excel workbook"):
        stamp(bad, tmp_path / "out.xlsx", {})
    with pytest.raises(BadInput, match="there is no file"):
        stamp(tmp_path / "missing.xlsx", tmp_path / "out.xlsx", {})
    assert not (tmp_path / "out.xlsx").exists()


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xlcost.files.os.replace", full)
    with pytest.raises(BadInput, match="No space left"):
        stamp(packaged.template(), tmp_path / "out.xlsx", compute_plan().values())
    assert not list(tmp_path.iterdir())
    shutil.rmtree(tmp_path)
