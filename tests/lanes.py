"""Which tests a run takes: a fast lane by default, all but the long ones in CI, or what the command names.

`slow` tests wait for CI, `long` ones for their command; a run that names its tests (-k, -m, FILE::TEST) takes the slow
ones among them too. `engine` is set here, on what needs LibreOffice; where it is missing, those tests are skipped.
`-k train_cost` also finds the tests that call the function and do not bear its name.
"""

import os

import pytest

import xlcost

ALL = "all but the long ones: CI=true python -m pytest"
LONG = "with a stopwatch, minutes: python -m pytest -m long -n 0"
WAITING = pytest.StashKey[int]()
PUBLIC = {*xlcost.__all__, *map(str.upper, xlcost.__all__)}


def in_ci():
    return bool(os.environ.get("CI"))


def lane(config):
    """fast, CI, or named in the command."""
    if config.option.markexpr or config.option.keyword or named_alone(config):
        return "named"
    return "CI" if in_ci() else "fast"


def named_alone(config):
    return any("::" in word for word in config.args)


def line(config):
    """What a run says of itself."""
    takes = {"fast": f"fast; {ALL}", "CI": "all but the long ones", "named": "what is named, slow ones too"}
    return f"lane: {takes[lane(config)]}; {LONG}"


def needs_office(item):
    """Whether a test asks LibreOffice: by the fixture, or as one of the engines."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    engines = {value for value in values if isinstance(value, str)} & {"LibreOffice", "IronCalc"}
    either = "engines" in item.fixturenames and not engines
    return "office_program" in item.fixturenames or either or "LibreOffice" in engines


def public_functions(item):
    """Functions of ours that a test's own lines name."""
    code = item.function.__code__
    return {name for name in (*code.co_names, *code.co_consts) if isinstance(name, str)} & PUBLIC


def waits(item):
    """Whether a test is of another lane than the run."""
    config = item.config
    if item.get_closest_marker("long"):
        return "long" not in config.option.markexpr and not named_alone(config)
    return lane(config) == "fast" and item.get_closest_marker("slow") is not None


def select(config, items):
    """Mark what can be seen, and leave in `items` those of the lane."""
    for item in items:
        item.extra_keyword_matches.update(public_functions(item))
        if needs_office(item):
            item.add_marker("engine")
    waiting = [item for item in items if waits(item)]
    items[:] = [item for item in items if not waits(item)]
    config.hook.pytest_deselected(items=waiting)
    config.stash[WAITING] = len(waiting)
