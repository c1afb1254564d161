"""Commands and Python in the README and in the pages of docs/ run as written."""

import doctest
import re
import shlex

import pytest

import xlcost
from places import ROOT
from xlcost.cli.main import main

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_release_stands_once():
    assert f'version = "{xlcost.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


COMMANDS = [line.partition("#")[0].strip() for line in README.splitlines() if line.startswith("xlcost ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme_run(command, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", shlex.split(command))
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code in (None, 0)
    assert capsys.readouterr().out.strip()


def test_python_of_the_readme_runs():
    source = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    for line in source.splitlines():
        if line.startswith("xlcost."):
            assert eval(line.partition("#")[0], {"xlcost": xlcost}) is not None
    assert source.count("xlcost.") >= 2


def test_readme_gives_each_command_for_both_systems():
    assert len(re.findall(r"^python3 -m venv \.venv && ", README, re.MULTILINE)) == 2
    assert len(re.findall(r"^py -m venv \.venv && ", README, re.MULTILINE)) == 2
    assert len(COMMANDS) >= 3


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


PAGES = [path for path in sorted((ROOT / "docs").glob("*.md")) if ">>> " in path.read_text(encoding="utf-8")]


def test_pages_with_examples():
    assert "tracing.md" in [path.name for path in PAGES]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_examples_of_a_page_hold(path):
    text = re.sub("^```.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    page = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    report = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(page, out=report.append)
    assert not result.failed, "".join(report)


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_links_of_a_page_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
