"""Rows of ranges: a body sees one kind of rows at a time, and a failure is told of its own row."""

import numpy as np
import pytest

from xlcost.errors import NoResult
from xlcost.rows import CHUNK, blanks, by_kind, in_chunks

NOTHING = float("nan")


def priced(kind, hours, price):
    """A body as functions have them: a choice as text, a price or none."""
    assert isinstance(kind, str)
    assert price is None or not np.isnan(price).any()
    return np.asarray(hours) * {"spot": 1, "reserved": 10}[kind] * (100 if price is None else price)


@pytest.mark.parametrize(
    ("values", "found"),
    [(np.array([1.0, NOTHING]), [False, True]), (np.array(["a", None], dtype=object), [False, True])],
)
def test_blanks(values, found):
    assert blanks(values).tolist() == found


def test_a_body_sees_one_kind_at_a_time():
    kinds = np.array(["spot", "reserved", "spot", "reserved"], dtype=object)
    prices = np.array([2.0, 2.0, NOTHING, NOTHING])
    found = by_kind(priced, [kinds, np.array([1.0, 2.0, 3.0, 4.0]), prices], [True, False, False], [False, False, True])
    assert found.tolist() == [2.0, 40.0, 300.0, 4000.0]


def test_a_column_and_a_row_make_a_table():
    kinds = np.array([["spot"], ["reserved"]], dtype=object)
    found = by_kind(priced, [kinds, np.array([[1.0, 2.0]]), None], [True, False, False], [False, False, True])
    assert found.tolist() == [[100.0, 200.0], [1000.0, 2000.0]]


def refused(kind, hours):
    """Fails on its rows of no hours, counted among those that it sees."""
    if (hours == 0).any():
        raise NoResult("no hours", where=hours == 0)
    return hours


def test_a_failure_is_told_of_its_row():
    kinds = np.array(["spot", "reserved", "spot", "reserved"], dtype=object)
    with pytest.raises(NoResult, match="no hours") as failed:
        by_kind(refused, [kinds, np.array([1.0, 2.0, 3.0, 0.0])], [True, False], [False, False])
    assert failed.value.where.tolist() == [False, False, False, True]


def test_a_long_column_goes_by_pieces():
    sizes = []
    column = np.arange(3.0 * CHUNK + 5)
    found = in_chunks(lambda values: sizes.append(values.size) or 2 * values, [column])
    assert sizes == [CHUNK, CHUNK, CHUNK, 5]
    assert found.tolist() == (2 * column).tolist()


def test_a_failure_in_a_piece_is_told_of_the_whole_column():
    column = np.ones(2 * CHUNK)
    column[-1] = 0
    with pytest.raises(NoResult) as failed:
        in_chunks(lambda values: refused("spot", values), [column])
    assert failed.value.where.nonzero()[0].tolist() == [2 * CHUNK - 1]
