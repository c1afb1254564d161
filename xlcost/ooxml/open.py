"""A reader's workbook, opened with checks and one sentence for what is wrong; written whole or not at all.

A file from outside is hostile until checked: its size, the number and size of its parts, their names, their XML.
"""

from __future__ import annotations

import contextlib
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from xlcost.errors import BadInput, XlcostError
from xlcost.files import read_bytes, write_whole
from xlcost.ooxml import package
from xlcost.ooxml.other_files import OFFICE_DOCUMENTS, SAVE_AS, other_file
from xlcost.ooxml.package import Parts

MOST_PARTS = 10_000
LARGEST_UNPACKED = 512_000_000  # bytes of all parts together
AGAIN = "open it in Excel, which may repair it, save it, and run this again"
XML_NAMES = (".xml", ".rels")
UTF_8 = {None, "utf-8", "us-ascii", "ascii"}


def workbook_bytes(path: Path, *, macros: bool = False) -> bytes:
    """The file, checked to be a whole workbook; one with macros is refused unless `macros`."""
    return read_workbook(path, macros=macros)[0]


def workbook_parts(path: Path, *, macros: bool = False) -> Parts:
    """The parts of a whole workbook by name; one with macros is refused unless `macros`."""
    return read_workbook(path, macros=macros)[1]


def read_workbook(path: Path, *, macros: bool = False) -> tuple[bytes, Parts]:
    """The file and its parts, checked to be a whole workbook; one with macros is refused unless `macros`."""
    data = _read(path)
    if not data.startswith(b"PK"):
        raise BadInput(f"{path} {other_file(data)}")
    parts = _parts(path, data)
    with reading(path):
        _check_kind(path, parts)
        _check_xml(path, parts)
        _check_whole(path, parts)
    if has_macros(parts) and not macros:
        raise BadInput(f"{path} holds macros, which are left alone here; {SAVE_AS}, without them")
    return data, parts


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn errors from parts with unexpected content into one BadInput about the file."""
    try:
        yield
    except XlcostError:
        raise
    except (ValueError, LookupError, AttributeError, StopIteration, expat.ExpatError, ElementTree.ParseError):
        raise BadInput(f"{path} is damaged, or made in a way that is not known here; {AGAIN}") from None


def write_workbook(target: Path, parts: Mapping[str, bytes]) -> None:
    """Write the file whole; an error if somebody has it open, or if Excel would not open a file of that name."""
    kind = package.content_types(parts)[package.main_part(parts)]
    suffix = ".x" + ("lt" if "template" in kind else "ls") + ("m" if "macroEnabled" in kind else "x")
    if target.suffix.lower() != suffix:
        raise BadInput(f"{target} must end in {suffix}, or Excel will not open it")
    check_target(target)
    write_whole(target.resolve() if target.is_symlink() else target, package.workbook_file(parts))


def check_target(target: Path) -> None:
    """Refuse a path where no workbook can be written now, such as a file that is open or read-only."""
    if target.is_dir():
        raise BadInput(f"{target} is a folder, not a file")
    if not target.parent.is_dir():
        raise BadInput(f"there is no folder {target.parent}")
    for program, lock in (("Excel", f"~${target.name}"), ("LibreOffice", f".~lock.{target.name}#")):
        if (target.parent / lock).exists():
            raise BadInput(
                f"{target} is open in {program}; close it there and run this again, or delete {lock} beside it "
                "if nobody has it open"
            )
    if not target.exists():
        return
    if not target.stat().st_mode & stat.S_IWUSR:
        raise BadInput(f"{target} is read-only; allow writing, or name another file with --out")
    try:
        with target.open("r+b"):
            pass
    except PermissionError:
        raise BadInput(f"{target} is open in another program, or may not be written; close it there") from None
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None


def has_macros(parts: Mapping[str, bytes]) -> bool:
    """Whether the workbook holds VBA, or the macro sheets that came before VBA."""
    names = [name.lower() for name in parts]
    return any(n.endswith("vbaproject.bin") or n.startswith(("xl/macrosheets/", "xl/dialogsheets/")) for n in names)


def _read(path: Path) -> bytes:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInput(f"{path} is not an ordinary file")
    try:
        if path.is_file():
            path.open("rb").close()
    except PermissionError:
        raise BadInput(f"{path} is open in another program, or may not be read; close it there") from None
    except OSError:
        pass  # read_bytes says what is wrong
    return read_bytes(path)


def _parts(path: Path, data: bytes) -> Parts:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_entries(path, entries)
            parts = {}
            for entry in entries:
                with archive.open(entry) as stream:  # never more than the size it declares
                    parts[entry.filename] = stream.read(entry.file_size + 1)
            return parts
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{path} is damaged or cut off; {AGAIN}") from None


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Check the archive's table of contents, before anything is unpacked."""
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadInput(f"{path} is a zip archive with a password, not an Excel workbook (.xlsx)")
    if len(entries) > MOST_PARTS:
        raise BadInput(f"{path} has {len(entries):,} parts; at most {MOST_PARTS:,} are read")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise BadInput(f"{path} unpacks to {unpacked / 1e6:,.0f} MB; at most {LARGEST_UNPACKED / 1e6:,.0f} MB are read")
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        if name.startswith("/") or re.search(r"[\\:\x00-\x1f]|(^|/)\.\.?(/|$)", name):
            raise BadInput(f"{path} is not a sound workbook: one of its parts is called {name[:80]!r}")
        if name.lower() in seen:
            raise BadInput(f"{path} is not a sound workbook: it holds the part {name[:80]!r} twice")
        seen.add(name.lower())


def _check_kind(path: Path, parts: Mapping[str, bytes]) -> None:
    """Refuse an archive that is no Excel workbook of a kind that can be read."""
    if parts.get("mimetype", b"").startswith(b"application/vnd.oasis.opendocument"):
        raise BadInput(f"{path} is an OpenDocument file; save it in its program as Excel Workbook (.xlsx)")
    if package.CONTENT_TYPES not in parts or "_rels/.rels" not in parts:
        raise BadInput(f"{path} is not an Excel workbook (.xlsx): it is a zip archive of other files")
    _check_xml(path, {name: parts[name] for name in (package.CONTENT_TYPES, "_rels/.rels")})
    main = package.main_part(parts)
    kind = package.content_types(parts).get(main, "")
    for word, document in OFFICE_DOCUMENTS.items():
        if word in kind:
            raise BadInput(f"{path} is not an Excel workbook (.xlsx): it is {document}")
    if "sheet.binary" in kind:
        raise BadInput(f"{path} is a binary workbook (.xlsb); {SAVE_AS}")
    if "addin" in kind:
        raise BadInput(f"{path} is an Excel add-in, not a workbook")
    if main not in parts:
        raise BadInput(f"{path} is damaged: the part that it should begin with is missing")
    if "spreadsheetml" not in kind and "ms-excel" not in kind:
        raise BadInput(f"{path} is not an Excel workbook (.xlsx): it begins with a part of type {kind[:80]!r}")


def _check_xml(path: Path, parts: Mapping[str, bytes]) -> None:
    """Check that each XML part is well-formed, in UTF-8, and without a document type, which can expand endlessly."""
    for name, content in parts.items():
        if name.lower().endswith(".vml"):  # not always well-formed, even from Excel
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise BadInput(f"{path} is not a sound workbook: its part {name} declares a document type")
        elif name.lower().endswith(XML_NAMES):
            for wrong in _wrong_xml(content, any_encoding=name.lower().startswith("customxml/")):
                raise BadInput(f"{path} is not a sound workbook: its part {name} {wrong}")


class _Stop(Exception):
    """Stops the reading of a part; the text says what is wrong with it."""


def _wrong_xml(content: bytes, *, any_encoding: bool) -> Iterator[str]:
    """The fault of a part's XML, if it has one; `any_encoding` allows more than UTF-8."""

    def document_type(*_: object) -> None:
        raise _Stop("declares a document type")

    def declaration(_: str, encoding: str | None, __: int) -> None:
        if not any_encoding and (encoding and encoding.lower()) not in UTF_8:
            raise _Stop(f"is written in {encoding}, not UTF-8")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = document_type
    parser.XmlDeclHandler = declaration
    if not any_encoding and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield "is written in UTF-16, not UTF-8"
        return
    try:
        parser.Parse(content, True)
    except _Stop as wrong:
        yield str(wrong)
    except (expat.ExpatError, LookupError, ValueError):
        yield "is damaged"


def _check_whole(path: Path, parts: Mapping[str, bytes]) -> None:
    """Check that each listed sheet is there, and that the workbook is not Strict Open XML."""
    if package.STRICT.encode() in parts[package.main_part(parts)][:4096]:
        raise BadInput(f"{path} is saved as Strict Open XML; {SAVE_AS}")
    found = package.sheets(parts)
    if not found:
        raise BadInput(f"{path} is damaged: it lists no sheets")
    for sheet in found:
        if sheet.part not in parts:
            raise BadInput(f"{path} is damaged: the part of its sheet '{sheet.title}' is missing")
