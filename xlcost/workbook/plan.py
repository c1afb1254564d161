"""The compute plan: model, training, memory and GPUs, serving, and 36 months of cost."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.errors import BadInput, nearest
from xlcost.formulas import energy, serving
from xlcost.functions import models
from xlcost.functions.gpus import peak_tflops
from xlcost.functions.training import MEDIAN_MFU
from xlcost.native import Tracer, call, cell, join, where
from xlcost.quantities import (
    AsOf,
    Batch,
    Choice,
    Context,
    Date,
    Electricity,
    Goodput,
    Gpu,
    Gpus,
    Key,
    Load,
    Mfu,
    Model,
    Number,
    Precision,
    Price,
    Provider,
    Pue,
    Result,
    Term,
    Tokens,
    TuneMethod,
    Word,
    excel_serial,
    number,
    serial_date,
    share,
)
from xlcost.sources import Assumed
from xlcost.workbook import charts, front, styles
from xlcost.workbook.front import Check
from xlcost.workbook.sheet import BEFORE, HERE, Book, Sheet
from xlcost.workbook.tables import add_tables
from xlcost.workbook.twice import Compute, Names, Native, Spelled

MONTHS = 36
FIRST = 6  # column F
LAST = get_column_letter(FIRST + MONTHS - 1)
TIMELINE_TOP = 4
BIG_MONEY = '[>=1000000]$#,##0.0,,"M";[>=10000]$#,##0,"k";$#,##0.00'
AXIS_MONEY = '[>=1000000]$#,##0.0,,"M";[>=1000]$#,##0,"k";$0'


HEADS = {"B": styles.HEAD_LEFT, "C": styles.HEAD_LEFT, "D": styles.HEAD} | {
    column: styles.HEAD_LEFT.but(indent=1) for column in "EF"
}


def word(hint: Any) -> Word:
    """The word behind an annotation of quantities."""
    found: Word = hint.__metadata__[0]
    return found


TEXT = Result("text", "text", "Text")
WHOLE_MONTH = number("month", "month no.", "Month of the plan, 1 to 36", low=1, high=MONTHS, whole=True)
RATE = number("rate", "share", "Change as a share", low=-0.9, high=5.0)
MULTIPLE = number("multiple", "x", "A multiple", low=1.0, high=100.0)
REQUESTS = number("requests", "requests / day", "Requests", high=1e12)
MONEY = number("money", "USD / mth", "US dollars", high=1e12)


@dataclass(frozen=True)
class Given:
    """An input cell: its name, what it takes, its default, and on what that rests."""

    name: str
    label: str
    unit: str
    word: Word
    default: Any
    format: str
    basis: str
    optional: bool = False


def _assumed(value: Assumed) -> str:
    return f"{value.source.short}: {value.why}"


INPUTS: tuple[tuple[str, tuple[Given, ...]], ...] = (
    (
        "General",
        (
            Given("Project", "Name of the plan", "text", TEXT, "Example: fine-tune and serve", styles.WORDS, ""),
            Given("Start_Month", "First month", "date", word(AsOf), dt.date(2026, 11, 1), styles.DATE, "First day"),
            Given("Price_Date", "Prices as of", "date", word(AsOf), dt.date(2026, 10, 31), styles.DATE, "Prices sheet"),
            Given("Price_Change", "GPU prices, change per year", "% / yr", RATE, 0.0, styles.PERCENT, "None: prices rose in 2026"),
        ),
    ),
    (
        "Model",
        (Given("Model", "Model", "list", Key("model", "id", "Model id", "Models"), "llama-3.1-8b", styles.WORDS, "An id of the Models sheet"),),
    ),
    (
        "Training",
        (
            Given("Train_Method", "What is trained", "list", word(TuneMethod), "lora", styles.WORDS, "full = all weights; lora, qlora = adapters"),
            Given("Train_Tokens", "Training tokens (0 = no training)", "tokens", word(Tokens), 2e9, styles.WHOLE, "Tokens times passes over them"),
            Given("Train_Context", "Length of a training sequence", "tokens", word(Context), 4096, styles.WHOLE, "For memory"),
            Given("Train_Gpu", "GPU", "list", word(Gpu), "h100-sxm", styles.WORDS, "An id of the GPUs sheet"),
            Given("Train_Gpus", "Number of GPUs", "GPUs", word(Gpus), 8, styles.WHOLE, "One node"),
            Given("Train_Mfu", "Utilisation of the whole run (MFU)", "share", word(Mfu), float(MEDIAN_MFU), styles.PERCENT, _assumed(MEDIAN_MFU)),
            Given("Goodput", "Paid time that trains", "share", word(Goodput), 1.0, styles.PERCENT, "Below 100 % only with an MFU measured in the run"),
            Given("Runs", "All runs over the final run", "x", MULTIPLE, 1.5, styles.TIMES, "Experiments and failures; 1.2 to 4 published (Cottier et al. 2024)"),
            Given("Train_Start", "Training begins in month", "month no.", WHOLE_MONTH, 1, styles.WHOLE, ""),
            Given("Train_Provider", "Provider", "list", word(Provider), "median", styles.WORDS, "median = of all that offer the GPU that day"),
            Given("Train_Term", "Term", "list", word(Term), "on_demand", styles.WORDS, "on_demand, spot, 1yr, 3yr"),
            Given("Train_Own_Price", "Own price (blank = from Prices)", "USD / h", word(Price), None, styles.USD4, "A quote beats the table", True),
        ),
    ),
    (
        "Serving",
        (
            Given("Requests_Day", "Requests a day in the first month (0 = none)", "req / day", REQUESTS, 200000, styles.WHOLE, ""),
            Given("Growth", "Growth per month", "% / mth", RATE, 0.05, styles.PERCENT, ""),
            Given("Serve_Start", "Serving begins in month", "month no.", WHOLE_MONTH, 2, styles.WHOLE, ""),
            Given("Input_Tokens", "Input tokens per request", "tokens", word(Tokens), 1500, styles.WHOLE, "Prompt and retrieved text"),
            Given("Output_Tokens", "Output tokens per request", "tokens", word(Tokens), 400, styles.WHOLE, ""),
            Given("Peak_Ratio", "Peak over average demand", "x", MULTIPLE, 3.0, styles.TIMES, "Busiest hour; sets capacity"),
            Given("Max_Load", "Highest safe load", "share", share("load", "Load"), 0.8, styles.PERCENT, "Room for latency"),
            Given("Serve_Gpu", "GPU", "list", word(Gpu), "l40s", styles.WORDS, "An id of the GPUs sheet"),
            Given("Serve_Precision", "Precision of the weights", "list", word(Precision), "bf16", styles.WORDS, "The cache stays 16 bit"),
            Given("Batch", "Sequences served together by a replica", "sequences", word(Batch), 16, styles.WHOLE, "More is cheaper and slower"),
            Given("Decode_Mbu", "Bandwidth reached in decoding (MBU)", "share", share("mbu", "Share of bandwidth"), float(serving.DECODE_MBU), styles.PERCENT, _assumed(serving.DECODE_MBU)),
            Given("Prefill_Mfu", "Peak reached in prefill (MFU)", "share", word(Mfu), float(serving.PREFILL_MFU), styles.PERCENT, _assumed(serving.PREFILL_MFU)),
            Given("Serve_Provider", "Provider", "list", word(Provider), "median", styles.WORDS, "median = of all that offer the GPU that day"),
            Given("Serve_Term", "Term", "list", word(Term), "on_demand", styles.WORDS, "on_demand, spot, 1yr, 3yr"),
            Given("Serve_Own_Price", "Own price (blank = from Prices)", "USD / h", word(Price), None, styles.USD4, "A quote beats the table", True),
        ),
    ),
    (
        "Power (memo)",
        (
            Given("Load", "Average power of a GPU over its rated power", "share", word(Load), float(energy.POWER_SHARE), styles.PERCENT, _assumed(energy.POWER_SHARE)),
            Given("Pue", "Power usage effectiveness", "x", word(Pue), float(energy.HYPERSCALE_PUE), styles.TWO, _assumed(energy.HYPERSCALE_PUE)),
            Given("Electricity", "Electricity", "USD / kWh", word(Electricity), float(energy.US_ELECTRICITY), styles.FOUR, _assumed(energy.US_ELECTRICITY)),
        ),
    ),
    (
        "Further costs",
        tuple(
            Given(f"Other_{n}", label, "USD / mth", MONEY, value, styles.USD, basis)
            for n, (label, value, basis) in enumerate(
                (("Platform team", 0.0, "Every month; already in the totals"), ("Storage and network", 0.0, "Every month; already in the totals"), ("Your own line", 0.0, "Every month; already in the totals")), 1
            )
        ),
    ),
)  # fmt: skip
BY_NAME = {given.name: given for _, group in INPUTS for given in group}


def accepted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the plan takes them: defaults where blank, each checked by its word."""
    for name in values:
        if name not in BY_NAME:
            raise BadInput(f"the plan has no input '{name}'{nearest(name, BY_NAME)}")
    return {name: _accept(given, values.get(name)) for name, given in BY_NAME.items()}


def _accept(given: Given, value: Any) -> Any:
    if value is None or value == "":
        return given.default
    if given.word is TEXT:
        return str(value)
    found = given.word.accept(value, given.name)
    return serial_date(found) if isinstance(given.word, Date) else found


@dataclass(frozen=True)
class Line:
    """A line of the calculation: one formula."""

    key: str
    label: str
    unit: str
    format: str
    compute: Compute
    note: str = ""
    total: bool = False


def _tuned(x: Names) -> Any:
    """Adapters need no gradient of the frozen weights: four operations per parameter instead of six."""
    return where(x["Train_Method"] == "full", 6, 4) / 6


def _task(x: Names) -> Any:
    return where(x["Train_Method"] == "full", "train", x["Train_Method"])


def _price(x: Names, side: str, f: Any) -> Any:
    own = x[f"{side}_Own_Price"]
    listed = f.GPU_PRICE(
        gpu=x[f"{side}_Gpu"], provider=x[f"{side}_Provider"], term=x[f"{side}_Term"], as_of=x["Price_Date"]
    )
    return where(own.left_out, listed, own)


def _touched(x: Names) -> Any:
    return serving.touched_params(x["params"], x["active"], models.expert_share(x["Model"]), x["Batch"])


CALCULATION: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "Model",
        (
            Line("params", "Parameters", "parameters", styles.WHOLE, lambda f, x: f.MODEL_PARAMS(model=x["Model"])),
            Line("active", "Parameters a token passes through", "parameters", styles.WHOLE, lambda f, x: f.MODEL_PARAMS(model=x["Model"], kind="active")),
            Line("optimal", "Compute-optimal training tokens", "tokens", styles.WHOLE, lambda f, x: f.CHINCHILLA_TOKENS(model=x["Model"]), "20 per parameter; for comparison"),
        ),
    ),
    (
        "Training",
        (
            Line("train_flop", "Operations of the final run", "FLOP", styles.SCIENCE, lambda f, x: f.TRAIN_FLOPS(model=x["Model"], tokens=x["Train_Tokens"]) * _tuned(x), "6 per parameter and token; 4 with adapters"),
            Line("train_hours", "GPU-hours of all runs", "GPU-hours", styles.WHOLE, lambda f, x: f.TRAIN_GPU_HOURS(model=x["Model"], tokens=x["Train_Tokens"], gpu=x["Train_Gpu"], mfu=x["Train_Mfu"]) * _tuned(x) * x["Runs"] / x["Goodput"]),
            Line("train_days", "Days on the clock", "days", styles.ONE, lambda f, x: x["train_hours"] / x["Train_Gpus"] / 24, "All runs, one after the other"),
            Line("train_months", "Months on the clock", "months", styles.TWO, lambda f, x: x["train_days"] * 24 * 12 / 8760),
            Line("train_price", "Price of a GPU-hour", "USD / h", styles.USD4, lambda f, x: _price(x, "Train", f)),
            Line("train_cost", "Cost of training", "USD", styles.USD, lambda f, x: x["train_hours"] * x["train_price"], total=True),
            Line("train_energy", "Energy of training", "kWh", styles.WHOLE, lambda f, x: f.ENERGY_KWH(gpu=x["Train_Gpu"], gpu_hours=x["train_hours"], load=x["Load"], pue=x["Pue"]), "The chips and the building; memo"),
        ),
    ),
    (
        "Memory and GPUs",
        (
            Line("train_gb", "Memory to train, in one piece", "GB", styles.ONE, lambda f, x: f.TRAIN_MEMORY(model=x["Model"], method=x["Train_Method"], context=x["Train_Context"]), "Micro-batch of one, selective recomputation"),
            Line("train_fit", "Fewest GPUs that hold the training", "GPUs", styles.WHOLE, lambda f, x: f.GPU_FIT(model=x["Model"], gpu=x["Train_Gpu"], task=_task(x), context=x["Train_Context"])),
            Line("weights", "Weights as served", "GB", styles.ONE, lambda f, x: f.WEIGHT_GB(model=x["Model"], precision=x["Serve_Precision"])),
            Line("cache", "KV cache of one request", "GB", styles.FOUR, lambda f, x: f.KV_CACHE_GB(model=x["Model"], context=x["Input_Tokens"] + x["Output_Tokens"])),
            Line("served_gb", "Memory to serve a batch", "GB", styles.ONE, lambda f, x: f.INFER_MEMORY(model=x["Model"], precision=x["Serve_Precision"], context=x["Input_Tokens"] + x["Output_Tokens"], batch=x["Batch"])),
            Line("replica", "GPUs of one replica", "GPUs", styles.WHOLE, lambda f, x: f.GPU_FIT(model=x["Model"], gpu=x["Serve_Gpu"], precision=x["Serve_Precision"], context=x["Input_Tokens"] + x["Output_Tokens"], batch=x["Batch"]), total=True),
        ),
    ),
    (
        "Serving",
        (
            Line("prefill", "Time to read a prompt", "s", styles.FOUR, lambda f, x: serving.prefill_seconds(f.INFER_FLOPS(model=x["Model"], input_tokens=x["Input_Tokens"]), peak_tflops(x["Serve_Gpu"], x["Serve_Precision"]), x["Prefill_Mfu"], x["replica"]), "Bound by arithmetic"),
            Line("touched", "Weights a step reads", "GB", styles.ONE, lambda f, x: x["weights"] * (_touched(x) / x["params"]), "Of a mixture: the experts the batch uses"),
            Line("step", "Time of a decoding step", "s", styles.FOUR, lambda f, x: serving.decode_seconds(x["touched"], x["cache"] * x["Batch"], f.GPU_SPEC(gpu=x["Serve_Gpu"], field="bandwidth_gb_s"), x["Decode_Mbu"], x["replica"]), "Bound by memory; every sequence gets a token"),
            Line("rate", "Requests a replica serves", "req / s", styles.FOUR, lambda f, x: serving.requests_per_second(x["prefill"], x["step"], x["Output_Tokens"], x["Batch"])),
            Line("wait", "Time of one request", "s", styles.TWO, lambda f, x: x["prefill"] + x["Output_Tokens"] * x["step"], "Alone in the queue"),
            Line("speed", "Output of a replica", "tokens / s", styles.WHOLE, lambda f, x: x["rate"] * x["Output_Tokens"]),
            Line("serve_price", "Price of a GPU-hour", "USD / h", styles.USD4, lambda f, x: _price(x, "Serve", f)),
            Line("token_cost", "Cost of a million output tokens, fully loaded", "USD", styles.USD2, lambda f, x: x["serve_price"] * x["replica"] / 3600 / call("MAX", x["speed"], 0.000001, value=max) * 1e6, "Reading the prompts included", total=True),
        ),
    ),
)  # fmt: skip


def book(values: Mapping[str, Any] | None = None) -> Book:
    """The workbook for these inputs; without any, the blank template with its example figures."""
    inputs = accepted(values or {})
    made = Book("Compute plan", "Training, memory, serving and 36 months of cost")
    names = _inputs_sheet(made, inputs)
    _calculation_sheet(made, names)
    rows = _monthly_sheet(made, names)
    summary = _summary_sheet(made, names, rows)
    front.checks_sheet(made, _checks(names, rows, summary))
    made.sheets.insert(0, made.sheets.pop(made.sheets.index(summary)))
    add_tables(made)
    front.sources_sheet(made, SOURCES)
    front.cover(
        made,
        "Compute plan",
        names["Project"],
        join("Model: ", names["Model"], "   ·   Prices as of ", _day(names["Price_Date"]), "   ·   US dollars"),
        [
            "What does training or tuning the model cost, and how long does it take?",
            "How many GPUs hold it, and how many serve the demand?",
            "What does it cost each month for 36 months?",
            "What do a thousand requests cost?",
        ],
        ["Fill in Inputs, top to bottom.", "Choose models and GPUs from the lists.", "Look at Checks: all must be OK.", "Read Summary; print it."],
    )  # fmt: skip
    front.light(made, summary, "R1")
    summary.merges.append("R1:S1")
    return made


def _day(date: Tracer) -> Tracer:
    def shown(serial: float) -> str:
        day = serial_date(serial)
        return f"{day.day} {day:%b} {day.year}"

    return call("TEXT", date, "d mmm yyyy", value=lambda serial, _: shown(serial))


def _inputs_sheet(made: Book, inputs: Mapping[str, Any]) -> Names:
    widths = {"A": 1.5, "B": 44, "C": 13, "D": 24, "E": 76}
    sheet = made.sheet("Inputs", "input", widths, freeze="D5", pages_high=1)
    sheet.heading("Inputs", "Fill in the cream cells with blue text. The figures are an example: replace them.")
    for column, text in (("B", "Figure"), ("C", "Unit"), ("D", "Value"), ("E", "Basis, source")):
        sheet.put(f"{column}4", text, HEADS[column])
    names, row = {}, 5
    for title, group in INPUTS:
        sheet.section(row, title)
        for given in group:
            row += 1
            sheet.put(f"B{row}", given.label, styles.LABEL)
            sheet.put(f"C{row}", given.unit, styles.UNIT)
            sheet.put(f"D{row}", inputs[given.name], styles.INPUT.but(format=given.format))
            sheet.put(f"E{row}", given.basis, styles.NOTE)
            sheet.inputs.add(f"D{row}")
            sheet.allow(f"D{row}", given.label, *_rule(given)[:1], **_rule(given)[1])
            made.name(given.name, sheet, f"D{row}")
            names[given.name] = _named(given, inputs[given.name])
        row += 2
    return names


def _named(given: Given, value: Any) -> Tracer:
    if given.optional:
        blank = Tracer(f"ISBLANK({given.name})", value=lambda: value is None)
        return Tracer(given.name, value=lambda: value, left_out=blank)
    return cell(given.name, value)


LISTS = {"Models": "Models_id", "gpu": "GPUs_id", "precision": "Precisions_id"}


def _rule(given: Given) -> tuple[str, dict[str, Any]]:
    """The validation of an input cell, from its word."""
    w = given.word
    if isinstance(w, Choice):
        return f"One of {', '.join(w.choices)}", {"type": "list", "formula1": f'"{",".join(w.choices)}"'}
    if isinstance(w, Key) and w.table in LISTS:
        return f"An id of the {LISTS[w.table].split('_')[0]} sheet", {"type": "list", "formula1": LISTS[w.table]}
    if isinstance(w, Date):
        limits = (excel_serial(dt.date(2023, 1, 1)), excel_serial(dt.date(2099, 1, 1)))
        return "A date", _between("date", *limits)
    if isinstance(w, Number):
        low = max(w.low, w.above + 1e-9)
        kind = "whole" if w.whole else "decimal"
        upper = f" to {w.high:g}" if w.high < 1e12 else ""
        rule = _between(kind, low, min(w.high, 1e18))
        return f"{w.meaning}: from {max(w.low, 0 if w.above >= 0 else w.low):g}{upper}", rule | {"blank": given.optional}
    return "Text", {"type": "textLength", "operator": "between", "formula1": "1", "formula2": "80"}


def _between(kind: str, low: float, high: float) -> dict[str, Any]:
    return {"type": kind, "operator": "between", "formula1": f"{low:.15g}", "formula2": f"{high:.15g}"}


def _calculation_sheet(made: Book, names: Names) -> None:
    widths = {"A": 1.5, "B": 44, "C": 13, "D": 20, "E": 62, "F": 46}
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
            sheet.put(f"C{row}", line.unit, styles.UNIT.but(top=styles.INK if line.total else None))
            spelled = line.compute(Spelled(), names).text
            spelled = "" if "INDEX(" in spelled else "=" + spelled.replace("«Calculation»", "").replace("$", "")
            sheet.put(f"E{row}", spelled, styles.NOTE.but(italic=False, size=8.5, wrap=True))
            sheet.put(f"F{row}", line.note, styles.NOTE)
            sheet.heights[row] = 15 if len(spelled) < 74 else 26
            names[line.key] = sheet.put(f"D{row}", line.compute(Native(), names), look)
        row += 2


@dataclass(frozen=True)
class MonthLine:
    """A line over the months; `how` says what its total is."""

    key: str
    label: str
    unit: str
    format: str
    compute: Any
    how: str = "sum"  # sum, max, last, none
    total: bool = False


def _month_end(start: Any, months: Any) -> Any:
    ends = [_end(serial_date(float(s)), int(m)) for s, m in zip(*np.broadcast_arrays(start, months), strict=True)]
    return np.array(ends)


def _end(start: dt.date, months: int) -> float:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return excel_serial(dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1]))


def _day_of_month(serials: Any) -> Any:
    return np.array([float(serial_date(float(s)).day) for s in np.atleast_1d(serials)])


def _positive(x: Any) -> Any:
    return np.maximum(x, 0)


def _share_of_training(x: Names, m: Names) -> Any:
    """The part of the training's duration that falls into a month."""
    begin = x["Train_Start"] - 1
    span = call("MAX", x["train_months"], 0.000001, value=max)
    here = np.minimum(m["period"], begin + span) - np.maximum(m["period"] - 1, begin)
    return where(x["Train_Tokens"] > 0, _positive(here) / span, 0)


def _per(amount: Tracer, units: Tracer, scale: float) -> Tracer:
    return where(units > 0, amount / units * scale, 0)


MONTHLY: tuple[tuple[str, tuple[MonthLine, ...]], ...] = (
    (
        "Demand",
        (
            MonthLine("days", "Days in month", "days", styles.WHOLE, lambda f, x, m: call("DAY", m["end"], value=_day_of_month)),
            MonthLine("on", "Serving", "flag", '0_);(0);"·"_)', lambda f, x, m: where(m["period"] >= x["Serve_Start"], 1, 0)),
            MonthLine("daily", "Requests a day", "req / day", styles.WHOLE, lambda f, x, m: x["Requests_Day"] * (1 + x["Growth"]) ** (m["period"] - x["Serve_Start"]) * m["on"], "max"),
            MonthLine("requests", "Requests", "requests", styles.WHOLE, lambda f, x, m: m["daily"] * m["days"]),
            MonthLine("tokens_in", "Input tokens", "m tokens", styles.WHOLE, lambda f, x, m: m["requests"] * x["Input_Tokens"] / 1e6),
            MonthLine("tokens_out", "Output tokens", "m tokens", styles.WHOLE, lambda f, x, m: m["requests"] * x["Output_Tokens"] / 1e6),
        ),
    ),
    (
        "Capacity",
        (
            MonthLine("average", "Average demand", "req / s", styles.TWO, lambda f, x, m: m["daily"] / 86400, "max"),
            MonthLine("peak", "Peak demand", "req / s", styles.TWO, lambda f, x, m: m["average"] * x["Peak_Ratio"], "max"),
            MonthLine("replicas", "Replicas", "replicas", styles.WHOLE, lambda f, x, m: np.ceil(m["peak"] / (x["rate"] * x["Max_Load"]) - 1e-9), "max"),
            MonthLine("gpus", "GPUs deployed", "GPUs", styles.WHOLE, lambda f, x, m: m["replicas"] * x["replica"], "max"),
            MonthLine("load", "Average load", "share", styles.PERCENT, lambda f, x, m: _per(m["average"], m["replicas"] * x["rate"], 1), "none"),
        ),
    ),
    (
        "Cost",
        (
            MonthLine("index", "GPU price index", "index", styles.FOUR, lambda f, x, m: (1 + x["Price_Change"]) ** ((m["period"] - 1) / 12), "none"),
            MonthLine("serve_hours", "GPU-hours of serving", "GPU-hours", styles.WHOLE, lambda f, x, m: m["gpus"] * m["days"] * 24),
            MonthLine("train_share", "Share of the training", "share", styles.PERCENT, lambda f, x, m: _share_of_training(x, m)),
            MonthLine("train_gpu_hours", "GPU-hours of training", "GPU-hours", styles.WHOLE, lambda f, x, m: x["train_hours"] * m["train_share"]),
            MonthLine("serving", "Serving", "USD", styles.USD, lambda f, x, m: m["serve_hours"] * x["serve_price"] * m["index"]),
            MonthLine("training", "Training", "USD", styles.USD, lambda f, x, m: m["train_gpu_hours"] * x["train_price"] * m["index"]),
            MonthLine("other_1", "Platform team", "USD", styles.USD, lambda f, x, m: x["Other_1"] + 0 * m["period"]),
            MonthLine("other_2", "Storage and network", "USD", styles.USD, lambda f, x, m: x["Other_2"] + 0 * m["period"]),
            MonthLine("other_3", "Your own line", "USD", styles.USD, lambda f, x, m: x["Other_3"] + 0 * m["period"]),
            MonthLine("cost", "Total compute cost", "USD", styles.USD, lambda f, x, m: m["serving"] + m["training"] + m["other_1"] + m["other_2"] + m["other_3"], total=True),
            MonthLine("cumulative", "Cumulative cost", "USD", styles.USD, lambda f, x, m: _running(m), "last"),
        ),
    ),
    (
        "Unit cost and energy",
        (
            MonthLine("per_request", "Serving, per 1,000 requests", "USD", styles.USD2, lambda f, x, m: _per(m["serving"], m["requests"], 1000), "none"),
            MonthLine("per_token", "Serving, per million output tokens", "USD", styles.USD2, lambda f, x, m: _per(m["serving"], m["tokens_out"], 1), "none"),
            MonthLine("kwh", "Energy (memo)", "kWh", styles.WHOLE, lambda f, x, m: f.ENERGY_KWH(gpu=x["Serve_Gpu"], gpu_hours=m["serve_hours"], load=x["Load"], pue=x["Pue"]) + x["train_energy"] * m["train_share"]),
            MonthLine("power", "Electricity, if the GPUs were own (memo)", "USD", styles.USD, lambda f, x, m: m["kwh"] * x["Electricity"]),
        ),
    ),
)  # fmt: skip


def _running(m: Names) -> Tracer:
    """All months up to this one."""
    row = m["cost"].text.split(HERE)[1]
    sheet = m["cost"].text.split(HERE)[0]
    return Tracer(f"SUM({sheet}${get_column_letter(FIRST)}{row}:{HERE}{row})", value=lambda: np.cumsum(m["cost"].value))


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
            sheet.put(f"C{row}", line.unit, styles.UNIT.but(top=edge))
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
    sheet.put("D5", "36 months", styles.HEAD.but(bottom=None))
    sheet.put("B6", "Year of the plan", small.but(across="left"))
    count = Tracer(f"COLUMN()-{FIRST - 1}", 3, lambda: np.arange(1.0, MONTHS + 1))
    m = {"period": sheet.months(4, FIRST, MONTHS, count, small)}
    end = call("EOMONTH", names["Start_Month"], m["period"] - 1, value=_month_end)
    m["end"] = sheet.months(5, FIRST, MONTHS, end, styles.CALC.but(format=styles.MONTH, bold=True, bottom=None))
    m["year"] = sheet.months(6, FIRST, MONTHS, np.ceil(m["period"] / 12), small.but(format=styles.YEAR))
    for i in range(1, FIRST + MONTHS):
        ref = f"{get_column_letter(i + 1)}6" if i + 1 < FIRST + MONTHS else None
        if ref:
            content, style = sheet.cells.get(ref, (None, small))
            sheet.cells[ref] = (content, style.but(bottom=styles.NAVY))
    return m


def _range(line: Tracer) -> str:
    """All months of a row, from any sheet."""
    sheet, row = line.text.split(HERE)
    return f"{sheet}${get_column_letter(FIRST)}${row}:${LAST}${row}"


def _total(line: MonthLine, row: int, reference: Tracer) -> Tracer | None:
    values = reference
    if line.how == "none":
        return None
    if line.how == "last":
        return Tracer(f"{LAST}{row}", value=lambda: float(values.value[-1]))
    name, compute = ("SUM", np.sum) if line.how == "sum" else ("MAX", np.max)
    return Tracer(f"{name}(${get_column_letter(FIRST)}{row}:${LAST}{row})", value=lambda: float(compute(values.value)))


Rows = dict[str, tuple[int, Tracer, Tracer | None]]
TABLE_LINES = (
    ("serving", "Serving", False),
    ("training", "Training", False),
    ("other_1", "Platform team", False),
    ("other_2", "Storage and network", False),
    ("other_3", "Your own line", False),
    ("cost", "Total compute cost", True),
)


def money(amount: Tracer) -> Tracer:
    """Dollars as words of a sentence."""
    millions = call("TEXT", amount / 1e6, "$#,##0.0", value=lambda v, _: f"${v:,.1f}")
    thousands = call("TEXT", amount, "$#,##0", value=lambda v, _: f"${v:,.0f}")
    return where(amount >= 1e6, join(millions, " million"), thousands)


def _total_of(rows: Rows, key: str) -> Tracer:
    total = rows[key][2]
    assert total is not None, key
    return total


def _summary_sheet(made: Book, names: Names, rows: Rows) -> Sheet:
    widths = {"A": 1.5} | {get_column_letter(i): 9.3 for i in range(2, 20)}
    sheet = made.sheet("Summary", "output", widths, last="S", pages_high=1)
    sheet.heading("Summary", join("Model: ", names["Model"], "   ·   Training GPU: ", names["Train_Gpu"], "   ·   Serving GPU: ", names["Serve_Gpu"], "   ·   Prices as of ", _day(names["Price_Date"])))  # fmt: skip
    headline = join(
        "36 months cost ",
        money(_total_of(rows, "cost")),
        ": training ",
        money(_total_of(rows, "training")),
        ", serving ",
        money(_total_of(rows, "serving")),
        " on up to ",
        call("TEXT", _total_of(rows, "gpus"), "#,##0", value=lambda v, _: f"{v:,.0f}"),
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
        ("Training on the clock", names["train_days"], '#,##0.0" days"', join("on ", _number(names["Train_Gpus"]), " GPUs; ", _number(names["train_fit"]), " hold it")),
        ("GPUs of a replica", names["replica"], '0" GPUs"', join(_number(names["served_gb"]), " GB to serve ", _number(names["Batch"]), " at once")),
        ("Serving, last month", Tracer(f"«Monthly»${LAST}${rows['serving'][0]}", value=lambda: float(rows["serving"][1].value[-1])), BIG_MONEY, join("up to ", _number(_total_of(rows, "gpus")), " GPUs")),
        ("1,000 requests, last month", Tracer(f"«Monthly»${LAST}${rows['per_request'][0]}", value=lambda: float(rows["per_request"][1].value[-1])), BIG_MONEY, join("one request takes ", call("TEXT", names["wait"], "0.0", value=lambda v, _: f"{v:.1f}"), " s")),
        ("36 months", _total_of(rows, "cost"), BIG_MONEY, join(_number(_total_of(rows, "requests") / 1e6), " million requests")),
    )  # fmt: skip
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
    years = {"G": 1, "I": 2, "K": 3}
    for column, year in years.items():
        sheet.put(f"{column}{top}", year, styles.HEAD.but(format=styles.YEAR))
    sheet.put(f"M{top}", "36 months", styles.HEAD)
    for row, (key, label, total) in enumerate(TABLE_LINES, top + 1):
        look = (styles.TOTAL if total else styles.CALC).but(format=styles.USD)
        for column in "BCDEFGHIJKLM":
            sheet.put(f"{column}{row}", None, look)
        sheet.put(f"B{row}", label, styles.LABEL.but(bold=total, indent=0, top=styles.INK if total else None))
        line = rows[key][1]
        for column, year in years.items():
            ranges = f"SUMIFS({_range(line)},«Monthly»${get_column_letter(FIRST)}$6:${LAST}$6,{column}${top})"
            value = float(np.sum(line.value[12 * (year - 1) : 12 * year]))
            sheet.put(f"{column}{row}", Tracer(ranges, value=_constant(value)), look)
        whole = float(np.sum(line.value))
        add = Tracer(f"G{row}+I{row}+K{row}", value=_constant(whole))
        sheet.put(f"M{row}", add, look.but(bold=True))


def _drivers(sheet: Sheet, names: Names, rows: Rows) -> None:
    """What moves the result, beside the years."""
    average = _total_of(rows, "requests") / _total_of(rows, "days") / 86400
    capacity = _total_of(rows, "serve_hours") / 24 / _total_of(rows, "days") / names["replica"] * names["rate"]
    lines = (
        ("Utilisation in training (MFU)", names["Train_Mfu"], styles.PERCENT),
        ("Training GPU-hour, USD", names["train_price"], styles.USD2),
        ("Serving GPU-hour, USD", names["serve_price"], styles.USD2),
        ("Average load of the fleet", where(capacity > 0, average / capacity, 0), styles.PERCENT),
        ("Million output tokens at full load, USD", names["token_cost"], styles.USD2),
        ("Energy of 36 months, MWh", _total_of(rows, "kwh") / 1000, styles.ONE),
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
    for column, title in (("B", "Cost a month, USD"), ("H", "Cumulative cost, USD"), ("N", "GPUs deployed for serving")):
        sheet.put(f"{column}10", title, head)
    sheet.charts += [
        (charts.bars("Monthly", [over("serving"), over("training"), over("other_1"), over("other_2")], months, AXIS_MONEY), "B11"),
        (charts.lines("Monthly", [over("cumulative")], months, AXIS_MONEY), "H11"),
        (charts.lines("Monthly", [over("gpus")], months, "#,##0"), "N11"),
    ]  # fmt: skip


def _checks(names: Names, rows: Rows, summary: Sheet) -> list[Check]:
    def zero(text: str, value: Any = 0.0) -> Tracer:
        return Tracer(text, value=lambda: float(value() if callable(value) else value))

    cost, whole = rows["cost"], _total_of(rows, "cost")
    parts = [_total_of(rows, key) for key, _, total in TABLE_LINES if not total]
    peak, replicas = _range(rows["peak"][1]), _range(rows["replicas"][1])
    end = rows["days"][1].text.split(HERE)[0]
    span = f"{end}${get_column_letter(FIRST)}$5:${LAST}$5"
    fit = names["train_fit"] - names["Train_Gpus"]
    return [
        Check("Years add up to the months", Tracer("«Summary»$M$32", value=lambda: whole.value) - whole, 0.5, "Year labels or the timeline are broken"),
        Check("Parts add up to the total", whole - (parts[0] + parts[1] + parts[2] + parts[3] + parts[4]), 0.5, "A cost line is missing from the total"),
        Check("Cumulative cost ends at the total", _total_of(rows, "cumulative") - whole, 0.5, "A month is missing from the running sum"),
        Check("Replicas cover the peak in every month", zero(f"SUMPRODUCT(--({peak}>{replicas}*{names['rate'].text}*1.000001))"), 0, "Capacity is below demand"),
        Check("The timeline has 36 month ends", zero(f"COUNT({span})-{MONTHS}"), 0, "A month was inserted or removed"),
        Check("The whole training falls into the 36 months", where(names["Train_Tokens"] > 0, 1 - _total_of(rows, "train_share"), 0), 0.000001, "More GPUs, an earlier start, or fewer tokens"),
        Check("The training GPUs hold the model", where(names["Train_Tokens"] > 0, call("MAX", fit, 0, value=max), 0), 0, "Fewer GPUs than the training needs"),
        Check("No error values in the monthly plan", zero(f"IF(ISNUMBER(SUM({_range(cost[1])})),0,1)"), 0, "Look for the first error on Calculation"),
        Check("Model, GPUs and precision stand in their tables", zero("4-COUNTIF(Models_id,Model)-COUNTIF(GPUs_id,Train_Gpu)-COUNTIF(GPUs_id,Serve_Gpu)-COUNTIF(Precisions_id,Serve_Precision)"), 0, "Choose again from the lists"),
    ]  # fmt: skip


SOURCES = [
    ("Prices, chips, models", "Each row of Prices, GPUs and Models names its source and date. A price holds until the provider's next sighting, at most a year; a date without a price is an error, never an older price."),
    ("Training compute", "Kaplan et al. 2020, arXiv:2001.08361: six operations per active parameter and token; adapters four, since frozen weights need no gradient. Attention is left out: some per cent at 4,096 tokens, more at long context."),
    ("Utilisation", "MFU of whole published runs: median 0.34, one in ten below 0.25, one in ten above 0.49 (Epoch AI, CC-BY 4.0). This is the widest uncertainty of the plan."),
    ("Memory", "Weights, KV cache of the architecture (grouped, latent, windowed), 0.85 GB of the runtime's own on each GPU; training 18 bytes per parameter and activations after Korthikanti et al. 2022, arXiv:2205.05198."),
    ("Serving", "A roofline: prefill bound by arithmetic, decoding by memory bandwidth, at the measured shares on Inputs. Communication between GPUs is not in it; replicas over several GPUs are somewhat slower. Measure before you buy."),
    ("Not in the plan", "Taxes, staff, data, storage and network unless entered as further costs; start-up times; discounts you have not entered as an own price. Prices are not extrapolated: Price_Change is yours."),
]  # fmt: skip

__all__ = ["BEFORE", "BY_NAME", "CALCULATION", "INPUTS", "MONTHLY", "accepted", "book"]
