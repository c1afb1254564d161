"""What all tests share: the engines, and folders of the user's own."""

import os

import pytest

from engines import Office, iron, office_parts

os.environ["XLCOST_DATA"] = ""  # the tests know the packaged tables only, whatever quotes the tester keeps


@pytest.fixture(scope="session")
def office():
    parts = office_parts()
    if parts is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs LibreOffice Calc and its Python bridge (libreoffice-calc, python3-uno)")
        pytest.skip("LibreOffice Calc or its Python bridge is not installed")
    engine = Office(*parts)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def engines(office):
    """Both engines by name."""
    return {"LibreOffice": office, "IronCalc": iron}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the user's own, not there yet; afterwards the tables are read anew."""
    from xlcost.prices.current import reset_market

    monkeypatch.setenv("XLCOST_DATA", str(tmp_path / "kept"))
    reset_market()
    yield tmp_path / "kept"
    monkeypatch.setenv("XLCOST_DATA", "")
    reset_market()
