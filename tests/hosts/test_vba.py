"""The add-in's VBA: its text by a grammar of the language, and run by LibreOffice, over pretended Excel and Windows."""

import io
import re
import zipfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import pytest
from antlr4 import CommonTokenStream, InputStream
from antlr4.atn.PredictionMode import PredictionMode
from antlr4.error.ErrorListener import ErrorListener
from antlr4_vba.vbaLexer import vbaLexer
from antlr4_vba.vbaParser import vbaParser

from places import DATA
from stubs import com_stub, vba_stub
from stubs.com_stub import MISSING, Range, column
from xlcost import __version__
from xlcost.catalogue import FUNCTIONS
from xlcost.cells import ERROR_CODES
from xlcost.desktop import xlam
from xlcost.desktop.ovba import Project
from xlcost.hosts import vba

BAS = Path(vba.__file__).parents[1] / "addin" / "xlcost.bas"
TEXT = BAS.read_text(encoding="ascii")
PARSED = DATA / "vba_parsed.txt"  # written by test_grammar, committed: name and hash of each text that the grammar took


def test_lines():
    """VBA takes lines of 1023 characters, 24 continuations, and procedures of 64 KB."""
    lines = TEXT.split("\n")
    assert max(map(len, lines)) <= 1023
    runs = re.findall(r"(?:.* _\n)+", TEXT)
    assert max(run.count("\n") for run in runs) <= 24
    bodies = re.split(r"(?m)^End (?:Function|Sub)$", TEXT)
    assert max(map(len, bodies)) < 32_000


def test_procedures_end():
    started = re.findall(r"(?m)^(?:Private )?(Function|Sub) (\w+)", TEXT)
    names = [name.lower() for _, name in started]
    assert len(names) == len(set(names))
    for kind in ("Function", "Sub"):
        assert len([k for k, _ in started if k == kind]) == len(re.findall(rf"(?m)^End {kind}$", TEXT))


def test_cells_see_the_functions_and_nothing_else():
    """Whatever is public can be typed into a cell."""
    public = re.findall(r"(?m)^Function (\w+)", TEXT)
    assert public == ["XLCOST_STATUS", *(spec.name for spec in FUNCTIONS)]


class Mistakes(ErrorListener):
    def __init__(self):
        self.found = []

    def syntaxError(self, recognizer, symbol, line, column, message, error):  # noqa: N802
        self.found.append((line, message))


def mistakes(text):
    """What the grammar of MS-VBAL does not take: read the quick way first, which takes less."""
    found = parsed(text, PredictionMode.SLL)
    return found and parsed(text, PredictionMode.LL)


def parsed(text, mode):
    listener = Mistakes()
    lexer = vbaLexer(InputStream(text.replace("\n", "\r\n")))
    parser = vbaParser(CommonTokenStream(lexer))
    for recogniser in (lexer, parser):
        recogniser.removeErrorListeners()
        recogniser.addErrorListener(listener)
    parser._interp.predictionMode = mode
    parser.startRule()
    return listener.found


COMPILED = vba_stub.compiled(TEXT)
NAMED = 'Attribute VB_Name = "xlcost"\nOption Explicit\n'
PROCEDURE = re.compile(r"(?ms)^(?:Public |Private )?(?:Function|Sub) .*?^End (?:Function|Sub)\n")
PROCEDURES = PROCEDURE.findall(COMPILED)


def check_grammar(text):
    """Each procedure by itself, and what is left without them."""
    for procedure in PROCEDURE.findall(text):
        assert mistakes(NAMED + procedure) == [], procedure
    rest = PROCEDURE.sub("", text)
    assert "End " not in rest and mistakes(rest) == []


MODULE = "xlcost"
CLASSES = (xlam.XLWINGS, vba.WINDOWS)  # of the first, what was taken from xlwings too: no procedure is torn


@cache
def texts():
    """The module and the two classes of the add-in, as they stand in the file."""
    with zipfile.ZipFile(io.BytesIO(xlam.build(FUNCTIONS, r"C:\python.exe"))) as file:
        project = Project(file.read(xlam.BINARY))
    classes = {name: vba_stub.compiled(project.source(name).replace("\r\n", "\n")) for name in CLASSES}
    bare = {name: re.sub("(?m)^(Attribute|Option Explicit).*\n", "", text) for name, text in classes.items()}
    return {MODULE: COMPILED} | {name: f"{NAMED}{text}\n" for name, text in bare.items()}


def parsed_before():
    """{name: hash} of the texts that the grammar took."""
    return dict(line.split() for line in PARSED.read_text(encoding="ascii").splitlines())


@pytest.mark.parametrize("name", [MODULE, *CLASSES])
def test_grammar(name):
    """A text that has changed is parsed, half a minute, and recorded; one that is recorded is not parsed again."""
    found = sha256(texts()[name].encode()).hexdigest()
    if parsed_before().get(name) != found:
        check_grammar(texts()[name])
        lines = sorted((parsed_before() | {name: found}).items())
        PARSED.write_text("".join(f"{name} {found}\n" for name, found in lines), encoding="ascii")


@pytest.mark.long
@pytest.mark.parametrize("name", [MODULE, *CLASSES])
def test_grammar_takes_what_is_recorded(name):
    check_grammar(texts()[name])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [("End If\n", ""), ("(given)", "(given"), ("Exit Function", "Exit"), ("= CVErr", "= = CVErr"), ("Dim", "Dam")],
)
def test_grammar_finds_mistakes(old, new):
    (call,) = (procedure for procedure in PROCEDURES if "Function XlcostCall(" in procedure)
    assert mistakes(NAMED + call.replace(old, new, 1))


# LibreOffice runs our module: Excel, Windows and Python are pretended, see vba_stub.py.


@pytest.fixture(scope="module")
def real():
    """What the UDF server of xlwings gives for these cells, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=com_stub.install) as pool:
        yield lambda *call: pool.submit(com_stub.excel_call, *call).result()


@pytest.fixture(scope="module")
def basic(office, office_program, tmp_path_factory):
    """basic(answers, formula, ...) is what cells with these formulas show, in a new workbook."""
    path = tmp_path_factory.mktemp("addin") / "xlcost.xlam"
    path.write_bytes(xlam.build(FUNCTIONS, r"C:\python.exe"))
    ours = "Option VBASupport 1\n" + re.sub(r"(?m)^Attribute .*\n", "", vba_stub.compiled(TEXT))

    def ask(answers, *formulas, interpreter=office_program[1]):
        stubs = vba_stub.modules(interpreter, {"XLCOST_VERSION": __version__} | answers)
        stubs |= {"xlcost": ours, vba.WINDOWS: vba_stub.CLASS + vba_stub.compiled(vba.windows())}
        answer = office.ask("shown", str(path), stubs, [pretend("", 0), *formulas])
        assert answer["project"] == "XlcostAddin"
        kinds = {name: re.search("VBA_ModuleType=(.*)", text)[1] for name, text in answer["modules"].items()}
        assert [name for name, kind in kinds.items() if kind == "VBAModule"] == ["xlcost"]
        assert "XlcostCall" in answer["modules"]["xlcost"]
        return answer["shown"][1:]

    return ask


def pretend(what, value):
    return f'=PRETEND("{what}";{value})'


def scene(what):
    return f'=SCENE("{what}")'


GOOD, BAD = '=GPU_SPEC("A100";"name")', '=GPU_SPEC("H10O";"name")'


@pytest.fixture(scope="module")
def answers(real):
    """As the real server gives them."""
    return {
        "GPU_SPEC|A100|name": real("GPU_SPEC", "A100", "name"),
        "GPU_SPEC|H10O|name": real("GPU_SPEC", "H10O", "name"),
        "WEIGHT_GB|rows|missing": real("WEIGHT_GB", column(1e9, "1e400", "gpt-9", -1.0), MISSING),
        "WEIGHT_GB|row|missing": real("WEIGHT_GB", Range((("7B", "gpt-9"),)), MISSING),
        "WEIGHT_GB|numbers|missing": real("WEIGHT_GB", column(1e9, 2e9), MISSING),
    }


def number(code):
    """How LibreOffice shows CVErr of it: Excel's error numbers are the last digits of what COM has."""
    (com,) = (value for value, name in ERROR_CODES.items() if name == code)
    return f"Error {com + 2146828288}"


@pytest.mark.parametrize("name", ["XLPy", "GetConfig", "FileExists", "SetVariable"])
def test_cell_cannot_call_what_stands_in_a_class(basic, answers, name):
    called = [f'={name}("a")', f'=xlwings.{name}("a")', f'={vba.WINDOWS}.{name}("a")', f"={name}()"]
    assert {*basic(answers, *called, scene("starts"))} == {"#NAME?", "0"}


def test_number_and_text(basic, answers):
    assert basic(answers, GOOD) == ["A100 SXM4 80GB"]
    assert basic(answers, '=INDEX(WEIGHT_GB("numbers");2;1)') == ["4"]


@pytest.mark.parametrize("code", ERROR_CODES.values())
def test_each_failure_becomes_its_error_value(basic, code):
    failed = {"WEIGHT_GB|7B|missing": f"#xlcost {code} a sentence; with more"}
    assert basic(failed, pretend("row", 7), '=WEIGHT_GB("7B")', "=SENTENCE(7)") == [
        "row",
        number(code),
        f"{code} a sentence; with more",
    ]


def test_failures_in_rows(basic, answers):
    """Each at its place; the sentence is told of the cell that shows the error value."""
    cells = [f'=INDEX(WEIGHT_GB("rows");{row};1)' for row in (1, 2, 3, 4)]
    shown = basic(answers, pretend("row", 7), *cells, *(f"=SENTENCE({row})" for row in (7, 8, 9, 10)))[1:]
    assert shown[:4] == ["2", number("#VALUE!"), number("#N/A"), number("#VALUE!")]
    assert shown[4].startswith("no sentence is kept")
    assert "1e400" in shown[5] and "gpt-9" in shown[6] and shown[7].startswith("#VALUE! model: ")


def test_failures_in_a_row(basic, answers):
    assert basic(answers, *(f'=INDEX(WEIGHT_GB("row");1;{place})' for place in (1, 2))) == ["14", number("#N/A")]


def test_arguments_left_out_arrive_as_missing(basic):
    key = "TRAIN_COST|gpt-3|300B|A100|missing|missing|missing|missing"
    asked = '=TRAIN_COST("gpt-3";"300B";"A100")'
    assert basic({key: 5.5}, asked, scene("asked")) == ["5.5", f"{com_stub.MODULE}:{key}"]


@pytest.mark.parametrize("given", [("X",), ("X", "1"), ("X", "1", "b")])
def test_further_arguments(basic, given):
    key = "|".join(["EXPLAIN", *given])
    formula = f"=EXPLAIN({';'.join(map(vba_stub.literal, given))})"
    assert basic({key: "told"}, formula, scene("asked")) == ["told", f"{com_stub.MODULE}:{key}"]


def test_function_without_arguments(basic):
    assert basic({}, "=XLCOST_VERSION()", "=XLCOST_STATUS()")[0] == __version__


def test_python_is_started_once_and_without_the_current_folder(basic, answers):
    shown = basic(answers, pretend("row", 1), GOOD, BAD, GOOD, scene("starts"), scene("safe"))
    assert shown[-2:] == ["1", "1/"]  # PYTHONSAFEPATH while it starts, not afterwards


def test_python_that_has_ended_is_started_again(basic, answers):
    shown = basic(answers, GOOD, pretend("process ends", 1), GOOD, scene("starts"))
    assert shown[0] == shown[2] and shown[3] == "2"


def test_python_that_does_not_start(basic, answers):
    """A real error, a sentence where the user looks, and no second wait for the next cell."""
    shown = basic(answers, pretend("start fails", 1), GOOD, BAD, scene("starts"), scene("bar"), "=XLCOST_STATUS()")
    assert shown[1:4] == [number("#N/A"), number("#N/A"), "1"]
    assert shown[4] == "xlcost: Python gave no answer: Could not load it , from either folder"
    assert shown[5] == f"xlcost {__version__}: Python gave no answer: Could not load it , from either folder"
    again = basic(answers, pretend("start fails", 1), GOOD, pretend("start fails", 0), "=XLCOST_STATUS()", scene("bar"))
    assert again[3].startswith(f"xlcost {__version__}, computed by ") and again[4] == "False"


def test_python_that_is_not_there(basic, answers, tmp_path):
    gone = str(tmp_path / "python.exe")
    shown = basic(answers, pretend("row", 7), GOOD, scene("starts"), "=SENTENCE(7)", interpreter=gone)
    assert shown[1:3] == [number("#N/A"), "0"]
    assert shown[3] == f"#N/A Python gave no answer: there is no Python at {gone}; run: xlcost addin install"


def test_workbook_that_would_choose_the_program(basic, answers):
    shown = basic(answers, pretend("conf sheet", 1), GOOD, scene("starts"), scene("bar"))
    assert shown[1:3] == [number("#N/A"), "0"]
    assert "the workbook has a sheet xlcost.conf" in shown[3]


def test_error_in_python_is_told_by_its_last_line(basic):
    trace = "Traceback (most recent call last):\n  File \"x\", line 1\nModuleNotFoundError: No module named 'xlcost'\n"
    shown = basic({"GPU_SPEC|A100|name": vba_stub.Raises(trace)}, pretend("row", 7), GOOD, "=SENTENCE(7)")
    assert shown[1:] == [number("#N/A"), "#N/A Python gave no answer: ModuleNotFoundError: No module named 'xlcost'"]


def test_wizard(basic, answers):
    """The toolbar is off while the wizard is open, and while a workbook opens; only the wizard has a window."""
    shown = basic(answers, pretend("toolbar", 1), GOOD, pretend("dialog", 1), BAD, scene("asked"))
    assert shown[1] == "A100 SXM4 80GB" and shown[3] == number("#N/A")
    assert shown[4].endswith("GPU_SPEC|A100|name")  # the second call did not reach Python


def test_status_after_an_upgrade(basic):
    (shown,) = basic({"XLCOST_VERSION": "9.9"}, "=XLCOST_STATUS()")
    assert shown == f"the add-in is of xlcost {__version__}, Python has 9.9: close Excel, run: xlcost addin install"
