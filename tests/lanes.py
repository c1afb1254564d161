"""Which tests a run takes: a fast lane by default, all but the long ones in CI, or what the command names.

`slow` tests wait for CI, `long` ones for their command; a run that names its tests (-k, -m, FILE::TEST) takes the slow
ones among them too. `engine` is set here, on what needs LibreOffice; where it is missing, those tests are skipped.
"""

import os

import pytest

ALL = "all but the long ones: CI=true python -m pytest"
LONG = "with a stopwatch, minutes: python -m pytest -m long -n 0"
WAITING = pytest.StashKey[int]()


def in_ci():
    return bool(os.environ.get("CI"))


def lane(config):
    """fast, CI or named."""
    option = config.option
    if option.markexpr or option.keyword or any("::" in word for word in config.args):
        return "named"
    return "CI" if in_ci() else "fast"


def line(config):
    """What a run says of itself."""
    if lane(config) == "fast":
        return f"lane: fast; {ALL}; {LONG}"
    return f"lane: {'all but the long ones' if lane(config) == 'CI' else 'the tests named, slow ones too'}; {LONG}"


def needs_office(item):
    """Whether a test asks LibreOffice: by the fixture, or as one of the engines."""
    names, values = item.fixturenames, item.callspec.params.values() if hasattr(item, "callspec") else ()
    either = "engines" in names and not {"LibreOffice", "IronCalc"} & {v for v in values if isinstance(v, str)}
    return "office_program" in names or either or "LibreOffice" in values


def waits(item, chosen):
    """Whether a test is not of this lane."""
    if item.get_closest_marker("long") and "long" not in item.config.option.markexpr:
        return True
    return chosen == "fast" and item.get_closest_marker("slow") is not None


def select(config, items):
    """Leave in `items` those of the lane."""
    for item in items:
        if needs_office(item):
            item.add_marker("engine")
    chosen = lane(config)
    waiting = [item for item in items if waits(item, chosen)]
    items[:] = [item for item in items if not waits(item, chosen)]
    config.hook.pytest_deselected(items=waiting)
    config.stash[WAITING] = len(waiting)
