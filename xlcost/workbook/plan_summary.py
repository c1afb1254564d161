"""The Summary page of the compute plan: headline, tiles, charts, three years."""

from __future__ import annotations

from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.native import Tracer, call, join, where
from xlcost.quantities import serial_date
from xlcost.workbook import charts, styles
from xlcost.workbook.plan_lines import FIRST, LAST, month_range
from xlcost.workbook.sheet import Book, Sheet
from xlcost.workbook.twice import Names

BIG_MONEY = '[>=1000000]$#,##0.0,,"M";[>=10000]$#,##0,"k";$#,##0.00'
AXIS_MONEY = '[>=1000000]$#,##0.0,,"M";[>=1000]$#,##0,"k";$0'
Rows = dict[str, tuple[int, Tracer, Tracer | None]]
TABLE_LINES = (
    ("serving", "Serving", False),
    ("training", "Training", False),
    ("other_1", "Platform team", False),
    ("other_2", "Storage and network", False),
    ("other_3", "Your own line", False),
    ("cost", "Total compute cost", True),
)


def money(amount: Tracer) -> Any:
    """Dollars as words of a sentence."""
    millions = call("TEXT", amount / 1e6, "$#,##0.0", value=lambda v, _: f"${v:,.1f}")
    thousands = call("TEXT", amount, "$#,##0", value=lambda v, _: f"${v:,.0f}")
    return where(amount >= 1e6, join(millions, " million"), thousands)


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
        ),
    )
    headline = join(
        "36 months cost ",
        money(total_of(rows, "cost")),
        ": training ",
        money(total_of(rows, "training")),
        ", serving ",
        money(total_of(rows, "serving")),
        " on up to ",
        call("TEXT", total_of(rows, "gpus"), "#,##0", value=lambda v, _: f"{v:,.0f}"),
        " GPUs.",
    )
    sheet.put("B4", headline, styles.Style(size=13, bold=True, ink=styles.NAVY))
    sheet.heights[4] = 24
    _tiles(sheet, names, rows)
    _yearly(sheet, rows)
    _drivers(sheet, names, rows)
    _charts(sheet, rows)
    return sheet


def _tiles(sheet: Sheet, names: Names, rows: Rows) -> None:
    tiles: tuple[tuple[str, Tracer, str, Tracer], ...] = (
        ("Training, all runs", names["train_cost"], BIG_MONEY, join(_number(names["train_hours"]), " GPU-hours")),
        (
            "Training on the clock",
            names["train_days"],
            '#,##0.0" days"',
            join("on ", _number(names["Train_Gpus"]), " GPUs; ", _number(names["train_fit"]), " hold it"),
        ),
        (
            "GPUs of a replica",
            names["replica"],
            '[=1]0" GPU";#,##0" GPUs"',
            join(_number(names["served_gb"]), " GB to serve ", _number(names["Batch"]), " at once"),
        ),
        (
            "Serving, last month",
            Tracer(f"«Monthly»${LAST}${rows['serving'][0]}", value=lambda: float(rows["serving"][1].value[-1])),
            BIG_MONEY,
            join("up to ", _number(total_of(rows, "gpus")), " GPUs"),
        ),
        (
            "1,000 requests, last month",
            Tracer(f"«Monthly»${LAST}${rows['per_request'][0]}", value=lambda: float(rows["per_request"][1].value[-1])),
            BIG_MONEY,
            join("one request takes ", call("TEXT", names["wait"], "0.0", value=lambda v, _: f"{v:.1f}"), " s"),
        ),
        (
            "36 months",
            total_of(rows, "cost"),
            BIG_MONEY,
            join(_number(total_of(rows, "requests") / 1e6), " million requests"),
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


def _number(value: Tracer) -> Tracer:
    return call("TEXT", value, "#,##0", value=lambda v, _: f"{v:,.0f}")


def _yearly(sheet: Sheet, rows: Rows) -> None:
    """Three years and their sum; the chart of years reads it."""
    top = 26
    sheet.put(f"B{top}", "Cost by year, USD", styles.HEAD_LEFT.but(size=11, ink=styles.NAVY))
    for column in "CDEFGHIJKLM":
        sheet.put(f"{column}{top}", None, styles.HEAD)
    years = {"F": 1, "H": 2, "J": 3}
    for column, year in years.items():
        sheet.put(f"{column}{top}", year, styles.HEAD.but(format=styles.YEAR))
    sheet.put(f"L{top}", "36 months", styles.HEAD)
    for row, (key, label, total) in enumerate(TABLE_LINES, top + 1):
        look = (styles.TOTAL if total else styles.CALC).but(format=styles.USD)
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
    average = total_of(rows, "requests") / total_of(rows, "days") / 86400
    capacity = total_of(rows, "serve_hours") / 24 / total_of(rows, "days") / names["replica"] * names["rate"]
    lines = (
        ("Utilisation in training (MFU)", names["Train_Mfu"], styles.PERCENT),
        ("Training GPU-hour, USD", names["train_price"], styles.USD2),
        ("Serving GPU-hour, USD", names["serve_price"], styles.USD2),
        ("Average load of the fleet", where(capacity > 0, average / capacity, 0), styles.PERCENT),
        ("Million output tokens at full load, USD", names["token_cost"], styles.USD2),
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


def _charts(sheet: Sheet, rows: Rows) -> None:
    months = f"${get_column_letter(FIRST)}$5:${LAST}$5"

    def over(key: str) -> tuple[str, str]:
        row = rows[key][0]
        return f"$B${row}", f"${get_column_letter(FIRST)}${row}:${LAST}${row}"

    head = styles.Style(size=10.5, bold=True, ink=styles.NAVY)
    for column, title in (
        ("B", "Cost a month, USD"),
        ("H", "Cumulative cost, USD"),
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


def day(date: Tracer) -> Tracer:
    """A date as words of a sentence."""

    def shown(serial: float) -> str:
        day = serial_date(serial)
        return f"{day.day} {day:%b} {day.year}"

    return call("TEXT", date, "d mmm yyyy", value=lambda serial, _: shown(serial))
