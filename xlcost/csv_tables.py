"""Tables as CSV: read within limits, each row checked by a model, all bad rows reported at once by line; written."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcost.errors import BadInput, nearest
from xlcost.files import read_bytes

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

BOM = "\ufeff"  # at the beginning of a text: tells Excel that it is UTF-8
LARGEST = 20_000_000  # bytes
MOST_ERRORS = 20
FORMULA_SIGNS = ("=", "+", "-", "@")
BELOW_ZERO = re.compile(r"\s*-\s*[\d.]+%?\s*")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
Numbered = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class CsvRows:
    """The rows of a table, (line, cells by column), and what is wrong with lines of too few or too many cells."""

    rows: list[Numbered]
    wrong: list[tuple[int, str]]


def checked_rows(path: Path, model: type[BaseModel], largest: int = LARGEST) -> list[tuple[int, Any]]:
    """(line, row) of a CSV file, each row checked by its model, or one error that lists what is wrong by line."""
    table = csv_rows(path, model, largest)
    rows = list(rows_or_faults(table.rows, model))
    refuse(path.name, fault_lines([*table.wrong, *((line, why) for line, _, why in rows if why)]))
    return [(line, row) for line, row, _ in rows]


def csv_text(path: Path, largest: int = LARGEST) -> str:
    """The text of a CSV file."""
    return text_of(read_bytes(path, largest), path.name)


def text_of(data: bytes, name: str) -> str:
    """The text that a file's bytes hold, UTF-8 or UTF-16 as Excel writes it."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise BadInput(f"{name} is no UTF-8 text; save it as 'CSV UTF-8'") from None
    if "\x00" in text:
        raise BadInput(f"{name} is no text file")
    return text


def table_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV; with a byte order mark where letters are not ASCII, so that Excel reads them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    whole = text.getvalue()
    return whole if whole.isascii() else BOM + whole


def csv_rows(path: Path, model: type[BaseModel], largest: int = LARGEST) -> CsvRows:
    """The rows of a CSV file with the columns of a model."""
    columns = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    return rows_of_text(path.name, csv_text(path, largest), columns)


def rows_of_text(name: str, text: str, columns: Mapping[str, bool]) -> CsvRows:
    """The rows of a CSV text; `columns` says which must be there."""
    separator = separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=separator, strict=True)
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        _check_heads(name, heads, columns)
        found = CsvRows([], [])
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if why := count_fault(cells, heads):
                found.wrong.append((reader.line_num, why))
                continue
            read = (continental(cell) if separator == ";" else cell.strip() for cell in cells)
            found.rows.append((reader.line_num, dict(zip(heads, read, strict=True))))
    except csv.Error as error:
        raise BadInput(f"{name}, line {reader.line_num}: {_broken(str(error))}") from None
    if not found.rows and not found.wrong:
        raise BadInput(f"{name} holds no row")
    return found


def count_fault(cells: list[str], heads: list[str]) -> str:
    """What is wrong with a line of too few or too many cells, or nothing."""
    return "" if len(cells) == len(heads) else f"has {len(cells)} cells; the first line names {len(heads)}"


def separator_of(text: str) -> str:
    """What separates the cells of a CSV text: the comma, semicolon or tab that its first line has most of."""
    return max(",;\t", key=text.partition("\n")[0].count)


def continental(cell: str) -> str:
    """A cell of a table with semicolons, where 2,85 is a number and 22.11.2026 a day, as it is written elsewhere.

    >>> continental("2,85"), continental("30,0 %"), continental("22.11.2026"), continental("Offer 4,5")
    ('2.85', '30.0%', '2026-11-22', 'Offer 4,5')
    """
    text = cell.strip()
    number = re.fullmatch(r"(-?\d+),(\d+)\s*(%?)", text)
    day = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if number:
        return f"{number[1]}.{number[2]}{number[3]}"
    return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}" if day else text


def _broken(error: str) -> str:
    """Why a text is no CSV, from the error of the csv module."""
    if "unexpected end" in error:
        return 'a quotation mark (") is opened and never closed'
    if "field larger" in error:
        return "a cell is too long"
    return f"cannot be read as CSV: {error}"


def _check_heads(name: str, heads: list[str], columns: Mapping[str, bool]) -> None:
    if not any(head in columns for head in heads):
        raise BadInput(f"{name}: the first line must name the columns: {', '.join(columns)}")
    unknown = next((head for head in heads if head not in columns), None)
    if unknown is not None:
        raise BadInput(f"{name}: there is no column '{CONTROL.sub('?', unknown[:60])}'{nearest(unknown, columns)}")
    twice = next((head for head in heads if heads.count(head) > 1), None)
    if twice:
        raise BadInput(f"{name}: the column '{twice}' stands twice")
    lacking = [column for column, required in columns.items() if required and column not in heads]
    if lacking:
        raise BadInput(f"{name}: there is no column '{lacking[0]}'; it needs {', '.join(c for c in columns)}")


def rows_or_faults(rows: Iterable[Numbered], model: type[BaseModel]) -> Iterator[tuple[int, Any, str]]:
    """(line, row, ""), or (line, None, the first fault of the row)."""
    from pydantic import ValidationError

    for line, cells in rows:
        row, why = None, next((f"{column}: {why}" for column, text in cells.items() if (why := why_refused(text))), "")
        try:
            row = None if why else model.model_validate(cells)
        except ValidationError as error:
            why = sentences(error)[0]
        yield line, row, why


def fault_lines(wrong: Iterable[tuple[int, str]], unit: str = "line") -> list[str]:
    """A sentence for each fault, with its line, from the first line to the last."""
    by_line = sorted(dict.fromkeys(wrong), key=lambda one: one[0])
    return [f"{unit} {line}{':' if why.startswith('has ') else ','} {why}" for line, why in by_line]


def refuse(name: str, wrong: list[str]) -> None:
    """Raise one error that lists all faults, if there are any."""
    if wrong:
        more = [f"and {len(wrong) - MOST_ERRORS} more"] if len(wrong) > MOST_ERRORS else []
        raise BadInput("\n  ".join([f"{name}: nothing was taken", *wrong[:MOST_ERRORS], *more]))


def begins_as_formula(text: str) -> bool:
    """Whether a spreadsheet takes a text for a formula; a wide '=' counts as one.

    >>> begins_as_formula(" =A1"), begins_as_formula("-1"), begins_as_formula("AWS")
    (True, True, False)
    """
    return unicodedata.normalize("NFKC", text).lstrip().startswith(FORMULA_SIGNS)


def why_refused(text: str) -> str:
    """Why a cell is refused, or nothing; a number below zero is taken, though it begins with a minus."""
    if begins_as_formula(text) and not BELOW_ZERO.fullmatch(unicodedata.normalize("NFKC", text)):
        return f"'{text[:40]}' begins as a formula, which a spreadsheet would run"
    if CONTROL.search(text):
        return "holds characters that are no text"
    if len(text) > 1000:
        return f"has {len(text):,} characters; at most 1,000 are taken"
    return ""


def sentences(error: ValidationError) -> list[str]:
    """The faults that pydantic found, a sentence for each."""
    found = []
    for one in error.errors():
        column = ".".join(str(part) for part in one["loc"])
        message = one["msg"].removeprefix("Value error, ").replace("Input should be", "it takes")
        if one["type"] == "missing":
            found.append(f"{column}: is blank")
        elif not column:
            found.append(message)
        else:
            joint = "" if message.startswith(("is ", "has ", "cannot ")) else ";"
            found.append(f"{column}: '{str(one['input'])[:60]}'{joint} {message}")
    return found
