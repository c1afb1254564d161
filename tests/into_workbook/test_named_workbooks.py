"""Names, tables and the Functions sheet put into workbooks made elsewhere: what stood there stays as it is."""

import datetime as dt
import os
import re
import sys
from operator import attrgetter
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from engines import iron
from places import ROOT
from plans import compute_plan
from xlcost.catalogue import FUNCTIONS, spec_of
from xlcost.cli import demo
from xlcost.cli import main as cli
from xlcost.errors import BadInput
from xlcost.into_workbook.lambdas import put_functions, put_lambdas, spellings, with_functions, with_lambdas
from xlcost.kit.write import save
from xlcost.ooxml import package
from xlcost.ooxml.dynamic_arrays import with_mark
from xlcost.ooxml.names import defined_names
from xlcost.ooxml.open import workbook_parts, write_workbook
from xlcost.ooxml.parts import free_id, links_with, types_with

CALL = 'TRAIN_COST("llama-3.1-70b","15T","h100-sxm",2)'
COST = spec_of("TRAIN_COST").call("llama-3.1-70b", "15T", "h100-sxm", 2)
GROWN = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def rich(path):
    """A workbook with what a load and save would lose or move: chart, picture, table, rules, notes, a hidden sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Budget & plan"
    sheet.append(["item", "usd"])
    for row in (("gpu hours", 10.5), ("storage", 2), ("staff", 3)):
        sheet.append(row)
    sheet["D1"] = "=SUM(B2:B4)"
    sheet["D2"] = '="TRAIN_COST("&D1'
    sheet["B2"].number_format, sheet["B2"].font = '0.0" k$"', Font(bold=True, color="FF00AA00")
    sheet["B2"].comment = Comment("a note", "someone")
    sheet.add_table(Table(displayName="Budget", ref="A1:B4"))
    sheet.conditional_formatting.add("B2:B4", CellIsRule(operator="lessThan", formula=["3"], fill=PatternFill("solid")))
    sheet.add_data_validation(DataValidation(type="list", formula1='"a,b"', sqref="F1"))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "F3")
    sheet.print_title_rows = "1:1"
    book.create_sheet("Models")["A1"] = "of mine"
    book["Models"].sheet_state = "hidden"
    book.defined_names["Total"] = DefinedName("Total", attr_text="'Budget & plan'!$D$1", comment="a < b")
    book.save(path)
    return pictured(path)


def pictured(path):
    """A picture behind the first sheet, as Excel links one."""
    parts = workbook_parts(path)
    sheet = package.sheets(parts)[0].part
    link = f'<picture xmlns:p="{package.LINKS}" p:id="{free_id(parts, sheet)}"/>'
    parts[package.links_name(sheet)] = links_with(
        parts,
        sheet,
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image",
        "/xl/media/image1.png",
    )
    parts[sheet] = parts[sheet].replace(b"<tableParts", f"{link}<tableParts".encode())
    parts["xl/media/image1.png"] = PIXEL
    types = parts["[Content_Types].xml"].replace(
        b"<Override", b'<Default Extension="png" ContentType="image/png"/><Override', 1
    )
    write_workbook(path, parts | {"[Content_Types].xml": types})
    return path


@pytest.fixture(scope="module")
def saved_by_calc(office, tmp_path_factory):
    """The same workbook, as LibreOffice writes it."""
    folder = tmp_path_factory.mktemp("calc")
    office.ask("saved", str(rich(folder / "rich.xlsx")), str(folder / "saved.xlsx"))
    return folder / "saved.xlsx"


@pytest.fixture(params=["openpyxl", "LibreOffice"])
def foreign(request, tmp_path):
    """A workbook that another program made."""
    return rich(tmp_path / "rich.xlsx") if request.param == "openpyxl" else request.getfixturevalue("saved_by_calc")


def tokens(xml):
    """Tags and texts; counts grow, so they do not count."""
    return [
        re.sub(rb' (?:unique)?count="\d+"', b"", token, flags=re.IGNORECASE)
        for token in re.findall(rb"<[^>]*>|[^<]+", xml)
    ]


def comes_through(old, new):
    """Whether all of a part stands in the new one, in the same order."""
    rest = iter(tokens(new))
    return all(token in rest for token in tokens(old.replace(b"<definedNames/>", b"")))


@pytest.mark.slow
@pytest.mark.parametrize("change", [with_lambdas, with_functions], ids=["names", "sheet"])
def test_all_that_stood_there_comes_through(foreign, change):
    parts = workbook_parts(foreign)
    changed = change(parts)
    assert {name for name in parts if parts[name] != changed[name]} <= GROWN
    for name in GROWN:
        assert comes_through(parts[name], changed[name]), name
    assert all(re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name) for name in set(changed) - set(parts))
    assert [sheet.title for sheet in package.sheets(changed)][:2] == ["Budget & plan", "Models"]


@pytest.mark.slow
def test_a_sheet_of_the_readers_own_keeps_its_title(foreign, tmp_path):
    told = put_lambdas(foreign, tmp_path / "out.xlsx")
    book = load_workbook(tmp_path / "out.xlsx")
    assert told.sheets == ["Models (xlcost)", "GPUs", "Precisions", "Regions", "Prices", "Aliases"]
    assert book["Models"]["A1"].value == "of mine"
    assert book["Models"].sheet_state == "hidden"
    assert book.defined_names["Models_id"].attr_text.startswith("'Models (xlcost)'!$B$5:")
    assert book["Models (xlcost)"].print_title_rows == "$1:$4"
    assert book.defined_names["Total"].comment == load_workbook(foreign).defined_names["Total"].comment
    assert book.active.title == "Budget & plan"
    assert not any(book[title].sheet_view.tabSelected for title in told.sheets)


LOOKS = [attrgetter(name) for name in ("number_format", "font", "fill", "border", "alignment", "protection")]


@pytest.mark.slow
def test_looks_of_both_stand_beside_each_other(tmp_path):
    source = rich(tmp_path / "rich.xlsx")
    put_functions(source, tmp_path / "out.xlsx", by_name=True)
    old, new = load_workbook(source), load_workbook(tmp_path / "out.xlsx")
    for row in old["Budget & plan"].iter_rows():
        for cell in row:
            again = new["Budget & plan"][cell.coordinate]
            assert [repr(look(cell)) for look in LOOKS] == [repr(look(again)) for look in LOOKS]
    made = new["Functions"]
    assert (made["B1"].font.sz, made["B1"].font.color.rgb, made["B1"].fill.fgColor.rgb) == (16, "00FFFFFF", "0014213D")
    assert new["Prices"].conditional_formatting or made.conditional_formatting
    rules = [rule for found in made.conditional_formatting for rule in found.rules]
    assert {rule.dxf.fill.bgColor.rgb for rule in rules} == {"00FBE3E4"}
    assert new["Budget & plan"].conditional_formatting


def test_same_workbook_same_bytes_and_a_second_run_changes_nothing(tmp_path):
    source = rich(tmp_path / "rich.xlsx")
    put_lambdas(source, tmp_path / "a.xlsx")
    put_lambdas(source, tmp_path / "b.xlsx")
    put_lambdas(tmp_path / "a.xlsx", tmp_path / "again.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "a.xlsx").read_bytes()


def test_xml_with_prefixes_stays_xml_with_prefixes(tmp_path):
    """As other libraries write it."""
    source = rich(tmp_path / "rich.xlsx")
    parts = workbook_parts(source)
    for name in ("xl/workbook.xml", "xl/styles.xml"):
        text = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", parts[name].decode())
        parts[name] = text.replace('xmlns="http', 'xmlns:x="http', 1).encode()
    changed = with_lambdas(parts)
    assert all(comes_through(parts[name], changed[name]) for name in GROWN)
    assert not re.search(rb"<(?!/?x:|\?)", changed["xl/workbook.xml"])
    write_workbook(tmp_path / "out.xlsx", changed)
    assert "TRAIN_COST" in load_workbook(tmp_path / "out.xlsx").defined_names


def calling(path):
    """A workbook whose cells call a function before it is there, with the order of calculation that Excel keeps."""
    book = Workbook()
    book.active["A1"] = f"={CALL}"
    book.active["A2"] = '="TRAIN_COST("&1'
    book.active["A3"] = "=SUM(A1,1)"
    book.active["A4"] = "=train_cost(B1,B2,B3)"
    book.create_sheet("Other")["A1"] = "=MY.TRAIN_COST(1)"
    book.save(path)
    parts = workbook_parts(path)
    chain = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="A1" i="1"/></calcChain>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    rels = links_with(parts, "xl/workbook.xml", link, "/xl/calcChain.xml")
    types = types_with(parts["[Content_Types].xml"], {"xl/calcChain.xml": kind})
    more = {"xl/calcChain.xml": chain, "xl/_rels/workbook.xml.rels": rels, "[Content_Types].xml": types}
    write_workbook(path, parts | more)
    return path


@pytest.mark.slow
def test_calls_become_dynamic_arrays(tmp_path):
    parts = workbook_parts(calling(tmp_path / "calls.xlsx"))
    changed = with_lambdas(parts)
    sheet = changed["xl/worksheets/sheet1.xml"].decode()
    assert re.findall(r'<c r="(A\d)"[^>]* cm="1"[^>]*><f t="array" ref="(A\d)">', sheet) == [("A1", "A1"), ("A4", "A4")]
    assert sheet.count('t="array"') == 2
    assert changed["xl/worksheets/sheet2.xml"] == parts["xl/worksheets/sheet2.xml"]
    assert b'name="XLDAPR"' in changed["xl/metadata.xml"]
    assert b"sheetMetadata+xml" in changed["[Content_Types].xml"]
    assert b'fullCalcOnLoad="1"' in changed["xl/workbook.xml"]
    assert "xl/calcChain.xml" not in changed
    assert b"calcChain" not in changed["[Content_Types].xml"] + changed["xl/_rels/workbook.xml.rels"]
    write_workbook(tmp_path / "out.xlsx", changed)
    found = iron(tmp_path / "out.xlsx")["Sheet"]
    assert found["A1"] == pytest.approx(COST, rel=1e-12)
    assert found["A3"] == pytest.approx(COST + 1, rel=1e-12)


def test_metadata_of_other_kinds_stays(tmp_path):
    """Cells refer to blocks by number: pictures in cells keep theirs, dynamic arrays get the next, or the one there."""
    parts = workbook_parts(calling(tmp_path / "calls.xlsx"))
    parts, first = with_mark(parts)
    assert first == 1
    assert with_mark(parts) == (parts, 1)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/metadata.xml"] = (
        f'<metadata {main} xmlns:xlrd="{RICH}"><metadataTypes count="1"><metadataType name="XLRICHVALUE"/>'
        "</metadataTypes>"
        '<futureMetadata name="XLRICHVALUE" count="1"><bk><extLst><ext uri="{a}"><xlrd:rvb i="0"/></ext></extLst></bk>'
        '</futureMetadata><valueMetadata count="1"><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>'
    ).encode()
    changed, mark = with_mark(parts)
    assert mark == 1
    assert comes_through(parts["xl/metadata.xml"], changed["xl/metadata.xml"])
    assert (
        b'<cellMetadata count="1"><bk><rc t="2" v="0"/></bk></cellMetadata><valueMetadata' in changed["xl/metadata.xml"]
    )
    assert b'<metadataTypes count="2">' in changed["xl/metadata.xml"]


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A plan as it is made, and with names and the Functions sheet."""
    folder = tmp_path_factory.mktemp("plan")
    save(compute_plan(), folder / "plan.xlsx")
    told = put_functions(folder / "plan.xlsx", folder / "named.xlsx", by_name=True)
    return folder / "plan.xlsx", folder / "named.xlsx", told


@pytest.mark.slow
def test_no_argument_is_called_like_a_name_of_the_reader(tmp_path):
    """The plan has a name Model: in some engines it would hide the argument."""
    book = Workbook()
    for name in ("Model", "PRECISION", "value", "m_", "k_1"):
        book.defined_names[name] = DefinedName(name, attr_text="Sheet!$Z$1")
    book.active["A1"] = '=WEIGHT_GB("70B")'
    book.save(tmp_path / "book.xlsx")
    put_lambdas(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    assert iron(tmp_path / "out.xlsx")["Sheet"]["A1"] == 140
    texts = {name.name: name.text for name in defined_names(workbook_parts(tmp_path / "out.xlsx"))}
    assert texts["WEIGHT_GB"].startswith("_xlfn.LAMBDA(_xlpm.the_model,_xlop.the_precision,_xlfn.LET(_xlpm.the_m_,")


def test_a_name_of_the_readers_own_stays(tmp_path):
    """Excel makes no difference between the reader's Train_Mfu and our TRAIN_MFU."""
    book = Workbook()
    book.defined_names["Train_Mfu"] = DefinedName("Train_Mfu", attr_text="Sheet!$Z$1")
    book.save(tmp_path / "book.xlsx")
    told = put_lambdas(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    assert told.other_names == [("TRAIN_MFU", "XLCOST.TRAIN_MFU", "Train_Mfu")]
    texts = {name.name: name.text for name in defined_names(workbook_parts(tmp_path / "out.xlsx"))}
    assert texts["Train_Mfu"] == "Sheet!$Z$1"
    assert texts["XLCOST.TRAIN_MFU"].startswith("_xlfn.LAMBDA(_xlpm.model,_xlpm.tokens_per_second,")
    assert spellings(workbook_parts(tmp_path / "out.xlsx"))["TRAIN_MFU"] == "XLCOST.TRAIN_MFU"


@pytest.mark.slow
def test_no_name_of_the_plan_is_that_of_a_function(planned):
    assert planned[2].other_names == []


@pytest.mark.slow
def test_names_look_up_in_the_tables_that_a_workbook_has(planned):
    """Its columns and names are completed; no second table stands beside it."""
    source, target, told = planned
    assert told.sheets == ["Functions", "Regions", "Aliases"]
    before, after = load_workbook(source), load_workbook(target)
    for title in ("Models", "GPUs", "Prices"):
        for row in before[title].iter_rows():
            for cell in row:
                assert after[title][cell.coordinate].value == cell.value, (title, cell.coordinate)
    heads = [cell.value for cell in after["Models"][4]]
    assert len(heads) == len(set(heads))
    assert set(plan_columns()) <= set(heads)
    changed = after["Models"]["B5"].value, heads.index("params") + 1
    sheet = after["Models"]
    sheet.cell(5, changed[1], 2e9)
    after.create_sheet("Mine")["A1"] = f'=MODEL_PARAMS("{changed[0]}")'
    after["Mine"]["A2"] = f'=MODEL_SPEC("{changed[0]}","vocab")'
    after.save(target.with_name("changed.xlsx"))
    found = iron(target.with_name("changed.xlsx"))["Mine"]
    assert found["A1"] == 2e9
    assert found["A2"] == spec_of("MODEL_SPEC").call(changed[0], "vocab")


def plan_columns():
    from xlcost.facts.store import MODELS

    return MODELS.rows[0]


@pytest.mark.slow
def test_plain_cells_stay_for_who_has_no_lambda(planned, office):
    """LibreOffice 7.4 knows no LAMBDA: all cells of the plan are calculated as before, the sheet's examples too."""
    source, target, _ = planned
    found, values = office(target), load_workbook(target, data_only=True)
    texts = load_workbook(source)
    plain = [(s.title, c.coordinate) for s in texts for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert len(plain) > 1000
    wrong = [p for p in plain if not alike(found[p[0]].get(p[1], ""), values[p[0]][p[1]].value, p[0])]
    assert wrong == []


def alike(found, cached, sheet):
    if isinstance(cached, (dt.date, dt.time)):
        return True
    if isinstance(cached, (int, float)) and isinstance(found, (int, float)):
        return found == pytest.approx(cached, rel=1e-9, abs=1e-6 if sheet == "Checks" else 1e-9)
    return found == (cached or "")


@pytest.mark.slow
def test_columns_that_formulas_miss_stand_at_the_right_edge(planned):
    parts = workbook_parts(planned[1])
    title = {sheet.title: sheet.part for sheet in package.sheets(parts)}
    sheet = load_workbook(planned[1])["Models"]
    reach = re.search(rb'<dimension ref="([^"]*)"', parts[title["Models"]])[1].decode()
    assert reach == sheet.dimensions
    rows = list(sheet.iter_rows(min_row=5, min_col=2, values_only=True))
    assert all(cell is not None for row in rows for cell in row)


@pytest.mark.slow
def test_rows_that_the_reader_added_get_no_figure_made_up(planned, tmp_path):
    book = load_workbook(planned[0])
    book["Models"]["B5"] = "of-my-own"
    book.create_sheet("Mine")["A1"] = '=MODEL_SPEC("of-my-own","vocab")'
    book["Mine"]["A2"] = '=MODEL_PARAMS("of-my-own")'
    book["Mine"]["A3"] = '=MODEL_PARAMS("Of My Own")'
    book.save(tmp_path / "own.xlsx")
    put_lambdas(tmp_path / "own.xlsx", tmp_path / "out.xlsx")
    found = iron(tmp_path / "out.xlsx")["Mine"]
    assert found["A1"] == {"error": "#N/A"}
    assert found["A2"] > 1e6
    assert found["A3"] == {"error": "#N/A"}  # an alias needs a row on the sheet Aliases


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("Models_params", "Sheet!$A$1", r"a name Models_params of its own"),
        ("Models_id", "Sheet!$A$2:$A$9", r"a name Models_id that is no table of xlcost's"),
        ("Models_id", "1+1", r"a name Models_id that is no table of xlcost's"),
        ("xlcost.size", "Sheet!$A$1", r"a name xlcost\.size of its own; rename it"),
    ],
)
def test_names_in_the_way_are_told(tmp_path, name, text, sentence):
    book = Workbook()
    book.defined_names[name] = DefinedName(name, attr_text=text)
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(BadInput, match=sentence):
        put_lambdas(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    assert os.listdir(tmp_path) == ["book.xlsx"]


@pytest.mark.slow
def test_prices_of_an_edition_without_quotes_are_told(planned, tmp_path):
    book = load_workbook(planned[0])
    for name in [name for name in book.defined_names if name.startswith("Quotes_")]:
        del book.defined_names[name]
    book.save(tmp_path / "old.xlsx")
    with pytest.raises(BadInput, match="behind the names Prices_\\* is of another edition"):
        put_lambdas(tmp_path / "old.xlsx", tmp_path / "out.xlsx")


def test_a_table_called_like_a_function_keeps_its_name(tmp_path):
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.active.add_table(Table(displayName="Weight_GB", ref="A1:B2"))
    book.save(tmp_path / "book.xlsx")
    told = put_lambdas(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    assert told.other_names == [("WEIGHT_GB", "XLCOST.WEIGHT_GB", "Weight_GB")]


def test_days_counted_from_1904_are_told(tmp_path):
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.save(tmp_path / "mac.xlsx")
    with pytest.raises(BadInput, match="counts days from 1904"):
        put_functions(tmp_path / "mac.xlsx", tmp_path / "out.xlsx")


@pytest.fixture
def run(monkeypatch, capsys):
    """run(words...) gives the exit status, stdout and stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["xlcost", "addin", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code, *capsys.readouterr()

    return call


@pytest.mark.slow
def test_the_demo_adds_the_names_where_it_is_told(tmp_path, capsys):
    table = ROOT / "workbooks" / "scenarios.csv"
    (tmp_path / "one.csv").write_text("".join(table.read_text(encoding="utf-8").splitlines(keepends=True)[:2]))
    demo.run(tmp_path / "plain", tmp_path / "one.csv")
    demo.run(tmp_path / "named", tmp_path / "one.csv", lambdas=True)
    called = sorted(os.listdir(tmp_path / "named"))
    assert capsys.readouterr().out.count("36 months in all") == 2
    assert sorted(os.listdir(tmp_path / "plain")) == called
    for name in called:
        before, after = (workbook_parts(tmp_path / folder / name) for folder in ("plain", "named"))
        assert "TRAIN_COST" not in {name.name for name in defined_names(before)}
        assert "TRAIN_COST" in {name.name for name in defined_names(after)}
        assert before.keys() <= after.keys()


@pytest.mark.slow
def test_commands_write_beside_the_workbook_unless_told(tmp_path, run):
    source = calling(tmp_path / "book.xlsx")
    before = source.read_bytes()
    native = sum(spec.native for spec in FUNCTIONS)
    assert run("lambdas", source)[:2] == (
        0,
        f"{tmp_path / 'book.lambdas.xlsx'}: {native} functions can be typed by name in Excel 365, 2024 and on the web\n"
        "New sheets: Models, GPUs, Precisions, Regions, Prices, Aliases\n",
    )
    status, out, _ = run("functions", source, "--out", tmp_path / "f.xlsx")
    assert (status, out.splitlines()[0]) == (
        0,
        f"{tmp_path / 'f.xlsx'}: its sheet 'Functions' explains {len(FUNCTIONS)} functions",
    )
    assert source.read_bytes() == before
    assert run("lambdas", source, "--in-place")[0] == 0
    assert source.read_bytes() == (tmp_path / "book.lambdas.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lambdas", "none.xlsx"], "there is no file none.xlsx"),
        (["functions", "text.xlsx"], "text.xlsx is not an Excel workbook (.xlsx): it is text, such as a CSV table"),
        (["lambdas", "book.xlsx", "--out", "book.csv"], "book.csv must end in .xlsx, or Excel will not open it"),
        (["lambdas", "book.xlsx", "--out", "a.xlsx", "--in-place"], "out: --in-place writes the workbook itself; "),
        (["functions", "book.xlsx", "--out", "open.xlsx"], "open.xlsx is open in Excel; close it there"),
    ],
)
def test_mistakes_are_sentences_and_nothing_is_written(tmp_path, run, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    Workbook().save("book.xlsx")
    Path("text.xlsx").write_text("a,b\n1,2\n")
    Path("~$open.xlsx").touch()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert err.startswith(f"xlcost: {sentence}")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
