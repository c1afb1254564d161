"""A reader's workbook: whatever is wrong with it is one sentence, nothing is written, and the file stays as it was."""

import io
import os
import random
import struct
import sys
import zipfile
from pathlib import Path

import msoffcrypto
import olefile
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook

from xlcost.errors import BadInput
from xlcost.into_workbook import lite
from xlcost.into_workbook.snapshot.copy import snapshot
from xlcost.ooxml import open as reader
from xlcost.ooxml.open import check_target, workbook_bytes, workbook_parts, write_workbook

MAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


# How files are made


def good_bytes():
    workbook = Workbook()
    workbook.active["A1"], workbook.active["A2"] = 1, "two"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


GOOD = good_bytes()


def zipped(parts, names=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*parts.items(), *names):
            archive.writestr(name, content)
    return buffer.getvalue()


def parts_of(data=GOOD):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def but(**changes):
    """The good workbook with some parts replaced; None takes one out."""
    changes = {CHANGED[name]: content for name, content in changes.items()}
    parts = parts_of() | changes
    return zipped({name: content for name, content in parts.items() if content is not None})


CHANGED = {
    "types": "[Content_Types].xml",
    "root": "_rels/.rels",
    "book": "xl/workbook.xml",
    "links": "xl/_rels/workbook.xml.rels",
    "sheet": SHEET,
    "vml": "xl/drawings/vmlDrawing1.vml",
    "custom": "customXml/item1.xml",
    "macros": "xl/vbaProject.bin",
    "sheet4": "xl/macrosheets/sheet1.xml",
}


def typed(kind):
    return parts_of()["[Content_Types].xml"].replace(MAIN_TYPE, kind)


def other_office(part, kind):
    """A file of another program in the same wrapping."""
    root = parts_of()["_rels/.rels"].replace(b"xl/workbook.xml", part.encode())
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/%s" '
    types = types % part.encode() + b'ContentType="%s"/></Types>' % kind
    return zipped({"[Content_Types].xml": types, "_rels/.rels": root, part: b"<document/>"})


def encrypted():
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(GOOD)).encrypt("secret", buffer)
    return buffer.getvalue()


def compound(stream):
    """The smallest compound file: a header, a sector of allocations, a directory with one empty stream."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * 432
    table = struct.pack("<II", 0xFFFFFFFD, end) + b"\xff" * 504

    def entry(name, kind, child):
        text = name.encode("utf-16-le") + b"\0\0"
        body = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
        return body + bytes(36) + struct.pack("<IQ", end, 0)

    return header + table + entry("Root Entry", 5, 1) + entry(stream, 2, free) + bytes(256)


def flipped():
    """One bit of a part's packed bytes is another, as after a bad copy."""
    data = bytearray(GOOD)
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        entry = archive.getinfo("xl/styles.xml")
    data[entry.header_offset + 30 + len(entry.filename) + entry.compress_size // 2] ^= 1
    return bytes(data)


def declared(size):
    """The table of contents says that a part unpacks to so many bytes."""
    data = bytearray(GOOD)
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET.encode()))
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def bomb_in_disguise():
    """A part that says it has a hundred bytes and unpacks to thirty million."""
    data = bytearray(but(sheet=bytes(30_000_000)))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(mark, 0, data.rindex(SHEET.encode()) if mark == b"PK\x01\x02" else data.index(SHEET.encode()))
        data[at + offset : at + offset + 4] = struct.pack("<I", 100)
    return bytes(data)


def locked_zip():
    data = bytearray(GOOD)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def strict():
    return parts_of()["xl/workbook.xml"].replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )


def sheet_xml(before=b"", encoding="utf-8"):
    text = parts_of()[SHEET].decode()
    return (
        (f'<?xml version="1.0" encoding="{encoding}"?>'.encode("ascii") + before + text.encode())
        .decode()
        .encode(encoding)
    )


# What is wrong -> the file, and the sentence about it
WRONG = {
    "password": (encrypted, r"is protected with a password; in Excel clear the password under File, Info"),
    "xls": (
        lambda: compound("Workbook"),
        r"is an Excel 97-2003 workbook \(\.xls\); save it in Excel as Excel Workbook",
    ),
    "xls of Excel 5": (lambda: compound("Book"), r"is an Excel 97-2003 workbook \(\.xls\)"),
    "doc": (
        lambda: compound("WordDocument"),
        r"is not an Excel workbook \(\.xlsx\): it is a document of an older Office",
    ),
    "xlsb": (
        lambda: but(types=typed(b"application/vnd.ms-excel.sheet.binary.macroEnabled.main")),
        r"is a binary workbook \(\.xlsb\); save it in Excel",
    ),
    "xlam": (lambda: but(types=typed(b"application/vnd.ms-excel.addin.macroEnabled.main+xml")), r"is an Excel add-in"),
    "docx": (
        lambda: other_office(
            "word/document.xml", b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        ),
        r"is not an Excel workbook \(\.xlsx\): it is a Word document",
    ),
    "pptx": (
        lambda: other_office(
            "ppt/presentation.xml",
            b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        ),
        r"it is a PowerPoint presentation",
    ),
    "ods": (
        lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        r"is an OpenDocument file; save it in its program as Excel Workbook",
    ),
    "zip": (lambda: zipped({"readme.txt": b"hello"}), r"it is a zip archive of other files"),
    "text": (lambda: b"gpu,price\nh100,2.5\n", r"it is text, such as a CSV table"),
    "text with a mark": (lambda: b"\xef\xbb\xbfgpu;price\n", r"it is text, such as a CSV table"),
    "html": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", r"it is a web page \(HTML\)"),
    "pdf": (lambda: b"%PDF-1.7\n", r"it is a PDF"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0", r"it is a picture"),
    "noise": (lambda: bytes(range(1, 256)) + bytes(9), r"it is not a known kind of file"),
    "empty": (lambda: b"", r"it is empty"),
    "cut off": (lambda: GOOD[: len(GOOD) // 2], r"is damaged or cut off; open it in Excel, which may repair it"),
    "only the start": (lambda: b"PK\x03\x04", r"is damaged or cut off"),
    "bad copy": (flipped, r"is damaged or cut off"),
    "no sheet": (lambda: but(sheet=None), r"is damaged: the part of its sheet 'Sheet' is missing"),
    "no workbook": (lambda: but(book=None), r"is damaged: the part that it should begin with is missing"),
    "no links": (lambda: but(links=None), r"is damaged: the part of its sheet 'Sheet' is missing"),
    "no root": (lambda: but(root=None), r"it is a zip archive of other files"),
    "broken XML": (lambda: but(sheet=b"<worksheet><sheetData>"), r"its part xl/worksheets/sheet1\.xml is damaged"),
    "no sheets": (lambda: but(book=b"<workbook/>"), r"is damaged: it lists no sheets"),
    "strict": (lambda: but(book=strict()), r"is saved as Strict Open XML; save it in Excel"),
    "unpacks to a gigabyte": (lambda: declared(1_000_000_000), r"unpacks to 1,000 MB; at most 512 MB are read"),
    "unpacks to more than it says": (bomb_in_disguise, r"is damaged or cut off"),
    "too many parts": (
        lambda: zipped(parts_of(), ((f"xl/media/{n}.png", b"") for n in range(10_001))),
        r"has 10,0\d\d parts; at most 10,000 are read",
    ),
    "endless text": (
        lambda: but(sheet=sheet_xml(BOMB)),
        r"its part xl/worksheets/sheet1\.xml declares a document type",
    ),
    "endless text in links": (
        lambda: but(root=BOMB + parts_of()["_rels/.rels"]),
        r"its part _rels/\.rels declares a document type",
    ),
    "endless text in a drawing": (lambda: but(vml=BOMB + b"<xml/>"), r"vmlDrawing1\.vml declares a document type"),
    "endless text in UTF-16": (lambda: but(sheet=sheet_xml(BOMB, "utf-16")), r"is written in UTF-16, not UTF-8"),
    "another encoding": (lambda: but(sheet=sheet_xml(encoding="iso-8859-1")), r"is written in iso-8859-1, not UTF-8"),
    "an endless text elsewhere": (lambda: but(custom=BOMB + b"<a/>"), r"customXml/item1\.xml declares a document type"),
    "a part above": (
        lambda: zipped(parts_of(), [("../evil.xml", b"<a/>")]),
        r"one of its parts is called '\.\./evil\.xml'",
    ),
    "a part inside and above": (lambda: zipped(parts_of(), [("xl/../../evil", b"")]), r"one of its parts is called"),
    "a part from the root": (
        lambda: zipped(parts_of(), [("/etc/evil", b"")]),
        r"one of its parts is called '/etc/evil'",
    ),
    "a part with backslashes": (lambda: zipped(parts_of(), [("xl\\evil", b"")]), r"one of its parts is called"),
    "a part on a drive": (lambda: zipped(parts_of(), [("C:evil", b"")]), r"one of its parts is called 'C:evil'"),
    "the same part twice": (
        lambda: zipped(parts_of(), [("XL/Worksheets/Sheet1.xml", b"<a/>")]),
        r"it holds the part 'XL/Worksheets/Sheet1\.xml' twice",
    ),
    "a zip with a password": (locked_zip, r"is a zip archive with a password"),
}
COMMANDS = {
    "read": lambda path, out: workbook_parts(path),
    "snapshot": snapshot,
    "lite": lite.embed,
}


@pytest.fixture(scope="module")
def made():
    """Each file once."""
    return {name: make() for name, (make, _) in WRONG.items()}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(tmp_path, made, name, command):
    path = tmp_path / "book.xlsx"
    path.write_bytes(made[name])
    with pytest.raises(BadInput, match=WRONG[name][1]) as refused:
        COMMANDS[command](path, tmp_path / "out.xlsx")
    sentence = str(refused.value)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence
    assert os.listdir(tmp_path) == ["book.xlsx"]
    assert path.read_bytes() == made[name]


def test_the_files_are_what_they_claim_to_be(made):
    """By the libraries of those who know: a real password, real compound files, a real bomb."""
    locked = msoffcrypto.OfficeFile(io.BytesIO(made["password"]))
    locked.load_key(password="secret")
    opened_again = io.BytesIO()
    locked.decrypt(opened_again)
    assert load_workbook(opened_again).active["A2"].value == "two"
    assert olefile.OleFileIO(made["xls"]).listdir() == [["Workbook"]]
    with zipfile.ZipFile(io.BytesIO(made["unpacks to more than it says"])) as archive:
        assert archive.getinfo(SHEET).file_size == 100
        assert archive.getinfo(SHEET).compress_size > 20_000


def test_a_workbook_is_read_as_it_is(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(GOOD)
    assert workbook_bytes(path) == GOOD
    assert workbook_parts(path) == parts_of()


@pytest.mark.parametrize("kind", [b"template.main", b"sheet.main"], ids=["template", "workbook"])
def test_templates_are_workbooks(tmp_path, kind):
    path = tmp_path / "book.xltx"
    path.write_bytes(but(types=typed(MAIN_TYPE.replace(b"sheet.main", kind))))
    assert SHEET in workbook_parts(path)


def test_a_template_stays_a_template(tmp_path):
    path = tmp_path / "book.xltx"
    path.write_bytes(but(types=typed(MAIN_TYPE.replace(b"sheet.main", b"template.main"))))
    lite.embed(path, path)
    with pytest.raises(BadInput, match=r"must end in \.xltx"):
        lite.embed(path, tmp_path / "book.xlsx")
    snapshot(path, tmp_path / "copy.xlsx")
    assert load_workbook(tmp_path / "copy.xlsx").active["A2"].value == "two"


def test_data_hidden_in_utf_16_is_no_hindrance(tmp_path):
    """Power Query stores its own in customXml, in UTF-16."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(but(custom='<?xml version="1.0" encoding="utf-16"?><DataMashup/>'.encode("utf-16")))
    assert "customXml/item1.xml" in workbook_parts(path)


def test_a_part_spelt_in_another_case_is_found(tmp_path):
    path = tmp_path / "book.xlsx"
    parts = parts_of()
    parts["xl/worksheets/SHEET1.xml"] = parts.pop(SHEET)
    path.write_bytes(zipped(parts))
    assert "xl/worksheets/SHEET1.xml" in workbook_parts(path)


@pytest.mark.parametrize("part", ["macros", "sheet4"], ids=["VBA", "macros older than VBA"])
def test_macros_are_refused_where_they_are_not_carried(tmp_path, part):
    path = tmp_path / "book.xlsm"
    path.write_bytes(but(**{part: b"<a/>"}))
    with pytest.raises(BadInput, match=r"holds macros, which are left alone here; save it in Excel as Excel Workbook"):
        workbook_parts(path)
    assert workbook_parts(path, macros=True)[CHANGED[part]] == b"<a/>"


def test_two_hundred_megabytes_are_refused_unread(tmp_path):
    path = tmp_path / "book.xlsx"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    with pytest.raises(BadInput, match=r"has 200 MB; at most 64 MB are read"):
        workbook_parts(path)


def test_no_file_and_no_ordinary_file(tmp_path):
    with pytest.raises(BadInput, match=r"there is no file .*none\.xlsx"):
        workbook_parts(tmp_path / "none.xlsx")
    with pytest.raises(BadInput, match=r"is a folder, not a file"):
        workbook_parts(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.xlsx")
        with pytest.raises(BadInput, match=r"is not an ordinary file"):
            workbook_parts(tmp_path / "pipe.xlsx")


def test_a_file_that_another_program_holds(tmp_path, monkeypatch):
    """What Windows says of it is a PermissionError, for reading and for writing."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(GOOD)

    def held(*_, **__):
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(BadInput, match=r"book\.xlsx is open in another program, or may not be read; close it there"):
        workbook_parts(path)
    with pytest.raises(BadInput, match=r"book\.xlsx is open in another program, or may not be written"):
        check_target(path)


# Where it is written


@pytest.mark.parametrize(
    ("lock", "program"), [("~$book.xlsx", "Excel"), (".~lock.book.xlsx#", "LibreOffice")], ids=["Excel", "LibreOffice"]
)
def test_a_workbook_open_elsewhere_is_read_but_not_written_over(tmp_path, lock, program):
    path = tmp_path / "book.xlsx"
    path.write_bytes(GOOD)
    (tmp_path / lock).write_bytes(b"\x04Anna")
    assert workbook_bytes(path) == GOOD
    with pytest.raises(
        BadInput, match=rf"book\.xlsx is open in {program}; close it there and run this again, or delete"
    ):
        lite.embed(path, path)
    assert path.read_bytes() == GOOD
    lite.embed(path, tmp_path / "copy.xlsx")


def test_a_read_only_workbook_is_not_written_over(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(GOOD)
    path.chmod(0o444)
    with pytest.raises(BadInput, match=r"book\.xlsx is read-only; allow writing, or name another file with --out"):
        lite.embed(path, path)
    assert path.read_bytes() == GOOD
    path.chmod(0o644)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("out.xlsm", r"must end in \.xlsx, or Excel will not open it"),
        ("out.csv", r"must end in \.xlsx"),
        ("out.xltx", r"must end in \.xlsx"),
        ("none/out.xlsx", r"there is no folder .*none"),
        ("folder.xlsx", r"is a folder, not a file"),
    ],
)
def test_places_where_no_workbook_can_be_written(tmp_path, name, sentence):
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(BadInput, match=sentence):
        write_workbook(tmp_path / name, parts_of())
    assert os.listdir(tmp_path) == ["folder.xlsx"]


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "book.xlsx"
    path.write_bytes(GOOD)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BadInput, match=r"cannot write .*book\.xlsx: No space left on device"):
        lite.embed(path, path)
    assert os.listdir(tmp_path) == ["book.xlsx"]
    assert path.read_bytes() == GOOD


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.xlsx", tmp_path / "book.xlsx"
    real.write_bytes(GOOD)
    link.symlink_to(real)
    lite.embed(link, link)
    assert link.is_symlink()
    assert "xl/webextensions/webextension1.xml" in workbook_parts(real)


# Any file at all


def harmed(data, rng):
    """A few bytes changed, a piece taken out, or the end cut off."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        data[at : at + rng.choice([0, 1, 40])] = rng.randbytes(rng.choice([0, 1, 3]))
    return bytes(data[: rng.choice([len(data), rng.randrange(len(data))])])


def harmed_part(rng):
    parts = parts_of()
    name = rng.choice(sorted(parts))
    return zipped(parts | {name: harmed(parts[name], rng)})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_harmed_file_opens_or_is_refused_with_a_sentence(tmp_path, seed):
    rng, path, refused = random.Random(seed), tmp_path / "book.xlsx", 0
    for _ in range(150):
        path.write_bytes(harmed(GOOD, rng) if rng.random() < 0.5 else harmed_part(rng))
        try:
            snapshot(path, tmp_path / "out.xlsx")
        except BadInput as error:
            refused += 1
            assert "\n" not in str(error)
            assert not (tmp_path / "out.xlsx").exists()
        else:
            (tmp_path / "out.xlsx").unlink()
    assert refused > 75


def test_limits_are_what_they_say():
    assert (reader.MOST_PARTS, reader.LARGEST_UNPACKED) == (10_000, 512_000_000)
