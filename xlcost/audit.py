"""The working of a figure: each argument, look-up and formula on the way to it as a row, which EXPLAIN shows.

A function's body is called with tracers that are named after its arguments and know their values. Look-ups and the
formulas of `formulas/` report to a recorder (`Working`); each becomes a row, and the next formula is written with its
name. Knows specs and tracers; must not know which functions there are (see catalogue). Begin with `explanation`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.function import FunctionSpec, Parameter
from xlcost.native import Tracer, as_tracer, cell
from xlcost.quantities import Choice, Date, ModelWord, serial_date
from xlcost.sources import Assumed
from xlcost.steps import RECORDER

HEADING = ["step", "formula", "value", "unit", "source"]
UNITS = (  # end of a table column's name -> unit
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
        """Add a row; gives the tracer that stands for it from now on."""
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

    def formula(self, name: str, result: Any, unit: str) -> Any:
        """Add a row for a formula's result; gives the tracer that stands for it, by the formula's name."""
        if not isinstance(result, Tracer) or result.text in self.names:
            return result
        value = result.value.item() if isinstance(result.value, (np.generic, np.ndarray)) else result.value
        return self.note(name, result.text, value, unit, "")

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


def explanation(spec: FunctionSpec, values: list[Any], result: Any) -> list[list[Any]]:
    """The heading, then a row for each argument and step, and for the result. Values are as the body takes them."""
    working = Working()
    given = {
        p.name: _argument(working, p, value)
        for p, value in zip(spec.parameters, values, strict=False)
        if value is not None
    }
    text = _steps(spec, working, [given.get(p.name) for p in spec.parameters], values)
    final = result if isinstance(result, (float, str)) else _shape(result)
    return [HEADING, *working.rows, ["result", text, final, spec.returns.unit, str(spec.source)]]


def _steps(spec: FunctionSpec, working: Working, named: list[Any], plain: list[Any]) -> str:
    """Run the body on named tracers while the recorder listens; gives the text of the result's formula.

    A body that searches or simulates runs on plain values instead, and records its steps itself.
    """
    rows = len(working.rows)
    token = RECORDER.set(working)
    try:
        return as_tracer(spec.body(*named)).text
    except (TypeError, AttributeError, ValueError):
        if spec.native:
            raise
        del working.rows[rows:]
        if spec.category == "Audit":
            return spec.summary
        working.known.clear()
        working.names = {str(row[0]): row[2] for row in working.rows}
        single = isinstance(spec.body(*plain), float)
        return str(working.rows[-1][0]) if single and len(working.rows) > rows else spec.summary
    finally:
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
        return value
    return cell(p.name, value, is_number=isinstance(p.word, ModelWord) and isinstance(value, float))
