"""EXPLAIN: every step multiplies out to the next, the last one to the result; NATIVE_FORMULA for what has one."""

import math
import random
import re
import sys

import pytest

from samples import agrees, arguments, ordered
from xlcost.audit import HEADING
from xlcost.catalogue import FUNCTIONS, explain, native_formula
from xlcost.errors import BadInput, NotInTable, XlcostError
from xlcost.formulas.energy import energy_kwh
from xlcost.native import cell

ROWWISE = [spec for spec in FUNCTIONS if spec.native]
EXCEL = {
    "IF": lambda condition, yes, no: yes if condition else no,
    "MAX": max,
    "MIN": min,
    "CEILING": lambda x, _: float(math.ceil(x)),
    "INT": math.floor,
    "SQRT": math.sqrt,
    "LN": math.log,
    "EXP": math.exp,
    "ABS": abs,
}


def evaluated(text, names):
    """A step's formula, computed from the values above it."""
    return eval(text.replace("^", "**").replace("<>", "!=").replace("NA()", "float('nan')"), {**EXCEL, **names})


@pytest.mark.parametrize("spec", ROWWISE, ids=lambda s: s.name)
def test_steps_multiply_out_to_the_result(spec):
    dice, done = random.Random(spec.name), 0
    while done < 6:
        given = arguments(spec, dice)
        try:
            result = spec.call(**given)
        except XlcostError:
            continue
        done += 1
        heading, *rows = explain(spec.name, *ordered(spec, given))
        assert heading == HEADING
        names = {}
        for name, text, value, _, _ in rows[:-1]:
            if text not in ("argument", "default") and not re.search(r" (of|in|price of) ", text):
                assert evaluated(text, names) == pytest.approx(value, rel=1e-9), (name, text)
            names[name] = value
        name, text, value, unit, source = rows[-1]
        assert (name, value, unit) == ("result", result, spec.returns.unit)
        assert str(spec.source) == source
        if isinstance(result, float):
            assert evaluated(text, names) == pytest.approx(result, rel=1e-9)
        else:
            assert names[text] == result


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda s: s.name)
def test_every_function_is_explained(spec):
    """Its arguments by name and in order, the result or its size, and the source; nothing but plain cells."""
    heading, *rows = explain(spec.name, *spec.example_cells)
    assert heading == HEADING
    assert all(len(row) == len(HEADING) for row in rows)
    assert all(isinstance(cell, (float, str)) for row in rows for cell in row)
    given = [name for name, how, *_ in rows if how in ("argument", "default")]
    left_out = {p.name for p in spec.parameters if p.default is None}
    assert given == [p.name for p in spec.parameters if p.name in given]
    assert {p.name for p in spec.parameters} - set(given) <= left_out
    name, _, value, unit, source = rows[-1]
    assert (name, unit, source) == ("result", spec.returns.unit, str(spec.source))
    if isinstance(spec.example["returns"], list):
        assert str(value).endswith((" rows", " row")) or "," in str(value)
    else:
        assert agrees(value, spec.example["returns"])


def test_each_look_up_names_date_and_source():
    rows = explain("TRAIN_COST", "gpt-3", "300B", "A100")
    by_name = {row[0]: row for row in rows}
    assert re.match(r"\d{4}-\d\d-\d\d, .+", by_name["bf16_tflops"][4])
    assert by_name["price"][4].startswith("2026-10-04, median of ")
    assert "Epoch AI" in by_name["mfu"][4]
    assert by_name["mfu"][1] == "default"
    assert by_name["training_rule"][2] == 6 * 175e9 * 300e9


def test_an_explanation_leaves_the_interpreter_alone(monkeypatch):
    """No profiler or tracer is set: a debugger, or a measurement of coverage, goes on."""
    for hook in ("setprofile", "settrace"):
        monkeypatch.setattr(sys, hook, lambda *_: pytest.fail("an explanation set a hook of the interpreter"))
    assert [row[0] for row in explain("POWER_COST", 400, 100, 0.1, 1)][5:] == [
        "energy_kwh",
        "electricity_cost",
        "result",
    ]


def test_a_step_outside_an_explanation_is_its_formula():
    explain("POWER_COST", 400, 100, 0.1, 1)
    assert type(energy_kwh(400.0, 100.0, 1.0)) is float
    assert energy_kwh(cell("B1"), cell("B2"), 1).text == "B1*B2/1000"


def test_an_error_is_explained_by_its_sentence():
    assert explain("GPU_PRICE", "H900")[1][:3] == ["error", "unknown gpu 'H900'; did you mean 'h800-sxm'?", "#N/A"]
    assert explain("WEIGHT_GB")[1][1].startswith("model: is missing")
    with pytest.raises(NotInTable, match="unknown function 'TRAIN_COTS'; did you mean 'TRAIN_COST'"):
        explain("TRAIN_COTS", 1)
    with pytest.raises(BadInput, match="one value for each argument"):
        explain("WEIGHT_GB", [["7B"], ["8B"]])


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda s: s.name)
def test_native_formula(spec):
    if spec.native:
        text = native_formula(spec.name)
        assert text.startswith("=")
        assert text.count("(") == text.count(")")
        assert all(re.search(rf"\b{p.name}\b", text) for p in spec.parameters if p.required)
    else:
        with pytest.raises(NotInTable, match="searches, sorts or simulates"):
            native_formula(spec.name)
