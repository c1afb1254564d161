"""The Aliases sheet: how else ids may be typed, for formulas that look them up as every host does."""

from __future__ import annotations

import re

from xlcost.facts.store import GPUS, MODELS, PRECISIONS, REGIONS, Table, plain
from xlcost.kit.book import Book, Sheet
from xlcost.kit.lookup_sheets import TOP, fill, widths_of
from xlcost.prices.current import current_market

PURPOSE = (
    "How else an id may be typed: the noun, then the text without blanks, hyphens and underscores. Add rows inside."
)
COLUMNS = ["key", "id"]


def rows() -> list[list[str]]:
    """(key, id) of every id and alias of the tables, and of the providers."""
    found = {f"provider/{key}": name for key, name in current_market().names.items()}
    for table in (MODELS, GPUS, PRECISIONS, REGIONS):
        found |= {f"{table.noun}/{key}": id for key, id in _keys(table).items()}
    return [[key, id] for key, id in found.items()]


def _keys(table: Table) -> dict[str, str]:
    """Text as it is compared -> id; with its points too, since a formula cannot tell which of them matter."""
    pointed = {
        re.sub(r"[\s_\-]+", "", text).lower(): row["id"] for row in table.rows for text in (row["id"], *row["aliases"])
    }
    return pointed | {plain(key): table.rows[number]["id"] for key, number in table.index.items()}


def alias_sheet(book: Book) -> Sheet:
    """The sheet, under the names that formulas use."""
    listed = rows()
    sheet = book.sheet(
        "Aliases",
        "reference",
        widths_of(COLUMNS, listed),
        freeze=f"C{TOP + 1}",
        repeat_rows=f"1:{TOP}",
        protect=False,
        last="D",
    )
    sheet.heading("Aliases", PURPOSE)
    fill(sheet, COLUMNS, listed, TOP)
    for column, letter in zip(COLUMNS, "BC", strict=True):
        book.name(f"Aliases_{column}", sheet, f"{letter}{TOP + 1}:{letter}{TOP + len(listed)}")
    return sheet
