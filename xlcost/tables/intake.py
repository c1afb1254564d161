"""Tables from outside: read within limits, each row checked, all that is wrong said at once with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcost.errors import BadInput, nearest
from xlcost.files import read_bytes

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

LARGEST = 20_000_000  # bytes
MOST_ERRORS = 20
RUNS_AS_FORMULA = re.compile(r"\s*[=+@]|\s*-(?!\s*[\d.]+%?\s*$)")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
Numbered = tuple[int, dict[str, str]]


def checked_rows(path: Path, model: type[BaseModel], largest: int = LARGEST) -> list[tuple[int, Any]]:
    """(line, row) of a CSV file, each row checked by its model."""
    return validated(path.name, csv_rows(path, model, largest), model)


def csv_text(path: Path, largest: int = LARGEST) -> str:
    """The text of a CSV file."""
    return decoded(read_bytes(path, largest), path.name)


def decoded(data: bytes, name: str) -> str:
    """The text that a file's bytes hold, UTF-8 or UTF-16 as Excel writes it."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise BadInput(f"{name} is no UTF-8 text; save it as 'CSV UTF-8'") from None
    if "\x00" in text:
        raise BadInput(f"{name} is no text file")
    return text


def csv_rows(path: Path, model: type[BaseModel], largest: int = LARGEST) -> list[Numbered]:
    """(line, cells by column) of a CSV file with the columns of a model."""
    columns = {field.alias or name: field.is_required() for name, field in model.model_fields.items()}
    return rows_of_text(path.name, csv_text(path, largest), columns)


def rows_of_text(name: str, text: str, columns: Mapping[str, bool]) -> list[Numbered]:
    """(line, cells by column) of a CSV text; `columns` says which must be there."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=separator, strict=True)
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        _check_heads(name, heads, columns)
        found = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(heads):
                    raise BadInput(
                        f"{name}, line {reader.line_num}: has {len(cells)} cells; the first line names {len(heads)}"
                    )
                found.append((reader.line_num, dict(zip(heads, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as error:
        raise BadInput(f"{name}, line {reader.line_num}: {_broken(str(error))}") from None
    if not found:
        raise BadInput(f"{name} holds no row")
    return found


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


def validated(name: str, rows: Iterable[Numbered], model: type[BaseModel]) -> list[tuple[int, Any]]:
    """(line, row) of all rows, or one error that says all that is wrong."""
    from pydantic import ValidationError

    good: list[tuple[int, Any]] = []
    wrong: list[str] = []
    for line, cells in rows:
        smuggled = [f"line {line}, {column}: {why}" for column, text in cells.items() if (why := hostile(text))]
        try:
            good.append((line, model.model_validate(cells)))
            wrong += smuggled
        except ValidationError as error:
            said = [f"line {line}, {sentence}" for sentence in sentences(error)]
            wrong += smuggled + [one for one in said if not _same_cell(one, smuggled)]
    refuse(name, wrong)
    return good


def _same_cell(sentence: str, others: list[str]) -> bool:
    return any(sentence.split(":")[0] == other.split(":")[0] for other in others)


def refuse(name: str, wrong: list[str]) -> None:
    """One error of all that is wrong, if anything is."""
    if wrong:
        more = [f"and {len(wrong) - MOST_ERRORS} more"] if len(wrong) > MOST_ERRORS else []
        raise BadInput("\n  ".join([f"{name}: nothing was taken", *wrong[:MOST_ERRORS], *more]))


def hostile(text: str) -> str:
    """Why a text field cannot be taken, or nothing."""
    if RUNS_AS_FORMULA.match(text):
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
