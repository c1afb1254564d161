"""The two walks of docs/architecture.md, followed through the running code: which room calls which."""

import sys
from pathlib import Path

import pytest

import xlcost
from places import PACKAGE
from xlcost.batch.fill import fill
from xlcost.batch.scenarios import scenarios_in
from xlcost.hosts.com import answer

ASIDE = {"function", "quantities", "steps", "facts"}  # a function's spec, and look-ups that may be remembered
TABLE = "file,Price_Date,Model,Train_Tokens,Requests_Day\nmine,2026-10-31,Llama 3.1 8B,1e9,0\n"


def room(code):
    """The room that code stands in; None for code of others."""
    path = Path(code.co_filename)
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") if path.is_relative_to(PACKAGE) else None


def calls(action):
    """(room that calls, room that is called), in the order in which each pair is first seen; code of others between
    the two does not count."""
    seen = {}

    def watch(frame, event, _):
        if event == "call" and (called := room(frame.f_code)):
            caller = frame.f_back
            while caller is not None and room(caller.f_code) is None:
                caller = caller.f_back
            by = room(caller.f_code) if caller else ""
            if by != called:
                seen.setdefault((by, called))

    action()  # what is made once is made before
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        action()
    finally:
        sys.setprofile(before)
    return list(seen)


@pytest.mark.parametrize(
    ("arguments", "rooms"),
    [
        (("70B", "15T", "H100", 2.0), ["hosts", "cells", "functions", "formulas"]),
        (("70B", "15T", "H100"), ["hosts", "cells", "functions", "formulas", "prices"]),
    ],
    ids=["a price is given", "a price is looked up"],
)
def test_a_value_passes_four_rooms(arguments, rooms):
    pairs = calls(lambda: answer(xlcost.train_cost, *arguments))
    assert list(dict.fromkeys(called for _, called in pairs if called not in ASIDE)) == rooms


def test_a_scenario_goes_down_and_nothing_calls_back(tmp_path):
    def walk():
        (scenario,) = scenarios_in(TABLE, "my.csv")
        fill(tmp_path, scenario)

    pairs = calls(walk)
    assert [by for by, called in pairs if called == "batch"] == [""]
    assert {called for by, called in pairs if by == "ooxml"} <= {"files", "errors"}
    assert {by for by, called in pairs if called == "ooxml"} == {"batch", "kit"}
    assert not {by for by, called in pairs if called in ("hosts", "cli", "feeds", "into_workbook")}
