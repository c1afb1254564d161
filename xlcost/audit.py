"""EXPLAIN and NATIVE_FORMULA: how a figure comes about, and the formula behind a function.

An explanation calls the body with tracers that are named after the arguments and know their values. Look-ups and
the formulas of `formulas/` report to a recorder; each becomes a row, and the next formula is written with its name.
"""

from __future__ import annotations

import itertools
import sys
from typing import Any

import numpy as np

from xlcost.errors import BadInput, NotInTable, XlcostError, nearest
from xlcost.facts.store import each_row
from xlcost.function import FunctionSpec, Parameter, describe, function
from xlcost.functions.order import ABOUT, COMPUTING
from xlcost.native import Tracer, formula, model_cell, optional_cell, traced
from xlcost.native import cell as tracer_cell
from xlcost.quantities import Choice, Date, FunctionName, Given, ModelWord, Series, Steps, Text, serial_date
from xlcost.sources import PATTERSON_2021, XLCOST_TABLES, Assumed
from xlcost.steps import RECORDER, STEPS

HEADING = ["step", "formula", "value", "unit", "source"]
UNITS = (
    ("_tflops", "TFLOP/s"),
    ("_tops", "TOP/s"),
    ("_gb_s", "GB/s"),
    ("_gb", "GB"),
    ("_w", "W"),
    ("_usd", "USD"),
    ("_kg_kwh", "kg CO2e / kWh"),
    ("bits", "bits"),
    ("params", "parameters"),
    ("usd", "USD"),
)


class Working:
    """The recorder: rows of steps, each with a name of its own."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.names: dict[str, Any] = {}
        self.known: dict[str, Tracer] = {}

    def note(self, name: str, text: str, value: Any, unit: str, source: str) -> Tracer:
        """A row; gives the tracer that stands for it from now on."""
        again = self.known.get(text)
        if again is not None:
            return again
        own = name
        while own in self.names:
            head, _, tail = own.rpartition("_")
            own = f"{head}_{int(tail) + 1}" if tail.isdigit() else f"{own}_2"
        self.names[own] = value
        self.rows.append([own, text, value, unit, source])
        self.known[text] = Tracer(own, value=lambda: value)
        return self.known[text]

    def returned(self, frame: Any, event: str, result: Any) -> None:
        """Called by the interpreter at each return: a formula's result becomes a step, and is known by its name."""
        if event != "return" or frame.f_code not in STEPS or not isinstance(result, Tracer):
            return
        if result.text in self.names:
            return
        value = result.value.item() if isinstance(result.value, (np.generic, np.ndarray)) else result.value
        named = self.note(frame.f_code.co_name, result.text, value, STEPS[frame.f_code], "")
        result.text, result.rank = named.text, named.rank

    def look_up(self, table: Any, key: Any, column: Any, found: Tracer) -> Tracer:
        row = table.rows[table.row_number(key)]
        unit = next((unit for end, unit in UNITS if column.endswith(end)), "")
        text = f"{column} of {row['id']} in {table.name}"
        return self.note(column, text, found.value, unit, f"{row['as_of']}, {row['source']}")

    def offer(self, offer_value: Any, gpu: Any, provider: Any, term: Any, serial: Any, found: Tracer) -> Tracer:
        day = serial_date(serial).isoformat()
        text = f"{term} price of {gpu}, {provider}, on {day}"
        source = offer_value("source", gpu, provider, term, float(serial))
        return self.note("price", text, found.value, "USD / GPU-hour", source)


@function(
    "EXPLAIN",
    category="Audit",
    source=XLCOST_TABLES,
    example={
        "function_name": "POWER_COST",
        "arguments": (400.0, 100.0, 0.1, 1.0),
        "returns": [
            HEADING,
            ["watts", "argument", 400.0, "W", ""],
            ["hours", "argument", 100.0, "hours", ""],
            ["electricity", "argument", 0.1, "USD / kWh", ""],
            ["pue", "argument", 1.0, "ratio", ""],
            ["energy_kwh", "watts*hours*pue/1000", 40.0, "kWh", ""],
            ["electricity_cost", "energy_kwh*electricity", 4.0, "USD", ""],
            ["result", "electricity_cost", 4.0, "USD", str(PATTERSON_2021)],
        ],
    },
    native=False,
)
def explain(function_name: FunctionName, *arguments: Given) -> Steps:
    """The working of a function: each step with its formula, value, unit and source; or the sentence of its error.

    The first argument is the function's name, the others are what that function takes, in its order, one value each.
    Steps are written with the names of the arguments and of the steps above them, so that they can be checked one by
    one; the last one is the result.
    """
    spec = named(function_name)
    single = [_single(p, value) for p, value in itertools.zip_longest(spec.parameters, arguments)][: len(arguments)]
    try:
        result = spec.call(*single)
        values = spec.bind(tuple(single), {})
    except XlcostError as error:
        return [HEADING, ["error", str(error), error.code, "", ""]]
    return [HEADING, *_working(spec, values, result)]


def _single(p: Parameter | None, value: Any) -> Any:
    """One value; a range only where the function takes one as a whole."""
    if not isinstance(value, (list, tuple, np.ndarray)) or (p is not None and isinstance(p.word, Series)):
        return value
    cells = np.asarray(value, dtype=object)
    if cells.size != 1:
        raise BadInput("arguments: EXPLAIN takes one value for each argument, not a range")
    return cells.item()


def _working(spec: FunctionSpec, values: list[Any], result: Any) -> list[list[Any]]:
    """Arguments, steps, result."""
    working = Working()
    given = [
        _argument(working, p, value) for p, value in zip(spec.parameters, values, strict=False) if value is not None
    ]
    text = _steps(spec, working, [dict(given).get(p.name) for p in spec.parameters], values)
    shown = result if isinstance(result, (float, str)) else _shape(result)
    return [*working.rows, ["result", text, shown, spec.returns.unit, str(spec.source)]]


def _steps(spec: FunctionSpec, working: Working, named: list[Any], plain: list[Any]) -> str:
    """Run the body on named tracers while the recorder listens; gives the last step's text.

    A body that searches or simulates runs on plain values instead, and tells its steps itself.
    """
    rows = len(working.rows)
    token = RECORDER.set(working)
    watching = sys.getprofile()
    sys.setprofile(working.returned)
    try:
        return traced(spec.body(*named)).text
    except (TypeError, AttributeError, ValueError):
        if spec.native:
            raise
        sys.setprofile(watching)
        del working.rows[rows:]
        if spec.category == "Audit":
            return spec.summary
        working.known.clear()
        working.names = {str(row[0]): row[2] for row in working.rows}
        single = isinstance(spec.body(*plain), float)
        return str(working.rows[-1][0]) if single and len(working.rows) > rows else spec.summary
    finally:
        sys.setprofile(watching)
        RECORDER.reset(token)


def _shape(result: Any) -> str:
    return f"{len(result)} rows" if isinstance(result, list) else ", ".join(f"{v:g}" for v in np.ravel(result))


def _argument(working: Working, p: Parameter, value: Any) -> Any:
    """A row for an argument; a choice stays what it is, anything else becomes a named tracer."""
    shown = serial_date(value).isoformat() if isinstance(p.word, Date) and isinstance(value, float) else value
    source = f"{value.source.short}: {value.why}" if isinstance(value, Assumed) else ""
    how = "default" if value is p.default else "argument"
    plain = float(shown) if isinstance(shown, float) else shown if isinstance(shown, str) else _shape(shown)
    working.rows.append([p.name, how, plain, p.word.unit, source])
    working.names[p.name] = shown
    if isinstance(p.word, Choice):
        return p.name, value
    return p.name, tracer_cell(p.name, value, is_number=isinstance(p.word, ModelWord) and isinstance(value, float))


@function(
    "NATIVE_FORMULA",
    category="Audit",
    source=XLCOST_TABLES,
    example={
        "function_name": "TRAIN_HOURS",
        "returns": "=6*IF(ISNUMBER(model),model,INDEX(Models_active_params,MATCH(model,Models_id,0)))*tokens"
        "/(INDEX(GPUs_table,MATCH(gpu,GPUs_id,0),MATCH(INDEX(Precisions_peak,MATCH(IF(ISBLANK(precision),"
        '"bf16",precision),Precisions_id,0)),GPUs_columns,0))*1E+12*IF(ISBLANK(mfu),0.34,mfu))/3600/gpus',
    },
    native=False,
)
def native_formula(function_name: FunctionName) -> Text:
    """A function as plain spreadsheet text, written with the names of its arguments.

    It looks up in the named columns of a workbook's own table sheets (Models_params, Prices_usd ...). A function that
    searches, sorts, simulates or would not fit into a cell has none: #N/A.
    """
    if isinstance(function_name, np.ndarray):
        return each_row(_native_text, function_name)
    return _native_text(function_name)


def _native_text(name: str) -> str:
    spec = named(name)
    if not spec.native:
        raise NotInTable(f"{spec.name} has no formula: it searches, sorts or simulates, or is too long for a cell")
    return "=" + formula(spec, {p.name: _cell(p) for p in spec.parameters}).text


def _cell(p: Parameter) -> Tracer:
    if isinstance(p.word, ModelWord):
        return model_cell(p.name)
    return tracer_cell(p.name) if p.required else optional_cell(p.name)


KNOWN = {spec.name: spec for spec in map(describe, (*COMPUTING, explain, native_formula, *ABOUT))}


def named(name: str) -> FunctionSpec:
    """The function of this name, whatever its case."""
    spec = KNOWN.get(name.upper())
    if spec is None:
        raise NotInTable(f"unknown function '{name}'{nearest(name, KNOWN)}")
    return spec
