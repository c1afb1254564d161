"""The compute plan: model, training, memory and GPUs, serving, and 36 months of cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.blueprints.compute_plan.checks import checks
from xlcost.blueprints.compute_plan.inputs import INPUTS, MONTHS
from xlcost.blueprints.compute_plan.lines import CALCULATION, FIRST, LAST, MONTHLY, MonthLine, month_end
from xlcost.blueprints.compute_plan.summary import summary_sheet
from xlcost.kit import currency_sheet, styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.checks import checks_sheet, light
from xlcost.kit.cover import cover
from xlcost.kit.currency_sheet import unit
from xlcost.kit.inputs import HEADS, accepted, all_of, inputs_sheet
from xlcost.kit.lookup_sheets import add_tables
from xlcost.kit.sentences import day
from xlcost.kit.source_list import sources_sheet
from xlcost.kit.spelling import Names, Native, Spelled
from xlcost.native import Tracer, call, join

AND = "   ·   "
PURPOSE = "Fill in the cream cells with blue text. The figures are an example: replace them."


def book(values: Mapping[str, Any] | None = None) -> Book:
    """The workbook for these inputs; without any, the blank template with its example figures."""
    inputs = accepted(INPUTS, values or {})
    made = Book("Compute plan", "Training, memory, serving and 36 months of cost")
    names = inputs_sheet(made, INPUTS, inputs, PURPOSE)
    _calculation_sheet(made, names)
    _follow_currency(made, names)
    rows = _monthly_sheet(made, names)
    summary = summary_sheet(made, names, rows)
    checks_sheet(made, checks(names, rows))
    made.sheets.insert(0, made.sheets.pop(made.sheets.index(summary)))
    add_tables(made, providers=True)
    currency_sheet.currencies_sheet(made)
    sources_sheet(made, SOURCES)
    cover(
        made,
        "Compute plan",
        names["Project"],
        join("Model: ", names["Model"], AND, "Prices as of ", day(names["Price_Date"]), AND, names["currency_words"]),
        [
            "What does training or tuning the model cost, and how long does it take?",
            "How many GPUs hold it, and how many serve the demand?",
            "What does it cost each month for 36 months?",
            "What do a thousand requests cost?",
        ],
        [
            "Fill in Inputs, top to bottom.",
            "Choose models and GPUs from the lists.",
            "Look at Checks: all must be OK.",
            "Read Summary; print it.",
        ],
    )
    light(made, summary, "R1")
    for sheet, ref in (("Inputs", "E1"), ("Calculation", "F1"), ("Monthly", "D1")):
        light(made, next(s for s in made.sheets if s.title == sheet), ref)
    summary.merges.append("R1:S1")
    return made


def _calculation_sheet(made: Book, names: Names) -> None:
    widths = {"A": 1.5, "B": 44, "C": 13, "D": 20, "E": 58, "F": 62}
    sheet = made.sheet("Calculation", "calc", widths, freeze="D5", pages_high=1)
    sheet.heading("Calculation", "One formula per line, top to bottom. Nothing to fill in here.")
    heads = (("B", "Line"), ("C", "Unit"), ("D", "Value"), ("E", "The same with the add-in"), ("F", "Note"))
    for column, text in heads:
        sheet.put(f"{column}4", text, HEADS[column])
    row = 5
    for title, group in CALCULATION:
        sheet.section(row, title)
        for line in group:
            row += 1
            look = (styles.TOTAL if line.total else styles.CALC).but(format=line.format)
            sheet.put(f"B{row}", line.label, styles.LABEL.but(bold=line.total, top=styles.INK if line.total else None))
            sheet.put(f"C{row}", unit(line.unit, names), styles.UNIT.but(top=styles.INK if line.total else None))
            spelled = line.compute(Spelled(), names).text
            plain = "INDEX(" in spelled or "COUNTIFS(" in spelled  # no function says it shorter
            spelled = "" if plain else "=" + spelled.replace("«Calculation»", "").replace("$", "")
            sheet.put(f"E{row}", spelled, styles.NOTE.but(italic=False, size=8.5, wrap=True))
            names[line.key] = sheet.put(f"D{row}", line.compute(Native(), names), look)
            note = line.note if isinstance(line.note, str) else line.note(Native(), names)
            noted = sheet.put(f"F{row}", note, styles.NOTE.but(wrap=True))
            if line.key == "per_dollar":
                names["currency_words"] = noted
            sheet.heights[row] = 15 if len(spelled) < 72 and (isinstance(note, str) or line.total) else 27
        row += 2


def _follow_currency(made: Book, names: Names) -> None:
    """Units on Inputs that name a currency cell, and the rate beside the choice of it."""
    sheet = made.sheets[0]
    for given in all_of(INPUTS):
        row = made.names[given.name].rpartition("$")[2]
        sheet.put(f"C{row}", unit(given.unit, names), styles.UNIT)
        if given.name == currency_sheet.PLAN:
            sheet.put(f"E{row}", join(given.basis, ": ", names["currency_words"]), styles.NOTE)
        if given.name == currency_sheet.TYPED:
            sheet.put(f"E{row}", join(given.basis, currency_sheet.typed_in_words(names)), styles.NOTE)


def _monthly_sheet(made: Book, names: Names) -> dict[str, tuple[int, Tracer, Tracer | None]]:
    """The 36 months; gives row, moving reference and total of each line."""
    widths = {"A": 1.5, "B": 36, "C": 11, "D": 15, "E": 2}
    widths |= {get_column_letter(FIRST + i): 12 for i in range(MONTHS)}
    sheet = made.sheet(
        "Monthly",
        "calc",
        widths,
        zoom=85,
        freeze="F7",
        repeat_rows="1:6",
        repeat_columns="A:E",
        scale=60,
        breaks=[FIRST - 1 + 12, FIRST - 1 + 24],
    )
    sheet.heading("Monthly", "One formula per row, the same in every month. Nothing to fill in here.")
    m, rows = _timeline(sheet, names), {}
    row = 7
    for title, group in MONTHLY:
        sheet.section(row, title)
        for line in group:
            row += 1
            edge = styles.INK if line.total else None
            look = (styles.TOTAL if line.total else styles.CALC).but(format=line.format)
            label: Any = line.label
            sheet.put(f"B{row}", label, styles.LABEL.but(bold=line.total, top=edge))
            sheet.put(f"C{row}", unit(line.unit, names), styles.UNIT.but(top=edge))
            m[line.key] = sheet.months(row, FIRST, MONTHS, line.compute(Native(), names, m), look)
            total = _total(line, row, m[line.key])
            shown = sheet.put(f"D{row}", total, look.but(bold=True))
            sheet.put(f"E{row}", None, look)
            rows[line.key] = (row, m[line.key], shown if total is not None else None)
        row += 2
    return rows


def _timeline(sheet: Sheet, names: Names) -> Names:
    small = styles.CALC.but(size=9, ink=styles.MUTED, bottom=None)
    sheet.put("B4", "Period", small.but(across="left"))
    sheet.put("B5", "Month ending", styles.LABEL.but(bold=True, bottom=None, indent=0))
    sheet.put("C5", "Unit", styles.HEAD_LEFT.but(bottom=None))
    sheet.put("D5", "Total or peak", styles.HEAD.but(bottom=None))
    sheet.put("B6", "Year of the plan", small.but(across="left"))
    count = Tracer(f"COLUMN()-{FIRST - 1}", 3, lambda: np.arange(1.0, MONTHS + 1))
    m = {"period": sheet.months(4, FIRST, MONTHS, count, small)}
    end = call("EOMONTH", names["Start_Month"], m["period"] - 1, value=month_end)
    m["end"] = sheet.months(5, FIRST, MONTHS, end, styles.CALC.but(format=styles.MONTH, bold=True, bottom=None))
    m["year"] = sheet.months(6, FIRST, MONTHS, np.ceil(m["period"] / 12), small.but(format=styles.YEAR))
    for i in range(1, FIRST + MONTHS):
        ref = f"{get_column_letter(i + 1)}6" if i + 1 < FIRST + MONTHS else None
        if ref:
            content, style = sheet.cells.get(ref, (None, small))
            sheet.cells[ref] = (content, style.but(bottom=styles.NAVY))
    return m


def _total(line: MonthLine, row: int, reference: Tracer) -> Tracer | None:
    values = reference
    if line.how == "none":
        return None
    if line.how == "last":
        return Tracer(f"{LAST}{row}", value=lambda: float(values.value[-1]))
    name, compute = ("SUM", np.sum) if line.how == "sum" else ("MAX", np.max)
    return Tracer(f"{name}(${get_column_letter(FIRST)}{row}:${LAST}{row})", value=lambda: float(compute(values.value)))


SOURCES = [
    (
        "Prices, chips, models",
        "Each row of Prices, GPUs and Models names its source and date. A price holds until the "
        "provider's next sighting, at most a year; a date without a price is an error, never an older "
        "price.",
    ),
    (
        "Training compute",
        "Kaplan et al. 2020, arXiv:2001.08361: six operations per active parameter and token; adapters "
        "four, since frozen weights need no gradient. Attention is left out: some per cent at 4,096 "
        "tokens, more at long context.",
    ),
    (
        "Utilisation",
        "MFU of whole published runs: median 0.34, one in ten below 0.25, one in ten above 0.49 (Epoch "
        "AI, CC-BY 4.0). This is the widest uncertainty of the plan.",
    ),
    (
        "Memory",
        "Weights, KV cache of the architecture (grouped, latent, windowed), 0.85 GB of the runtime's own "
        "on each GPU; training 18 bytes per parameter and activations after Korthikanti et al. 2022, "
        "arXiv:2205.05198.",
    ),
    (
        "Serving",
        "A roofline: prefill bound by arithmetic, decoding by memory bandwidth, at the measured shares on"
        " Inputs. Communication between GPUs is not in it; replicas over several GPUs are somewhat "
        "slower. Measure before you buy.",
    ),
    (
        "Currency",
        "Euro foreign exchange reference rates of the European Central Bank, which sets them on its working days for "
        "information; through the euro to any other currency. One rate for all months: that of Prices as of. What a "
        "bank charges you differs.",
    ),
    (
        "Not in the plan",
        "Taxes, staff, data, storage and network unless entered as further costs; start-up times; "
        "discounts you have not entered as an own price. Prices are not extrapolated: Price_Change is "
        "yours.",
    ),
]
