"""The Excel add-in (.xlam): the template of the installed xlwings with our module, settings and help in it.

The file is what Excel would save after a person imported the module, so that neither "trust access to the VBA
project" nor an import is needed. The settings stand on a sheet of the add-in, where xlwings looks first; the user's
other settings of xlwings are not touched. The same inputs give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from importlib import util
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PureWindowsPath
from xml.sax.saxutils import escape, quoteattr, unescape

from xlcost.desktop.ovba import OBJECT, Project, class_attributes
from xlcost.desktop.vba_class import class_source
from xlcost.errors import BadInput
from xlcost.files import read_bytes, zip_file, zip_parts
from xlcost.function import FunctionSpec
from xlcost.hosts import vba
from xlcost.hosts.arguments import argument_help

TEMPLATE = "quickstart_addin.xlam"
NAME = "xlcost.xlam"
PROJECT = "xlcost"  # what xlwings names the settings after: the sheet xlcost.conf
VBA_PROJECT = "XlcostAddin"  # other than its modules, as VBA wants it
XLWINGS, SAMPLE = "xlwings", "Module1"  # modules of the template
UDF_MODULE = "xlcost.addin.udfs"
BINARY, WORKBOOK, SHEET, CORE = "xl/vbaProject.bin", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "docProps/core.xml"
HELP_EXTENSION = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"
LARGEST_SHEET = 1_000_000  # bytes
MACROS = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
Cell = str | bool


def settings(interpreter: str) -> dict[str, Cell]:
    """All settings that xlwings reads to start Python, so that none is taken from elsewhere.

    PYTHONPATH is the interpreter's folder, which holds no module: a blank one would mean Excel's current folder, and
    the workbook's folder is kept off the path because any file may lie there.
    """
    return {
        "INTERPRETER_WIN": interpreter,
        "INTERPRETER_MAC": "",
        "PYTHONPATH": str(PureWindowsPath(interpreter).parent),
        "ADD_WORKBOOK_TO_PYTHONPATH": "false",
        "UDF MODULES": UDF_MODULE,
        "DEBUG UDFS": False,
        "USE UDF SERVER": False,
        "SHOW CONSOLE": False,
        "CONDA PATH": "",
        "CONDA ENV": "",
        "ONEDRIVE_CONSUMER_WIN": "",
        "ONEDRIVE_COMMERCIAL_WIN": "",
        "SHAREPOINT_WIN": "",
        "LICENSE_KEY": "",
        "XLCOST VERSION": release("xlcost"),
        "XLWINGS VERSION": release("xlwings"),
    }


def release(package: str) -> str:
    """The installed version, or an empty text."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def template() -> bytes:
    """The add-in template of the installed xlwings, read without importing it: on Windows an import starts COM."""
    found = util.find_spec("xlwings")
    if found is None or not found.origin:
        raise BadInput("xlwings is not installed; run: pip install xlwings")
    return read_bytes(Path(found.origin).with_name(TEMPLATE))


def build(functions: Sequence[FunctionSpec], interpreter: str, blank: bytes | None = None) -> bytes:
    """The add-in's file; its functions are computed by this interpreter."""
    check_interpreter(interpreter)
    changes = {
        BINARY: lambda part: with_module(part, vba.module(functions, release("xlcost"))),
        WORKBOOK: lambda part: with_help(part.decode(), functions).encode(),
        SHEET: lambda part: with_settings(part.decode(), settings(interpreter)).encode(),
        CORE: lambda part: with_title(part.decode()).encode(),
    }
    blank = template() if blank is None else blank
    if not zipfile.is_zipfile(io.BytesIO(blank)):
        raise BadInput(f"{_unknown_template()}: it is no zip file")
    parts = zip_parts(blank)
    if missing := set(changes) - parts.keys():
        raise BadInput(f"{_unknown_template()}: it has no {', '.join(sorted(missing))}")
    return zip_file({name: changes[name](part) if name in changes else part for name, part in parts.items()})


def check_interpreter(interpreter: str) -> None:
    """Refuse a path that is not absolute or that xlwings cannot start; %NAME% stands for a variable of Windows."""
    whole = PureWindowsPath(interpreter).is_absolute() or re.match("%[^%]+%", interpreter)
    if not whole or re.search(r'[\x00-\x1f"<>|?*;\ufffe\uffff\ud800-\udfff]', interpreter):
        raise BadInput(
            f"interpreter: {interpreter!r} is no whole path of a Windows program that xlwings can start, such as "
            "C:\\Python\\python.exe; move Python to a folder without special characters"
        )
    if interpreter.count("%") % 2:
        raise BadInput(f"interpreter: {interpreter} has a % that Windows takes for a variable; move Python elsewhere")


def _unknown_template() -> str:
    return f"the add-in template of xlwings {release('xlwings')} is not of the form that is known"


def _with_text(text: str, old: str, new: str) -> str:
    """The text with `old`, which must occur once, replaced."""
    if text.count(old) != 1:
        raise BadInput(f"{_unknown_template()}: it has {text.count(old)} times {old!r}")
    return text.replace(old, new)


def with_module(binary: bytes, module: str) -> bytes:
    """The VBA project with our module instead of the sample, and xlwings' module as a class that it uses."""
    project = Project(binary)
    if XLWINGS not in project.modules:
        raise BadInput(f"{_unknown_template()}: it has no module {XLWINGS}")
    line = 'Public Const PROJECT_NAME As String = "{}"'
    source = _with_text(project.source(XLWINGS), line.format("myaddin"), line.format(PROJECT))
    try:
        starter = class_source(source, XLWINGS, set(vba.CALLS.findall(module)))
    except ValueError as error:
        raise BadInput(f"{_unknown_template()}: {error}") from None
    project.drop(XLWINGS)
    if SAMPLE in project.modules:
        project.drop(SAMPLE)
    project.rename(VBA_PROJECT)
    project.add(XLWINGS, starter, OBJECT)
    project.add(vba.WINDOWS, class_attributes(vba.WINDOWS) + vba.windows(), OBJECT)
    project.add(vba.MODULE, module)
    return project.compound_file()


def with_help(workbook: str, functions: Sequence[FunctionSpec]) -> str:
    """The workbook's part with categories and argument help, where Excel stores what a macro sets."""
    groups = "".join(f"<functionGroup name={quoteattr(name)}/>" for name in vba.categories(functions))
    groups = f'<functionGroups builtInGroupCount="{vba.BUILT_IN}">{groups}</functionGroups>'
    helps = {spec.name: [argument_help(p) for p in spec.parameters] for spec in functions}
    helps |= {vba.STATUS: [vba.STATUS_ARGUMENT]}
    names = "".join(_argument_descriptions(name, texts) for name, texts in helps.items())
    names = f"<x14:definedNames>{names}</x14:definedNames>"
    workbook = _with_text(workbook, 'name="_myaddin.conf"', f'name="{PROJECT}.conf"')
    workbook = _with_text(workbook, ' fullCalcOnLoad="1"', "")  # nothing to compute in the add-in itself
    workbook = _with_text(workbook, "</sheets>", f"</sheets>{groups}")
    return _with_text(workbook, "<extLst>", f'<extLst><ext uri="{HELP_EXTENSION}" xmlns:x14="{MACROS}">{names}</ext>')


def _argument_descriptions(name: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    lines = "".join(
        f'<x14:argumentDescription index="{place}">{escape(text)}</x14:argumentDescription>'
        for place, text in enumerate(texts)
    )
    lines = f'<x14:argumentDescriptions count="{len(texts)}">{lines}</x14:argumentDescriptions>'
    return f'<x14:definedName name="{name}">{lines}</x14:definedName>'


def with_settings(sheet: str, values: dict[str, Cell]) -> str:
    """The sheet with a row for each setting."""
    rows = "".join(
        f'<row r="{row}">{_cell(f"A{row}", key)}{_cell(f"B{row}", value)}</row>'
        for row, (key, value) in enumerate(values.items(), 1)
    )
    found = re.search("<sheetData>.*</sheetData>", sheet, re.DOTALL)
    if found is None:
        raise BadInput(f"{_unknown_template()}: its sheet has no cells")
    sheet = sheet.replace(found[0], f"<sheetData>{rows}</sheetData>")
    return re.sub('<dimension ref="[^"]*"', f'<dimension ref="A1:B{len(values)}"', sheet)


def _cell(place: str, value: Cell) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    text = escape(value)
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if value else ""


def with_title(core: str) -> str:
    """The core properties with title and description, which Excel's list of add-ins shows."""
    core = _with_text(core, "<dc:title />", "<dc:title>xlcost</dc:title>")
    text = f"AI-compute costs, computed by Python. xlcost {release('xlcost')}, xlwings {release('xlwings')}"
    return _with_text(core, "<dc:description />", f"<dc:description>{text}</dc:description>")


WRITTEN = re.compile(r'<c r="([AB]\d+)" t="inlineStr"><is><t xml:space="preserve">([^<]*)</t></is></c>')


def settings_of(content: bytes) -> dict[str, str]:
    """The text settings of an add-in that xlcost wrote; empty for any other file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            if file.getinfo(SHEET).file_size > LARGEST_SHEET:
                return {}
            cells = {place: unescape(text) for place, text in WRITTEN.findall(file.read(SHEET).decode())}
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, zlib.error):
        return {}
    found = {key: cells.get(f"B{place[1:]}", "") for place, key in cells.items() if place[0] == "A"}
    return found if "XLCOST VERSION" in found else {}
