"""The command of the room."""

import sys

import pytest

from xlcost.cli import main as cli


@pytest.fixture
def update(folder, monkeypatch, capsys):
    """update(words...) gives the exit status, stdout and stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["xlcost", "prices", "update", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return call
