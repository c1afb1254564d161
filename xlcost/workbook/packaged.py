"""The files of templates/ and workbooks/ that are made from code, and where the package carries them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from xlcost.tables.folder import packaged_only
from xlcost.workbook import article, plan
from xlcost.workbook.scenarios import Scenario, read
from xlcost.workbook.sheet import Book

TEMPLATE = "compute_plan.xlsx"
ARTICLE = "cost_of_ai_compute.xlsx"
GENERATED: dict[str, Callable[[], Book]] = {f"templates/{TEMPLATE}": plan.book, f"workbooks/{ARTICLE}": article.book}


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


def example_scenarios() -> list[Scenario]:
    """The scenarios of the demo."""
    return read(home("workbooks") / "scenarios.csv")


def write_generated(root: Path) -> None:
    """Write them anew: python -m xlcost.workbook.packaged, in the repository's root."""
    for name, make in GENERATED.items():
        make().save(root / name)
        print(root / name)


if __name__ == "__main__":
    packaged_only()
    write_generated(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
