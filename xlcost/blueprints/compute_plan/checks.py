"""The tests of the compute plan: does it add up, and can it be true?"""

from __future__ import annotations

from typing import Any

import numpy as np
from openpyxl.utils.cell import get_column_letter

from xlcost.blueprints.compute_plan.inputs import INPUTS, MONTHS
from xlcost.blueprints.compute_plan.lines import FIRST, LAST, month_range
from xlcost.blueprints.compute_plan.prices import UNITS_OF
from xlcost.blueprints.compute_plan.summary import TABLE_LINES, Rows, total_of
from xlcost.kit.book import HERE
from xlcost.kit.checks import Check
from xlcost.kit.inputs import out_of_bounds
from xlcost.kit.quotes_sheet import LEFT_OUT
from xlcost.kit.spelling import Names
from xlcost.native import Tracer, where

FEWEST = 3  # providers behind a median that is worth the name


def checks(names: Names, rows: Rows) -> list[Check]:
    """All of them, sums first."""
    return [*_sums(names, rows), *_choices(names, rows), *_plausible(names, rows)]


def _none(text: str) -> Tracer:
    """A formula that is zero in every plan made here."""
    return Tracer(text, value=lambda: 0.0)


def _when(names: Names, side: str, value: Any) -> Any:
    """A test of training or serving that a plan without it passes."""
    return where(names[UNITS_OF[side]] > 0, value, 0)


def _sums(names: Names, rows: Rows) -> list[Check]:
    whole = total_of(rows, "cost")
    first, *others = [total_of(rows, key) for key, _, total in TABLE_LINES if not total]
    parts: Any = first
    for other in others:
        parts = parts + other
    years = Tracer("«Summary»$L$32", value=lambda: whole.value)
    ends = rows["days"][1].text.split(HERE)[0]
    timeline = f"COUNT({ends}${get_column_letter(FIRST)}$5:${LAST}$5)-{MONTHS}"
    peak, replicas = month_range(rows["peak"][1]), month_range(rows["replicas"][1])
    short = f"SUMPRODUCT(--({peak}>{replicas}*{names['rate'].text}*1.000001))"
    return [
        Check("Years add up to the months", years - whole, 0.5, "Year labels or the timeline are broken"),
        Check("Parts add up to the total", whole - parts, 0.5, "A cost line is missing from the total"),
        Check("Cumulative cost ends at the total", total_of(rows, "cumulative") - whole, 0.5, "A month is missing"),
        Check("Replicas cover the peak in every month", _none(short), 0, "Capacity is below demand"),
        Check("The timeline has 36 month ends", _none(timeline), 0, "A month was inserted or removed"),
    ]


def _choices(names: Names, rows: Rows) -> list[Check]:
    known = (
        "4-COUNTIF(Models_id,Model)-COUNTIF(GPUs_id,Train_Gpu)-COUNTIF(GPUs_id,Serve_Gpu)"
        "-COUNTIF(Precisions_id,Serve_Precision)"
    )
    prices = "+".join(f"IF(ISNUMBER({names[key].text}),0,1)" for key in ("train_listed", "serve_listed"))
    rates = f"IF(ISNUMBER({names['per_typed'].text}+{names['per_dollar'].text}),0,1)"
    errors = f"IF(ISNUMBER(SUM({month_range(rows['cost'][1])})),0,1)"
    return [
        Check("Inputs are numbers within their bounds", out_of_bounds(INPUTS), 0, "Pasting goes past validation"),
        Check("Model, GPUs and precision stand in their tables", _none(known), 0, "Choose again from the lists"),
        Check(
            "Prices are found for GPU, provider, term and date",
            _none(prices),
            0,
            "Prices has none in force that day: another provider, term or date, or an own price",
        ),
        Check(
            "Exchange rates are found for the currencies and the date",
            _none(rates),
            0,
            "Currencies has none: choose currencies from the list, or Prices as of within its days, or USD for both",
        ),
        Check(
            "Own quotes on Prices are complete",
            _none(LEFT_OUT),
            0,
            "A row of your quotes on Prices does not count: the last column there says why",
        ),
        Check("No error values in the monthly plan", _none(errors), 0, "Look for the first error on Calculation"),
    ]


def _thin(names: Names, side: str) -> Any:
    """Providers that a median lacks."""
    behind = names[f"{side.lower()}_members"]
    lacking = where(behind > 0, np.maximum(FEWEST - behind, 0), 0)  # 0 is an own quote
    chosen = where(names[f"{side}_Provider"] == "median", lacking, 0)
    return _when(names, side, where(names[f"{side}_Own_Price"].left_out, chosen, 0))


def _plausible(names: Names, rows: Rows) -> list[Check]:
    share = 1 - total_of(rows, "train_share")
    lacking: Any = np.maximum(names["train_fit"] - names["Train_Gpus"], 0)
    small: Any = np.maximum(names["serve_fit"] - names["replica"], 0)
    overlap: Any = np.maximum(names["Train_Start"] + names["train_months"] - names["Serve_Start"], 0)
    too_long: Any = np.maximum(names["Input_Tokens"] + names["Output_Tokens"] - names["window"], 0)
    return [
        Check(
            "Median prices rest on three providers or more",
            _thin(names, "Train") + _thin(names, "Serve"),
            0,
            "Choose the provider you mean, or type an own price: few sellers make no market price",
        ),
        Check("The whole training falls into the 36 months", _when(names, "Train", share), 1e-6, "More GPUs, earlier"),
        Check("The training GPUs hold the model", _when(names, "Train", lacking), 0, "Fewer GPUs than training needs"),
        Check("A replica holds the model and its batch", _when(names, "Serve", small), 0, "More GPUs a replica"),
        Check(
            "Serving begins after the training ends",
            _when(names, "Train", _when(names, "Serve", overlap)),
            1e-6,
            "Months of overlap: serve later, or train on more GPUs",
        ),
        Check(
            "Prompt and answer fit the model's context",
            _when(names, "Serve", where(names["window"] > 0, too_long, 0)),
            0,
            "Tokens beyond the longest context of the model",
        ),
        Check(
            "The model writes text token by token",
            _when(names, "Serve", where(names["cache"] > 0, 0, 1)),
            0,
            "This model keeps no cache: an encoder or an image model; serving is not modelled",
        ),
    ]
