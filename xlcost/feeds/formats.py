"""The formats of price lists: which one a file has, by its columns, and its lines read within limits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from xlcost.csv_tables import Numbered, count_fault, fault_lines, refuse, separator_of
from xlcost.errors import BadInput
from xlcost.feeds import gpuhunt, skypilot
from xlcost.feeds.catalogue import Catalogue, Format

MOST_ROWS = 500_000
MOST_WRONG = 1000
CATALOGUES = (gpuhunt.FORMAT, skypilot.FORMAT)
TABLE = Format(
    "xlcost", "table of xlcost", ("gpu", "provider", "term", "usd_per_gpu_hour", "as_of", "source", "checked")
)
FORMATS = {one.id: one for one in (*CATALOGUES, TABLE)}
EXPORT_COLUMNS = ("gpu", "provider", "term", "usd_per_gpu_hour", "from", "own")


def format_of(name: str, text: str, asked: str | None) -> Format:
    """The format that a file's columns show; an error where it lacks columns of the format asked for."""
    if asked is not None and asked not in FORMATS:
        raise BadInput(f"format: '{asked}' is not known; it takes {', '.join(FORMATS)}")
    heads = set(_heads(_reader(text)))
    if asked:
        one = FORMATS[asked]
        lacking = [column for column in one.columns if column not in heads]
        if lacking:
            raise BadInput(f"{name}: a {one.title} has a column '{lacking[0]}', which this file lacks")
        return one
    fitting = [one for one in FORMATS.values() if heads.issuperset(one.columns)]
    if not fitting and heads.issuperset(EXPORT_COLUMNS):
        raise BadInput(
            f"{name} holds the offers of one day, as xlcost prices export writes them, without the day of each "
            "sighting; give the whole table, which xlcost tables gpu_prices --format csv prints"
        )
    if not fitting:
        known = "; ".join(f"a {one.title} has {', '.join(one.columns)}" for one in FORMATS.values())
        raise BadInput(f"{name}: its columns fit no format that is known: {known}")
    return fitting[0]


def catalogue(name: str, text: str, form: Format) -> Catalogue:
    """The offers of a catalogue; one error lists all cells that cannot be used."""
    found = Catalogue(name)
    if form.offers:
        form.offers(found, _rows(text, found))
    refuse(name, fault_lines(found.wrong))
    return found


def _reader(text: str) -> Any:
    separator = separator_of(text)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _heads(reader: Any) -> list[str]:
    try:
        return [head.strip().lower() for head in next(reader, [])]
    except csv.Error:
        return []


def _rows(text: str, found: Catalogue) -> Iterator[Numbered]:
    """(line, cells by column), one at a time."""
    reader, name = _reader(text), found.name
    heads = _heads(reader)
    twice = next((head for head in heads if heads.count(head) > 1), None)
    if twice is not None:
        raise BadInput(f"{name}: the column '{twice}' stands twice")
    try:
        for cells in reader:
            if any(cells):
                found.rows += 1
                if why := count_fault(cells, heads):
                    found.wrong.append((reader.line_num, why))
                else:
                    yield reader.line_num, dict(zip(heads, (cell.strip() for cell in cells), strict=True))
            if len(found.wrong) > MOST_WRONG:
                return
            if found.rows > MOST_ROWS:
                raise BadInput(f"{name} has more than {MOST_ROWS:,} rows; that is no catalogue of prices")
    except csv.Error as error:
        raise BadInput(f"{name}, line {reader.line_num}: is broken as CSV ({error})") from None
    if not found.rows:
        raise BadInput(f"{name} holds no row")
