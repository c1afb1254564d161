"""xlcost snapshot: every formula becomes the value it showed, nothing that computes goes along, and a sheet says so."""

import datetime as dt
import hashlib
import re
import shutil
import sys
import warnings
import zipfile
from xml.etree import ElementTree

import ironcalc
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, DataBarRule, FormulaRule, IconSetRule, Rule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from places import ROOT
from xlcost.cli import main as cli
from xlcost.errors import BadInput
from xlcost.into_workbook.snapshot.copy import snapshot
from xlcost.ooxml import package
from xlcost.ooxml.open import workbook_parts
from xlcost.prices.current import as_if, packaged_offers
from xlcost.prices.market import Market
from xlcost.prices.periods import EDITION
from xlcost.prices.quotes.schema import OwnQuote

MADE = [ROOT / "templates" / "compute_plan.xlsx", ROOT / "workbooks" / "cost_of_ai_compute.xlsx"]
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def opened(path, **how):
    """openpyxl warns of what it does not know, and would not write."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(path, **how)


def values(path):
    """{sheet: {cell: value}} as stored, by openpyxl."""
    workbook = opened(path, data_only=True)
    return {
        sheet.title: {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        for sheet in workbook.worksheets
    }


def formulas(path):
    """Everything in the file that openpyxl takes for a formula of a cell."""
    workbook = opened(path)
    return [
        f"{sheet.title}!{c.coordinate}"
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for c in row
        if c.data_type == "f"
    ]


def provenance(path, title="Provenance"):
    """The rows of the last sheet, blanks left out."""
    sheet = opened(path)[title]
    return [row for row in ([v for v in row if v is not None] for row in sheet.iter_rows(values_only=True)) if row]


def fact(path, label):
    return next(row[1] for row in provenance(path) if row[0] == label)


# The workbooks of this package


@pytest.fixture(scope="module", params=MADE, ids=lambda path: path.stem)
def pair(request, tmp_path_factory):
    copy = tmp_path_factory.mktemp("snapshot") / "copy.xlsx"
    snapshot(request.param, copy)
    return request.param, copy


@pytest.mark.slow
def test_every_value_is_the_one_that_was_stored(pair):
    source, copy = pair
    before, after = values(source), values(copy)
    assert after.pop("Provenance")
    assert after == before
    assert formulas(source)
    assert formulas(copy) == []


@pytest.mark.slow
def test_looks_stay(pair):
    source, copy = (opened(path) for path in pair)
    for sheet in source.worksheets:
        other = copy[sheet.title]
        assert {k: d.width for k, d in sheet.column_dimensions.items()} == {
            k: d.width for k, d in other.column_dimensions.items()
        }
        assert sheet.merged_cells.ranges == other.merged_cells.ranges
        assert sheet.freeze_panes == other.freeze_panes
        assert sheet.print_area == other.print_area
        assert sheet.sheet_state == other.sheet_state


def test_every_cell_has_the_look_it_had(pair):
    source, copy = map(parts_of, pair)
    for name in source:
        if name.startswith("xl/worksheets/sheet"):
            looks = [dict(re.findall(rb'<c r="(\w+)"[^>]*? s="(\d+)"', parts[name])) for parts in (source, copy)]
            assert looks[0]
            assert looks[0] == looks[1]
    lists = [look_lists(parts["xl/styles.xml"]) for parts in (source, copy)]
    for group, looks in lists[0].items():
        assert lists[1][group][: len(looks)] == looks, group


def look_lists(xml):
    """{group: [each look as text]} of a styles part."""
    return {
        group.tag.rpartition("}")[2]: [ElementTree.canonicalize(ElementTree.tostring(look)) for look in group]
        for group in ElementTree.fromstring(xml)
    }


def test_charts_and_their_numbers_stay(pair):
    source, copy = map(parts_of, pair)
    charts = {name for name in source if name.startswith(("xl/charts/", "xl/drawings/", "xl/theme/"))}
    assert {name: copy[name] for name in charts} == {name: source[name] for name in charts}


@pytest.mark.slow
def test_other_spreadsheets_show_the_same(pair, office):
    source, copy = pair
    stored = values(source)
    shown = office(copy)
    for title, cells in stored.items():
        for ref, value in cells.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                assert shown[title][ref] == pytest.approx(value, rel=1e-12)
            elif isinstance(value, str) and value.startswith("#N/A"):
                assert shown[title][ref] == {"error": value}
            elif isinstance(value, str):
                assert shown[title][ref] == value.replace("\r\n", "\n")


@pytest.mark.slow
def test_ironcalc_opens_it_and_finds_the_values(pair):
    source, copy = pair
    model = ironcalc.load_from_xlsx(str(copy), "en", "UTC", "en")
    model.evaluate()
    for number, (title, cells) in enumerate(values(source).items()):
        for ref, value in cells.items():
            if type(value) in (int, float):
                column, row = re.fullmatch(r"([A-Z]+)(\d+)", ref).groups()
                place = 0
                for letter in column:
                    place = place * 26 + ord(letter) - 64
                found = model.get_cell_value(number, int(row), place)
                assert found == pytest.approx(value, rel=1e-9), (title, ref)


def test_the_same_workbook_gives_the_same_bytes(pair, tmp_path):
    source, copy = pair
    snapshot(source, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == copy.read_bytes()


# A workbook with everything that computes or looks outside


def cell(ref, inside, kind="", more=""):
    return f'<c r="{ref}"{f" t={chr(34)}{kind}{chr(34)}" if kind else ""}{more}>{inside}</c>'


ROWS = {
    10: cell("A10", "<f>SUM(B2:B6)</f><v>20</v>") + cell("B10", '<f>IF(1,"","x")</f><v></v>', "str"),
    11: cell("A11", "<f>1/0</f><v>#DIV/0!</v>", "e") + cell("B11", "<f>A2=0</f><v>1</v>", "b"),
    12: cell("A12", '<f>"a"&amp;"&lt;b&gt;"</f><v>a&lt;b&gt;</v>', "str")
    + cell("B12", '<f t="shared" ref="B12:B13" si="0">A10*2</f><v>40</v>'),
    13: cell("B13", '<f t="shared" si="0"/><v>41</v>')
    + cell("C13", '<f t="array" ref="C13:D13">SORT(B2:B3)</f><v>0</v>', more=' cm="1"')
    + cell("D13", "<v>2</v>"),
    14: cell("A14", '<f t="dataTable" ref="A14:A15" dt2D="0" r1="B2"/><v>7</v>')
    + cell("B14", "<f>NA()</f><v>#N/A</v>", "e"),
    15: cell("A15", "<v>8</v>"),
}
SHOWN = {
    "A10": 20, "B10": None, "A11": "#DIV/0!", "B11": True, "A12": "a<b>", "B12": 40, "B13": 41, "C13": 0, "D13": 2,
    "A14": 7, "B14": "#N/A", "A15": 8,
}  # fmt: skip
FORMULAS = 10


def full_workbook(path):
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["month", "cost"])
    for i in range(5):
        sheet.append([i, i * 2])
    sheet["E1"], sheet["E2"] = True, "https://example.com"
    sheet["E2"].hyperlink = "https://example.com/prices"
    sheet["D1"], sheet["D1"].comment = 3, Comment("check this", "Anna")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["H"].hidden = True
    sheet.add_table(Table(displayName="Costs", ref="A1:B6"))
    sheet.add_data_validation(DataValidation(type="list", formula1="Choices", sqref="E5"))
    sheet.conditional_formatting.add("A2:A6", FormulaRule(["A2>Limit"], fill=PatternFill(bgColor="FF0000")))
    for rule in (
        ColorScaleRule("min", start_color="FFFFFF", end_type="max", end_color="FF0000"),
        DataBarRule("num", 0, "max", color="638EC6"),
        IconSetRule("3Arrows", "percent", [0, 33, 67]),
        CellIsRule("greaterThan", ["5"], font=Font(bold=True)),
        Rule("top10", rank=3),
    ):
        sheet.conditional_formatting.add("B2:B6", rule)
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=6), titles_from_data=True)
    sheet.add_chart(chart, "K2")
    workbook.create_sheet("Hidden").sheet_state = "hidden"
    workbook.create_sheet("Provenance").sheet_state = "veryHidden"
    workbook["Hidden"]["A1"] = 5
    for name, text in NAMES.items():
        workbook.defined_names[name] = DefinedName(name, attr_text=text)
    sheet.print_area = "A1:E20"
    workbook.properties.creator, workbook.properties.lastModifiedBy = "Anna", "Ben"
    workbook.save(path)
    write_parts(path, with_all(parts_of(path)))


NAMES = {
    "Costs_Area": "Sheet!$A$1:$B$6",
    "Rate": "0.21",
    "Limit": "OFFSET(Sheet!$A$1,0,0,1,1)",
    "INFER_FLOPS": "_xlfn.LAMBDA(_xlpm.a,2*_xlpm.a)",
    "Outside": "[1]Prices!$A$1",
    "Choices": "Sheet!$A$2:$A$6,Hidden!$A:$A",
    "Typed": "=Sheet!a1",
    "Corners": "Sheet!$A$1:Sheet!$B$6",
    "Through": "Sheet:Hidden!$A$1",
    "Broken": "Sheet!#REF!",
    "Of_Table": "Costs[cost]",
    "Missing": "#N/A",
}
EXTRA = {
    "xl/externalLinks/externalLink1.xml": (b"<externalLink/>", "externalLink"),
    "xl/connections.xml": (b"<connections/>", "connections"),
    "xl/pivotCache/pivotCacheDefinition1.xml": (b"<pivotCacheDefinition/>", "pivotCacheDefinition"),
    "xl/calcChain.xml": (b'<calcChain><c r="A10"/></calcChain>', "calcChain"),
    "customXml/item1.xml": (b"<secret/>", "customXml"),
    "xl/vbaProject.bin": (b"\0", "vbaProject"),
    "xl/unheard.xml": (b"<unheard/>", "unheardOf"),
}


def linked(parts, owner, name, kind):
    rels = package.links_name(owner)
    known = parts.get(
        rels, b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    )
    entry = f'<Relationship Id="x{len(known)}" Type="{LINKS}/{kind}" Target="/{name}"/></Relationships>'
    parts[rels] = known.replace(b"</Relationships>", entry.encode())


def with_all(parts):
    text = parts[SHEET].decode()
    rows = "".join(f'<row r="{number}">{cells}</row>' for number, cells in ROWS.items())
    text = text.replace(
        "</sheetData>", f'{rows}</sheetData><scenarios current="0"><scenario name="low" count="0"/></scenarios>'
    )
    ext = (
        '<extLst><ext xmlns:x14="urn:x14" uri="{A8765BA9}"><x14:slicerList/></ext>'
        '<ext xmlns:x14="urn:x14" uri="{05C60535}"><x14:sparklineGroups/></ext></extLst></worksheet>'
    )
    parts[SHEET] = text.replace("</worksheet>", ext).encode()
    for name, (content, kind) in EXTRA.items():
        parts[name] = content
        linked(parts, "xl/workbook.xml", name, kind)
    parts["xl/webextensions/taskpanes.xml"] = b"<taskpanes/>"
    linked(parts, "", "xl/webextensions/taskpanes.xml", "webextensiontaskpanes")
    parts["xl/pivotTables/pivotTable1.xml"] = b"<pivotTableDefinition/>"
    linked(parts, SHEET, "xl/pivotTables/pivotTable1.xml", "pivotTable")
    book = parts["xl/workbook.xml"].decode()
    book = book.replace(
        "<definedNames>",
        '<externalReferences><externalReference xmlns:q="urn:q" q:id="x"/></externalReferences><definedNames>',
    ).replace("</workbook>", '<extLst><ext uri="{x}"><slicerCaches/></ext></extLst></workbook>')
    folder = '<a:absPath xmlns:a="urn:a" url="C:/Users/anna"/>'
    choice = (
        f'<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice Requires="a">{folder}</mc:Choice></mc:AlternateContent>'
    )
    parts["xl/workbook.xml"] = book.replace("<workbookPr", f"{choice}<workbookPr").encode()
    table = parts["xl/tables/table1.xml"].decode()
    parts["xl/tables/table1.xml"] = (
        table.replace('name="cost"', 'name="cost" totalsRowFunction="sum" queryTableFieldId="2"')
        .replace(
            '<tableColumn id="1" name="month" />',
            '<tableColumn id="1" name="month"><calculatedColumnFormula>ROW()</calculatedColumnFormula></tableColumn>',
        )
        .encode()
    )
    drawing = parts["xl/drawings/drawing1.xml"].decode()
    slicer = (
        '<oneCellAnchor xmlns="urn:d"><graphicFrame macro="Go">'
        '<graphicData uri="http://schemas.microsoft.com/office/drawing/2010/slicer"/></graphicFrame></oneCellAnchor></wsDr>'
    )
    parts["xl/drawings/drawing1.xml"] = re.sub(r"</(?:\w+:)?wsDr>$", slicer, drawing).encode()
    chart = parts["xl/charts/chart1.xml"].decode()
    chart = re.sub(
        r"<f>'Sheet'!\$B\$2:\$B\$6</f>",
        '<f>Limit</f><numCache><ptCount val="1"/><pt idx="0"><v>4</v></pt></numCache>',
        chart,
    )
    parts["xl/charts/chart1.xml"] = chart.replace(
        "<chart>", "<pivotSource><name>p</name></pivotSource><chart>", 1
    ).encode()
    return parts


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    source, copy = folder / "book.xlsx", folder / "copy.xlsx"
    full_workbook(source)
    before = source.read_bytes()
    told = snapshot(source, copy)
    assert source.read_bytes() == before
    return source, copy, told


def test_every_kind_of_formula_becomes_its_value(full):
    _, copy, told = full
    sheet = opened(copy)["Sheet"]
    assert {ref: sheet[ref].value for ref in SHOWN} == SHOWN
    assert formulas(copy) == []
    assert told.sheets[0].formulas == FORMULAS
    assert b"<f" not in re.sub(rb"<(?:formula|f>'?Sheet)", b"", workbook_parts(copy)[SHEET])
    assert b"cm=" not in workbook_parts(copy)[SHEET]


def test_what_computes_or_looks_outside_does_not_go_along(full):
    source, copy, _ = full
    gone = set(workbook_parts(source, macros=True)) - set(workbook_parts(copy))
    assert gone == (set(EXTRA) - {"xl/unheard.xml"}) | {
        "xl/webextensions/taskpanes.xml",
        "xl/pivotTables/pivotTable1.xml",
    }
    before, everything = (b"".join(parts_of(path).values()) for path in (source, copy))
    for word in (
        b"externalReference", b"slicer", b"LAMBDA", b"OFFSET", b"calculatedColumnFormula", b"totalsRowFunction",
        b"queryTableFieldId", b"pivotSource", b"absPath", b"anna", b"dataValidation", b"<scenario", b'macro="Go"',
    ):  # fmt: skip
        assert word in before
        assert word not in everything, word
    assert b"sparklineGroups" in everything


def test_shapes_follow_no_cell(full, tmp_path):
    """A shape that shows a cell keeps what it showed, in the whole copy."""
    parts = parts_of(full[0])
    part = next(name for name in parts if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name))
    space = 'xmlns:s="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    parts[part] = re.sub(
        rb"(<(?:\w+:)?oneCellAnchor)", rf'<s:sp {space} textlink="A!$A$1"/>\1'.encode(), parts[part], count=1
    )
    assert b"textlink" in parts[part]
    write_parts(tmp_path / "book.xlsx", parts)
    snapshot(tmp_path / "book.xlsx", tmp_path / "copy.xlsx")
    copied = parts_of(tmp_path / "copy.xlsx")[part]
    assert b"<s:sp" in copied
    assert b"A!$A$1" not in copied


def test_names_of_cells_stay_and_those_that_compute_go(full):
    _, copy, told = full
    assert (sorted(told.names), told.outside) == (["INFER_FLOPS", "Limit"], ["Outside"])
    kept = opened(copy)
    assert {name: d.attr_text for name, d in kept.defined_names.items()} == {
        name: text for name, text in NAMES.items() if name not in (*told.names, *told.outside)
    }
    assert kept["Sheet"].print_area == "'Sheet'!$A$1:$E$20"


@pytest.mark.parametrize(
    "rule",
    [
        CellIsRule("greaterThan", ["$B$2"]),
        ColorScaleRule("formula", "$B$2", "FFFFFF", end_type="max", end_color="FF0000"),
    ],
    ids=["a value over a cell's", "a colour scale from a cell's value"],
)
def test_looks_that_compute_are_told(small, tmp_path, rule):
    workbook = opened(small)
    workbook.active.conditional_formatting.add("A1:A9", rule)
    workbook.save(small)
    assert snapshot(small, tmp_path / "copy.xlsx").sheets[0].formats == 1


def test_a_chart_over_a_name_that_went_keeps_its_numbers(full):
    chart = ElementTree.fromstring(workbook_parts(full[1])["xl/charts/chart1.xml"])
    c = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    literal = chart.find(f".//{c}val/{c}numLit")
    assert [v.text for v in literal.iter(f"{c}v")] == ["4"]
    assert chart.find(f".//{c}tx/{c}strRef/{c}f").text == "'Sheet'!B1"


def test_comments_links_hidden_sheets_rows_and_columns_stay_and_are_told(full):
    _, copy, told = full
    workbook = opened(copy)
    assert workbook["Sheet"]["D1"].comment.text == "check this"
    assert workbook["Sheet"]["E2"].hyperlink.target == "https://example.com/prices"
    assert [s.sheet_state for s in workbook.worksheets] == ["visible", "hidden", "veryHidden", "visible"]
    rows = provenance(copy, "Provenance (xlcost)")
    heads = "Sheet|Shown|Formulas|Input cells|Comments|Links outside|Hidden rows|Hidden columns"
    assert heads.split("|") in rows
    assert ["Sheet", "yes", FORMULAS, 15, 1, 1, 1, 1] in rows
    assert ["Hidden", "hidden", 0, 1, 0, 0, 0, 0] in rows
    assert ["Provenance", "hidden from the menu too", 0, 0, 0, 0, 0, 0] in rows
    assert told.authors == ["Anna", "Ben"]


def test_what_was_left_out_and_kept_is_told(full):
    rows = provenance(full[1], "Provenance (xlcost)")
    lines = [row[0] for row in rows]
    assert "names that are formulas: Limit, INFER_FLOPS" in lines
    for line in (
        "names of cells in other workbooks: Outside",
        "rules for what may be typed in (1)",
        "what-if scenarios, with their values (1)",
        "links to other workbooks (1)",
        "data connections (1)",
        "macros (1)",
        "data hidden in the file (customXml) (1)",
        "add-ins and their code (webextensions) (1)",
        "conditional formats, which are formulas: Sheet 1",
        "1 of them use a name that was left out, and may look different",
        "parts of the kind unheardOf",
    ):
        assert line in lines


def test_the_full_workbook_opens_in_calc(full, office):
    shown = office(full[1])["Sheet"]
    assert shown["A10"] == 20
    assert shown["B14"] == {"error": "#N/A"}
    assert shown["A12"] == "a<b>"


def test_macros_go_and_the_copy_is_a_plain_workbook(tmp_path, full):
    source = tmp_path / "book.xlsm"
    parts = parts_of(full[0])
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    write_parts(source, parts)
    snapshot(source, tmp_path / "copy.xlsx")
    copy = workbook_parts(tmp_path / "copy.xlsx")
    assert "macroEnabled" not in package.content_types(copy)["xl/workbook.xml"]


# Where it comes from


@pytest.fixture
def small(tmp_path):
    workbook = Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["A2"], sheet["A3"], sheet["B1"] = 1.5, "tokens", True, 3e10
    workbook.create_sheet("Other")["C3"] = "ü & <"
    path = tmp_path / "small.xlsx"
    workbook.save(path)
    return path


def inputs_hash(path):
    """As the sheet's reader can find it again: sheet, cell, kind, value in lines."""
    kinds = {bool: "bool", str: "text", float: "number", int: "number"}
    lines = []
    for title, cells in values(path).items():
        for ref, value in cells.items():
            shown = {bool: int, str: str}.get(type(value), float)(value)
            lines.append(f"{title}\t{ref}\t{kinds[type(value)]}\t{shown}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_hashes_can_be_found_again(small, tmp_path):
    snapshot(small, tmp_path / "copy.xlsx")
    assert fact(tmp_path / "copy.xlsx", "SHA-256 of the source") == hashlib.sha256(small.read_bytes()).hexdigest()
    assert fact(tmp_path / "copy.xlsx", "SHA-256 of its input cells") == inputs_hash(small)


def test_the_hash_of_the_inputs_is_theirs_however_the_file_is_written(small, tmp_path):
    snapshot(small, tmp_path / "one.xlsx")
    workbook = opened(small)
    workbook.active["A1"].number_format = "0.00"
    workbook.properties.title = "another file"
    workbook.save(small)
    snapshot(small, tmp_path / "two.xlsx")
    one, two = (fact(tmp_path / f"{name}.xlsx", "SHA-256 of its input cells") for name in ("one", "two"))
    assert one == two
    workbook.active["A1"] = 1.6
    workbook.save(small)
    snapshot(small, tmp_path / "three.xlsx")
    assert fact(tmp_path / "three.xlsx", "SHA-256 of its input cells") != one


def test_the_date_is_given_or_the_files_own(small, tmp_path):
    snapshot(small, tmp_path / "copy.xlsx", "2026-10-31")
    assert fact(tmp_path / "copy.xlsx", "Date") == "2026-10-31, as given when this copy was made"
    parts = parts_of(small)
    core = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2025-03-04T10:00:00Z", parts["docProps/core.xml"])
    write_parts(small, parts | {"docProps/core.xml": core})
    snapshot(small, tmp_path / "copy.xlsx")
    assert fact(tmp_path / "copy.xlsx", "Date") == "2025-03-04, when the source was last saved, as it says itself"
    fixed = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>2026-11-01T00:00:00Z", core)
    for undated in (fixed, re.sub(rb"<dcterms:modified.*?</dcterms:modified>", b"", core)):
        write_parts(small, parts | {"docProps/core.xml": undated})
        snapshot(small, tmp_path / "copy.xlsx")
        assert fact(tmp_path / "copy.xlsx", "Date") == (
            "not known: the source does not say when it was made; xlcost snapshot --date states a date"
        )
    with pytest.raises(BadInput, match=r"^date: '31/10/2026' is no date; it takes one such as 2026-10-31$"):
        snapshot(small, tmp_path / "copy.xlsx", "31/10/2026")


def test_versions_and_edition_are_told(small, tmp_path):
    import platform
    from importlib.metadata import version

    snapshot(small, tmp_path / "copy.xlsx")
    made = fact(tmp_path / "copy.xlsx", "Made with")
    assert made == f"xlcost {version('xlcost')}, Python {platform.python_version()}, openpyxl {version('openpyxl')}"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", fact(tmp_path / "copy.xlsx", "Edition of xlcost's tables"))


@pytest.mark.slow
def test_workbooks_that_xlcost_made_claim_no_day(pair):
    """Their date is the same however late they are filled in."""
    assert fact(pair[1], "Date").startswith("not known: the source does not say when it was made")


def test_own_quotes_are_told_apart_from_the_edition(small, tmp_path):
    """A quote that is newer than the tables does not make them newer; merged rows do."""
    copy, day = tmp_path / "copy.xlsx", EDITION + dt.timedelta(days=20)
    workbook = opened(small)
    sheet = workbook.active
    sheet["D1"], sheet["D2"], sheet["D3"] = "own quote, 2026-11-21, Offer", "our own quote", "2026-10-04, AWS"
    workbook.save(small)
    parts = parts_of(small)
    row = f'<row r="9">{cell("D9", "<f>D1</f><v>own quote, 2026-11-21, Offer</v>", "str")}</row></sheetData>'
    write_parts(small, parts | {SHEET: parts[SHEET].replace(b"</sheetData>", row.encode())})
    quote = OwnQuote(gpu="H100", term="on_demand", usd_per_gpu_hour=2, as_of=day, source="Offer")
    with as_if(Market(packaged_offers(), (quote,))):
        snapshot(small, copy)
    assert fact(copy, "Edition of xlcost's tables") == EDITION.isoformat()
    assert fact(copy, "Own quotes") == "2 cells name one as the source"
    first = packaged_offers()[0]
    newer = type(first)(**vars(first) | {"as_of": dt.date(2026, 11, 15)})
    with as_if(Market((*packaged_offers(), newer), (quote,))):
        snapshot(small, copy)
    assert fact(copy, "Edition of xlcost's tables") == "2026-11-15"


@pytest.mark.slow
def test_without_own_quotes_none_is_told(pair):
    assert fact(pair[1], "Own quotes") == "none shown"


def test_tables_of_another_edition_in_the_source_are_told(small, tmp_path):
    workbook = opened(small)
    workbook.custom_doc_props.append(StringProperty(name="xlcost data edition", value="2026-05-01"))
    workbook.save(small)
    snapshot(small, tmp_path / "copy.xlsx")
    told = fact(tmp_path / "copy.xlsx", "Edition of xlcost's tables")
    assert told == f"{EDITION}; those in the source are of 2026-05-01"


def shown_errors(path):
    """By openpyxl, in the order of the sheets."""
    book = opened(path, data_only=True)
    cells = (c for sheet in book.worksheets for row in sheet.iter_rows() for c in row)
    return [f"{c.parent.title}!{c.coordinate} {c.value}" for c in cells if c.data_type == "e"]


@pytest.mark.slow
def test_cells_that_show_an_error_are_counted_and_named(pair, full, tmp_path):
    found = shown_errors(pair[0])
    assert fact(pair[1], "Cells that show an error") == (f"{len(found)}: {', '.join(found)}" if found else "none")
    assert full[2].errors == "2: Sheet!A11 #DIV/0!, Sheet!B14 #N/A"
    assert ["Cells that show an error", full[2].errors] in provenance(full[1], "Provenance (xlcost)")
    workbook, path = Workbook(), tmp_path / "errors.xlsx"
    for row in range(1, 8):
        workbook.active[f"B{row}"] = "#NAME?"
    workbook.save(path)
    told = snapshot(path, tmp_path / "copy.xlsx")
    assert told.errors == (
        "7: Sheet!B1 #NAME?, Sheet!B2 #NAME?, Sheet!B3 #NAME?, Sheet!B4 #NAME?, Sheet!B5 #NAME? and 2 more"
    )


# What is refused


def test_formulas_that_were_never_computed_are_named(tmp_path):
    workbook, path = Workbook(), tmp_path / "book.xlsx"
    for row in range(1, 8):
        workbook.active[f"B{row}"] = f"=A{row}*2"
    workbook.save(path)
    with pytest.raises(BadInput) as refused:
        snapshot(path, tmp_path / "copy.xlsx")
    assert str(refused.value) == (
        f"{path} has 7 formula cells without a stored value (Sheet!B1, Sheet!B2, Sheet!B3, Sheet!B4, Sheet!B5 and 2 "
        "more); open it in Excel or LibreOffice Calc, save it, and run this again"
    )
    assert not (tmp_path / "copy.xlsx").exists()


def test_the_copy_is_another_file(small):
    with pytest.raises(BadInput, match=r"^out: .*small\.xlsx is the workbook itself; name another file$"):
        snapshot(small, small)


def test_sheets_of_old_macros_are_refused(tmp_path, small):
    parts = parts_of(small)
    rels = parts["xl/_rels/workbook.xml.rels"].replace(b"relationships/worksheet", b"relationships/xlMacrosheet", 1)
    write_parts(small, parts | {"xl/_rels/workbook.xml.rels": rels})
    with pytest.raises(BadInput, match=r"has a sheet of old macros or dialogs, 'Sheet'; delete it and save$"):
        snapshot(small, tmp_path / "copy.xlsx")


def test_a_workbook_whose_xml_has_prefixes(tmp_path, small):
    """As some programs write it: <x:worksheet><x:c>."""
    parts = parts_of(small)
    prefixed = re.sub(r"<(/?)(\w)", r"<\1x:\2", parts[SHEET].decode().partition("?>")[2] or parts[SHEET].decode())
    prefixed = prefixed.replace('xmlns="', 'xmlns:x="', 1)
    prefixed = prefixed.replace(
        "</x:sheetData>", '<x:row r="9"><x:c><x:f>A1*2</x:f><x:v>3</x:v></x:c></x:row></x:sheetData>'
    )
    write_parts(small, parts | {SHEET: prefixed.encode()})
    told = snapshot(small, tmp_path / "copy.xlsx")
    assert told.sheets[0].formulas == 1
    assert opened(tmp_path / "copy.xlsx").worksheets[0]["A9"].value == 3
    assert formulas(tmp_path / "copy.xlsx") == []


# On the command line


@pytest.mark.slow
def test_commands_say_what_they_did(tmp_path, monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["xlcost", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    book = tmp_path / "plan.xlsx"
    shutil.copy(MADE[0], book)
    status, out, err = run("snapshot", book)
    assert (status, err) == (0, "")
    assert out.startswith(f"{tmp_path / 'plan.snapshot.xlsx'}: 1,")
    assert "formulas became values; its last sheet says where they come from" in out
    assert "Warning" not in out
    run("snapshot", book)
    broken = tmp_path / "broken.xlsx"
    workbook = Workbook()
    workbook.active["B2"] = "#N/A"
    workbook.save(broken)
    status, out, err = run("snapshot", broken)
    assert (status, err) == (0, "")
    assert "\nWarning, cells that show an error: 1: Sheet!B2 #N/A; look at them before you send it\n" in out
    for words in ("addin functions", "addin lambdas", "addin lite", "addin lite --remove"):
        for same in (book, tmp_path / "." / "x" / ".." / "plan.xlsx"):
            status, out, err = run(*words.split(), book, "--out", same)
            assert (status, out) == (2, "")
            assert err == (
                f"xlcost: out: {same} is the workbook itself; name another file, or write it anew with --in-place\n"
            )
    status, out, err = run("addin", "lite", book)
    made = tmp_path / "plan.lite.xlsx"
    assert (status, out) == (
        0,
        f"{made}: 0 cells call xlwings Lite; open it in an Excel with that add-in, and trust it\n",
    )
    status, out, err = run("addin", "lite", made, "--remove", "--in-place")
    assert (status, out) == (0, f"{made}: xlwings Lite taken out, 0 cells call plain functions\n")
    status, out, err = run("addin", "lite", made, "--remove")
    assert (status, out, err) == (2, "", f"xlcost: {made} holds no xlcost project of xlwings Lite\n")
    assert book.read_bytes() == MADE[0].read_bytes()
