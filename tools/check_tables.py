"""What is wrong with the packaged tables, with file and line: python tools/check_tables.py [TABLE ...].

First each row by itself, as facts/rows.py defines it; then what must hold between rows and against what is known
from elsewhere (tools/table_checks). Exit status 1 if there is anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from table_checks import chips, every, others, prices
from xlcost.csv_tables import csv_rows, sentences
from xlcost.errors import BadInput, nearest
from xlcost.facts import tables as facts
from xlcost.facts.schema import schema_of
from xlcost.facts.tables import TABLES, PackagedTable, rows_of

FOLDER = Path(facts.__file__).parent
FILLERS = ("nan", "inf", "-inf", "n/a", "none", "null", "-", "?")  # a cell that is not known is left blank
# Checks of each table; after a check the other tables whose rows it takes.
CHECKS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "accelerators": (
        (chips.off_the_ratio,),
        (chips.off_the_neighbour,),
        (chips.off_the_whole,),
        (chips.too_much_for_its_power,),
        (chips.power_out_of_bounds,),
        (chips.odd_memory,),
        (chips.odd_launch,),
        (chips.odd_launch_price,),
    ),
    "models": ((others.odd_parameters,),),
    "gpu_prices": (
        (others.unknown_chip, "accelerators"),
        (prices.odd_price,),
        (prices.two_spellings,),
        (prices.dearer_than_a_freer_term,),
        (prices.spot_above_the_list,),
        (prices.other_number_of_gpus,),
        (prices.before_its_chip, "accelerators"),
        (prices.far_off_the_others,),
        (prices.far_off_its_own,),
    ),
    "api_prices": ((others.days_descend,), (others.odd_price_of_tokens,)),
    "api_listed": ((others.duplicate_listing,),),
    "regions": ((others.odd_electricity,),),
    "ownership": (
        (others.unknown_chip, "accelerators"),
        (others.unknown_place, "regions"),
        (others.odd_ownership_figure,),
    ),
    "training_runs": ((others.unknown_chip, "accelerators"),),
    "reported_runs": ((others.unknown_chip, "accelerators"),),
}


@dataclass
class Content:
    """The rows of a file that fit their schema, the line of each, and (line, fault) of the others."""

    rows: list[Any] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)  # id(row) -> line
    wrong: list[tuple[int, str]] = field(default_factory=list)


def content(path: Path, table: PackagedTable) -> Content:
    """The content of a file, each row checked by its schema."""
    model, found = schema_of(table.row), Content()
    try:
        cells = csv_rows(path, model)
    except BadInput as error:
        return Content(wrong=[(1, str(error))])
    found.wrong += cells.wrong
    for line, row in cells.rows:
        found.wrong += [(line, f"{c}: '{text}'; leave it blank") for c, text in row.items() if text.lower() in FILLERS]
        try:
            found.rows.append(model.model_validate(row))
        except ValidationError as error:
            found.wrong += [(line, why) for why in sentences(error)]
        else:
            found.lines[id(found.rows[-1])] = line
    if not found.wrong:
        found.wrong += _misread_cells(path, table, found)
    return found


def _misread_cells(path: Path, table: PackagedTable, found: Content) -> Iterator[tuple[int, str]]:
    """(line, fault) of cells that the package, which reads tables without checks, would read differently."""
    text = path.read_text(encoding="utf-8")
    try:
        plain = rows_of(text, table.row)
    except (ValueError, IndexError) as error:
        why = f"the package cannot read it ({error}); commas between, no byte order mark, TRUE, 2026-10-31"
        yield _first_misread_line(text, table), why
        return
    if len(plain) != len(found.rows):
        yield 1, f"the package reads {len(plain)} rows of {len(found.rows)}; leave no line of blanks"
    for row, checked in zip(plain, found.rows, strict=False):
        for column, cell in vars(row).items():
            if repr(cell) != repr(getattr(checked, column)):
                yield found.lines[id(checked)], f"{column}: the package reads {cell!r}; write it as other rows do"


def _first_misread_line(text: str, table: PackagedTable) -> int:
    """The first line that the package cannot read by itself below the heads; 1 where it is none of them alone."""
    head, *lines = text.splitlines()
    for number, line in enumerate(lines, 2):
        try:
            rows_of(f"{head}\n{line}", table.row)
        except (ValueError, IndexError):
            return number
    return 1


def findings(name: str, read: Callable[[str], Content]) -> Iterator[tuple[int, str]]:
    """(line, fault) of a table; `read` gives the content of any table."""
    own = read(name)
    yield from own.wrong
    for row, why in _faults_between(TABLES[name], own.rows, lambda other: read(other).rows):
        yield own.lines[id(row)], why


def _faults_between(
    table: PackagedTable, rows: Sequence[Any], of: Callable[[str], Sequence[Any]]
) -> Iterable[tuple[Any, str]]:
    """(row, fault) of rows that are valid alone but not beside other rows or tables."""
    yield from every.after_the_edition(rows)
    yield from every.source_without_page(rows, but_from_memory=table.name == "models")
    yield from every.overstated_check(rows)
    yield from every.out_of_order(rows, table.order.split())
    yield from every.duplicate_row(rows, table.key.split())
    if "aliases" in table.row.__annotations__:
        yield from every.duplicate_name(rows)
    for check, *against in CHECKS.get(table.name, ()):
        yield from check(rows, *map(of, against))


def report(names: Sequence[str], folder: Path = FOLDER) -> list[str]:
    """A line for each finding, in the order of the files' lines; `folder` holds the tables."""
    contents: dict[str, Content] = {}

    def read(name: str) -> Content:
        if name not in contents:
            contents[name] = content(folder / TABLES[name].file, TABLES[name])
        return contents[name]

    shown = "xlcost/facts" if folder == FOLDER else str(folder)
    return [
        f"{shown}/{TABLES[name].file}:{line}: {why}"
        for name in names
        for line, why in sorted(set(findings(name, read)))
    ]


def main() -> None:
    """Print what is wrong with the tables that are named, or with all."""
    names = [Path(word).stem for word in sys.argv[1:]] or [*TABLES]
    for name in names:
        if name not in TABLES:
            sys.exit(f"there is no table '{name}'{nearest(name, TABLES)}; there are {', '.join(TABLES)}")
    found = report(names)
    print("\n".join(found) if found else f"{', '.join(names)}: nothing wrong")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
