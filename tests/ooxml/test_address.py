"""Titles, columns and cells as references write them, against openpyxl."""

import pytest
from openpyxl.utils import get_column_letter, quote_sheetname, range_boundaries

from xlcost.ooxml.address import (
    cell_name,
    cell_place,
    column_letters,
    column_number,
    in_quotes,
    plain_title,
    quoted_title,
    range_cells,
)
from xlcost.ooxml.values import chart_with_values

TITLES = ["Prices", "P & L", "It's", "'", "''", "2026", "Models (xlcost)", "東京", ""]


def test_every_column_that_excel_has():
    for number in range(1, 16_385):
        assert column_letters(number) == get_column_letter(number)
        assert column_number(column_letters(number)) == number


@pytest.mark.parametrize("title", TITLES)
def test_titles_come_back(title):
    assert in_quotes(title) == quote_sheetname(title)
    assert plain_title(in_quotes(title)) == plain_title(quoted_title(title)) == title


@pytest.mark.parametrize("text", ["A1", "$B$2:$C$5", "Z9:AB10", "XFD1048576"])
def test_cells_of_a_range(text):
    cells = range_cells(text)
    left, top, right, bottom = range_boundaries(text)
    assert cell_place(cells[0]) == (top, left) and cell_place(cells[-1]) == (bottom, right)
    assert len({*cells}) == len(cells) == (right - left + 1) * (bottom - top + 1)
    assert [cell_name(*cell_place(cell)) for cell in cells] == cells


@pytest.mark.parametrize("text", ["", "A", "1", "a1", "AAAA1", "A12345678", "A1:", "A:B"])
def test_what_is_no_cell(text):
    with pytest.raises(ValueError, match="no cell stands at"):
        cell_place(text)


def test_chart_of_a_sheet_whose_title_has_an_apostrophe():
    xml = "<numRef><f>'It''s &amp; on'!$A$1:$A$2</f></numRef>"
    assert '<pt idx="1"><v>3</v></pt>' in chart_with_values(xml, {"It's & on": {"A1": 2, "A2": 3}})
