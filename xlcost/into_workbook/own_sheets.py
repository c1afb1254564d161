"""Sheets of ours for a reader's workbook: a book of the kit as parts, and titles that are free there."""

from __future__ import annotations

import io

from xlcost.files import zip_parts
from xlcost.kit.book import Book
from xlcost.kit.write import openpyxl_workbook
from xlcost.ooxml.add_sheets import free_title
from xlcost.ooxml.package import Parts
from xlcost.ooxml.values import stamp_sheets


def book_parts(book: Book) -> Parts:
    """The parts of a book's file, with cached values."""
    buffer = io.BytesIO()
    openpyxl_workbook(book).save(buffer)
    parts = zip_parts(buffer.getvalue())
    stamp_sheets(parts, book.values())
    return parts


def own_title(parts: Parts, title: str) -> str:
    """A free title for a sheet of ours in this workbook: its own, or with "(xlcost)" behind it."""
    return free_title(parts, title, "xlcost")
