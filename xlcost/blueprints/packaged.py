"""The files of templates/ and workbooks/ that are made from code, and where the package carries them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlcost.blueprints.article import book as article
from xlcost.blueprints.compute_plan import book as compute_plan
from xlcost.kit.book import Book

TEMPLATE = "compute_plan.xlsx"
ARTICLE = "cost_of_ai_compute.xlsx"
GENERATED: dict[str, Callable[[], Book]] = {
    f"templates/{TEMPLATE}": compute_plan.book,
    f"workbooks/{ARTICLE}": article.book,
}


def home(folder: str) -> Path:
    """templates/ or workbooks/: inside the installed package, or in the checkout that it runs from."""
    package = Path(__file__).parents[1]
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def template() -> Path:
    """The blank plan."""
    return home("templates") / TEMPLATE


def article_workbook() -> bytes:
    """The article's workbook."""
    return (home("workbooks") / ARTICLE).read_bytes()
