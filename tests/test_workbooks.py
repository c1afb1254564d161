"""The article's workbook, the template and the filled plans: recalculated, compared, read as a reader would."""

import csv
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

import xlcost
from xlcost.errors import BadInput
from xlcost.native import Tracer
from xlcost.quantities import excel_serial
from xlcost.workbook import article, packaged, plan
from xlcost.workbook.article_claims import CLAIMS
from xlcost.workbook.demo import fill, run
from xlcost.workbook.scenarios import parsed
from xlcost.workbook.stamp import read_parts, sheet_parts, stamp

ROOT = Path(__file__).parents[1]
FORBIDDEN = ("XLOOKUP", "LET(", "LAMBDA", "FILTER(", "OFFSET", "INDIRECT", "TODAY", "NOW(", "_xlfn", "MAXIFS", "IFS(")
SCENARIOS = packaged.example_scenarios()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the demo writes."""
    out = tmp_path_factory.mktemp("demo")
    run(out)
    return out


def cached(path):
    """{sheet: {cell: value}} of formula cells as stored in the file, and their formulas."""
    values, formulas = load_workbook(path, data_only=True), load_workbook(path)
    found, texts = {}, {}
    for sheet in formulas:
        for row in sheet.iter_rows():
            for c in row:
                if c.data_type == "f":
                    value = values[sheet.title][c.coordinate].value
                    found[sheet.title, c.coordinate] = excel_serial(value) if hasattr(value, "year") else value
                    texts[sheet.title, c.coordinate] = c.value
    return found, texts


def agree(stored, found, sheet):
    if isinstance(stored, (int, float)) and isinstance(found, (int, float)):
        noise = 1e-6 if sheet == "Checks" else 1e-9  # differences of large sums
        return stored == pytest.approx(found, rel=1e-9, abs=noise)
    return stored == found


@pytest.mark.parametrize("engine", ["LibreOffice", "IronCalc"])
@pytest.mark.parametrize("name", [packaged.ARTICLE, *(f"{s.file}.xlsx" for s in SCENARIOS)])
def test_cached_values_are_what_a_spreadsheet_computes(folder, engines, engine, name):
    stored, texts = cached(folder / name)
    found = engines[engine](folder / name)
    wrong = [
        (place, texts[place], value, found[place[0]].get(place[1]))
        for place, value in stored.items()
        if value is None or not agree(value, found[place[0]].get(place[1]), place[0])
    ]
    assert len(stored) > 140
    assert not wrong, f"{len(wrong)} cells, first {wrong[:3]}"


@pytest.mark.parametrize("name", list(packaged.GENERATED))
def test_committed_files_equal_what_makes_them(name, tmp_path):
    packaged.GENERATED[name]().save(tmp_path / "made.xlsx")
    made, committed = read_parts(tmp_path / "made.xlsx"), read_parts(ROOT / name)
    assert made.keys() == committed.keys()
    assert [part for part in made if made[part] != committed[part]] == []


def test_same_inputs_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        plan.book().save(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("name", list(packaged.GENERATED))
def test_formulas_are_portable_and_names_point_somewhere(name):
    _, texts = cached(ROOT / name)
    for place, text in texts.items():
        bare = re.sub(r'"[^"]*"', '""', text).replace("SUMIFS(", "").replace("COUNTIFS(", "")
        assert not any(word in bare for word in FORBIDDEN), (place, text)
        assert len(text) < 8192
    book = load_workbook(ROOT / name)
    used = " ".join(texts.values()) + " ".join(str(v.formula1) for s in book for v in s.data_validations.dataValidation)
    for defined, where in book.defined_names.items():
        sheet, cells = where.attr_text.rsplit("!", 1)
        assert sheet.strip("'") in book.sheetnames
        range_boundaries(cells.replace("$", ""))
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", defined), f"{defined} looks like a cell"
        assert re.search(rf"\b{defined}\b", used) or defined in INPUT_NAMES, f"{defined} is never used"


INPUT_NAMES = {"Project", "Price_Date", "Api_Price"}


@pytest.mark.parametrize("name", list(packaged.GENERATED))
def test_nothing_to_type_on_calculation_sheets_and_every_input_is_validated(name):
    book = load_workbook(ROOT / name)
    for sheet in book:
        unlocked = {
            c.coordinate
            for row in sheet.iter_rows()
            for c in row
            if c.protection.locked is False and c.fill.fgColor.rgb
        }
        if sheet.title != "Inputs":
            assert not unlocked, (sheet.title, unlocked)
        else:
            validated = {str(r) for v in sheet.data_validations.dataValidation for r in v.sqref.ranges}
            assert unlocked == validated
            assert unlocked
    for sheet in ("Cover", "Inputs", "Checks"):
        assert book[sheet].protection.sheet
        assert book[sheet].page_setup.orientation == "landscape"
        assert book[sheet].print_area


def test_months_hold_one_formula_per_row():
    sheet = load_workbook(ROOT / "templates/compute_plan.xlsx")["Monthly"]
    for row in sheet.iter_rows(min_row=4, min_col=6, max_col=41):
        texts = {re.sub(rf"(?<![A-Z$]){c.column_letter}(?=\d)", "C", c.value) for c in row if c.data_type == "f"}
        assert len(texts) <= 1, texts


def test_every_claim_of_the_article_is_a_row():
    """facts of the article: claim, its figure, what it should come to (recomputed by hand in the source column)."""
    with (Path(__file__).parent / "article_claims.csv").open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    sheet = load_workbook(packaged.home("workbooks") / packaged.ARTICLE, data_only=True)["Claims"]
    rows = {str(r[2].value): (r[3].value, r[4].value, r[7].value) for r in sheet.iter_rows(min_row=5)}
    assert len(expected) >= 24
    for row in expected:
        says, live, verdict = rows[row["row"]]
        assert says == pytest.approx(float(row["article_value"])), row["id"]
        assert live == pytest.approx(float(row["computed"]), rel=float(row["tolerance"])), row["id"]
        assert verdict == row["verdict"], row["id"]


def test_the_call_beside_each_claim_gives_the_same():
    """ "The same with the add-in": evaluated in Python, it equals the plain formula's value."""
    made = article.book()
    sheets = {s.title: s for s in made.sheets}
    values = {name: cell_value(sheets, where) for name, where in made.names.items() if ":" not in where}
    functions = {spec: getattr(xlcost, spec.lower()) for spec in ("INFER_FLOPS", "TRAIN_FLOPS", "WEIGHT_GB", "GPU_FIT")}
    functions |= {n.upper(): getattr(xlcost, n) for n in xlcost.__all__ if n.islower()}
    claims = sheets["Claims"]
    compared = 0
    for ref, (content, _) in claims.cells.items():
        if ref[0] == "I" and isinstance(content, str) and content.startswith("="):
            text = re.sub(r",(?=\s*,)", ", None", content[1:])
            live = claims.cells["E" + ref[1:]][0].value
            assert eval(text, {"__builtins__": {}}, functions | values) == pytest.approx(live, rel=1e-12), text
            compared += 1
    assert compared == sum(len(group) for _, group in CLAIMS)


def cell_value(sheets, where):
    title, cells = where.rsplit("!", 1)
    content = sheets[title.strip("'")].cells[cells.replace("$", "")][0]
    value = content.value if isinstance(content, Tracer) else content
    return value.isoformat() if hasattr(value, "isoformat") else value


def test_filling_changes_values_only(folder):
    """Formulas, styles and structure of a filled plan are the template's; the inputs are the scenario's."""
    for scenario in SCENARIOS:
        blank, filled = read_parts(packaged.template()), read_parts(folder / f"{scenario.file}.xlsx")
        assert blank.keys() == filled.keys()
        for part, title in sheet_parts(blank).items():
            old, new = blank[part].decode(), filled[part].decode()
            assert re.findall(r"<f>.*?</f>", old) == re.findall(r"<f>.*?</f>", new)
            assert re.findall(r'<c r="\w+" s="\d+"', old) == re.findall(r'<c r="\w+" s="\d+"', new), title
        book = load_workbook(folder / f"{scenario.file}.xlsx", data_only=True)
        for name, wanted in scenario.inputs.items():
            _, ref = book.defined_names[name].attr_text.split("!")
            found = book["Inputs"][ref.replace("$", "")].value
            found = found.date() if hasattr(found, "date") else found
            assert found == wanted, (name, found, wanted)
        assert book["Checks"]["E4"].value == "ALL OK"


def test_charts_show_numbers_before_anything_is_recalculated(folder):
    parts = read_parts(folder / f"{SCENARIOS[0].file}.xlsx")
    charts = [text.decode() for name, text in parts.items() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    assert len(charts) == 3
    for text in charts:
        assert text.count("<numCache>") >= 2
        points = [float(v) for v in re.findall(r"<pt idx=\"\d+\"><v>([^<]+)</v></pt>", text)[1:]]
        assert len(points) >= 36


def test_known_plans(folder):
    """GPT-3 and Llama 3.1 70B against what was published of them."""
    by_file = {s.file: fill(folder, s) for s in SCENARIOS}
    gpt3 = by_file["gpt3_a100_april_2023"]
    assert gpt3.scenario.inputs["Price_Date"].isoformat() == "2023-04-07"
    assert 5e5 < gpt3.training < 4.6e6  # the range the article gives for published estimates
    llama = by_file["llama_3_1_70b_h100_october_2026"]
    hours = llama.days * 24 * llama.scenario.inputs["Train_Gpus"]
    assert hours == pytest.approx(7.0e6, rel=0.03)  # model card: 7.0M H100 hours
    tune = by_file["llama_2_7b_fine_tune"]
    assert tune.training < 1000
    assert tune.replica == 1


def test_a_restyled_template_keeps_its_looks(tmp_path):
    """A designer's change survives filling, shapes and all: only values are touched."""
    parts = read_parts(packaged.template())
    styled = tmp_path / "styled.xlsx"
    with zipfile.ZipFile(styled, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b"FF14213D", b"FF5A1E4B").replace(b"0014213D", b"005A1E4B"))
    stamp(styled, tmp_path / "out.xlsx", plan.book({"Model": "gpt-2"}).values())
    after = read_parts(tmp_path / "out.xlsx")
    assert b"5A1E4B" in after["xl/styles.xml"]
    assert load_workbook(tmp_path / "out.xlsx", data_only=True)["Inputs"]["D12"].value == "gpt-2"


HEADER = "file,Model,Train_Tokens\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + "a,gpt-9,1\n", "unknown model 'gpt-9'"),
        (HEADER + "a,gpt-3,-5\n", "line 2: Train_Tokens: '-5' "),
        (HEADER + 'a,gpt-3,"1,5"\n', "write a decimal point"),
        (HEADER + "../a,gpt-3,1\n", "cannot be a file name"),
        (HEADER + "a,gpt-3,1\na,gpt-3,2\n", "line 3: file: 'a' stands twice"),
        (HEADER + "a,gpt-3\n", "more or fewer cells"),
        ("name\nx\n", "'file' among them"),
        ("file,Modell\na,gpt-3\n", "no input 'Modell'; did you mean 'Model'?"),
        (HEADER, "holds no scenario"),
    ],
)
def test_bad_scenarios_are_sentences(text, sentence, tmp_path):
    with pytest.raises((BadInput, xlcost.NotInTable), match=re.escape(sentence)):
        for scenario in parsed(text, "scenarios.csv"):
            fill(tmp_path, scenario)
    assert not list(tmp_path.iterdir())


def test_a_formula_smuggled_into_a_text_stays_text(tmp_path):
    scenario = parsed('file,Project\nx,"=HYPERLINK(""http://bad"",""x"")"\n', "s.csv")[0]
    fill(tmp_path, scenario)
    cell = load_workbook(tmp_path / "x.xlsx")["Inputs"]["D6"]
    assert cell.value.startswith("=HYPERLINK")
    assert cell.data_type != "f" or '<c r="D6"' not in formula_cells(tmp_path / "x.xlsx")


def formula_cells(path):
    parts = read_parts(path)
    part = next(p for p, title in sheet_parts(parts).items() if title == "Inputs")
    return " ".join(re.findall(r'<c r="\w+"[^>]*><f>', parts[part].decode()))


def test_a_folder_that_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    for out in (blocked, blocked / "below"):
        with pytest.raises(BadInput, match="out: "):
            run(out)
    assert blocked.read_text() == "x"


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a file system that refuses writing")
def test_a_read_only_folder_stays_empty():
    with pytest.raises(BadInput, match=r"out: cannot write into /proc"):
        run(Path("/proc/xlcost"))


def test_stamping_something_that_is_no_workbook(tmp_path):
    bad = tmp_path / "bad.xlsx"
    bad.write_text("not a zip")
    with pytest.raises(BadInput, match="is not an Excel workbook"):
        stamp(bad, tmp_path / "out.xlsx", {})
    with pytest.raises(BadInput, match="there is no file"):
        stamp(tmp_path / "missing.xlsx", tmp_path / "out.xlsx", {})
    assert not (tmp_path / "out.xlsx").exists()


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xlcost.workbook.stamp.os.replace", full)
    with pytest.raises(BadInput, match="No space left"):
        stamp(packaged.template(), tmp_path / "out.xlsx", plan.book().values())
    assert not list(tmp_path.iterdir())
    shutil.rmtree(tmp_path)
