"""The ratios of the benchmark stay in their order of magnitude; the limits themselves are read off a quiet machine."""

import benchmark
import pytest

LIMITS = (3, 4, 3, 20, 1)  # as python tests/benchmark.py prints them, in that order


@pytest.fixture(scope="module")
def ratios():
    return benchmark.ratios()


@pytest.mark.parametrize("place", range(len(LIMITS)))
def test_ratio(ratios, place):
    name, ratio = list(ratios.items())[place]
    assert 0 < ratio < 2 * LIMITS[place], name
