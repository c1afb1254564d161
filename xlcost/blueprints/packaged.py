"""The generated files of templates/ and workbooks/, and where the installed package has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlcost.blueprints.article import book as article
from xlcost.blueprints.compute_plan.blueprint import COMPUTE_PLAN
from xlcost.kit.blueprint import Blueprint
from xlcost.kit.book import Book
from xlcost.kit.build import build

BLUEPRINTS: tuple[Blueprint, ...] = (COMPUTE_PLAN,)
ARTICLE = "cost_of_ai_compute.xlsx"


def _blank(blueprint: Blueprint) -> Callable[[], Book]:
    return lambda: build(blueprint).book


GENERATED: dict[str, Callable[[], Book]] = {
    **{f"templates/{blueprint.id}.xlsx": _blank(blueprint) for blueprint in BLUEPRINTS},
    f"workbooks/{ARTICLE}": article.article_book,
}


def home(folder: str) -> Path:
    """templates/ or workbooks/: inside the installed package, or in the checkout that it runs from."""
    package = Path(__file__).parents[1]
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def template(blueprint: Blueprint = COMPUTE_PLAN) -> Path:
    """The path of a template's blank workbook."""
    return home("templates") / f"{blueprint.id}.xlsx"


def article_workbook() -> bytes:
    """The bytes of the article's workbook."""
    return (home("workbooks") / ARTICLE).read_bytes()
