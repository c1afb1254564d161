"""The Excel add-in as a file: olevba, olefile and openpyxl read what was written; LibreOffice does in test_vba.py."""

import contextlib
import io
import re
import socket
import sys
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from stubs import com_stub
from xlcost import __version__
from xlcost.catalogue import FUNCTIONS
from xlcost.desktop import compound, ovba, xlam
from xlcost.desktop.vba_class import class_source
from xlcost.errors import BadInput
from xlcost.hosts import vba
from xlcost.hosts.arguments import argument_help

with warnings.catch_warnings(action="ignore"):  # of what it imports
    from oletools.olevba import VBA_Parser, decompress_stream

PYTHON = r"C:\Users\Ann\xlcost\.venv\Scripts\python.exe"
BAS = Path(vba.__file__).parents[1] / "addin" / "xlcost.bas"
TEXT = BAS.read_text(encoding="ascii")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
EVERY = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def built():
    return xlam.build(FUNCTIONS, PYTHON)


def part(content, name):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.read(name)


# The container and its compression, read back by the libraries that malware analysts use.


@given(st.text(st.characters(codec="ascii"), max_size=3000), st.integers(1, 30))
def test_compression(text, times):
    source = "\r\n".join([text] * times).encode()
    packed = ovba.compress(source)
    assert ovba.decompress(packed) == source
    assert not source or decompress_stream(bytearray(packed)) == source


def test_our_module_becomes_shorter():
    """As short as what Excel makes of such text: xlwings' own module, packed again."""
    stream = compound.streams(part(xlam.template(), xlam.BINARY))["VBA"]["xlwings"]
    assert len(ovba.compress(ovba.decompress(stream))) <= len(stream)


SIZES = st.sampled_from([0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 70_000])
NAMES = st.text("abcdefgXYZ_1", min_size=1, max_size=30)
STREAMS = st.dictionaries(NAMES, SIZES, max_size=12)


@given(st.dictionaries(NAMES, STREAMS, max_size=3), STREAMS)
def test_compound_file(storages, streams):
    """Names that differ in case only are the same name in a compound file."""
    tree = {
        f"s{name}".upper(): {n.upper(): bytes([65]) * s for n, s in held.items()} for name, held in storages.items()
    }
    tree |= {name.lower(): bytes([66]) * size for name, size in streams.items()}
    content = compound.compound_file(tree)
    found = {}
    with olefile.OleFileIO(io.BytesIO(content), raise_defects=olefile.DEFECT_INCORRECT) as file:
        for path in file.listdir():
            found["/".join(path)] = file.openstream(path).read()
            assert file.get_size(path) == len(found["/".join(path)])
    flat = {f"{s}/{n}": b for s, held in tree.items() if isinstance(held, dict) for n, b in held.items()}
    assert found == flat | {name: body for name, body in tree.items() if isinstance(body, bytes)}


def test_compound_file_with_many_sectors():
    tree = {f"stream{number}": bytes([number]) * 100_000 for number in range(40)}
    assert compound.streams(compound.compound_file(tree)) == tree
    with pytest.raises(ValueError, match="too long"):
        compound.compound_file({"a" * 32: b""})
    with pytest.raises(ValueError, match="too large"):
        compound.compound_file({"a": bytes(8_000_000)})


# The project: every module read back.


def modules(content):
    """{module: source}, as olevba finds it; the source with its attributes."""
    return {name.partition(".")[0]: text for name, text in files(content).items()}


def files(content):
    """{module with the ending of its kind: source}: .bas is a standard module, .cls a class or a sheet."""
    sources = {}
    parser = VBA_Parser("xlcost.xlam", data=part(content, xlam.BINARY))
    for _, stream, name, text in parser.extract_all_macros():
        sources[name] = text
        assert stream.startswith("VBA/")
    parser.close()
    return sources


def without_attributes(text):
    return re.sub(r"(?m)^Attribute VB_.*\r?\n", "", text).replace("\r\n", "\n")


def test_olevba_reads_our_module(built):
    assert without_attributes(modules(built)["xlcost"]) == without_attributes(TEXT)


def test_attributes_of_our_module(built):
    """Which olevba hides when it shows the text."""
    stream = compound.streams(part(built, xlam.BINARY))["VBA"]["xlcost"]
    assert decompress_stream(bytearray(stream)).decode("cp1252") == TEXT.replace("\n", "\r\n")


def test_modules_of_the_template_are_as_they_were(built):
    """But for the sample, which is not in the add-in, and xlwings' module."""
    before, now = modules(xlam.template()), modules(built)
    assert now.keys() == before.keys() - {"Module1"} | {"xlcost", "XlcostWindows"}
    for name in before.keys() - {"Module1", "xlwings"}:
        assert now[name] == before[name]


PROCEDURE = re.compile(r"(?ms)^ *(Public |Private |Friend )?(?:Static )?(Function|Sub|Property \w+) (\w+).*?^End \2")


def told(text):
    """The code without comments that fill a line."""
    return re.sub(r"(?m)^\s*'.*$", "", text)


def test_what_a_cell_can_reach(built):
    """What stands in a standard module, private or not: our functions, and nothing that touches the computer."""
    standard = {name: told(text) for name, text in files(built).items() if name.endswith(".bas")}
    assert list(standard) == ["xlcost.bas"]
    (text,) = standard.values()
    public = {(kind, name) for scope, kind, name in PROCEDURE.findall(text) if scope != "Private "}
    names = ["XLCOST_STATUS", *(spec.name for spec in FUNCTIONS)]
    assert public == {("Function", name) for name in names} | {("Sub", "Auto_Open"), ("Sub", "XLCOST_DESCRIBE")}
    harm = r"(?i)\b(Declare|Shell|\w+Object|Open|Kill|Run|Evaluate|SendKeys|\w+Macro|CallByName|SaveSetting)\b"
    assert set(re.findall(harm, re.sub('"[^"\n]*"', "", text))) == set()


def test_what_runs_programs_is_not_in_the_addin(built):
    before, now = told(modules(xlam.template())["xlwings"]), told("".join(files(built).values()))
    were = {name for _, _, name in PROCEDURE.findall(before)}
    gone = were - {name for _, _, name in PROCEDURE.findall(now)}
    assert gone >= {
        "RunFrozenPython",
        "RunPython",
        "ExecuteWindows",
        "SaveConfigToFile",
        "ReadFile",
        "ImportPythonUDFs",
    }
    assert {name for name in gone if re.search(rf"(?i)\b{name}\b", now)} == set()


def test_class_of_xlwings_code(built):
    """Its procedures are xlwings' own; public is what our module calls, and nothing that VBA forbids in a class."""
    before, now = (modules(content)["xlwings"].replace("\r\n", "\n") for content in (xlam.template(), built))
    for found in PROCEDURE.finditer(now):
        head, body = found[0].removeprefix(found[1]).split("\n", 1)
        assert f"{head}\n" in before and body in before
    public = {name for scope, _, name in PROCEDURE.findall(now) if scope == "Public "}
    assert public == set(vba.CALLS.findall(TEXT)) == {"XLPy", "GetConfig", "FileExists", "SheetExists"}
    for text in (text for name, text in files(built).items() if name in ("xlwings.cls", "XlcostWindows.cls")):
        declarations = PROCEDURE.sub("", told(text))
        assert re.findall(r"(?m)^ *(?:Public|Global|Const|Declare|Type|Enum)\b.*", declarations) == []
    assert 'Private Const PROJECT_NAME As String = "xlcost"' in now
    assert "distributed under a BSD 3-clause license" in now


@pytest.mark.parametrize(
    ("old", "new"),
    [("Function XLPy()", "Function Python()"), ("Public Const XLWINGS", "Public Global_ As Long\nConst X")],
)
def test_module_that_cannot_be_a_class(old, new):
    source = modules(xlam.template())["xlwings"]
    assert old in source
    with pytest.raises(ValueError, match=r"no procedure XLPy|cannot have its line 'Public Global_ As Long'"):
        class_source(source.replace(old, new), "xlwings", {"XLPy"})


def test_streams_that_are_not_changed(built):
    before, now = (compound.streams(part(file, xlam.BINARY)) for file in (xlam.template(), built))
    for name in ("Dictionary", "Sheet2", "ThisWorkbook", "_VBA_PROJECT"):
        assert now["VBA"][name] == before["VBA"][name]


def test_project(built):
    """The names agree in all three streams that have them, and no module has the project's."""
    tree = compound.streams(part(built, xlam.BINARY))
    lines = tree["PROJECT"].decode("cp1252").splitlines()
    named = [line.partition("=")[2].partition("/")[0] for line in lines if re.match("Module|Class|Document", line)]
    head, records = ovba.head_and_modules(ovba.records(ovba.decompress(tree["VBA"]["dir"])))
    listed = [dict(module)[ovba.NAME].decode() for module in records]
    assert sorted(named) == sorted(listed) == sorted(tree["VBA"].keys() - {"dir", "_VBA_PROJECT"})
    assert dict(head)[ovba.COUNT] == len(listed).to_bytes(2, "little")
    assert dict(head)[ovba.PROJECT_NAME] == b"XlcostAddin" and 'Name="XlcostAddin"' in lines
    assert "XlcostAddin" not in listed
    wide = "\0".join(listed).encode("utf-16le")
    assert all(name.encode("utf-16le") in tree["PROJECTwm"] for name in listed) and len(tree["PROJECTwm"]) > len(wide)


# The workbook around it.


def test_other_parts_are_as_they_were(built):
    changed = {xlam.BINARY, xlam.WORKBOOK, xlam.SHEET, xlam.CORE}
    with zipfile.ZipFile(io.BytesIO(built)) as now, zipfile.ZipFile(io.BytesIO(xlam.template())) as before:
        assert now.testzip() is None
        assert now.namelist() == before.namelist()
        assert {name for name in now.namelist() if now.read(name) != before.read(name)} == changed
        for name in now.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(now.read(name))
    assert b'"application/vnd.ms-excel.addin.macroEnabled.main+xml"' in part(built, "[Content_Types].xml")


@contextlib.contextmanager
def as_workbook(content):
    """openpyxl knows workbooks, not add-ins, which differ in one word."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"ms-excel.addin.macro", b"ms-excel.sheet.macro"))
    book = load_workbook(buffer, keep_vba=True)
    yield book
    book.vba_archive.close()


def test_openpyxl_opens_it(built):
    with as_workbook(built) as book:
        assert book.sheetnames == ["xlcost.conf"]
        assert xlam.BINARY in book.vba_archive.namelist()
        assert book.properties.title == "xlcost" and f"xlcost {__version__}" in book.properties.description


def settings(content):
    with as_workbook(content) as book:
        return {key.value: value.value for key, value in book["xlcost.conf"].iter_rows(max_col=2)}


def test_settings(built):
    found = settings(built)
    assert found["INTERPRETER_WIN"] == PYTHON
    assert found["UDF MODULES"] == com_stub.MODULE
    assert found["XLCOST VERSION"] == __version__
    assert xlam.settings_of(built).items() >= {k: v for k, v in found.items() if isinstance(v, str)}.items()


def test_every_setting_that_starts_python_stands_in_the_addin(built):
    """Else xlwings would take it from a file beside whatever workbook is open."""
    code = modules(built)["xlwings"]
    read = set()
    for procedure in ("XLPyCommand()", "XLPyLoadDLL()"):
        body = code.partition(procedure)[2].partition("\nEnd ")[0]
        read |= {key.upper() for key in re.findall(r'GetConfig\("([^"]+)"', body)}
    assert len(read) > 10
    assert read - settings(built).keys() == {"INTERPRETER"}  # asked for where INTERPRETER_WIN is blank only


def test_python_looks_for_modules_in_no_folder_of_a_workbook(built, monkeypatch):
    """xlwings' own code on what its VBA hands over: a blank path would be the current folder."""
    from xlwings.utils import prepare_sys_path

    monkeypatch.setattr(sys, "path", ["python's own"])
    found = settings(built)
    middle = [found[f"{name}_WIN"] or "" for name in ("ONEDRIVE_CONSUMER", "ONEDRIVE_COMMERCIAL", "SHAREPOINT")]
    books = [r"C:\Downloads\offer.xlsx", r"C:\Users\Ann\XLSTART\xlcost.xlam"]
    prepare_sys_path(";".join([found["ADD_WORKBOOK_TO_PYTHONPATH"], *books, *middle, found["PYTHONPATH"]]))
    assert sys.path[1:] == ["python's own"]
    assert sys.path[0].lower() == str(Path(PYTHON.replace("\\", "/")).parent).replace("/", "\\").lower()


HOSTILE = (
    r"C:\Program Files (x86)\A & B\O'Brien\python.exe",
    r"C:\Users\Zoë Łukasz 山田\.venv\Scripts\python.exe",
    r"C:\]]></t>\python.exe".replace(">", "").replace("<", ""),
    r"\\server\share$\{x}\python.exe",
    r"%LOCALAPPDATA%\xlcost\python.exe",
    "C:\\a\u00a0b\u2028c\\=1+1\\python.exe",
)


@pytest.mark.parametrize("interpreter", HOSTILE)
def test_path_of_python_survives(interpreter):
    built = xlam.build(FUNCTIONS, interpreter)
    assert settings(built)["INTERPRETER_WIN"] == interpreter
    assert xlam.settings_of(built)["INTERPRETER_WIN"] == interpreter


@pytest.mark.parametrize(
    "interpreter",
    ["", " ", "python", r"Scripts\python.exe", 'C:\\a"b\\python.exe', "C:\\a\nb\\python.exe", "C:\\<b>\\python.exe",
     "C:\\100% sure\\python.exe", "C:\\a;b\\python.exe", "C:\\\ud800\\python.exe", "/usr/bin/python3"],
)  # fmt: skip
def test_path_that_xlwings_could_not_start(interpreter):
    with pytest.raises(BadInput, match="interpreter: ") as error:
        xlam.build(FUNCTIONS, interpreter)
    assert "\n" not in str(error.value)


def test_same_inputs_same_bytes(built, monkeypatch):
    """And nothing is asked of the network."""
    monkeypatch.setattr(socket, "socket", None)
    assert xlam.build(FUNCTIONS, PYTHON) == built
    assert xlam.build(FUNCTIONS, PYTHON + "x") != built


def changed_template(name, old, new):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlam.template())) as source, zipfile.ZipFile(buffer, "w") as target:
        for each in source.namelist():
            if each != name or new is not None:
                target.writestr(each, source.read(each).replace(old, new) if each == name else source.read(each))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "blank",
    [b"", b"no zip", changed_template(xlam.BINARY, b"", None), changed_template(xlam.WORKBOOK, b"myaddin", b"other"),
     changed_template(xlam.SHEET, b"sheetData", b"other"), changed_template(xlam.CORE, b"title", b"other")],
    ids=["empty", "no zip", "no project", "sheet renamed", "no cells", "no title"],
)  # fmt: skip
def test_template_of_another_form(blank):
    with pytest.raises(BadInput, match="add-in template of xlwings"):
        xlam.build(FUNCTIONS, PYTHON, blank)


# The function wizard: what Excel stores once a macro has told it (seen in an .xlam that Excel has saved).


def test_categories(built):
    root = ElementTree.fromstring(part(built, xlam.WORKBOOK))
    groups = root.find(f"{MAIN}functionGroups")
    names = [group.get("name") for group in groups]
    assert names == list(dict.fromkeys(f"xlcost {spec.category}" for spec in FUNCTIONS))
    assert max(map(len, names)) <= 32 and int(groups.get("builtInGroupCount")) + len(names) <= 255
    order = [child.tag.removeprefix(MAIN) for child in root]
    assert order.index("sheets") < order.index("functionGroups") < order.index("definedNames") < order.index("calcPr")


@EVERY
def test_category_and_description(built, spec):
    groups = ElementTree.fromstring(part(built, xlam.WORKBOOK)).find(f"{MAIN}functionGroups")
    (number,) = re.findall(rf'Attribute {spec.name}\.VB_ProcData\.VB_Invoke_Func = " \\n(\d+)"', TEXT)
    assert groups[int(number) - int(groups.get("builtInGroupCount")) - 1].get("name") == f"xlcost {spec.category}"
    (description,) = re.findall(rf'Attribute {spec.name}\.VB_Description = "(.*)"\n', TEXT)
    assert description.replace('""', '"') == spec.summary and len(spec.summary) <= 255


def test_argument_help(built):
    root = ElementTree.fromstring(part(built, xlam.WORKBOOK))
    found = {
        name.get("name"): [text.text for text in sorted(name.iter(f"{X14}argumentDescription"), key=place)]
        for name in root.iter(f"{X14}definedName")
    }
    expected = {spec.name: [argument_help(p) for p in spec.parameters] for spec in FUNCTIONS if spec.parameters}
    assert found == expected | {"XLCOST_STATUS": [vba.STATUS_ARGUMENT]}
    assert max(len(text) for texts in found.values() for text in texts) <= 255
    for texts in root.iter(f"{X14}argumentDescriptions"):
        assert int(texts.get("count")) == len(texts)


def place(text):
    return int(text.get("index"))


@EVERY
def test_wizard_is_told_the_same_by_macro(spec):
    """XLCOST_DESCRIBE, for an Excel that does not take it from the file."""
    start = TEXT.index(f'XlcostOption "{spec.name}", ')
    statement = re.match(r"(?:.* _\n)*.*\n", TEXT[start:])[0].replace(" _\n", "")
    texts = [text.replace('""', '"') for text in re.findall(r'"((?:[^"]|"")*)"', statement)]
    assert texts == [spec.name, f"xlcost {spec.category}", spec.summary, *map(argument_help, spec.parameters)]
