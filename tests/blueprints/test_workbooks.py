"""The article's workbook, the template and the filled plans: recalculated, compared, read as a reader would."""

import csv
import random
import re
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import get_column_letter

import xlcost
from places import DATA, ROOT
from plans import compute_plan
from xlcost.batch.fill import fill
from xlcost.batch.scenarios import example_scenarios
from xlcost.blueprints import packaged
from xlcost.blueprints.article import book as article
from xlcost.blueprints.article.claims import CLAIMS
from xlcost.cli.demo import run
from xlcost.facts.store import GPUS, MODELS
from xlcost.kit.write import save
from xlcost.native import Tracer
from xlcost.ooxml import package
from xlcost.ooxml.values import read_parts, stamp
from xlcost.quantities import excel_serial

FORBIDDEN = ("XLOOKUP", "LET(", "LAMBDA", "FILTER(", "OFFSET", "INDIRECT", "TODAY", "NOW(", "_xlfn", "MAXIFS", "IFS(")
SCENARIOS = example_scenarios()


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_same_inputs_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        save(compute_plan(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.slow
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


def cells_of(found):
    return {f"{get_column_letter(column)}{row}" for row, column in found.cells}


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
        if sheet.title == "Prices":  # the reader's own quotes; provider and source are words of his own
            validated = {c for v in sheet.data_validations.dataValidation for r in v.sqref.ranges for c in cells_of(r)}
            assert validated and {c for c in unlocked if c[0] not in "CJ"} == validated
        elif sheet.title != "Inputs":
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
    with (DATA / "article_claims.csv").open(encoding="utf-8") as file:
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
    made = article.article_book()
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


@pytest.mark.slow
def test_filling_changes_values_only(folder):
    """Formulas, styles and structure of a filled plan are the template's; the inputs are the scenario's."""
    for scenario in SCENARIOS:
        blank, filled = read_parts(packaged.template()), read_parts(folder / f"{scenario.file}.xlsx")
        assert blank.keys() == filled.keys()
        for sheet in package.sheets(blank):
            old, new = blank[sheet.part].decode(), filled[sheet.part].decode()
            assert re.findall(r"<f>.*?</f>", old) == re.findall(r"<f>.*?</f>", new)
            assert re.findall(r'<c r="\w+" s="\d+"', old) == re.findall(r'<c r="\w+" s="\d+"', new), sheet.title
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
    assert 5e5 < gpt3.figures["training"] < 4.6e6  # the range the article gives for published estimates
    llama = by_file["llama_3_1_70b_h100_october_2026"]
    hours = llama.figures["days"] * 24 * llama.scenario.inputs["Train_Gpus"]
    assert hours == pytest.approx(7.0e6, rel=0.03)  # model card: 7.0M H100 hours
    tune = by_file["llama_2_7b_fine_tune"]
    assert tune.figures["training"] < 1000
    assert tune.figures["replica"] == 1


@pytest.mark.slow
def test_a_restyled_template_keeps_its_looks(tmp_path):
    """A designer's change survives filling, shapes and all: only values are touched."""
    parts = read_parts(packaged.template())
    styled = tmp_path / "styled.xlsx"
    with zipfile.ZipFile(styled, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b"FF14213D", b"FF5A1E4B").replace(b"0014213D", b"005A1E4B"))
    stamp(styled, tmp_path / "out.xlsx", compute_plan({"Model": "gpt-2"}).values())
    after = read_parts(tmp_path / "out.xlsx")
    assert b"5A1E4B" in after["xl/styles.xml"]
    filled = load_workbook(tmp_path / "out.xlsx", data_only=True)
    assert filled["Inputs"][filled.defined_names["Model"].attr_text.split("!")[1]].value == "gpt-2"


def test_another_figure_does_not_rest_on_what_the_default_does():
    notes = {ref: told for ref, told in compute_plan({"Run_Mfu": 0.25}).values()["Inputs"].items() if ref[0] == "E"}
    published = [told for told in notes.values() if str(told).startswith("own figure. Default 0.34: Epoch AI")]
    assert len(published) == 1
    assert not any("own figure" in str(told) for told in compute_plan().values()["Inputs"].values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "failing"),
    [
        ({"Train_Tokens": 2e12, "Train_Method": "full", "Serve_Start": 1}, "Serving begins after the training ends"),
        ({"Model": "gpt-2", "Input_Tokens": 5000}, "Prompt and answer fit the model's context"),
        ({"Model": "bert-large", "Input_Tokens": 100}, "The model writes text token by token"),
        ({"Train_Gpus": 1, "Train_Method": "full", "Model": "llama-3.1-70b"}, "The training GPUs hold the model"),
        ({"Replica_Own": 1, "Model": "llama-3.1-70b"}, "A replica holds the model and its batch"),
        ({"Serve_Gpu": "h100-sxm", "Serve_Term": "1yr"}, "Median prices rest on three providers or more"),
        ({"Train_Tokens": 1e15}, "The whole training falls into the 36 months"),
    ],
)
def test_plans_that_cannot_be_true_say_check(inputs, failing):
    values = compute_plan(inputs).values()["Checks"]
    sheet = next(s for s in compute_plan(inputs).sheets if s.title == "Checks")
    failed = {sheet.cells[f"C{ref[1:]}"][0] for ref, v in values.items() if ref[0] == "F" and v == "CHECK"}
    assert failing in failed
    assert values["E4"] == "CHECK"


@pytest.mark.slow
def test_pasted_nonsense_and_missing_prices_light_the_checks(tmp_path, engines):
    """What a reader does in the file, past the validation, is seen by the spreadsheet's own checks."""
    for name, cells, failing in (
        ("negative", {"Train_Tokens": -5e9}, "Inputs are numbers within their bounds"),
        ("share", {"Run_Mfu": 34}, "Inputs are numbers within their bounds"),
        ("half", {"Serve_Start": 2.5}, "Inputs are numbers within their bounds"),
        ("date", {"Price_Date": 44562}, "Prices are found for GPU, provider, term and date"),
        ("typo", {"Model": "gpt-9"}, "Model, GPUs and precision stand in their tables"),
    ):
        book = load_workbook(packaged.template())
        places = {k: book.defined_names[k].attr_text.split("!")[1].replace("$", "") for k in cells}
        typed = {places[key]: value for key, value in cells.items()}
        stamp(packaged.template(), tmp_path / f"{name}.xlsx", {"Inputs": typed})
        for engine in ("LibreOffice", "IronCalc"):
            found = engines[engine](tmp_path / f"{name}.xlsx")["Checks"]
            tests = {book["Checks"][f"C{row}"].value: found[f"F{row}"] for row in range(7, 24)}
            assert tests[failing] == "CHECK", (name, engine)
            assert found["E4"] == "CHECK", (name, engine)


def test_a_side_that_is_not_used_needs_no_price():
    for inputs in ({"Train_Tokens": 0, "Train_Gpu": "h800-sxm"}, {"Requests_Day": 0, "Serve_Gpu": "h800-sxm"}):
        assert compute_plan(inputs).values()["Checks"]["E4"] == "ALL OK"


def random_inputs(dice):
    """A plan as somebody might fill it in, odd choices included."""
    return {
        "Model": dice.choice(MODELS.rows)["id"],
        "Train_Gpu": dice.choice(GPUS.rows)["id"],
        "Serve_Gpu": dice.choice(GPUS.rows)["id"],
        "Train_Method": dice.choice(["full", "lora", "qlora"]),
        "Train_Tokens": dice.choice([0, 1e8, 1e12]),
        "Train_Gpus": dice.choice([1, 8, 512]),
        "Train_Start": dice.choice([1, 20, 36]),
        "Train_Own_Price": 2.0,
        "Requests_Day": dice.choice([0, 1000, 1e6]),
        "Growth": dice.choice([-0.5, -0.1, 0, 0.3]),
        "Serve_Start": dice.choice([1, 5, 36]),
        "Output_Tokens": dice.choice([0, 1, 500]),
        "Batch": dice.choice([1, 7, 64]),
        "Serve_Own_Price": dice.choice([0, 1.5]),
        "Replica_Own": dice.choice([None, 1, 3]),
        "Other_3": dice.choice([0, 1000]),
    }


@pytest.mark.slow
def test_any_plan_shows_what_a_spreadsheet_computes(tmp_path, engines):
    dice, compared = random.Random(11), 0
    while compared < 12:
        try:
            values = compute_plan(random_inputs(dice)).values()
        except xlcost.XlcostError:  # a model without a shape, a chip without that peak
            continue
        compared += 1
        stamp(packaged.template(), tmp_path / "plan.xlsx", values)
        found = engines["IronCalc"](tmp_path / "plan.xlsx")
        wrong = [
            (title, ref, values[title][ref], value)
            for title, cells in found.items()
            for ref, value in cells.items()
            if not agree(values[title][ref], value, title)
        ]
        assert not wrong, f"{len(wrong)} cells, first {wrong[:3]}"
