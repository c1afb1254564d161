"""The user's own tables: quotes, and offers merged from newer editions, in one folder of their own.

The folder is that of the user's data on this system, or what the environment variable XLCOST_DATA names; an empty
XLCOST_DATA means none, and only the packaged tables count.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

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
    """The folder, made if need be."""
    folder = data_folder()
    if folder is None:
        raise BadInput(f"there is no folder for your own tables: {VARIABLE} is set to nothing")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot make the folder {folder} for your own tables: {error.strerror}") from None
    return folder


def packaged_only() -> None:
    """From now on the user's own tables do not count: what is rendered for everybody must not hold them."""
    os.environ[VARIABLE] = ""


@cache
def own_rows(name: str, model: Callable[[], Any]) -> tuple[Any, ...]:
    """The rows of a table in the folder, each checked by its model; none where there is no such table.

    `model()` gives it: pydantic is loaded only where there is a table.
    """
    folder = data_folder()
    try:
        if folder is None:
            return ()
        if os.environ.get(VARIABLE) and not folder.parent.exists():  # a drive that is not there
            raise BadInput(f"{VARIABLE} names {folder}, but there is no folder {folder.parent}")
        if not (folder / name).exists():
            return ()
    except OSError as error:
        raise BadInput(f"cannot read your own tables in {folder}: {error.strerror}") from None
    from xlcost import csv_tables

    try:
        return tuple(row for _, row in csv_tables.checked_rows(folder / name, model()))
    except BadInput as error:
        raise BadInput(f"your own tables in {folder}: {error}") from None


def forget() -> None:
    """Read the folder anew when next asked."""
    own_rows.cache_clear()
