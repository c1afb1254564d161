"""A copy of a workbook that holds values only, with a sheet that says where they come from: for sending out.

Each formula is replaced by the value stored with it; nothing is computed here. Looks, widths, pictures, charts,
comments and hidden sheets stay.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from xlcost.errors import BadInput
from xlcost.into_workbook.own_sheets import book_parts, own_title
from xlcost.into_workbook.snapshot import provenance, shapes, values_only
from xlcost.into_workbook.snapshot.provenance import Report
from xlcost.into_workbook.snapshot.values_only import SheetFacts
from xlcost.ooxml import package
from xlcost.ooxml.add_sheets import with_sheets_of
from xlcost.ooxml.names import leads_outside
from xlcost.ooxml.open import read_workbook, reading, write_workbook
from xlcost.ooxml.package import Parts
from xlcost.ooxml.parts import reachable_parts, types_with, without_links
from xlcost.ooxml.xml import find
from xlcost.quantities import iso_day

MIDNIGHT = "T00:00:00Z"
UNDATED = "not known: the source does not say when it was made; xlcost snapshot --date states a date"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
LEFT_OUT = {  # kind of link that is removed -> what it leads to, "" where that is not reported
    "calcChain": "",
    "externalLink": "links to other workbooks",
    "externalLinkPath": "",
    "connections": "data connections",
    "queryTable": "queries",
    "powerPivotData": "the data model",
    "customXml": "data hidden in the file (customXml)",
    "pivotTable": "pivot tables (their cells stay as values)",
    "pivotCacheDefinition": "copies of the data of pivot tables",
    "slicer": "slicers",
    "slicerCache": "",
    "timeline": "timelines",
    "timelineCache": "",
    "webextensiontaskpanes": "add-ins and their code (webextensions)",
    "webextension": "",
    "python": "Python code",
    "vbaProject": "macros",
    "vbaProjectSignature": "",
    "extensibility": "changes to the ribbon",
    "origin": "digital signatures",
    "revisionHeaders": "the log of changes",
    "usernames": "",
    "volatileDependencies": "",
    "control": "ActiveX controls",
}
KNOWN = {
    "worksheet", "chartsheet", "sharedStrings", "styles", "theme", "drawing", "chart", "image", "hyperlink", "comments",
    "vmlDrawing", "threadedComment", "person", "table", "officeDocument", "core-properties", "extended-properties",
    "custom-properties", "thumbnail", "printerSettings", "sheetMetadata", "chartUserShapes", "chartStyle",
    "chartColorStyle", "themeOverride", "chartEx", "hdphoto", "media", "customProperty", "rdRichValue",
    "rdRichValueStructure", "rdRichValueTypes", "rdSupportingPropertyBag", "rdSupportingPropertyBagStructure",
    "richValueRel", "richStyles", "rdArray", "ctrlProp", "featurePropertyBag", "diagramData", "diagramLayout",
    "diagramQuickStyle", "diagramColors", "diagramDrawing",
}  # fmt: skip


def snapshot(source: Path, target: Path, date: str | None = None) -> Report:
    """Write the copy; `date` stands on its sheet in place of the date that the source was last saved."""
    if target.resolve() == source.resolve():
        raise BadInput(f"out: {target} is the workbook itself; name another file")
    day = f"{_day(date)}, as given when this copy was made" if date else ""
    data, parts = read_workbook(source, macros=True)
    report = Report(source.name, hashlib.sha256(data).hexdigest(), date=day)
    with reading(source):
        copy = copy_parts(source, parts, report)
    write_workbook(target, copy)
    return report


def _day(text: str) -> str:
    day = iso_day(text)
    if day is None:
        raise BadInput(f"date: {text!r} is no date; it takes one such as 2026-10-31")
    return day.isoformat()


def copy_parts(source: Path, parts: Parts, report: Report) -> Parts:
    """The parts of the copy; the contents of the source are noted in the report."""
    main = package.main_part(parts)
    _read_properties(parts, report)
    result, cut = without_links(parts, lambda link: link.kind in LEFT_OUT)
    result = reachable_parts(result)
    report.left_out = _counts(LEFT_OUT[link.kind] for link in cut)
    report.kept = sorted({link.kind for part in result for link in package.links(parts, part)} - KNOWN - set(LEFT_OUT))
    result[main], names = values_only.workbook(parts[main])
    report.outside = [name for name, text in names.items() if leads_outside(text)]
    report.names = [name for name in names if name not in report.outside]
    result[package.CONTENT_TYPES] = types_with(result[package.CONTENT_TYPES], {main: WORKBOOK_TYPE})
    report.stale = _note_on_age(parts[main])
    _replace_sheets(source, result, report)
    for part, changes in _changes(result).items():
        for change in changes:
            result[part] = change(result[part])
    report.broken_looks = _using(names, [look for facts in report.sheets for look in facts.looks])
    title = {provenance.TITLE: own_title(parts, provenance.TITLE)}
    return with_sheets_of(result, book_parts(provenance.book(report)), title)


def _replace_sheets(source: Path, parts: Parts, report: Report) -> None:
    """Replace each sheet's formulas by their values; an error names the cells that were never computed."""
    texts, digest = package.shared_texts(parts), hashlib.sha256()
    for found in package.sheets(parts):
        if found.kind not in ("worksheet", "chartsheet"):
            raise BadInput(f"{source} has a sheet of old macros or dialogs, '{found.title}'; delete it and save")
        facts = SheetFacts(found.title, found.state)
        parts[found.part] = values_only.sheet(parts[found.part], facts, texts, digest)
        links = package.links(parts, found.part)
        facts.links = sum(link.kind == "hyperlink" and not link.target.startswith("#") for link in links)
        comments = [parts[link.target] for link in links if link.kind == "comments" and link.target in parts]
        facts.comments = sum(len(find(xml, "comment")) for xml in comments)
        report.sheets.append(facts)
    report.inputs_hash = digest.hexdigest()
    _check_computed(source, report.sheets)


def _check_computed(source: Path, sheets: Iterable[SheetFacts]) -> None:
    cells = [f"{facts.title}!{cell}" for facts in sheets for cell in facts.never_computed]
    if cells:
        shown = ", ".join(cells[:5]) + (f" and {len(cells) - 5:,} more" if len(cells) > 5 else "")
        raise BadInput(
            f"{source} has {len(cells):,} formula cells without a stored value ({shown}); open it in Excel or "
            "LibreOffice Calc, save it, and run this again"
        )


def _changes(parts: Parts) -> dict[str, list[values_only.Change]]:
    """Part -> changes, of parts besides sheets: no formulas in tables and charts, no links to cells in shapes."""
    kinds = {"table": values_only.table, "drawing": values_only.drawing, "chart": values_only.chart}
    return {
        link.target: [of[link.kind] for of in (kinds, shapes.CHANGES) if link.kind in of]
        for part in parts
        for link in package.links(parts, part)
        if link.target in parts
    }


def _read_properties(parts: Parts, report: Report) -> None:
    core = package.linked_part(parts, "core-properties")
    fields = ("creator", "lastModifiedBy", "created", "modified")
    said = {e.name: e.text.strip() for e in find(parts[core], *fields)} if core else {}
    report.edition = _property(parts, "xlcost data edition")
    report.authors = list(dict.fromkeys(said[n] for n in ("creator", "lastModifiedBy") if said.get(n)))
    if not report.date:
        saved = said.get("modified", "")
        fixed = saved == said.get("created") and saved.endswith(MIDNIGHT)  # the fixed date of files that xlcost made
        report.date = (
            UNDATED if fixed or not saved else f"{saved[:10]}, when the source was last saved, as it says itself"
        )


def _property(parts: Parts, name: str) -> str:
    """The text of a custom property of the file; blank where it has none of this name."""
    part = package.linked_part(parts, "custom-properties")
    found = find(parts[part], "property", "lpwstr") if part in parts else []
    return next((e.text.strip() for e in found if e.parent and e.parent.attributes.get("name") == name), "")


def _note_on_age(workbook: bytes) -> str:
    """A sentence where the stored values may be older than the inputs, else blank."""
    for element in find(workbook, "calcPr"):
        if element.attributes.get("calcMode") == "manual":
            return "The source computes only when it is told to; its values may be older than its inputs."
        if element.attributes.get("fullCalcOnLoad") in ("1", "true"):
            return "The source asks to be computed anew when it is opened; the values here are those stored in it."
    return ""


def _counts(things: Iterable[str]) -> list[str]:
    """Each thing once, with how often it was there."""
    counts = Counter(thing for thing in things if thing)
    return [f"{thing} ({count})" for thing, count in counts.items()]


def _using(names: Iterable[str], formulas: Iterable[str]) -> int:
    """How many of the formulas use one of the names."""
    words = {name.casefold() for name in names}
    return sum(bool(words & {word.casefold() for word in re.findall(r"[\w.]+", text)}) for text in formulas)
