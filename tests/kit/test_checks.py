"""Each check of each workbook is turned off once; Python and a spreadsheet see the same lights go out."""

import datetime as dt

import pytest

from xlcost.blueprints.article import book as article
from xlcost.blueprints.packaged import BLUEPRINTS
from xlcost.kit.build import build
from xlcost.kit.checks import TOP
from xlcost.kit.write import save
from xlcost.quantities import excel_serial


def inputs_of(book):
    """What stands in the cells that are filled in; all others are for the spreadsheet to compute."""
    return {sheet.title: {ref: sheet.value(ref) for ref in sheet.inputs} for sheet in book.sheets}


def pasted(book, cells):
    """The book after somebody put this into cells, past all validation; a name stands for its cell."""
    for place, value in cells.items():
        sheet, ref = place.split("!") if "!" in place else book.names[place].replace("$", "").split("!")
        _, style = book[sheet].cells[ref]
        book[sheet].cells[ref] = (value, style)
    return book


SERIAL = excel_serial(dt.date(2022, 1, 1))
# template -> what must go out -> what somebody does: NAME is an input's cell, KEY and KEY last the first and the last
# month of a row, SHEET!CELL any cell
FLIPS = {
    "compute_plan": {
        "Years add up to the months": {"Summary!F26": 7},
        "Parts add up to the total": {"cost": 1e9},
        "Cumulative cost ends at the total": {"cumulative last": 1.0},
        "Replicas cover the peak in every month": {"replicas last": 0.0},
        "The timeline has 36 month ends": {"end": "gone"},
        "Inputs are numbers within their bounds": {"Train_Tokens": -5e9},
        "Model, GPUs and precision stand in their tables": {"Model": "gpt-9"},
        "Prices are found for GPU, provider, term and date": {"Price_Date": SERIAL},
        "Exchange rates are found for the currencies and the date": {"Currency": "EUR", "Price_Date": SERIAL - 300},
        "Own quotes on Prices are complete": {"Prices!B7": "h100-sxm"},
        "No error values in the monthly plan": {"Serve_Gpu": "h9000"},
        "Median prices rest on three providers or more": {"Serve_Gpu": "h100-sxm", "Serve_Term": "1yr"},
        "The whole training falls into the 36 months": {"Train_Tokens": 1e15},
        "The training GPUs hold the model": {"Train_Gpus": 1, "Train_Method": "full", "Model": "llama-3.1-70b"},
        "A replica holds the model and its batch": {"Replica_Own": 1, "Model": "llama-3.1-70b"},
        "Serving begins after the training ends": {"Train_Tokens": 2e12, "Train_Method": "full", "Serve_Start": 1},
        "Prompt and answer fit the model's context": {"Model": "gpt-2", "Input_Tokens": 5000},
        "The model writes text token by token": {"Model": "bert-large", "Input_Tokens": 100},
    }
}
CASES = [(blueprint, what) for blueprint in BLUEPRINTS for what in FLIPS.get(blueprint.id, ())]
EACH = pytest.mark.parametrize(("blueprint", "what"), CASES, ids=lambda part: getattr(part, "id", part))


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.id)
def test_every_check_is_turned_off_once(blueprint):
    """A check without its line in FLIPS is a check that nobody has seen fail."""
    assert list(FLIPS[blueprint.id]) == [check.what for check in blueprint.checks]


@pytest.mark.parametrize("blueprint", BLUEPRINTS, ids=lambda blueprint: blueprint.id)
def test_a_blank_template_has_its_lights_on(blueprint):
    filled = build(blueprint)
    assert (filled.failing(), filled.status()) == ([], "ALL OK")


def flipped(blueprint, what):
    """The blank template after somebody did what turns a check off."""
    filled = build(blueprint)
    cells = {}
    for place, value in FLIPS[blueprint.id][what].items():
        key, _, last = place.partition(" ")
        if key in filled.cells.rows:
            row = filled.cells.rows[key]
            ref = row.cells.replace("$", "").split(":")[1 if last else 0]
            place = f"{row.sheet.title}!{ref}"
        cells[place] = value
    pasted(filled.book, cells)
    return filled


@EACH
def test_a_light_goes_out(blueprint, what):
    filled = flipped(blueprint, what)
    assert what in filled.failing() and filled.status() == "CHECK"


@pytest.mark.slow
@EACH
def test_the_same_lights_go_out_in_a_spreadsheet(blueprint, what, engines, tmp_path):
    filled = flipped(blueprint, what)
    off = set(filled.failing())
    save(filled.book, tmp_path / "plan.xlsx", inputs_of(filled.book))
    for name, engine in engines.items():
        found = engine(tmp_path / "plan.xlsx")["Checks"]
        lights = {check.what: found[f"F{row}"] for row, check in enumerate(blueprint.checks, TOP)}
        assert {check for check, light in lights.items() if light != "OK"} == off, name
        assert found["E4"] == "CHECK"


ARTICLE_FLIPS = {
    "Inputs are the article's own": {"Prompt_Tokens": 2048},
    "No error among the results": {"Big_Gpu": "a9000"},
    "The implied rate and the flat rate give $560,000 within 1 %": {"Rate": 9.0},
    '"holds"': {"Claims!H6": "does not hold"},
    '"holds (*)"': {"Claims!H6": "holds (more)"},
    '"holds, rounded"': {"Claims!H6": "holds, rounded"},
    '"does not hold"': {"Claims!H6": "does not hold"},
}


def lights(book):
    """Test -> its light, as Python has it."""
    sheet = book["Checks"]
    rows = [int(ref[1:]) for ref in sheet.cells if ref[0] == "F" and int(ref[1:]) >= TOP]
    return {sheet.value(f"C{row}"): (sheet.value(f"F{row}"), f"F{row}") for row in rows}


@pytest.mark.parametrize("what", ARTICLE_FLIPS)
def test_a_light_of_the_article_goes_out(what):
    ours = lights(pasted(article.article_book(), ARTICLE_FLIPS[what]))
    assert len(ours) == len(ARTICLE_FLIPS)
    assert next(light for test, (light, _) in ours.items() if test.startswith(what + ":") or test == what) == "CHECK"


@pytest.mark.slow
@pytest.mark.parametrize("what", ARTICLE_FLIPS)
def test_the_same_lights_of_the_article_go_out_in_a_spreadsheet(what, engines, tmp_path):
    book = pasted(article.article_book(), ARTICLE_FLIPS[what])
    ours = lights(book)
    save(book, tmp_path / "article.xlsx", inputs_of(book))
    for name, engine in engines.items():
        found = engine(tmp_path / "article.xlsx")["Checks"]
        assert {test: found[ref] for test, (_, ref) in ours.items()} == {t: light for t, (light, _) in ours.items()}, (
            name
        )
