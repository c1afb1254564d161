"""xlwings Lite: its project goes into a workbook and out again, and computes with what Pyodide has."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

from places import STUBS
from samples import agrees
from xlcost.catalogue import FUNCTIONS
from xlcost.errors import BadInput
from xlcost.hosts import lite as host
from xlcost.into_workbook import lite
from xlcost.into_workbook.lite_project import project
from xlcost.ooxml import package
from xlcost.ooxml.open import workbook_parts, write_workbook

STUB = STUBS / "lite_stub.py"
ADDIN = Path(host.__file__).parents[1] / "addin"
WE = "{http://schemas.microsoft.com/office/webextensions/webextension/2010/11}"
WETP = "{http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11}"


# The module, in a Python that has no more than Pyodide


def in_lite(*calls):
    """What Excel shows for each (function, cells), and what was there at the end."""
    lines = [host.MAIN, *calls]
    done = subprocess.run(
        [sys.executable, str(STUB)],
        input="".join(f"{json.dumps(line)}\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *answers, end = map(json.loads, done.stdout.splitlines())
    return answers, end


def as_cells(value):
    """An example's argument as cells: a list is a row of a range."""
    return [list(value)] if isinstance(value, (list, tuple)) else value


@pytest.fixture(scope="module")
def lite_answers():
    calls = {
        "example": [(f"XLCOST.{spec.name}", [as_cells(v) for v in spec.example_cells]) for spec in FUNCTIONS],
        "cost": [("XLCOST.TRAIN_COST", ["gpt-3", "300B", "A100", 2, 1])],
        "column": [("XLCOST.TRAIN_FLOPS", [[[1e9], ["7B"], ["no such model"], [{"error": "#DIV/0!"}], [0]], 1e12])],
        "error": [("XLCOST.TRAIN_FLOPS", [{"error": "#REF!"}, 1e12])],
        "unknown": [("XLCOST.GPU_PRICE", ["H10O"])],
        "wrong": [("XLCOST.TRAIN_COST", ["gpt-3", "1,5", "A100"])],
        "blank": [("XLCOST.TRAIN_COST", ["gpt-3", "300B", "A100", 0, 1]), ("XLCOST.GPU_PRICE", ["A100"])],
        "explain": [
            ("XLCOST.EXPLAIN", ["TRAIN_COST", *cells]) for cells in (["gpt-3", "300B", "A100", 0, 1], ["gpt-3"])
        ],
        "explain nothing": [("XLCOST.EXPLAIN", [cell]) for cell in (0, "no such function", {"error": "#N/A"})],
    }
    answers, end = in_lite(*[call for some in calls.values() for call in some])
    answers = iter(answers)
    return {name: [next(answers) for _ in some] for name, some in calls.items()} | {"end": end}


@pytest.mark.parametrize("number", range(len(FUNCTIONS)), ids=[spec.name for spec in FUNCTIONS])
def test_every_example_holds_with_what_pyodide_has(lite_answers, number):
    shown, wanted = lite_answers["example"][number], FUNCTIONS[number].example["returns"]
    if isinstance(wanted, (list, tuple)):
        rows = wanted if isinstance(wanted[0], (list, tuple)) else [wanted]
        for row, expected in zip(shown, rows, strict=False):  # an example may show the first rows only
            assert len(row) == len(expected)
            assert all(agrees(a, b) for a, b in zip(row, expected, strict=True))
        assert len(shown) >= len(rows)
    else:
        assert len(shown) == len(shown[0]) == 1
        assert agrees(shown[0][0], wanted)


def test_a_cost_by_hand(lite_answers):
    assert lite_answers["cost"] == [[[pytest.approx(6 * 175e9 * 300e9 / 312e12 / 3600 * 2, rel=1e-12)]]]


def test_a_column_stays_a_column_and_each_cell_has_its_own_error(lite_answers):
    assert lite_answers["column"] == [
        [[6e21], [4.2e22], [{"error": "#N/A"}], [{"error": "#DIV/0!"}], [{"error": "#VALUE!"}]]
    ]


def test_failures_are_error_values(lite_answers):
    assert lite_answers["error"] == [[[{"error": "#REF!"}]]]
    assert lite_answers["unknown"] == [[[{"error": "#N/A"}]]]
    assert lite_answers["wrong"] == [[[{"error": "#VALUE!"}]]]


def test_a_blank_cell_that_arrives_as_0_is_left_out(lite_answers):
    """Excel on the desktop hands custom functions 0 for a blank cell (office-js#1951, #4702)."""
    (cost,), (price,) = lite_answers["blank"][0], lite_answers["blank"][1]
    assert cost[0] == pytest.approx(6 * 175e9 * 300e9 / 312e12 / 3600 * price[0], rel=1e-12)


def test_explain_takes_blank_cells_as_the_function_itself_does(lite_answers):
    whole, short = lite_answers["explain"]
    assert agrees(whole[-1][2], lite_answers["blank"][0][0][0])
    assert short[1][1].startswith("tokens: is missing")


def test_explain_of_nothing_is_an_error_value(lite_answers):
    assert [rows[0][0] for rows in lite_answers["explain nothing"]] == [
        {"error": c} for c in ("#VALUE!", "#N/A", "#N/A")
    ]


def test_every_function_is_there_under_its_name_and_id(lite_answers):
    names = {f"XLCOST.{spec.name}": f"XLCOST_{spec.name}" for spec in FUNCTIONS}
    assert lite_answers["end"]["functions"] == names


def test_the_functions_use_numpy_pydantic_and_genai_prices_only(lite_answers):
    assert lite_answers["end"]["refused"] == ["ssl", "httpx2", "scipy", "platformdirs"]
    modules = set(lite_answers["end"]["modules"])
    assert {"numpy", "pydantic", "genai_prices"} <= modules
    assert not modules & {"openpyxl", "currency_converter", "et_xmlfile"}


@pytest.fixture
def officejs(monkeypatch):
    """xlwings' own converters (BSD) for an Excel that speaks JSON, as custom functions meet it."""
    import xlwings
    from xlwings.main import Engine

    class Impl:
        name, type = "officejs", "remote"

        @staticmethod
        def clean_value_data(rows, datetime_builder, empty_as, number_builder, err_to_str):
            def clean(value):
                if isinstance(value, dict):
                    return value["error"] if err_to_str else None
                return empty_as if value == "" else value

            return [[clean(value) for value in row] for row in rows]

    monkeypatch.setitem(xlwings.engines.engines_by_name, "officejs", Engine(impl=Impl))


@pytest.mark.parametrize(
    "cells",
    [3.5, "70B", True, {"error": "#N/A"}, [[1.5], ["x"], [{"error": "#REF!"}], [""]], [[1.5, 2.5]], [[1, 2], [3, ""]]],
    ids=str,
)
@pytest.mark.parametrize("options", [{"ndim": 2, "err_to_str": True}, {"ndim": 2}], ids=str)
def test_the_stand_in_reads_cells_as_xlwings_does(officejs, cells, options):
    from xlwings import conversion

    from stubs.lite_stub import read

    assert read(cells, options) == conversion.read(None, cells, dict(options), engine_name="officejs")


# The project in a workbook


@pytest.fixture
def book(tmp_path):
    """A workbook that calls functions in every way a formula can, and must not be misread."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "GPU_FIT(x)"
    sheet["A1"] = 175e9
    sheet["B1"] = "=TRAIN_FLOPS(A1,300e9)"
    sheet["B2"] = '=IF(A1>0,TRAIN_COST("gpt-3","300B","A100",,0.4),"TRAIN_COST(")'
    sheet["B3"] = "=SUM('GPU_FIT(x)'!A1,KV_CACHE_GB(A1,8192))&\"<&>\""
    sheet["B4"] = "=XLCOST.TRAIN_FLOPS(A1,1)"
    sheet["B5"] = "=MY.TRAIN_COST(A1)+TRAIN_COSTS(A1)"
    sheet["B6"] = "=TRAIN_COST"
    path = tmp_path / "book.xlsx"
    workbook.save(path)
    return path


STORED = {
    "B1": "=_xldudf_XLCOST_TRAIN_FLOPS(A1,300e9)",
    "B2": '=IF(A1>0,_xldudf_XLCOST_TRAIN_COST("gpt-3","300B","A100",,0.4),"TRAIN_COST(")',
    "B3": "=SUM('GPU_FIT(x)'!A1,_xldudf_XLCOST_KV_CACHE_GB(A1,8192))&\"<&>\"",
    "B4": "=_xldudf_XLCOST_TRAIN_FLOPS(A1,1)",
    "B5": "=MY.TRAIN_COST(A1)+TRAIN_COSTS(A1)",
    "B6": "=TRAIN_COST",
}


def formulas(path):
    sheet = load_workbook(path).worksheets[0]
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}


def test_calls_are_stored_as_the_host_stores_them(book):
    told = lite.embed(book, book)
    assert formulas(book) == STORED
    assert told.calls == 4


def test_code_and_cells_come_out_as_they_went_in(book, tmp_path):
    before, out = formulas(book), tmp_path / "back.xlsx"
    lite.embed(book, tmp_path / "lite.xlsx")
    files = project(workbook_parts(tmp_path / "lite.xlsx"))
    assert files["main.py"] == host.MAIN
    assert files["requirements.txt"].splitlines()[-1] == "xlcost==0.1.0"
    lite.remove(tmp_path / "lite.xlsx", out)
    assert formulas(out) == before | {"B4": "=TRAIN_FLOPS(A1,1)"}
    parts, original = workbook_parts(out), workbook_parts(book)
    assert set(parts) == set(original)
    assert project(parts) == {}
    same = set(parts) - {"xl/worksheets/sheet1.xml", "_rels/.rels", "[Content_Types].xml"}
    assert {name: parts[name] for name in same} == {name: original[name] for name in same}
    for name in ("_rels/.rels", "[Content_Types].xml"):
        assert ElementTree.canonicalize(parts[name].decode()) == ElementTree.canonicalize(original[name].decode())


def test_the_parts_hang_together_as_excel_writes_them(book):
    """The parts of MS-OWEXML: package -> task panes -> the web extension with the add-in's id, files, functions."""
    lite.embed(book, book)
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (panes,) = [link for link in package.links(parts) if link.kind == "webextensiontaskpanes"]
    (link,) = package.links(parts, panes.target)
    pane = ElementTree.fromstring(parts[panes.target]).find(f"{WETP}taskpane/{WETP}webextensionref")
    assert list(pane.attrib.values()) == [link.id]
    extension = ElementTree.fromstring(parts[link.target])
    assert extension.find(f"{WE}reference").get("id") == "wa200008175"
    order = [child.tag.removeprefix(WE) for child in extension]
    assert order == ["reference", "alternateReferences", "properties", "bindings", "snapshot", "extLst"]
    assert extension.find(f".//{WE}containsCustomFunctions") is not None
    types = package.content_types(parts)
    assert types[panes.target] == "application/vnd.ms-office.webextensiontaskpanes+xml"
    assert types[link.target] == "application/vnd.ms-office.webextension+xml"


def test_the_same_workbook_gives_the_same_bytes(book, tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        lite.embed(book, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_table_of_results_is_stored_as_a_dynamic_array(tmp_path):
    """Without the mark Excel puts an @ before the call, and one cell of the table is left."""
    workbook, path = Workbook(), tmp_path / "list.xlsx"
    workbook.active["A1"], workbook.active["A2"] = "=GPU_LIST()", "=TRAIN_FLOPS(1e9,1e12)"
    workbook.save(path)
    lite.embed(path, path)
    xml = workbook_parts(path)["xl/worksheets/sheet1.xml"].decode()
    assert '<f t="array" ref="A1">_xldudf_XLCOST_GPU_LIST()</f>' in xml
    assert "<f>_xldudf_XLCOST_TRAIN_FLOPS(1e9,1e12)</f>" in xml


UNKNOWN = """<row r="1"><c r="A1" t="e"><f>TRAIN_FLOPS("gpt-3",1000)</f><v>#NAME?</v></c></row>
<row r="2"><c r="A2" t="e"><f>TRAIN_FLOPS(B1:B3,1000)</f><v>#NAME?</v></c></row>
<row r="3"><c r="A3"><f>1+WEIGHT_GB(B1,"fp8")</f><v>7</v></c></row>"""


def saved_by_excel(path, rows):
    """A workbook with these rows, whose author had no add-in, as Excel saves it."""
    Workbook().save(path)
    parts = workbook_parts(path)
    for name, old, new in (
        ("xl/worksheets/sheet1.xml", "<sheetData></sheetData>", f"<sheetData>{rows}</sheetData>"),
        ("xl/workbook.xml", '<calcPr calcId="124519" fullCalcOnLoad="1" />', '<calcPr calcId="191029"/>'),
    ):
        assert old.encode() in parts[name], name
        parts[name] = parts[name].replace(old.encode(), new.encode())
    write_workbook(path, parts)
    return parts


def test_cells_that_show_an_unknown_name_are_calculated_when_the_workbook_opens(tmp_path):
    path = tmp_path / "new.xlsx"
    before = saved_by_excel(path, UNKNOWN)
    assert lite.embed(path, tmp_path / "lite.xlsx").calls == 3
    parts = workbook_parts(tmp_path / "lite.xlsx")
    xml = parts["xl/worksheets/sheet1.xml"].decode()
    assert '<c r="A1" t="e"><f>_xldudf_XLCOST_TRAIN_FLOPS("gpt-3",1000)</f>' in xml
    assert '<c r="A2" t="e" cm="1"><f t="array" ref="A2">_xldudf_XLCOST_TRAIN_FLOPS(B1:B3,1000)</f>' in xml
    assert '<c r="A3"><f>1+_xldudf_XLCOST_WEIGHT_GB(B1,"fp8")</f><v>7</v></c>' in xml
    assert '<calcPr calcId="191029" fullCalcOnLoad="1"/>' in parts["xl/workbook.xml"].decode()
    lite.remove(tmp_path / "lite.xlsx", tmp_path / "back.xlsx")
    back = workbook_parts(tmp_path / "back.xlsx")
    assert back["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"]
    assert set(back) == set(before)


def test_nothing_is_calculated_anew_where_every_call_has_its_value(tmp_path):
    path = tmp_path / "book.xlsx"
    saved_by_excel(path, '<row r="3"><c r="A3"><f>1+WEIGHT_GB(B1,"fp8")</f><v>7</v></c></row>')
    lite.embed(path, path)
    assert b"fullCalcOnLoad" not in workbook_parts(path)["xl/workbook.xml"]


def test_arrays_that_excel_has_saved_itself_stay_arrays(tmp_path):
    """It numbers the links anew; from then on nobody can tell which arrays were plain formulas once."""
    path = tmp_path / "book.xlsx"
    saved_by_excel(path, UNKNOWN)
    lite.embed(path, path)
    parts = workbook_parts(path)
    links = parts["xl/_rels/workbook.xml.rels"]
    write_workbook(path, parts | {"xl/_rels/workbook.xml.rels": links.replace(b"rIdXlcost", b"rId9")})
    lite.remove(path, path)
    xml = workbook_parts(path)["xl/worksheets/sheet1.xml"].decode()
    assert '<c r="A2" t="e" cm="1"><f t="array" ref="A2">TRAIN_FLOPS(B1:B3,1000)</f>' in xml


@pytest.mark.parametrize(
    ("formula", "spills"),
    [
        ("TRAIN_FLOPS(B1:B3,1000)", True),
        ("TRAIN_FLOPS(Sizes,1000)", True),
        ("TRAIN_FLOPS(T[Size],1000)", True),
        ('TRAIN_FLOPS({"gpt-3","70B"},1000)', True),
        ("TRAIN_FLOPS(_xlfn.ANCHORARRAY(B1),1000)", True),
        ("1+TRAIN_FLOPS(B1,WEIGHT_GB(B1:B3))", True),
        ("GPU_LIST()", True),
        ("TRAIN_FLOPS($B$1,-1.5E+3*B2)", False),
        ('TRAIN_FLOPS("B1:B3","Sizes",TRUE)', False),
        ("TRAIN_FLOPS('B1 (x)'!$B1,Sheet2!B$2)", False),
        ('SUM(B1:B3)*TRAIN_FLOPS("a)b",1000)+SUM(Sizes)', False),
    ],
)
def test_calls_that_may_fill_several_cells(formula, spills):
    to_project = {name: host.STORED + name for name in ("TRAIN_FLOPS", "WEIGHT_GB", "GPU_LIST")}
    assert lite.spills(lite.rename_calls(formula, to_project.get)) is spills


def test_names_of_the_workbook_itself_stay(book, tmp_path):
    workbook = load_workbook(book)
    workbook.defined_names["TRAIN_FLOPS"] = DefinedName("TRAIN_FLOPS", attr_text="_xlfn.LAMBDA(_xlpm.a,_xlpm.a)")
    workbook.save(book)
    told = lite.embed(book, book)
    assert told.own_names == ["TRAIN_FLOPS"]
    assert formulas(book)["B1"] == "=TRAIN_FLOPS(A1,300e9)"
    assert formulas(book)["B2"] == STORED["B2"]


def test_a_second_time_renews_the_requirement_only(book):
    lite.embed(book, book)
    wheel = "https://example.com/xlcost-0.2.0-py3-none-any.whl"
    assert lite.embed(book, book, wheel).calls == 0
    files = project(workbook_parts(book))
    assert files["requirements.txt"] == host.requirements(wheel)
    assert formulas(book) == STORED


def add_extension(path, code):
    """Another program's change to the project, or a project of the reader's."""
    parts = workbook_parts(path)
    name = "xl/webextensions/webextension1.xml"
    xml = parts[name].decode()
    start = xml.index('name="main.py" value="') + len('name="main.py" value="')
    escaped = json.dumps(code).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    parts[name] = (xml[:start] + escaped + xml[xml.index('"', start) :]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def test_a_project_of_the_readers_is_left_alone(book):
    lite.embed(book, book)
    add_extension(book, "import xlwings as xw\n")
    before = book.read_bytes()
    with pytest.raises(
        BadInput, match=r"holds an xlwings Lite project already; add 'from xlcost\.addin\.lite import \*'"
    ):
        lite.embed(book, book)
    with pytest.raises(BadInput, match="holds no xlcost project"):
        lite.remove(book, book)
    assert book.read_bytes() == before


def test_code_that_was_added_stays_when_the_calls_go(book):
    lite.embed(book, book)
    code = f"{host.MAIN}\nimport xlwings as xw\n"
    add_extension(book, code)
    told = lite.remove(book, book)
    assert told.code_stays
    assert project(workbook_parts(book))["main.py"] == code
    assert formulas(book)["B1"] == "=TRAIN_FLOPS(A1,300e9)"


def test_another_add_in_in_the_workbook_stays(book):
    lite.embed(book, book)
    parts = workbook_parts(book)
    name = "xl/webextensions/webextension1.xml"
    parts[name] = parts[name].replace(b"wa200008175", b"wa100000001").replace(b"WA200008175", b"WA100000001")
    with zipfile.ZipFile(book, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    lite.embed(book, book)
    both = workbook_parts(book)
    assert both[name] == parts[name]
    assert project(both)["main.py"] == host.MAIN
    lite.remove(book, book)
    assert set(workbook_parts(book)) == set(parts)


def test_macros_are_carried_unharmed(tmp_path):
    path, code = tmp_path / "book.xlsm", bytes(range(256)) * 9
    macro_book(path, code)
    lite.embed(path, path)
    assert workbook_parts(path, macros=True)["xl/vbaProject.bin"] == code
    with pytest.raises(BadInput, match=r"must end in \.xlsm"):
        lite.embed(path, tmp_path / "book.xlsx")


def macro_book(path, code):
    """A workbook with a macro project, as Excel lists it."""
    plain = path.with_suffix(".plain.xlsx")
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    parts["[Content_Types].xml"] = types.replace(
        b"</Types>", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        b'Target="vbaProject.bin"/></Relationships>',
    )
    parts["xl/vbaProject.bin"] = code
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


GOOD = [
    "xlcost",
    "xlcost==0.1.0",
    "xlcost >=0.1, <0.2",
    "https://example.com/dist/xlcost-0.1.0-py3-none-any.whl",
    "xlcost @ https://example.com/xlcost-0.1.0-py3-none-any.whl",
]
BAD = [
    "numpy",
    "xlcost\nevil",
    "https://example.com/xlcost-0.1.0.tar.gz",
    "http://example.com/xlcost-0.1.0-py3-none-any.whl",
    "https://example.com/xlcost-0.1.0-cp312-cp312-win_amd64.whl",
    "https://example.com/ xlcost-0.1.0-py3-none-any.whl",
]


@pytest.mark.parametrize("line", GOOD)
def test_requirements_that_lite_can_install(line):
    assert lite.requirement_line(f" {line} ") == line


@pytest.mark.parametrize("line", BAD)
def test_requirements_that_lite_cannot_install(line):
    with pytest.raises(BadInput, match=r"^requirement: "):
        lite.requirement_line(line)


def test_pip_reads_the_requirements():
    from packaging.requirements import Requirement

    lines = host.requirements("xlcost==0.1.0").splitlines()
    assert [Requirement(line).name for line in lines][-1] == "xlcost"
