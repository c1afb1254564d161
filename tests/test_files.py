"""Files that are zip files: the same bytes wherever they are made."""

import io
import sys
import zipfile

import pytest

from xlcost.catalogue import FUNCTIONS
from xlcost.desktop import oxt, xlam
from xlcost.files import zip_file, zip_parts
from xlcost.ooxml import package
from xlcost.ooxml.package import workbook_file

PARTS = {"xl/workbook.xml": b"<workbook/>" * 100, "[Content_Types].xml": b"<Types/>", "xl/b.bin": bytes(range(256))}
MADE = {
    "zip file": lambda: zip_file(PARTS),
    "workbook": lambda: workbook_file(PARTS),
    "Calc add-in": lambda: oxt.extension("/usr/bin/python3"),
    "Excel add-in": lambda: xlam.build(FUNCTIONS, r"C:\Python\python.exe"),
}


@pytest.mark.parametrize("name", MADE)
def test_same_bytes_on_windows_and_elsewhere(name, monkeypatch):
    """zipfile writes the system into each entry, unless it is told not to."""
    made = []
    for system in ("linux", "win32"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "platform", system)
            made.append(MADE[name]())
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert archive.testzip() is None
        assert {(entry.create_system, entry.date_time[:3]) for entry in archive.infolist()} == {(0, (2026, 11, 1))}


def test_order():
    for content, names in ((zip_file(PARTS), list(PARTS)), (workbook_file(PARTS), sorted(PARTS))):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.namelist() == names
            assert {name: archive.read(name) for name in names} == PARTS


def test_parts_come_out_as_they_went_in(tmp_path):
    path = tmp_path / "parts.zip"
    path.write_bytes(zip_file(PARTS))
    for file in (path, path.read_bytes()):
        assert list(zip_parts(file).items()) == list(PARTS.items())


LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
LINK = (
    '<Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)
SHARED = """<x:sst xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
 <x:si><x:t xml:space="preserve"> a &amp; b
</x:t></x:si><x:si><x:t/></x:si>
 <x:si><x:t>東京</x:t><x:rPh sb="0" eb="2"><x:t>トウキョウ</x:t></x:rPh><x:phoneticPr fontId="1"/></x:si>
 <x:si><x:r><x:t>two</x:t></x:r><x:r><x:rPr><x:b/></x:rPr><x:t> looks</x:t></x:r></x:si>
</x:sst>"""


def test_texts_that_cells_share():
    """In pieces of several looks, with blanks at the ends; how a text is read aloud in Japanese is no part of it."""
    parts = {
        "_rels/.rels": LINKS.format(LINK.format("officeDocument", "xl/workbook.xml")).encode(),
        "xl/workbook.xml": b"<workbook/>",
        "xl/_rels/workbook.xml.rels": LINKS.format(LINK.format("sharedStrings", "texts.xml")).encode(),
        "xl/texts.xml": SHARED.encode(),
    }
    assert package.shared_texts(parts) == [" a & b\n", "", "東京", "two looks"]
    del parts["xl/texts.xml"]
    assert package.shared_texts(parts) == []
