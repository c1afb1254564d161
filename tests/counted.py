"""Work that is counted, not timed: the same on every machine, however busy."""

import sys


def steps(action):
    """How many calls Python makes to do it, of its own functions and of those in C."""
    count = 0

    def listener(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(listener)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def growth(action, size):
    """How many times as many calls action(2 * size) makes as action(size): 2 where the work is in proportion."""
    action(size)  # what is kept after the first time is kept
    return steps(lambda: action(2 * size)) / steps(lambda: action(size))
