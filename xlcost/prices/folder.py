"""The user's own tables: quotes, and offers merged from newer editions, in one folder of their own.

The folder is that of the user's data on this system, or what the environment variable XLCOST_DATA names; an empty
XLCOST_DATA means none, and only the packaged tables count.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from xlcost.csv_tables import checked_rows
from xlcost.errors import BadInput

VARIABLE = "XLCOST_DATA"
QUOTES = "quotes.csv"
OFFERS = "offers.csv"


def data_folder() -> Path | None:
    """Where the user's tables are kept; None where there is no such place, as in a browser."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named).expanduser() if named.strip() else None
    if sys.platform == "emscripten":
        return None
    from platformdirs import user_data_path

    return user_data_path("xlcost", appauthor=False)


def writable_folder() -> Path:
    """The user's folder, made if need be; an error where there is none."""
    folder = data_folder()
    if folder is None:
        raise BadInput(f"there is no folder for your own tables: {VARIABLE} is set to nothing")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot make the folder {folder} for your own tables: {error.strerror}") from None
    return folder


def merged_offers() -> tuple[Any, ...]:
    """Offers of newer editions that the user merged."""
    path = _table(OFFERS)
    if path is None:
        return ()
    from xlcost.facts.schema import GpuPrice  # pydantic is heavy: only when there is something to check

    return _rows(path, GpuPrice)


def own_quotes() -> tuple[Any, ...]:
    """The user's quotes, as they were added."""
    path = _table(QUOTES)
    if path is None:
        return ()
    from xlcost.prices.quotes.schema import OwnQuote

    return _rows(path, OwnQuote)


def _table(name: str) -> Path | None:
    """The path of a table in the folder; None where there is none."""
    folder = data_folder()
    if folder is None:
        return None
    try:
        if os.environ.get(VARIABLE) and not folder.parent.exists():  # a drive that is not there
            raise BadInput(f"{VARIABLE} names {folder}, but there is no folder {folder.parent}")
        return folder / name if (folder / name).exists() else None
    except OSError as error:
        raise BadInput(f"cannot read your own tables in {folder}: {error.strerror}") from None


def _rows(path: Path, model: Any) -> tuple[Any, ...]:
    """The rows of a table, each checked by its model."""
    try:
        return tuple(row for _, row in checked_rows(path, model))
    except BadInput as error:
        raise BadInput(f"your own tables in {path.parent}: {error}") from None
