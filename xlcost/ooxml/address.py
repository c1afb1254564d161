"""Cell addresses: sheet titles, columns and cells as references write them."""

from __future__ import annotations

import re

CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def in_quotes(title: str) -> str:
    """A sheet's title in quotes, which a reference may always have.

    >>> in_quotes("P's & L")
    "'P''s & L'"
    """
    return "'" + title.replace("'", "''") + "'"


def quoted_title(title: str) -> str:
    """A sheet's title as a reference writes it, in quotes where it needs them.

    >>> quoted_title("Prices"), quoted_title("P & L")
    ('Prices', "'P & L'")
    """
    return title if re.fullmatch(r"[A-Za-z_]\w*", title) else in_quotes(title)


def plain_title(text: str) -> str:
    """The sheet's title without the quotes that a reference may have.

    >>> plain_title("Prices"), plain_title("'P''s & L'")
    ('Prices', "P's & L")
    """
    return text[1:-1].replace("''", "'") if text[:1] == text[-1:] == "'" else text


def column_number(letters: str) -> int:
    """The number of a column.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """A1 of a row and a column.

    >>> cell_name(1, 1), cell_name(10, 28)
    ('A1', 'AB10')
    """
    return f"{column_letters(column)}{row}"


def cell_place(name: str) -> tuple[int, int]:
    """Row and column of A1; a ValueError where it names no cell.

    >>> cell_place("A1"), cell_place("AB10")
    ((1, 1), (10, 28))
    """
    found = CELL.fullmatch(name)
    if not found:
        raise ValueError(f"no cell stands at {name[:20]!r}")
    return int(found[2]), column_number(found[1])


def range_cells(text: str) -> list[str]:
    """The cells of a range without a sheet, row by row.

    >>> range_cells("$A$1:$B$2"), range_cells("C3")
    (['A1', 'B1', 'A2', 'B2'], ['C3'])
    """
    first, _, last = text.replace("$", "").partition(":")
    (top, left), (bottom, right) = cell_place(first), cell_place(last or first)
    return [cell_name(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
