"""Published figures of formulas that no function gives as they stand, to the precision that was printed."""

import pytest

from published import agrees, all_rows, given

ROWS = [row for name, row in all_rows() if name == "published.csv" and "." in row["call"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']} {row['call']}")
def test_published(row):
    assert agrees(row), (given(row), row["note"])
