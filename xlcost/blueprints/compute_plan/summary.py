"""The Summary page of the compute plan: headline, tiles, charts, three years."""

from __future__ import annotations

from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.blueprints.compute_plan.lines import FIRST, LAST, month_range
from xlcost.kit import charts, styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.sentences import day, fixed
from xlcost.kit.spelling import Names
from xlcost.native import Tracer, join, where

BIG_MONEY = '[>=1000000]#,##0.0,,"M";[>=10000]#,##0,"k";#,##0.00'
AXIS_MONEY = '[>=1000000]#,##0.0,,"M";[>=1000]#,##0,"k";0'
Rows = dict[str, tuple[int, Tracer, Tracer | None]]
TABLE_LINES = (
    ("serving", "Serving", False),
    ("training", "Training", False),
    ("other_1", "Platform team", False),
    ("other_2", "Storage and network", False),
    ("other_3", "Your own line", False),
    ("cost", "Total compute cost", True),
)


def money(amount: Tracer, currency: Tracer) -> Any:
    """An amount as words of a sentence."""
    return join(currency, " ", where(amount >= 1e6, join(fixed(amount / 1e6, 1), " million"), fixed(amount)))


def total_of(rows: Rows, key: str) -> Tracer:
    total = rows[key][2]
    assert total is not None, key
    return total


def summary_sheet(made: Book, names: Names, rows: Rows) -> Sheet:
    widths = {"A": 1.5} | {get_column_letter(i): 9.3 for i in range(2, 20)}
    sheet = made.sheet("Summary", "output", widths, last="S", pages_high=1)
    sheet.heading(
        "Summary",
        join(
            "Model: ",
            names["Model"],
            "   ·   Training GPU: ",
            names["Train_Gpu"],
            "   ·   Serving GPU: ",
            names["Serve_Gpu"],
            "   ·   Prices as of ",
            day(names["Price_Date"]),
            "   ·   ",
            names["currency_words"],
        ),
    )
    headline = join(
        "36 months cost ",
        money(total_of(rows, "cost"), names["Currency"]),
        ": training ",
        money(total_of(rows, "training"), names["Currency"]),
        ", serving ",
        money(total_of(rows, "serving"), names["Currency"]),
        " on up to ",
        fixed(total_of(rows, "gpus")),
        " GPUs.",
    )
    sheet.put("B4", headline, styles.Style(size=13, bold=True, ink=styles.NAVY))
    sheet.heights[4] = 24
    _tiles(sheet, names, rows)
    _yearly(sheet, names, rows)
    _drivers(sheet, names, rows)
    _charts(sheet, names, rows)
    return sheet


def _tiles(sheet: Sheet, names: Names, rows: Rows) -> None:
    currency = names["Currency"]
    tiles: tuple[tuple[Any, Tracer, str, Tracer], ...] = (
        (
            join("Training, all runs, ", currency),
            names["train_cost"],
            BIG_MONEY,
            join(fixed(names["train_hours"]), " GPU-hours"),
        ),
        (
            "Training on the clock",
            names["train_days"],
            '#,##0.0" days"',
            join("on ", fixed(names["Train_Gpus"]), " GPUs; ", fixed(names["train_fit"]), " hold it"),
        ),
        (
            "GPUs of a replica",
            names["replica"],
            '[=1]0" GPU";#,##0" GPUs"',
            join(fixed(names["served_gb"]), " GB to serve ", fixed(names["Batch"]), " at once"),
        ),
        (
            join("Serving, last month, ", currency),
            Tracer(f"«Monthly»${LAST}${rows['serving'][0]}", value=lambda: float(rows["serving"][1].value[-1])),
            BIG_MONEY,
            join("up to ", fixed(total_of(rows, "gpus")), " GPUs"),
        ),
        (
            join("1,000 requests, last month, ", currency),
            Tracer(f"«Monthly»${LAST}${rows['per_request'][0]}", value=lambda: float(rows["per_request"][1].value[-1])),
            BIG_MONEY,
            join("one request takes ", fixed(names["wait"], 1), " s"),
        ),
        (
            join("36 months, ", currency),
            total_of(rows, "cost"),
            BIG_MONEY,
            join(fixed(total_of(rows, "requests") / 1e6), " million requests"),
        ),
    )
    for i, (label, value, look, foot) in enumerate(tiles):
        first = get_column_letter(2 + 3 * i)
        plate = styles.Style(fill=styles.BAND, across="left", indent=1)
        for row, content, style in (
            (6, label, plate.but(size=9.5, ink=styles.MUTED)),
            (7, value, plate.but(size=20, bold=True, ink=styles.NAVY, format=look)),
            (8, foot, plate.but(size=9, ink=styles.MUTED)),
        ):
            for j in range(3):
                ref = f"{get_column_letter(2 + 3 * i + j)}{row}"
                edge = styles.TEAL if j == 0 else None
                sheet.put(ref, content if j == 0 else None, style.but(left=edge))
            sheet.merges.append(f"{first}{row}:{get_column_letter(4 + 3 * i)}{row}")
    for row, height in ((6, 20), (7, 32), (8, 18)):
        sheet.heights[row] = height


def _yearly(sheet: Sheet, names: Names, rows: Rows) -> None:
    """Three years and their sum; the chart of years reads it."""
    top = 26
    sheet.put(f"B{top}", join("Cost by year, ", names["Currency"]), styles.HEAD_LEFT.but(size=11, ink=styles.NAVY))
    for column in "CDEFGHIJKLM":
        sheet.put(f"{column}{top}", None, styles.HEAD)
    years = {"F": 1, "H": 2, "J": 3}
    for column, year in years.items():
        sheet.put(f"{column}{top}", year, styles.HEAD.but(format=styles.YEAR))
    sheet.put(f"L{top}", "36 months", styles.HEAD)
    for row, (key, label, total) in enumerate(TABLE_LINES, top + 1):
        look = (styles.TOTAL if total else styles.CALC).but(format=styles.WHOLE)
        for column in "BCDEFGHIJKLM":
            sheet.put(f"{column}{row}", None, look)
        sheet.put(f"B{row}", label, styles.LABEL.but(bold=total, indent=0, top=styles.INK if total else None))
        line = rows[key][1]
        for column, year in years.items():
            ranges = f"SUMIFS({month_range(line)},«Monthly»${get_column_letter(FIRST)}$6:${LAST}$6,{column}${top})"
            value = float(np.sum(line.value[12 * (year - 1) : 12 * year]))
            sheet.put(f"{column}{row}", Tracer(ranges, value=_constant(value)), look)
        whole = float(np.sum(line.value))
        add = Tracer(f"F{row}+H{row}+J{row}", value=_constant(whole))
        sheet.put(f"L{row}", add, look.but(bold=True))
    for row in range(top, top + len(TABLE_LINES) + 1):
        sheet.merges += [f"F{row}:G{row}", f"H{row}:I{row}", f"J{row}:K{row}", f"L{row}:M{row}"]


def _drivers(sheet: Sheet, names: Names, rows: Rows) -> None:
    """What moves the result, beside the years."""
    currency = names["Currency"]
    average = total_of(rows, "requests") / total_of(rows, "days") / 86400
    capacity = total_of(rows, "serve_hours") / 24 / total_of(rows, "days") / names["replica"] * names["rate"]
    lines: tuple[tuple[Any, Any, str], ...] = (
        ("Utilisation in training (MFU)", names["Run_Mfu"], styles.PERCENT),
        (join("Training GPU-hour, ", currency), names["train_price"], styles.TWO),
        (join("Serving GPU-hour, ", currency), names["serve_price"], styles.TWO),
        ("Average load of the fleet", where(capacity > 0, average / capacity, 0), styles.PERCENT),
        (join("Million output tokens at full load, ", currency), names["token_cost"], styles.TWO),
        ("Energy of 36 months, MWh", total_of(rows, "kwh") / 1000, styles.ONE),
    )
    for column in "PQRS":
        sheet.put(f"{column}26", None, styles.HEAD)
    sheet.put("O26", "What drives it", styles.HEAD_LEFT.but(size=11, ink=styles.NAVY))
    for row, (label, value, look) in enumerate(lines, 27):
        for column in "PQRS":
            sheet.put(f"{column}{row}", None, styles.CALC)
        sheet.put(f"O{row}", label, styles.LABEL.but(indent=0))
        sheet.put(f"S{row}", value, styles.CALC.but(format=look))


def _constant(value: float) -> Any:
    return lambda: value


def _charts(sheet: Sheet, names: Names, rows: Rows) -> None:
    months = f"${get_column_letter(FIRST)}$5:${LAST}$5"

    def over(key: str) -> tuple[str, str]:
        row = rows[key][0]
        return f"$B${row}", f"${get_column_letter(FIRST)}${row}:${LAST}${row}"

    currency = names["Currency"]
    head = styles.Style(size=10.5, bold=True, ink=styles.NAVY)
    for column, title in (
        ("B", join("Cost a month, ", currency)),
        ("H", join("Cumulative cost, ", currency)),
        ("N", "GPUs deployed for serving"),
    ):
        sheet.put(f"{column}10", title, head)
    sheet.charts += [
        (
            charts.bars("Monthly", [over("serving"), over("training"), over("further")], months, AXIS_MONEY),
            "B11",
        ),
        (charts.lines("Monthly", [over("cumulative")], months, AXIS_MONEY), "H11"),
        (charts.lines("Monthly", [over("gpus")], months, "#,##0"), "N11"),
    ]
