"""Reading readers' CSV files: within limits, each row checked by a pydantic model, all faults in one error by line."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from xlcost.errors import BadInput, nearest
from xlcost.files import read_bytes

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

LARGEST = 20_000_000  # bytes
MOST_ERRORS = 20
RUNS_AS_FORMULA = re.compile(r"\s*[=+@]|\s*-(?!\s*[\d.]+%?\s*$)")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
Numbered = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Cells:
    """The rows of a table, (line, cells by column), and what is wrong with lines of too few or too many cells."""

    rows: list[Numbered]
    wrong: list[tuple[int, str]]


@dataclass(frozen=True)
class Part:
    """A row as far as it can be read: `row` where all of it can, what its good cells hold, what is wrong with it."""

    line: int
    row: Any
    known: dict[str, Any]
    wrong: list[str]


def checked_rows(path: Path, model: type[BaseModel], largest: int = LARGEST) -> list[tuple[int, Any]]:
    """(line, row) of a CSV file, each row checked by its model, or one error that says all that is wrong."""
    table = csv_rows(path, model, largest)
    parts = list(in_parts(table.rows, model))
    refuse(path.name, in_order([*table.wrong, *((part.line, why) for part in parts for why in part.wrong)]))
    return [(part.line, part.row) for part in parts]


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


def csv_rows(path: Path, model: type[BaseModel], largest: int = LARGEST) -> Cells:
    """The rows of a CSV file with the columns of a model."""
    columns = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    return rows_of_text(path.name, csv_text(path, largest), columns)


def rows_of_text(name: str, text: str, columns: Mapping[str, bool]) -> Cells:
    """The rows of a CSV text; `columns` says which must be there."""
    separator = separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=separator, strict=True)
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        _check_heads(name, heads, columns)
        found = Cells([], [])
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
    """What is wrong with a CSV text."""
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


def in_parts(rows: Iterable[Numbered], model: type[BaseModel]) -> Iterator[Part]:
    """Each row as far as it can be read: what is wrong in one cell does not hide what the others hold."""
    from pydantic import ValidationError

    for line, cells in rows:
        smuggled = {column: f"{column}: {why}" for column, text in cells.items() if (why := hostile(text))}
        try:
            row = model.model_validate(cells)
        except ValidationError as error:
            said = [one for one in sentences(error) if one.partition(":")[0] not in smuggled]
            yield Part(line, None, _sound(cells, model), [*smuggled.values(), *said])
        else:
            yield Part(line, None if smuggled else row, dict(row), [*smuggled.values()])


def _sound(cells: Mapping[str, str], model: type[BaseModel]) -> dict[str, Any]:
    """What the good cells of a bad row hold, by field."""
    from pydantic import ValidationError

    known = {}
    for name, one in model.model_fields.items():
        try:
            known[name] = _reader(model, name).validate_python(cells.get(one.alias or name) or None)
        except ValidationError:
            continue
    return known


@cache
def _reader(model: type[BaseModel], name: str) -> Any:
    """What reads one field by itself."""
    from pydantic import TypeAdapter

    kind: Any = Annotated
    one = model.model_fields[name]
    return TypeAdapter(kind[(one.annotation, *one.metadata, name)])


def in_order(wrong: Iterable[tuple[int, str]], unit: str = "line") -> list[str]:
    """What is wrong, each with its line, from the first line to the last."""
    by_line = sorted(dict.fromkeys(wrong), key=lambda one: one[0])
    return [f"{unit} {line}{':' if why.startswith('has ') else ','} {why}" for line, why in by_line]


def refuse(name: str, wrong: list[str]) -> None:
    """One error of all that is wrong, if anything is."""
    if wrong:
        more = [f"and {len(wrong) - MOST_ERRORS} more"] if len(wrong) > MOST_ERRORS else []
        raise BadInput("\n  ".join([f"{name}: nothing was taken", *wrong[:MOST_ERRORS], *more]))


def hostile(text: str) -> str:
    """Why a text field cannot be taken, or nothing; a wide '=' counts as one."""
    if RUNS_AS_FORMULA.match(unicodedata.normalize("NFKC", text)):
        return f"'{text[:40]}' begins as a formula, which a spreadsheet would run"
    if CONTROL.search(text):
        return "holds characters that are no text"
    if len(text) > 1000:
        return f"has {len(text):,} characters; at most 1,000 are taken"
    return ""


def sentences(error: ValidationError) -> list[str]:
    """What pydantic found, one sentence a cell."""
    said = []
    for one in error.errors():
        column = ".".join(str(part) for part in one["loc"])
        message = one["msg"].removeprefix("Value error, ").replace("Input should be", "it takes")
        if one["type"] == "missing":
            said.append(f"{column}: is blank")
        elif not column:
            said.append(message)
        else:
            joint = "" if message.startswith(("is ", "has ", "cannot ")) else ";"
            said.append(f"{column}: '{str(one['input'])[:60]}'{joint} {message}")
    return said
