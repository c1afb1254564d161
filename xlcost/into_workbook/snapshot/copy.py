"""A copy of a workbook that holds values only, and a sheet that tells where they come from: for sending out.

Each formula gives way to the value that stands stored beside it; nothing is computed here. Looks, widths, pictures,
charts, comments and hidden sheets stay.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from xlcost.errors import BadInput
from xlcost.into_workbook.snapshot import provenance, shapes, values_only
from xlcost.into_workbook.snapshot.provenance import Told
from xlcost.into_workbook.snapshot.values_only import SheetFacts
from xlcost.ooxml import add_sheets, package
from xlcost.ooxml.names import leads_outside
from xlcost.ooxml.open import read_workbook, reading, write_workbook
from xlcost.ooxml.xml import find
from xlcost.quantities import iso_day

MIDNIGHT = "T00:00:00Z"
UNDATED = "not known: the source does not say when it was made; xlcost snapshot --date states a date"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
LEFT_OUT = {  # kind of link -> what it leads to
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


def snapshot(source: Path, target: Path, date: str | None = None) -> Told:
    """Write the copy; `date` is told on its sheet in place of the date that the source was last saved."""
    if target.resolve() == source.resolve():
        raise BadInput(f"out: {target} is the workbook itself; name another file")
    day = f"{_day(date)}, as given when this copy was made" if date else ""
    data, parts = read_workbook(source, macros=True)
    told = Told(source.name, hashlib.sha256(data).hexdigest(), date=day)
    with reading(source):
        copy = copied(source, parts, told)
    write_workbook(target, copy)
    return told


def _day(text: str) -> str:
    day = iso_day(text)
    if day is None:
        raise BadInput(f"date: {text!r} is no date; it takes one such as 2026-10-31")
    return day.isoformat()


def copied(source: Path, parts: Mapping[str, bytes], told: Told) -> dict[str, bytes]:
    """The parts of the copy; `told` learns what they held."""
    main = package.main_part(parts)
    _read_properties(parts, told)
    result, cut = package.unlinked(parts, lambda link: link.kind in LEFT_OUT)
    result = package.attached(result)
    told.left_out = _counted(LEFT_OUT[link.kind] for link in cut)
    told.kept = sorted({link.kind for part in result for link in package.links(parts, part)} - KNOWN - set(LEFT_OUT))
    result[main], names = values_only.workbook(parts[main])
    told.outside = [name for name, text in names.items() if leads_outside(text)]
    told.names = [name for name in names if name not in told.outside]
    result[package.CONTENT_TYPES] = package.typed(result[package.CONTENT_TYPES], {main: WORKBOOK_TYPE})
    told.stale = _stale(parts[main])
    _replace_sheets(source, result, told)
    for part, changes in _changes(result).items():
        for change in changes:
            result[part] = change(result[part])
    told.broken_looks = _using(names, [look for facts in told.sheets for look in facts.looks])
    title = {provenance.TITLE: add_sheets.free_title(dict(parts), provenance.TITLE)}
    return add_sheets.grafted(result, provenance.parts(told), title)


def _replace_sheets(source: Path, parts: dict[str, bytes], told: Told) -> None:
    """Each sheet's formulas by their values; a formula that was never computed is an error that names the cells."""
    strings = next(
        (link.target for link in package.links(parts, package.main_part(parts)) if link.kind == "sharedStrings"), ""
    )
    texts = values_only.shared_strings(parts[strings]) if strings in parts else []
    digest = values_only.digest()
    for found in package.sheets(parts):
        if found.kind not in ("worksheet", "chartsheet"):
            raise BadInput(f"{source} has a sheet of old macros or dialogs, '{found.title}'; delete it and save")
        facts = SheetFacts(found.title, found.state)
        parts[found.part] = values_only.sheet(parts[found.part], facts, texts, digest)
        links = package.links(parts, found.part)
        facts.links = sum(link.kind == "hyperlink" and not link.target.startswith("#") for link in links)
        comments = [parts[link.target] for link in links if link.kind == "comments" and link.target in parts]
        facts.comments = sum(len(find(xml, "comment")) for xml in comments)
        told.sheets.append(facts)
    told.inputs_hash = digest.hexdigest()
    _check_computed(source, told.sheets)


def _check_computed(source: Path, sheets: Iterable[SheetFacts]) -> None:
    cells = [f"{facts.title}!{cell}" for facts in sheets for cell in facts.never_computed]
    if cells:
        shown = ", ".join(cells[:5]) + (f" and {len(cells) - 5:,} more" if len(cells) > 5 else "")
        raise BadInput(
            f"{source} has {len(cells):,} formula cells without a stored value ({shown}); open it in Excel or "
            "LibreOffice Calc, save it, and run this again"
        )


def _changes(parts: Mapping[str, bytes]) -> dict[str, list[values_only.Change]]:
    """Which other parts change, and how: formulas out of tables and charts, links to cells out of shapes."""
    kinds = {"table": values_only.table, "drawing": values_only.drawing, "chart": values_only.chart}
    return {
        link.target: [of[link.kind] for of in (kinds, shapes.CHANGES) if link.kind in of]
        for part in parts
        for link in package.links(parts, part)
        if link.target in parts
    }


def _read_properties(parts: Mapping[str, bytes], told: Told) -> None:
    core = next((link.target for link in package.links(parts) if link.kind == "core-properties"), "")
    fields = ("creator", "lastModifiedBy", "created", "modified")
    said = {e.name: e.text.strip() for e in find(parts[core], *fields)} if core else {}
    told.edition = _noted(parts, "xlcost data edition")
    told.authors = list(dict.fromkeys(said[n] for n in ("creator", "lastModifiedBy") if said.get(n)))
    if not told.date:
        saved = said.get("modified", "")
        fixed = saved == said.get("created") and saved.endswith(MIDNIGHT)  # as files are dated that xlcost made
        told.date = (
            UNDATED if fixed or not saved else f"{saved[:10]}, when the source was last saved, as it says itself"
        )


def _noted(parts: Mapping[str, bytes], name: str) -> str:
    """What a property of the file says that its maker gave it, blank where there is none."""
    part = next((link.target for link in package.links(parts) if link.kind == "custom-properties"), "")
    found = find(parts[part], "property", "lpwstr") if part in parts else []
    return next((e.text.strip() for e in found if e.parent and e.parent.attributes.get("name") == name), "")


def _stale(workbook: bytes) -> str:
    """What the source says of its stored values, where they may be older than its inputs."""
    for element in find(workbook, "calcPr"):
        if element.attributes.get("calcMode") == "manual":
            return "The source computes only when it is told to; its values may be older than its inputs."
        if element.attributes.get("fullCalcOnLoad") in ("1", "true"):
            return "The source asks to be computed anew when it is opened; the values here are those stored in it."
    return ""


def _counted(things: Iterable[str]) -> list[str]:
    counts = Counter(thing for thing in things if thing)
    return [f"{thing} ({count})" for thing, count in counts.items()]


def _using(names: Iterable[str], formulas: Iterable[str]) -> int:
    words = {name.casefold() for name in names}
    return sum(bool(words & {word.casefold() for word in re.findall(r"[\w.]+", text)}) for text in formulas)
