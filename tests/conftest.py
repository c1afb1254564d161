"""What all tests share: the lane of a run, the engines, and folders of the user's own."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

import lanes
from engines import Office, iron, office_parts

os.environ["XLCOST_DATA"] = ""  # the tests know the packaged tables only, whatever quotes the tester keeps

# No stopwatch. The fast lane tries the same examples in every run, CI tries others each time.
EXAMPLES = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("examples", derandomize=not lanes.in_ci(), **EXAMPLES)
settings.load_profile("examples")


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(config, items):
    lanes.select(config, items)


def pytest_report_header(config):
    return lanes.line(config)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # one of several processes: how many it left out
        session.config.workeroutput["waiting"] = session.config.stash.get(lanes.WAITING, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    node.config.stash[lanes.WAITING] = getattr(node, "workeroutput", {}).get("waiting", 0)


def pytest_terminal_summary(terminalreporter, config):
    """Where the header is left out (-q) too."""
    if waiting := config.stash.get(lanes.WAITING, 0):
        terminalreporter.write_line(f"{waiting} tests are of another lane ({lanes.line(config)})")


@pytest.fixture(scope="session")
def office_program():
    """LibreOffice and a Python that has its bridge; where they are missing a test is skipped, and fails in CI."""
    parts = office_parts()
    if parts is None and lanes.in_ci():
        pytest.fail("CI needs LibreOffice Calc and its Python bridge (libreoffice-calc, python3-uno)")
    if parts is None:
        pytest.skip("LibreOffice Calc or its Python bridge is not installed")
    return parts


@pytest.fixture(scope="session")
def office(office_program):
    """The one LibreOffice of this process, without any add-in."""
    engine = Office(*office_program)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def engines(request):
    """Both engines by name; LibreOffice starts when it is asked."""

    def office(path):
        return request.getfixturevalue("office")(path)

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


@pytest.fixture
def prices_command(monkeypatch, capsys):
    """prices_command(words...) runs xlcost prices: (exit status, stdout, stderr)."""

    from xlcost.cli import main as cli

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["xlcost", "prices", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return (stop.value.code or 0, *capsys.readouterr())

    return call
