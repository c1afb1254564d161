"""What a file is that is no workbook, in words, and what a user can do about it."""

from __future__ import annotations

from codecs import BOM_UTF8

SAVE_AS = "save it in Excel as Excel Workbook (.xlsx)"
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNINGS = {
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document (RTF)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"7z\xbc\xaf": "a compressed file (7z)",
    b"<!doc": "a web page (HTML)",
    b"<html": "a web page (HTML)",
}
OFFICE_DOCUMENTS = {  # a word of the content type of what a file begins with -> what it is
    "wordprocessingml": "a Word document",
    "ms-word": "a Word document",
    "presentationml": "a PowerPoint presentation",
    "ms-powerpoint": "a PowerPoint presentation",
    "visio": "a Visio drawing",
}


def other_file(data: bytes) -> str:
    """The end of a sentence that says what a file is that is no zip archive."""
    if data.startswith(COMPOUND_FILE):
        if _has_stream(data, "EncryptedPackage"):
            return (
                "is protected with a password; in Excel clear the password under File, Info, Protect Workbook, "
                "Encrypt with Password, and save"
            )
        if _has_stream(data, "Workbook") or _has_stream(data, "Book"):
            return f"is an Excel 97-2003 workbook (.xls); {SAVE_AS}"
        return "is not an Excel workbook (.xlsx): it is a document of an older Office"
    if not data:
        return "is not an Excel workbook (.xlsx): it is empty"
    start = data[:512].lstrip(BOM_UTF8 + b" \t\r\n")
    for beginning, kind in BEGINNINGS.items():
        if start.startswith(beginning) or start.lower().startswith(beginning):
            return f"is not an Excel workbook (.xlsx): it is {kind}"
    kind = "not a known kind of file" if b"\0" in data[:512] else "text, such as a CSV table"
    return f"is not an Excel workbook (.xlsx): it is {kind}"


def _has_stream(data: bytes, name: str) -> bool:
    """Whether a compound file's directory, whose entries stand every 128 bytes, lists a stream."""
    entry = name.encode("utf-16-le") + b"\0\0"
    at = data.find(entry)
    while at >= 0 and at % 128:
        at = data.find(entry, at + 1)
    return at >= 0
