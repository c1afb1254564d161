"""Compound files (MS-CFB), the container of a VBA project: streams in storages, read by olefile, written here.

A file is written whole: sectors of 512 bytes, streams under 4096 bytes in sectors of 64, no times and no class ids,
so that the same streams give the same bytes. Storages are dictionaries, streams are bytes.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

SECTOR, SMALL_SECTOR, SMALL = 512, 64, 4096
NOTHING, LAST, OF_TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
BLACK = 1  # the colour of all entries: the tree of names then need only be sorted
TABLES = 109  # the most sectors of the allocation table that fit into the header; enough for 7 MB


def streams(content: bytes) -> dict[str, Any]:
    """The storages (dictionaries) and streams (bytes) of a compound file, by name."""
    import olefile

    tree: dict[str, Any] = {}
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        for *storages, name in file.listdir():
            storage = tree
            for part in storages:
                storage = storage.setdefault(part, {})
            storage[name] = file.openstream([*storages, name]).read()
    return tree


@dataclass
class Entry:
    """A line of the directory."""

    name: str
    kind: int
    content: bytes = b""
    left: int = NOTHING
    right: int = NOTHING
    child: int = NOTHING
    start: int = 0
    size: int = 0

    def line(self) -> bytes:
        name = self.name.encode("utf-16le") + b"\0\0"
        if len(name) > 64:
            raise ValueError(f"{self.name} is too long a name for a stream")
        tree = (self.left, self.right, self.child)
        return struct.pack("<64sHBB3I16xI16xIQ", name, len(name), self.kind, BLACK, *tree, 0, self.start, self.size)


UNUSED = struct.pack("<68x3I48x", NOTHING, NOTHING, NOTHING)


def directory(tree: dict[str, Any]) -> list[Entry]:
    """An entry for each storage and stream, the root first."""
    entries = [Entry("Root Entry", ROOT)]
    _fill(entries, 0, tree)
    return entries


def _fill(entries: list[Entry], parent: int, storage: dict[str, Any]) -> None:
    """Add the entries of a storage, as a tree sorted by the length of the names, then by the names in capitals."""
    names = sorted(storage, key=lambda name: (len(name.encode("utf-16le")), name.upper()))
    first = len(entries)
    for name in names:
        held = storage[name]
        entries.append(Entry(name, STORAGE) if isinstance(held, dict) else Entry(name, STREAM, held))
    entries[parent].child = _subtree(entries, first, first + len(names))
    for place, name in enumerate(names, first):
        if isinstance(storage[name], dict):
            _fill(entries, place, storage[name])


def _subtree(entries: list[Entry], low: int, high: int) -> int:
    """The number of a subtree's root: the middle entry, those before it on its left, those after it on its right."""
    if low == high:
        return NOTHING
    middle = (low + high) // 2
    entries[middle].left = _subtree(entries, low, middle)
    entries[middle].right = _subtree(entries, middle + 1, high)
    return middle


class Sectors:
    """Contents one behind the other, and the table that says which sector follows which."""

    def __init__(self, size: int) -> None:
        self.size, self.table, self.content = size, list[int](), bytearray()

    def add(self, content: bytes) -> int:
        """Append the content; gives the sector where it starts."""
        if not content:
            return LAST
        first, count = len(self.table), -(-len(content) // self.size)
        self.table += [*range(first + 1, first + count), LAST]
        self.content += content.ljust(count * self.size, b"\0")
        return first

    def bytes_of_table(self) -> bytes:
        """The table, filled up to whole sectors of the file."""
        raw = struct.pack(f"<{len(self.table)}I", *self.table)
        return raw.ljust(-(-len(raw) // SECTOR) * SECTOR, b"\xff")


def compound_file(tree: dict[str, Any]) -> bytes:
    """The compound file that holds these storages and streams."""
    entries, large, small = directory(tree), Sectors(SECTOR), Sectors(SMALL_SECTOR)
    for entry in entries:
        if entry.kind == STREAM:
            entry.size = len(entry.content)
            entry.start = (small if entry.size < SMALL else large).add(entry.content)
    root, small_table = entries[0], small.bytes_of_table()
    root.start, root.size = large.add(bytes(small.content)), len(small.content)
    of_small = large.add(small_table)
    lines = b"".join(entry.line() for entry in entries)
    of_directory = large.add(lines + UNUSED * (-len(entries) % (SECTOR // len(UNUSED))))
    tables = _tables(len(large.table))
    first = len(large.table)
    large.table += [OF_TABLE] * tables
    places = [*range(first, first + tables), *[NOTHING] * (TABLES - tables)]
    counts = (0, tables, of_directory, 0, SMALL, of_small, len(small_table) // SECTOR, LAST, 0)
    header = struct.pack("<Q16x5H6x9I", 0xE11AB1A1E011CFD0, 0x3E, 3, 0xFFFE, 9, 6, *counts)
    return header + struct.pack(f"<{TABLES}I", *places) + bytes(large.content) + large.bytes_of_table()


def _tables(sectors: int) -> int:
    """How many sectors the allocation table takes, which has an entry for its own sectors too."""
    tables = 1
    while sectors + tables > tables * SECTOR // 4:
        tables += 1
    if tables > TABLES:
        raise ValueError("the streams are too large for one compound file")
    return tables
