"""Named LAMBDAs: evaluated by a spreadsheet engine that knows them, against Python, with every choice of arguments."""

import itertools
import random
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from openpyxl import Workbook

from addresses import is_cell_address
from engines import iron
from samples import BROKEN, PEAKED, arguments, sample
from xlcost.catalogue import FUNCTIONS, spec_of
from xlcost.errors import XlcostError
from xlcost.facts.store import GPUS, MODELS, PRECISIONS, REGIONS
from xlcost.hosts import checklist, lambdas
from xlcost.hosts.let import common_parts
from xlcost.hosts.reference import example_formula
from xlcost.into_workbook.lambdas import with_lambdas
from xlcost.ooxml.open import workbook_parts, write_workbook
from xlcost.quantities import Choice, Date, Flag, Key, ModelWord, Number, sized_number

NATIVE = [spec for spec in FUNCTIONS if spec.native]
NAMES = lambdas.names(FUNCTIONS)
TABLES = {table.noun: table for table in (MODELS, GPUS, PRECISIONS, REGIONS)}
each_function = pytest.mark.parametrize("spec", NATIVE, ids=lambda spec: spec.name)
each_name = pytest.mark.parametrize("name", NAMES, ids=lambda name: name.name)
RANDOM_ROWS = 15
LINKED = [row["id"] for row in GPUS.rows if row["id"] in PEAKED and row["link_gb_s"]]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def with_names(book, path):
    """The openpyxl workbook, written with the names."""
    book.save(path)
    write_workbook(path, with_lambdas(workbook_parts(path)))
    return path


def without(spec):
    """Every choice of optional arguments that are left out."""
    optional = [p.name for p in spec.parameters if not p.required]
    return itertools.chain.from_iterable(itertools.combinations(optional, n) for n in range(len(optional) + 1))


def full(spec, dice):
    """A good value for every argument."""
    given = linked(arguments(spec, dice, leave_out=-1), dice)
    return {p.name: given[p.name] if p.name in given else sample(p, spec, dice) for p in spec.parameters}


def cases(spec):
    """Sets of arguments as a user may type them: every choice of those left out, then random ones."""
    dice = random.Random(spec.name)
    for left_out in without(spec):
        yield typed(spec, {k: v for k, v in full(spec, dice).items() if k not in left_out}, dice)
    for _ in range(RANDOM_ROWS):
        yield typed(spec, linked(arguments(spec, dice), dice), dice)


def linked(given, dice):
    """A GPU whose link is in the table: Python asks for it even where one GPU needs none."""
    lacks = given.get("gpu") and not GPUS.rows[GPUS.row_number(given["gpu"])]["link_gb_s"]
    return given | {"gpu": dice.choice(LINKED)} if lacks and "provider" not in given else given


def typed(spec, given, dice):
    return {p.name: retyped(p.word, given[p.name], dice) for p in spec.parameters if p.name in given}


def retyped(word, value, dice):
    """The same value in other words: an alias in another case, a size as text."""
    if isinstance(value, str) and isinstance(word, (Key, ModelWord)):
        table = TABLES.get("model" if isinstance(word, ModelWord) else word.table)
        if table is None:
            return value
        row = table.rows[table.row_number(value)]
        text = dice.choice([row["id"], *row["aliases"]])
        return dice.choice([text, text.upper(), text.replace("-", " "), f" {text.replace('-', '_')} "])
    if isinstance(word, (Number, ModelWord)) and float(value) >= 1e3 and dice.random() < 0.5:
        power, suffix = dice.choice([(1e3, "k"), (1e6, "M"), (1e9, "b"), (1e12, "T")])
        return f"{value / power!r}{dice.choice(['', ' '])}{suffix}" if 0.01 < value / power < 1e6 else value
    return value.upper() if isinstance(value, str) and dice.random() < 0.3 else value


def answer(spec, given):
    """What Python gives, or the error value that a cell shows."""
    try:
        return spec.call(**{k: None if v == "" else v for k, v in given.items()})
    except XlcostError as error:
        return error.code


def put_call(sheet, row, spec, given, dice):
    """The arguments in cells, and the call over them; one left out is no argument at all or a blank cell."""
    refs = []
    for column, p in enumerate(spec.parameters, 2):
        cell = sheet.cell(row, column)
        cell.value = given.get(p.name)
        blank = "" if p.name not in given else cell.coordinate
        refs.append(dice.choice([blank, cell.coordinate]))
    while refs and not refs[-1]:
        refs.pop()
    sheet.cell(row, 1, f"={spec.name}({','.join(refs)})")


def shown(value):
    return value["error"] if isinstance(value, dict) else value


def same(python, sheet):
    if isinstance(python, str) or isinstance(sheet, str):
        return python == sheet
    return python == pytest.approx(sheet, rel=1e-9, abs=0)


NO_NUMBERS = [  # as texts; a spreadsheet's own NUMBERVALUE takes some of them, or gives 0 for the rest before a suffix
    *("many", "1,5", "1 000", "1 000 k", "7 0B", "5%%", "5%k", "k", "M", " B ", "%", ".", "+", "e5", "5e", "1e+"),
    *("1-2", "5-", "--5", "+-5", "(5)", "$5", "1/2", "12:30", "1.2.3", "1_000", "0x10", "5kk", "inf", "nan"),
    *("\uff17\uff10", "\uff17B", "\u0661k", "5\u00b2"),
]


NUMBERS = {"+70 B": 70e9, " .5e3k ": 5e5, "1.e3": 1e3, "35 %": 0.35, "1.5e-2T": 1.5e10, "-0.5M": -5e5, "007": 7.0}

NO_IDS = ["nonsense", "*", "h1?0*", "<>x", 7.0]


def wrong(word):
    """What a word refuses."""
    if isinstance(word, Flag):
        return [2.0, -1.0, "maybe"]
    if isinstance(word, Number):
        low = word.above if word.above >= word.low else word.low - 1
        return [low, True, word.high * 1.01, *NO_NUMBERS, *([word.low + 0.5] if word.whole else [])]
    if isinstance(word, ModelWord):
        return [5.0, -70e9, 1e19, "1e20", "gpt-99", "gpt*", True, "7 0B", "70B B", "B", "5e7%%", "\uff17B"]
    if isinstance(word, Choice):
        return ["nonsense", "?*", 3.0]
    if isinstance(word, Date):
        texts = ["yesterday", "2023-13-01", "2023-02-30", "2023-4-7", "1999-12-31", "2023/04/07", "2e03-04-07"]
        return [*texts, 5.0, 99999.0]
    return NO_IDS


def wrong_cases(spec):
    dice = random.Random(spec.name)
    for p in spec.parameters:
        for value in wrong(p.word) + (["", None] if p.required else []):
            yield full(spec, dice) | {p.name: value}
    for name, broken, _ in BROKEN:
        if name == spec.name:
            yield {k: v for k, v in (spec.example_arguments | broken).items() if v is not None}


KINDS = {"good": cases, "bad": wrong_cases}
CHECKLIST = [*checklist.CALLS, *(call for call, _ in checklist.FAILING_CALLS)]
MODELS_IN_A_RANGE = ["gpt-3", "70B", "opt-13b"]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """One workbook with a sheet per function and kind of arguments, a row per case, and what the engine shows."""
    book, expected = Workbook(), {}
    for (kind, given), spec in itertools.product(KINDS.items(), NATIVE):
        sheet, dice = book.create_sheet(f"{kind} {spec.name}"), random.Random(spec.name)
        expected[sheet.title] = [(case, answer(spec, case)) for case in given(spec)]
        for row, (case, _) in enumerate(expected[sheet.title], 1):
            put_call(sheet, row, spec, case, dice)
    for row, (spec, call) in enumerate(itertools.zip_longest(NATIVE, CHECKLIST), 1):
        book.active.cell(row, 1, example_formula(spec))
        book.active.cell(row, 2, checklist.formula(call) if call else None)
    for row, model in enumerate(MODELS_IN_A_RANGE, 1):
        book.active.cell(row, 3, model)
    for row, text in enumerate([*NUMBERS, *NO_NUMBERS], 1):
        book.active.cell(row, 5, text).data_type = "s"
        book.active.cell(row, 6, f"=XLCOST.SIZE(E{row})")
    book.active["D1"] = '=SUM(_xlfn.MAP(C1:C3,_xlfn.LAMBDA(_xlpm.m,WEIGHT_GB(_xlpm.m,"fp8"))))'
    found = iron(with_names(book, tmp_path_factory.mktemp("names") / "evaluated.xlsx"))
    rows = {
        title: [(*case, shown(found[title][f"A{row}"])) for row, case in enumerate(known, 1)]
        for title, known in expected.items()
    }
    return rows | {"": {ref: shown(value) for ref, value in found["Sheet"].items()}}


@pytest.mark.slow
@each_function
def test_a_spreadsheet_gives_what_python_gives(evaluated, spec):
    rows = evaluated[f"good {spec.name}"]
    assert len(rows) == 2 ** sum(not p.required for p in spec.parameters) + RANDOM_ROWS
    assert [row for row in rows if not same(*row[1:])] == []
    assert sum(not str(python).startswith("#") for _, python, _ in rows) >= 10


# Function -> (an id, when the answer does not depend on it). Python looks it up only where it is read, and lets an
# unknown one pass elsewhere; a name looks up all of its ids before it computes.
UNREAD = {"GPU_FIT": ("precision", lambda given: given["task"] != "infer")}


def unread(spec, given):
    """Whether it is an unknown id, and nothing else, that is wrong and that the answer does not depend on."""
    name, elsewhere = UNREAD.get(spec.name, ("", None))
    return elsewhere is not None and given.get(name) in NO_IDS and elsewhere(given)


@pytest.mark.slow
@each_function
def test_what_python_refuses_is_the_same_error_in_a_cell(evaluated, spec):
    """But for unknown ids that are not read: those are refused, where Python gives a number."""
    rows = evaluated[f"bad {spec.name}"]
    differ = [row for row in rows if not same(*row[1:])]
    assert [row for row in differ if not unread(spec, row[0])] == []
    assert all(isinstance(python, float) and sheet == "#N/A" for _, python, sheet in differ)
    assert bool(differ) == (spec.name in UNREAD)
    assert len(rows) > 3 * len(spec.parameters)


@pytest.mark.slow
def test_examples_of_the_reference_as_they_are_typed(evaluated):
    for row, spec in enumerate(NATIVE, 1):
        assert same(spec.example["returns"], evaluated[""][f"A{row}"]), spec.name


@pytest.mark.slow
def test_numbers_as_text_are_read_alike(evaluated):
    for row, text in enumerate([*NUMBERS, *NO_NUMBERS], 1):
        number = NUMBERS.get(text)
        assert sized_number(text) == (None if number is None else pytest.approx(number, rel=1e-15)), text
        assert same("#VALUE!" if number is None else number, evaluated[""][f"F{row}"]), text


@pytest.mark.slow
def test_figures_of_the_checklist_are_those_that_a_spreadsheet_shows(evaluated):
    page = checklist.page(FUNCTIONS)
    for row, call in enumerate(CHECKLIST, 1):
        assert f"`{checklist.formula(call)}` | {checklist.result_text(evaluated[''][f'B{row}'])}" in page


@pytest.mark.slow
def test_a_name_inside_map_gives_a_row_each(evaluated):
    """The engine spills no call by itself; Excel does, as the functions of the texts below do."""
    expected = sum(spec_of("WEIGHT_GB").call(model, "fp8") for model in MODELS_IN_A_RANGE)
    assert evaluated[""]["D1"] == pytest.approx(expected, rel=1e-12)


SPREADING = {  # functions that go over ranges cell by cell
    *("CEILING", "COUNTIFS", "DATE", "DAY", "EXP", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISLOGICAL", "ISNUMBER"),
    *("ISTEXT", "LEFT", "LEN", "LN", "MATCH", "MID", "MOD", "MONTH", "NA", "RIGHT", "SQRT", "SUBSTITUTE", "SUMIFS"),
    *("TRIM", "YEAR", "_xlfn.NUMBERVALUE", "_xlfn.XMATCH"),
}
SCALAR = {"_xlfn.LAMBDA", "_xlfn.LET", "_xlfn.ISOMITTED"}


@each_name
def test_text_is_one_that_excel_keeps(name):
    """Marks before every name of its own, known functions that spread over ranges, and within Excel's limits."""
    bare = re.sub(r'"[^"]*"', '""', name.text)
    assert len(name.text) <= lambdas.LONGEST
    assert name.text.startswith("_xlfn.LAMBDA(")
    assert bare.count("(") == bare.count(")")
    assert max(itertools.accumulate((c == "(") - (c == ")") for c in bare)) < 64
    assert len(set(re.findall(r"_xlpm\.\w+", bare))) < 126
    called = set(re.findall(r"[\w.]+(?=\()", bare))
    ours = {other.name for other in NAMES}
    assert called - SPREADING - SCALAR <= ours - {name.name}
    assert called - SPREADING - SCALAR <= {other for other in ours if other.startswith("XLCOST.")}
    own = re.findall(r"(?<![\w.])_xl[po]m?p?\.(\w+)", bare)
    assert not [word for word in own if is_cell_address(word.upper())]
    loose = re.sub(r"_xl[po][mp]\.\w+|_xlop\.\w+|_xlfn\.\w+|\b[A-Z][A-Za-z]+_\w+|XLCOST\.\w+|\d+E[+-]\d+", "", bare)
    assert set(re.findall(r"[A-Za-z_]\w*", loose)) <= SPREADING | {"N", "A", "VALUE", "NUM"}


@each_function
def test_parameters_are_declared_as_excel_shows_them(spec):
    text = next(name.text for name in NAMES if name.name == spec.name)
    declared = re.match(r"_xlfn\.LAMBDA\(((?:_xl[po][mp]\.\w+,)*)", text)[1].rstrip(",").split(",")
    marks = ["_xlpm." if p.required else "_xlop." for p in spec.parameters]
    assert declared == [f"{mark}{p.name}" for mark, p in zip(marks, spec.parameters, strict=True)]
    assert "_xlop." not in text.removeprefix(f"_xlfn.LAMBDA({','.join(declared)}")


@each_name
def test_comment_fits(name):
    assert 20 < len(name.comment) <= lambdas.LONGEST_COMMENT
    assert name.comment.endswith(lambdas.MARK)
    assert not is_cell_address(name.name)


def test_a_long_comment_is_cut_at_a_word():
    text = lambdas.comment(replace(spec_of("WEIGHT_GB"), summary="word " * 60))
    assert len(text) <= lambdas.LONGEST_COMMENT
    assert text.endswith("word ... (xlcost)")


def test_what_repeats_is_computed_once():
    assert common_parts("SQRT(A1*A1+B1)/LN(SQRT(A1*A1+B1))") == ([("k_1", "SQRT(A1*A1+B1)")], "k_1/LN(k_1)")
    assert common_parts('A1&"SQRT(A1*A1+B1)"&"SQRT(A1*A1+B1)"') == ([], 'A1&"SQRT(A1*A1+B1)"&"SQRT(A1*A1+B1)"')
    assert common_parts("XSQRT(A1*A1+B1)+SQRT(A1*A1+B1)+SQRT(A1*A1+B1)")[1] == "XSQRT(A1*A1+B1)+k_1+k_1"


@pytest.mark.slow
def test_names_as_the_file_holds_them(tmp_path):
    parts = workbook_parts(with_names(Workbook(), tmp_path / "names.xlsx"))
    entries = {e.get("name"): e for e in ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{MAIN}definedName")}
    for name in NAMES:
        assert entries[name.name].text == name.text
        assert entries[name.name].get("comment") == name.comment
