"""LibreOffice Calc: the add-in as it is built, in a headless Calc with a fresh profile, against Python."""

import ast
import json
import math
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

import xlcost
from engines import Calc
from places import ROOT
from samples import agrees
from xlcost.addin import calc_engine, calc_server
from xlcost.addin.calc_engine import Engine, Unreachable
from xlcost.catalogue import BY_NAME, FUNCTIONS
from xlcost.cells import over_cells
from xlcost.cli.main import main
from xlcost.desktop import oxt
from xlcost.hosts import calc as rendering
from xlcost.hosts.arguments import argument_help
from xlcost.hosts.reference import as_typed, example_formula

CALC = Path(rendering.__file__).parents[1] / "addin" / "calc"
EVERY = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
ROWWISE = [spec for spec in FUNCTIONS if not spec.whole]
BAD = -1.0  # no argument takes it
COST = 6 * 175e9 * 300e9 / 312e12 / 3600 * 2  # of RUN
RUN = '"gpt-3","300B","a100-40-sxm",2,1'
SENTENCE = "names no Python; run 'xlcost addin calc' where xlcost is installed, and add the new file to LibreOffice"
# Calc passes a blank cell as 0. Where 0 is a figure that the argument takes, and that has a default, it stays 0.
ZERO_STAYS = {
    "PARAM_COUNT": {"gated", "tied"},
    "INFER_FLOPS": {"output_tokens"},
    "INFER_MEMORY": {"context"},
    "TRAIN_MEMORY": {"zero", "context"},
    "GPU_FIT": {"context"},
    "GPU_RANK": {"context"},
    "API_COST": {"cached_tokens", "requests"},
    "BREAKEVEN_REQUESTS": {"marginal_cost"},
    "OWN_GPU_HOUR": {"electricity", "opex", "residual"},
    "OWN_BREAKEVEN": {"electricity"},
    "POWER_COST": {"electricity"},
}


@pytest.fixture(scope="module")
def office(office_program, tmp_path_factory):
    """Calc in which the add-in was asked before and after its settings named a Python."""
    folder = tmp_path_factory.mktemp("extensions")
    (folder / "xlcost.oxt").write_bytes(oxt.extension(sys.executable))
    with zipfile.ZipFile(folder / "xlcost.oxt") as archive:
        archive.extractall(folder / "bundled" / "xlcost")
    settings = folder / "bundled" / "xlcost" / oxt.SETTINGS
    right = settings.read_text()
    settings.write_text("{}")
    engine = Calc(*office_program, folder / "bundled")
    engine.without_python = engine.typed_in(f"=TRAIN_COST({RUN})", "=XLCOST_VERSION()", '=EXPLAIN("TRAIN_COST")')
    settings.write_text(right)
    engine.with_python = engine.typed_in("=XLCOST_VERSION()", f"=TRAIN_COST({RUN})")
    yield engine
    engine.close()


class Book:
    """Formulas that stand in a workbook, one below the other, and what the rows of each show."""

    def __init__(self):
        self.book = Workbook()
        self.sheet = self.book.active
        self.places = {}
        self.next_row = 1

    def cells(self, values):
        """A value, or a column of them, far to the right; gives the reference."""
        column = values if isinstance(values, list) else [values]
        for i, value in enumerate(column):
            self.sheet.cell(self.next_row + i, 30, value)
        first, last = f"$AD${self.next_row}", f"$AD${self.next_row + len(column) - 1}"
        self.next_row += len(column)
        return f"{first}:{last}" if isinstance(values, list) else first

    def add(self, key, formula, rows=1, columns=1):
        place = self.sheet.cell(self.next_row, 1)
        if (rows, columns) != (1, 1):
            last = self.sheet.cell(self.next_row + rows - 1, columns).coordinate
            formula = ArrayFormula(f"{place.coordinate}:{last}", formula)
        place.value = formula
        self.places[key] = (self.next_row, rows, columns)
        self.next_row += rows

    def shown(self, cells, key):
        """Rows of what stands there; a blank is ""."""
        top, rows, columns = self.places[key]
        letters = [self.sheet.cell(1, c + 1).column_letter for c in range(columns)]
        return [[cells.get(f"{letter}{top + r}", "") for letter in letters] for r in range(rows)]

    def recalculated(self, office, path):
        self.book.save(path)
        (cells,) = office("recalculated", path).values()
        return {key: self.shown(cells, key) for key in self.places}


def rows_of(result):
    return result if isinstance(result, list) else [[result]]


def expected(spec, arguments):
    """Rows as Python has them; an error as Calc shows it."""
    rows = rows_of(over_cells(spec, tuple(arguments)))
    return [[value if isinstance(value, (float, str)) else {"error": value.code} for value in row] for row in rows]


def size(rows):
    return len(rows), len(rows[0])


def call(spec, arguments):
    return f"=XLCOST.{spec.name}({','.join('' if a is None else a for a in arguments)})"


@pytest.fixture(scope="module")
def examples(office, tmp_path_factory):
    """Every example, typed and from cells; recalculated, and again after Calc saved it as .xlsx."""
    book = Book()
    for spec in FUNCTIONS:
        rows = expected(spec, spec.example_cells)
        book.add((spec.name, "typed"), f"=XLCOST.{example_formula(spec)[1:]}", *size(rows))
        given = [a if a is None else book.cells(a) for a in spec.example_cells]
        book.add((spec.name, "cells"), call(spec, given), *size(rows))
    path = tmp_path_factory.mktemp("examples") / "examples.xlsx"
    first = book.recalculated(office, path)
    (cells,) = office("saved", path, path.with_name("saved.xlsx")).values()
    return first, {key: book.shown(cells, key) for key in book.places}


@EVERY
@pytest.mark.parametrize("how", ["typed", "cells"])
def test_example(examples, spec, how):
    first, saved = examples
    shown = first[spec.name, how]
    assert agrees(shown, expected(spec, spec.example_cells), rel=1e-9)
    published = spec.example["returns"]
    assert agrees(shown, published if isinstance(published, list) else [[published]], rel=1e-9)
    assert saved[spec.name, how] == shown


@pytest.fixture(scope="module")
def ranges(office, tmp_path_factory):
    """Each argument in turn as a range, whose second row is bad."""
    book = Book()
    for spec in ROWWISE:
        for place, p in enumerate(spec.parameters):
            given = spec.example_cells + [None] * (len(spec.parameters) - len(spec.example_cells))
            column = book.cells([given[place], BAD, given[place]])
            arguments = [column if i == place else a if a is None else as_typed(a) for i, a in enumerate(given)]
            book.add((spec.name, p.name), call(spec, arguments), 3, 1)
    return book.recalculated(office, tmp_path_factory.mktemp("ranges") / "ranges.xlsx")


@pytest.mark.parametrize("spec", ROWWISE, ids=lambda spec: spec.name)
def test_range_with_a_bad_row(ranges, spec):
    """The good rows are the example, blanks among them; only the bad one is an error."""
    for p in spec.parameters:
        shown = ranges[spec.name, p.name]
        assert agrees([shown[0], shown[2]], [[spec.example["returns"]]] * 2), p.name
        assert shown[1] == [{"error": "#VALUE!"}], p.name


@pytest.fixture(scope="module")
def blanks(office, tmp_path_factory):
    """Each argument in turn as a blank cell, and as a range of one blank cell."""
    book = Book()
    for spec in FUNCTIONS:
        for place, p in enumerate(spec.parameters):
            given = [a if a is None else as_typed(a) for a in spec.example_cells]
            given += [None] * (place + 1 - len(given))
            for name, blank in (("cell", "$AC$1"), ("range", "$AC$1:$AC$1")):
                given[place] = blank
                book.add((spec.name, p.name, name), call(spec, given))
    return book.recalculated(office, tmp_path_factory.mktemp("blanks") / "blanks.xlsx")


@EVERY
def test_blank_cell(blanks, spec):
    """It counts as left out; a single one, which Calc passes as 0, only where 0 has no meaning of its own."""
    for place, p in enumerate(spec.parameters):
        left_out = spec.example_cells + [None] * (place + 1 - len(spec.example_cells))
        left_out[place] = None
        assert agrees(blanks[spec.name, p.name, "range"], [expected(spec, left_out)[0][:1]]), p.name
        zero = p.name in ZERO_STAYS.get(spec.name, ()) or (p.required and takes_zero(p))
        left_out[place] = 0.0 if zero else None
        assert agrees(blanks[spec.name, p.name, "cell"], [expected(spec, left_out)[0][:1]]), p.name


def takes_zero(p):
    try:
        return p.word.accept(0.0, p.name) == 0
    except xlcost.BadInput:
        return False


ERRORS = {
    '=XLCOST.GPU_PRICE("h10o")': "#N/A",
    '=XLCOST.MODEL_PARAMS("gpt-33")': "#N/A",
    '=XLCOST.INFER_FLOPS("1B",-1)': "#VALUE!",
    '=XLCOST.INFER_FLOPS("1B","1,5")': "#VALUE!",
    '=XLCOST.INFER_FLOPS("1B")': "#VALUE!",
    "=XLCOST.INFER_FLOPS()": "#VALUE!",
    '=XLCOST.GPU_FIT("7B","groq-lpu1")': "#NUM!",
    "=XLCOST.INFER_FLOPS($C$1,1)": "#N/A",  # an argument that is an error
    '=XLCOST.INFER_FLOPS("1B",$C$2)': "#DIV/0!",
    '=XLCOST.INFER_FLOPS("1B",1/0)': "#DIV/0!",
    '=XLCOST.EXPLAIN("TRAIN_COST",$C$1)': "#N/A",
    "=XLCOST.INFER_FLOPS($C$1:$C$3,1)": "Err:504",  # Calc refuses a range that holds one, without asking
    '=XLCOST.INFER_FLOPS(XLCOST.MODEL_PARAMS({"1B","zz"}),1)': "#N/A",
    "=XLCOST.CHINCHILLA_TOKENS(1,2)": "Err:504",  # and arguments that there are not
}
CAUGHT = {
    '=IFERROR(XLCOST.GPU_PRICE("zz"),"none")': "none",
    '=_xlfn.IFNA(XLCOST.GPU_PRICE("zz"),"none")': "none",
    '=_xlfn.IFNA(XLCOST.INFER_FLOPS("1B",-1),"none")': {"error": "#VALUE!"},
    '=ISNA(XLCOST.GPU_PRICE("zz"))': 1.0,
    "=ERROR.TYPE($A$1)": 7.0,
    '=COUNT(XLCOST.GPU_SPEC({"H100","H10O","A100"},"bf16_tflops"))': 2.0,
    '=SUM(XLCOST.GPU_SPEC({"H100","H10O","A100"},"bf16_tflops"))': {"error": "#N/A"},
    '=SUM(IFERROR(XLCOST.GPU_SPEC({"H100","H10O","A100"},"bf16_tflops"),0))': 989.4 + 312,
}
IN_ARRAYS = {  # formula -> the three rows it fills
    '=XLCOST.INFER_FLOPS(IFERROR($C$1:$C$3,"1B"),1)': [2e9, 2e9, 4e9],
    "=XLCOST.INFER_FLOPS($C$3:$C$5,1)": [4e9, 2e9, {"error": "#VALUE!"}],  # a blank where a model is needed
    '=XLCOST.INFER_FLOPS("1B",1,$C$5:$C$7)': [2e9, 4e9, 4e9],
    '=XLCOST.GPU_PRICE("a100-40-sxm","AWS",,$C$8:$C$10)': [32.77 / 8, 32.77 / 8, {"error": "#N/A"}],
}
HELD = ["=NA()", "=1/0", 2e9, "1B", None, 1, True, 45023, "2023-04-07", "2001-01-01"]


@pytest.fixture(scope="module")
def errors(office, tmp_path_factory):
    book = Book()
    for row, value in enumerate(HELD, 1):
        book.sheet.cell(row, 3, value)
    for formula in (*ERRORS, *CAUGHT):
        book.add(formula, formula)
    for formula in IN_ARRAYS:
        book.add(formula, formula, 3, 1)
    return book.recalculated(office, tmp_path_factory.mktemp("errors") / "errors.xlsx")


@pytest.mark.parametrize(("formula", "code"), ERRORS.items())
def test_error_value(errors, formula, code):
    assert errors[formula] == [[{"error": code}]]


@pytest.mark.parametrize(("formula", "value"), CAUGHT.items())
def test_error_value_is_one_for_other_functions(errors, formula, value):
    assert agrees(errors[formula], [[value]])


@pytest.mark.parametrize(("formula", "values"), IN_ARRAYS.items())
def test_array_with_blanks_and_errors(errors, formula, values):
    assert agrees(errors[formula], [[value] for value in values])


INSIDE = {
    "=ROUND(INFER_FLOPS(1E9,1.4),-9)": "3000000000",
    '=IF(GPU_FIT("llama-3.1-70b","H100")>1,"several","one")': "several",
    '="v"&XLCOST_VERSION()': f"v{xlcost.__version__}",
    '=INDEX({"a","b","c"},GPU_FIT("llama-3.1-70b","H100"))': "b",
    '=INDEX(GPU_LIST("A100 SXM4 40GB"),2,1)': "a100-40-sxm",
    '=INDEX(EXPLAIN("GPU_PRICE","h10o"),2,2)': "unknown gpu 'h10o'; did you mean 'h100-sxm'?",
    '=TEXT(DATA_AS_OF(),"YYYY-MM-DD")': "2026-11-01",
    '=INFER_FLOPS(1E9,GPU_FIT("llama-3.1-70b","H100"))': "4000000000",
}


def test_inside_other_formulas(office):
    assert [shown for shown, _ in office.typed_in(*INSIDE)] == list(INSIDE.values())


def test_names_as_they_are_typed(office):
    ((shown, line),) = office.typed_in(f"=train_cost({RUN})")
    assert float(shown) == pytest.approx(COST, rel=1e-9)
    assert line.startswith("=TRAIN_COST(")


def test_formulas_written_for_excel(office, tmp_path):
    """Their names are known once they are entered again."""
    book = Book()
    book.add("cost", f"=TRAIN_COST({RUN})")
    book.book.save(tmp_path / "excel.xlsx")
    (cells,) = office("entered_again", tmp_path / "excel.xlsx").values()
    assert agrees(book.shown(cells, "cost"), [[COST]])


def test_function_wizard(office):
    described = office("described")
    assert set(BY_NAME) <= set(described)
    for spec in FUNCTIONS:
        arguments = [[p.name, argument_help(p)] for p in spec.parameters]
        assert described[spec.name] == [spec.summary, arguments], spec.name


def test_extension_manager(office):
    """Who made it, what it is and under which licence, and nothing to click before it is added."""
    name, publisher, address, text, to_click = office("about")
    assert name == "xlcost: AI-compute costs"
    assert publisher in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert address == ""
    assert text.startswith(f"{len(FUNCTIONS)} functions for what AI compute costs")
    assert "MIT licence: licence.txt in the extension, or https://opensource.org/license/mit" in text
    assert to_click == ""


def test_without_python(office):
    """#ADDIN? in every cell, the sentence where a text may stand."""
    cost, version, explained = (shown for shown, _ in office.without_python)
    assert cost == "#ADDIN?"
    assert version == explained and version.startswith("xlcost: ") and version.endswith(SENTENCE)


def test_with_python_again(office):
    version, cost = (shown for shown, _ in office.with_python)
    assert version == xlcost.__version__
    assert float(cost) == pytest.approx(COST, rel=1e-9)


# The engine, without LibreOffice


@pytest.fixture
def engine(tmp_path):
    """engine(python) asks that interpreter."""
    made = []

    def start(python):
        settings = tmp_path / oxt.SETTINGS
        settings.write_text(json.dumps({"python": str(python)}))
        made.append(Engine(settings))
        return made[-1]

    yield start
    for one in made:
        one.close()


def code_of(value):
    """The error value that Calc shows for a NaN."""
    assert math.isnan(value)
    return next(code for code in rendering.ERRORS if bits(rendering.error_value(code)) == bits(value))


def bits(value):
    return calc_engine.marshal.dumps(value, calc_engine.FORMAT)


def test_engine_gives_what_the_boundary_gives(engine):
    xlcost_of_this_python = engine(sys.executable)
    assert xlcost_of_this_python.ask("INFER_FLOPS", (((1e9,), ("2B",)), 1.0, None)) == ((2e9,), (4e9,))
    known, unknown, foreign = xlcost_of_this_python.ask("GPU_SPEC", ((("h100",), ("h10o",), ("é",)), "memory_gb"))
    assert known == (80.0,) and [code_of(*row) for row in (unknown, foreign)] == ["#N/A", "#N/A"]


def test_explanation_of_blank_cells(engine):
    """A 0 among the arguments that are explained is judged by their function."""
    rows = engine(sys.executable).ask("EXPLAIN", ("POWER_COST", (400.0, 100.0, 0.0, 0.0)))
    assert [row[:3] for row in rows[3:5]] == [("electricity", "argument", 0.0), ("pue", "default", 1.1)]


def test_function_of_another_release(engine):
    ((shown,),) = engine(sys.executable).ask("TRAIN_PRICE", (1.0,))
    assert code_of(shown) == "#NAME?"


def test_mistake_of_ours_is_an_error_value(monkeypatch, capsys):
    monkeypatch.setattr(calc_server.calc, "answer", lambda *_, **__: 1 / 0)
    ((shown,),) = calc_server.answer("DATA_AS_OF", ())
    assert code_of(shown) == "#VALUE!"
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_python_that_ended_is_started_again(engine):
    one = engine(sys.executable)
    one.ask("XLCOST_VERSION", ())
    one.process.kill()
    one.process.wait()
    assert one.ask("XLCOST_VERSION", ()) == ((xlcost.__version__,),)


@pytest.mark.skipif(sys.platform == "win32", reason="a script with #! as interpreter")
def test_python_that_always_ends(engine, tmp_path):
    hello = calc_engine.LENGTH.pack(len(bits("0"))) + bits("0")
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.buffer.write({hello!r})\n")
    script.chmod(0o755)
    with pytest.raises(Unreachable, match=r"^xlcost: Python ended twice while it computed DATA_AS_OF$"):
        engine(script).ask("DATA_AS_OF", ())


def test_python_that_is_gone(engine, tmp_path):
    one = engine(tmp_path / "python")
    for _ in range(2):  # a sheet asks ten thousand times
        with pytest.raises(Unreachable, match=r"^xlcost: cannot start .*python \(.*\); run 'xlcost addin calc' where "):
            one.ask("DATA_AS_OF", ())


def test_python_without_xlcost(engine, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False)
    (python,) = [p for p in (tmp_path / "bare").glob("*/python*") if p.stem == "python"]
    with pytest.raises(Unreachable, match=r"cannot load xlcost \(.*No module named 'xlcost.*'\); run 'xlcost addin"):
        engine(python).ask("DATA_AS_OF", ())


@pytest.mark.parametrize("text", ["", "[]", "{}", "\xff", None])
def test_settings_that_name_no_python(tmp_path, text):
    settings = tmp_path / oxt.SETTINGS
    if text is not None:
        settings.write_bytes(text.encode("latin-1"))
    with pytest.raises(Unreachable) as stop:
        Engine(settings).ask("DATA_AS_OF", ())
    assert str(stop.value) == f"xlcost: {settings} {SENTENCE}"


@pytest.mark.parametrize("file", [calc_engine.__file__, CALC / "component.py"], ids=["engine", "component"])
def test_libreoffice_may_bring_an_older_python(file):
    """LibreOffice 7 has 3.8 on Windows; what is imported is its standard library, or comes with the extension."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"), feature_version=(3, 8))
    modules = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules - sys.stdlib_module_names <= {"unohelper", "org.xlcost", "xlcost_calc_engine"}


# What is generated and written


def test_parts_are_packaged():
    """A wheel holds what the extension is made of: modules of packages, and files that are named as their data."""
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    globs = ["*.py", *setuptools["package-data"]["xlcost.addin.calc"]]
    assert {path for glob in globs for path in CALC.glob(glob)} == {p for p in CALC.iterdir() if p.is_file()}


@pytest.fixture
def addin_calc(monkeypatch, capsys):
    """xlcost addin calc WORDS gives the exit status, stdout and stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["xlcost", "addin", "calc", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return call


def test_extension_names_this_python(addin_calc, tmp_path):
    status, out, _ = addin_calc("--out", tmp_path / "a.oxt")
    assert status == 0 and out.startswith(f"{tmp_path / 'a.oxt'}: add it in LibreOffice")
    addin_calc("--out", tmp_path / "b.oxt")
    assert (tmp_path / "a.oxt").read_bytes() == (tmp_path / "b.oxt").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.oxt") as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read(oxt.SETTINGS)) == {"python": sys.executable}
        assert archive.read("licence.txt") == (ROOT / "LICENSE").read_bytes()
        manifest = archive.read("META-INF/manifest.xml").decode()
        for part in ("functions.rdb", "functions.xcu", "component.py"):
            assert f'full-path="{part}"' in manifest and part in archive.namelist()


@pytest.mark.parametrize("name", ["xlcost.zip", "xlcost", "missing/xlcost.oxt", "folder.oxt"])
def test_extension_that_cannot_be_written(addin_calc, tmp_path, name):
    (tmp_path / "folder.oxt").mkdir()
    status, out, err = addin_calc("--out", tmp_path / name)
    assert (status, out) == (2, "") and err.startswith("xlcost: ") and err.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.oxt"]


def test_python_that_loads_xlcost_only_in_this_shell(tmp_path):
    venv.create(tmp_path, with_pip=False)
    (python,) = [p for p in tmp_path.glob("*/python*") if p.stem == "python"]
    with pytest.raises(xlcost.BadInput, match=r"cannot load xlcost on its own; install xlcost there"):
        oxt.check_python(str(python))
