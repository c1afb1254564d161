"""Commitments: least cost against a search of every number, and the sums by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcost.cells import Failure, over_cells
from xlcost.errors import BadInput
from xlcost.function import describe
from xlcost.functions.commitments import commit_cost, commit_gpus

whole = st.lists(st.integers(0, 30), min_size=1, max_size=24)
parts = st.lists(st.floats(0, 30), min_size=1, max_size=24)
prices = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda cents: (cents[0] / 100, cents[1] / 100))


def by_hand(demand, committed, on_demand, reserved):
    total = 0.0
    for wanted in demand:
        total += committed * reserved
        if wanted > committed:
            total += (wanted - committed) * on_demand
    return total


def cheapest(demand, on_demand, reserved):
    """The smallest of the cheapest, by trying them all; dollars that differ by rounding only are the same."""
    costs = [by_hand(demand, c, on_demand, reserved) for c in range(int(np.ceil(max(demand))) + 3)]
    least = min(costs)
    return next(c for c, usd in enumerate(costs) if usd <= least + 1e-9 * max(least, 1))


@pytest.mark.slow
@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(demand=st.one_of(whole, parts), price=prices)
def test_against_every_number(demand, price):
    found = commit_gpus(demand, *price)
    assert found == int(found) >= 0
    best = cheapest(demand, *price)
    assert commit_cost(demand, found, *price) == pytest.approx(by_hand(demand, best, *price), rel=1e-9, abs=1e-9)
    if all(wanted == int(wanted) for wanted in demand):
        assert found == best


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(demand=whole, committed=st.integers(0, 40), price=prices)
def test_cost_by_hand(demand, committed, price):
    assert commit_cost(demand, committed, *price) == pytest.approx(by_hand(demand, committed, *price), rel=1e-12)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(demand=whole, price=prices)
def test_laws(demand, price):
    """Order of periods and repeating them change nothing; a commitment never costs more than none."""
    found = commit_gpus(demand, *price)
    assert commit_gpus(sorted(demand), *price) == found
    assert commit_gpus(demand * 3, *price) == found
    assert commit_cost(demand, found, *price) <= commit_cost(demand, 0, *price) + 1e-9
    dearer = commit_gpus(demand, price[0], price[1] + 0.5)
    assert dearer <= found


def test_a_tie_commits_to_fewer():
    """Two periods of three use the fifth to tenth GPU, at two thirds of the price: they save nothing."""
    assert commit_gpus([4, 10, 10], 3.0, 2.0) == 4
    assert commit_cost([4, 10, 10], 4, 3.0, 2.0) == commit_cost([4, 10, 10], 10, 3.0, 2.0) == 60
    assert commit_gpus([3, 0, 0], 0.3, 0.1) == 0  # 0.1 x 3 is a little more than 0.3 in binary


def test_the_ends():
    assert commit_gpus([5, 7, 9], 2.0, 0.0) == 9
    assert commit_gpus([5, 7, 9], 2.0, 2.5) == 0
    assert commit_gpus([5, 7, 9], 0.0, 1.0) == 0
    assert commit_gpus([0, 0], 2.0, 1.0) == 0
    assert commit_gpus(7, 2.0, 1.0) == 7
    assert commit_gpus([0.5, 0.5], 2.0, 0.9) == 1, "half a GPU on demand costs 1.0 a period, a whole one 0.9"


def test_newsvendor_quantile():
    """For many periods the answer is the demand that is exceeded in reserved / on-demand of them."""
    demand = np.random.default_rng(1).poisson(200, 10_000)
    assert commit_gpus(demand, 4.0, 2.6) == pytest.approx(np.quantile(demand, 1 - 2.6 / 4.0), abs=1)


def test_in_cells():
    """A range of any shape is one demand."""
    spec = describe(commit_gpus)
    assert over_cells(spec, ([[4.0], [10.0], [10.0], [12.0]], 3.0, 2.0)) == 10
    assert over_cells(spec, ([[4.0, 10.0], [10.0, 12.0]], 3.0, 2.0)) == 10
    assert isinstance(over_cells(spec, ([[4.0], [None]], 3.0, 2.0)), Failure)
    assert over_cells(spec, ([[4.0, 5.0]], [[3.0, 2.0]], 2.0)).code == "#VALUE!"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([-1, 2], 3.0, 2.0), "demand"),
        (([1, 2], -3.0, 2.0), "on_demand_price"),
        (([], 3.0, 2.0), "demand"),
    ],
)
def test_what_bad_input_is_told(arguments, said):
    with pytest.raises(BadInput, match=said):
        commit_gpus(*arguments)
    with pytest.raises(BadInput, match="committed"):
        commit_cost([1, 2], 1.5, 3.0, 2.0)
