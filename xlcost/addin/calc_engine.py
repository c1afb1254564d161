"""Messages between LibreOffice and the Python in which xlcost is installed: a call there, an answer back.

LibreOffice brings a Python of its own, often another release than the one xlcost and its numpy were installed for.
So the add-in starts the installed one and keeps it until LibreOffice ends. This file goes into the .oxt as it is: it
runs in LibreOffice's Python, needs nothing but the standard library, and no newer Python than 3.8.
"""

from __future__ import annotations

import contextlib
import json
import marshal
import os
import select
import struct
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct("<I")
FORMAT = 2  # of marshal: every Python 3 reads and writes it, and numbers keep all their bits
POLLS = 50 if hasattr(select, "poll") and hasattr(os, "sched_yield") else 0  # before it sleeps
SERVER = ("-E", "-P", "-c", "from xlcost.addin.calc_server import main; main()")
REPAIR = "run 'xlcost addin calc' where xlcost is installed, and add the new file to LibreOffice"


def send(sink: BinaryIO, message: Any) -> None:
    data = marshal.dumps(message, FORMAT)
    sink.write(LENGTH.pack(len(data)) + data)
    sink.flush()


def poll_answer(source: BinaryIO) -> None:
    """Wait a moment for an answer without sleeping: waking a process takes longer than computing a cell."""
    watch = select.poll()
    watch.register(source, select.POLLIN)
    for _ in range(POLLS):
        if watch.poll(0):
            return
        os.sched_yield()


def receive(source: BinaryIO) -> Any:
    """The next message; EOFError when the other end is gone."""
    if POLLS:
        poll_answer(source)
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (size,) = LENGTH.unpack(head)
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return marshal.loads(data)


class Unreachable(Exception):
    """No answer from xlcost; the sentence says why, and what to do."""


class Engine:
    """The process of the installed xlcost, started at the first call and again if it has ended."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self.process: Any = None
        self.broken = ""
        self.turn = threading.Lock()

    def ask(self, name: str, arguments: Any) -> Any:
        """The rows of cells that NAME(arguments) gives."""
        if self.broken:
            raise Unreachable(self.broken)
        with self.turn:
            for _ in range(2):
                if self.process is None:
                    self.start()
                try:
                    send(self.process.stdin, (name, arguments))
                    return receive(self.process.stdout)
                except (EOFError, OSError):
                    self.close()
        raise self.unreachable(f"Python ended twice while it computed {name}")

    def start(self) -> None:
        """Start the process and wait for its release number, which it sends when it has loaded xlcost."""
        self.broken = ""
        python = self.python()
        with tempfile.TemporaryFile() as complaints:
            try:
                self.process = subprocess.Popen(
                    [python, *SERVER],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise self.unreachable(f"cannot start {python} ({error.strerror}); {REPAIR}") from None
            try:
                receive(self.process.stdout)
            except EOFError:
                self.close()
                complaints.seek(0)
                last = complaints.read().decode("utf-8", "replace").strip().split("\n")[-1]
                raise self.unreachable(f"{python} cannot load xlcost ({last}); {REPAIR}") from None

    def python(self) -> str:
        """The interpreter that the settings name."""
        try:
            named = json.loads(self.settings.read_text(encoding="utf-8"))["python"]
        except (OSError, ValueError, KeyError, TypeError):
            raise self.unreachable(f"{self.settings} names no Python; {REPAIR}") from None
        return str(named)

    def close(self) -> None:
        """End the process and wait for its end."""
        process, self.process = self.process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what was still to be sent to a process that is gone
                stream.close()
        process.wait()

    def unreachable(self, why: str) -> Unreachable:
        """The error with this reason; later calls fail with it at once, until the engine is started again."""
        self.broken = f"xlcost: {why}"
        return Unreachable(self.broken)
