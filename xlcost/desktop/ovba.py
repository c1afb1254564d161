"""VBA projects (MS-OVBA): the source of modules, read and written without Excel.

Only source is written, no compiled code: Excel compiles it when it loads the project. Modules that are not changed
keep their streams byte for byte.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from xlcost.desktop import compound

PIECE = 4096  # bytes of source that are compressed together
# Records of the stream "dir", by the numbers of MS-OVBA 2.3.4.2.
PROJECT_NAME, VERSION, COUNT, COOKIE = 0x04, 0x09, 0x0F, 0x13
NAME, NAME_UNICODE, STREAM, STREAM_UNICODE = 0x19, 0x47, 0x1A, 0x32
DOC, DOC_UNICODE, OFFSET, HELP, MODULE_COOKIE = 0x1C, 0x48, 0x31, 0x1E, 0x2C
PROCEDURAL, OBJECT, END_OF_MODULE, END = 0x21, 0x22, 0x2B, 0x10
CLASS = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"  # what a class is based on
NOT_COMPILED = b"\xcc\x61\xff\xff\x00\x00\x00"  # the stream "_VBA_PROJECT" of a project that Excel has to compile
Record = tuple[int, bytes]


def decompress(packed: bytes) -> bytes:
    """The bytes of a compressed container (MS-OVBA 2.4.1)."""
    if packed[:1] != b"\x01":
        raise ValueError("no compressed container")
    found, at = bytearray(), 1
    while at < len(packed):
        (header,) = struct.unpack_from("<H", packed, at)
        end = at + (header & 0xFFF) + 3
        body = packed[at + 2 : end]
        found += _decompress_piece(body) if header & 0x8000 else body
        at = end
    return bytes(found)


def _decompress_piece(body: bytes) -> bytes:
    """The bytes of one piece: after each byte of flags eight items, a plain byte or a copy of earlier bytes."""
    piece, at = bytearray(), 0
    while at < len(body):
        flags, at = body[at], at + 1
        for bit in range(8):
            if at >= len(body):
                break
            if not flags >> bit & 1:
                piece.append(body[at])
                at += 1
                continue
            (token,) = struct.unpack_from("<H", body, at)
            at += 2
            bits = _distance_bits(len(piece))
            start = len(piece) - (token >> (16 - bits)) - 1
            for place in range(start, start + (token & 0xFFFF >> bits) + 3):
                piece.append(piece[place])
    return bytes(piece)


def _distance_bits(done: int) -> int:
    """How many bits of a copy's 16 say how far back it starts."""
    return max((done - 1).bit_length(), 4)


def compress(source: bytes) -> bytes:
    """The source as a compressed container; each copy is the longest possible, of equals the nearest."""
    packed = bytearray(b"\x01")
    for first in range(0, len(source), PIECE):
        piece = source[first : first + PIECE]
        body = _compress_piece(piece)
        flag = 0xB000
        if len(body) > PIECE:  # then it is stored uncompressed, which the format allows for full pieces only
            if len(piece) < PIECE:
                raise ValueError("the end of the source is no text: it cannot be made shorter")
            body, flag = piece, 0x3000
        packed += struct.pack("<H", flag | (len(body) - 1)) + body
    return bytes(packed)


def _compress_piece(piece: bytes) -> bytes:
    body, seen, at = bytearray(), dict[bytes, list[int]](), 0
    while at < len(piece):
        flags, items = 0, bytearray()
        for bit in range(8):
            if at >= len(piece):
                break
            start, length = _longest(piece, at, seen)
            if length:
                flags |= 1 << bit
                bits = _distance_bits(at)
                items += struct.pack("<H", (at - start - 1) << (16 - bits) | (length - 3))
            else:
                items.append(piece[at])
            for place in range(at, at + max(length, 1)):
                seen.setdefault(piece[place : place + 3], []).append(place)
            at += max(length, 1)
        body.append(flags)
        body += items
    return bytes(body)


def _longest(piece: bytes, at: int, seen: Mapping[bytes, list[int]]) -> tuple[int, int]:
    """Start and length of the longest earlier copy of what stands here; length 0 if under three bytes."""
    most = min((0xFFFF >> _distance_bits(at)) + 3, len(piece) - at)
    start, length = 0, 0
    for place in reversed(seen.get(piece[at : at + 3], ()) if most >= 3 else ()):
        if piece[place : place + length + 1] != piece[at : at + length + 1]:
            continue
        same = length
        while same < most and piece[place + same] == piece[at + same]:
            same += 1
        if same > length:
            start, length = place, same
        if length == most:
            break
    return (start, length) if length >= 3 else (0, 0)


def records(raw: bytes) -> list[Record]:
    """The records of the stream "dir", decompressed."""
    found, at = [], 0
    while at < len(raw):
        kind, size = struct.unpack_from("<HI", raw, at)
        size = 6 if kind == VERSION else size  # two numbers follow, whatever its size says
        found.append((kind, raw[at + 6 : at + 6 + size]))
        at += 6 + size
    return found


def raw_records(given: list[Record]) -> bytes:
    """The stream "dir" of these records, not yet compressed."""
    return b"".join(struct.pack("<HI", k, 4 if k == VERSION else len(body)) + body for k, body in given)


def class_attributes(name: str) -> str:
    """The lines that a class begins with, as Excel writes them."""
    false = ("GlobalNameSpace", "Creatable", "PredeclaredId", "Exposed", "TemplateDerived", "Customizable")
    values = {"Name": f'"{name}"', "Base": f'"{CLASS}"'} | dict.fromkeys(false, "False")
    return "".join(f"Attribute VB_{key} = {value}\n" for key, value in values.items())


def module_records(name: str, kind: int) -> list[Record]:
    """A new module, procedural or a class, whose source starts at the start of its stream."""
    narrow, wide = name.encode("cp1252"), name.encode("utf-16le")
    names: list[Record] = [(NAME, narrow), (NAME_UNICODE, wide), (STREAM, narrow), (STREAM_UNICODE, wide)]
    rest: list[Record] = [(DOC, b""), (DOC_UNICODE, b""), (OFFSET, bytes(4)), (HELP, bytes(4))]
    return [*names, *rest, (MODULE_COOKIE, b"\xff\xff"), (kind, b""), (END_OF_MODULE, b"")]


def head_and_modules(given: list[Record]) -> tuple[list[Record], list[list[Record]]]:
    """The records before the modules, and those of each module."""
    first = next((i for i, (kind, _) in enumerate(given) if kind == NAME), len(given))
    modules: list[list[Record]] = [[]]
    for record in given[first:]:
        if record[0] != END:
            modules[-1].append(record)
        if record[0] == END_OF_MODULE:
            modules.append([])
    return given[:first], modules[:-1]


def _field(module: list[Record], kind: int) -> bytes:
    return next(body for k, body in module if k == kind)


class Project:
    """A VBA project: its name and the source of its modules, to be changed and written again."""

    def __init__(self, content: bytes) -> None:
        self.tree: dict[str, Any] = compound.streams(content)
        self.head, modules = head_and_modules(records(decompress(self.tree["VBA"]["dir"])))
        self.modules = {_field(module, NAME).decode("cp1252"): module for module in modules}

    @property
    def name(self) -> str:
        return _field(self.head, PROJECT_NAME).decode("cp1252")

    def source(self, name: str) -> str:
        """The text of a module, with its attributes, lines ending in CR LF."""
        module = self.modules[name]
        (offset,) = struct.unpack("<I", _field(module, OFFSET))
        return decompress(self.tree["VBA"][_field(module, STREAM).decode("cp1252")][offset:]).decode("cp1252")

    def rename(self, name: str) -> None:
        """Give the project another name: in VBA no module may have the project's name."""
        self._write_lines([f'Name="{name}"' if line == f'Name="{self.name}"' else line for line in self._lines()])
        self.head = [(kind, name.encode("cp1252") if kind == PROJECT_NAME else body) for kind, body in self.head]

    def add(self, name: str, source: str, kind: int = PROCEDURAL) -> None:
        """Add a module, its lines ending in LF; `kind` is PROCEDURAL, or OBJECT for a class."""
        lines = self._lines()
        lines.insert(1, f"{'Class' if kind == OBJECT else 'Module'}={name}")  # behind the project's id
        self._write_lines([*lines, f"{name}=0, 0, 0, 0, C"])
        self.modules[name] = module_records(name, kind)
        self.tree["VBA"][name] = compress(source.replace("\n", "\r\n").encode("cp1252"))

    def drop(self, name: str) -> None:
        """Remove a module."""
        del self.tree["VBA"][_field(self.modules.pop(name), STREAM).decode("cp1252")]
        self._write_lines([n for n in self._lines() if n != f"Module={name}" and not n.startswith(f"{name}=")])

    def _lines(self) -> list[str]:
        """The lines of the stream "PROJECT": its id, modules, properties, windows."""
        text: str = self.tree["PROJECT"].decode("cp1252")
        return text.rstrip("\r\n").split("\r\n")

    def _write_lines(self, lines: list[str]) -> None:
        self.tree["PROJECT"] = "".join(f"{line}\r\n" for line in lines).encode("cp1252")

    def compound_file(self) -> bytes:
        """The project as a compound file, without compiled code."""
        vba = {name: held for name, held in self.tree["VBA"].items() if not name.startswith("__SRP_")}
        if len(vba["_VBA_PROJECT"]) > len(NOT_COMPILED):
            vba["_VBA_PROJECT"] = NOT_COMPILED
        self.tree["VBA"] = vba
        count = struct.pack("<H", len(self.modules))
        head = [(kind, count if kind == COUNT else body) for kind, body in self.head]
        modules = [record for module in self.modules.values() for record in module]
        self.tree["VBA"]["dir"] = compress(raw_records([*head, *modules, (END, b"")]))
        names = (name.encode("cp1252") + b"\0" + name.encode("utf-16le") + b"\0\0" for name in self.modules)
        self.tree["PROJECTwm"] = b"".join(names) + b"\0\0"
        return compound.compound_file(self.tree)
