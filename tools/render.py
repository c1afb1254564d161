"""Everything that is generated, and one command that renders it: python tools/render.py [PART OF A NAME ...].

A test walks the same list (tests/test_rendered.py) and names each file that differs from its rendering.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / part) for part in ("", "tests", "tools")]

import accuracy
import credits
import plan_page
import where_page
from xlcost import __version__
from xlcost.blueprints.packaged import GENERATED
from xlcost.catalogue import FUNCTIONS
from xlcost.hosts import calc, checklist, com, lite, officejs, package, reference, vba
from xlcost.kit.book import Book
from xlcost.kit.write import save
from xlcost.prices.current import as_if, packaged_offers
from xlcost.prices.market import Market

ROOT = Path(__file__).parents[1]
Render = Callable[[], bytes]


def text(make: Callable[[], str]) -> Render:
    """Renders a text file."""
    return lambda: make().encode()


def workbook(make: Callable[[], Book]) -> Render:
    """Renders a workbook's file."""

    def render() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "made.xlsx"
            save(make(), path)
            return path.read_bytes()

    return render


def calc_part(name: str) -> Render:
    """Renders a part of the extension for LibreOffice."""
    licence = ROOT / "LICENSE"
    return lambda: calc.parts(FUNCTIONS, __version__, licence.read_text(encoding="utf-8"))[name]


FILES: dict[str, Render] = {
    "xlcost/__init__.py": text(lambda: package.package(FUNCTIONS, __version__)),
    "xlcost/addin/udfs.py": text(lambda: com.module(FUNCTIONS)),
    "xlcost/addin/xlcost.bas": text(lambda: vba.module(FUNCTIONS, __version__)),
    **{f"xlcost/addin/calc/{name}": calc_part(name) for name in calc.NAMES},
    "xlcost/addin/lite.py": text(lambda: lite.module(FUNCTIONS)),
    "xlcost/addin/functions.json": text(lambda: officejs.metadata(FUNCTIONS)),
    "docs/functions.md": text(lambda: reference.page(FUNCTIONS)),
    "docs/checklist.md": text(lambda: checklist.page(FUNCTIONS)),
    "docs/plan.md": text(plan_page.page),
    "docs/where.md": text(where_page.page),
    "docs/accuracy.md": text(accuracy.page),
    "DATA_SOURCES.md": text(credits.page),
    **{name: workbook(make) for name, make in GENERATED.items()},
}


def stale(wanted: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Name -> right content of each file that differs from its rendering; `wanted` are parts of names, none for all."""
    chosen = {name: make for name, make in FILES.items() if not wanted or any(part in name for part in wanted)}
    if not chosen:
        raise SystemExit(f"no generated file has {' or '.join(wanted)} in its name; they are {', '.join(FILES)}")
    rendered = {name: make() for name, make in chosen.items()}
    return {name: content for name, content in rendered.items() if committed_bytes(name) != content}


def committed_bytes(name: str) -> bytes:
    """The content of the file as it is; empty where there is none."""
    path = ROOT / name
    return path.read_bytes() if path.exists() else b""


def main() -> None:
    """Write the files that differ, and print their names."""
    with as_if(Market(packaged_offers())):  # without the user's own tables
        changed = stale(tuple(sys.argv[1:]))
    for name, content in changed.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_bytes(content)
        print(name)
    print(f"{len(changed)} of {len(FILES)} generated files changed")


if __name__ == "__main__":
    main()
