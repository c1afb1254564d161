"""One writer at a time in the folder of the user's own tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import IO

from xlcost.errors import BadInput

LOCK = ".lock"
TRIES, PAUSE = 100, 0.1  # seconds


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other processes from writing into the folder; the lock ends with the process at the latest."""
    try:
        handle = (folder / LOCK).open("ab")
    except OSError as error:
        raise BadInput(f"cannot write into {folder}: {error.strerror}") from None
    with handle:
        _wait_for(handle, folder)
        yield


def _wait_for(handle: IO[bytes], folder: Path) -> None:
    for _ in range(TRIES):
        if _taken(handle):
            return
        sleep(PAUSE)
    raise BadInput(f"another xlcost is writing into {folder}; run this again when it is done")


def _taken(handle: IO[bytes]) -> bool:
    """Whether the lock was obtained; always on a disk that knows no locks."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
