"""The Summary page of the compute plan."""

from __future__ import annotations

from typing import Any

from xlcost.blueprints.compute_plan.inputs import MONTHS
from xlcost.kit import styles
from xlcost.kit.cells import Cells
from xlcost.kit.sentences import day, number_text
from xlcost.kit.summary import AXIS_MONEY, BIG_MONEY, Chart, Driver, Summary, Tile, money
from xlcost.native import join, where

AND = "   ·   "


def _purpose(x: Cells) -> Any:
    gpus = "Model: ", x["Model"], f"{AND}Training GPU: ", x["Train_Gpu"], f"{AND}Serving GPU: ", x["Serve_Gpu"]
    return join(*gpus, f"{AND}Prices as of ", day(x["Price_Date"]), AND, x.notes["per_dollar"])


def _headline(x: Cells) -> Any:
    cost, training, serving = (money(x.total(key), x["Currency"]) for key in ("cost", "training", "serving"))
    gpus = number_text(x.total("gpus"))
    return join(
        f"{MONTHS} months cost ", cost, ": training ", training, ", serving ", serving, " on up to ", gpus, " GPUs."
    )


def _load(x: Cells) -> Any:
    """The average load of the fleet over the whole plan."""
    average = x.total("requests") / x.total("days") / 86400
    capacity = x.total("serve_hours") / 24 / x.total("days") / x["replica"] * x["rate"]
    return where(capacity > 0, average / capacity, 0)


SUMMARY = Summary(
    purpose=_purpose,
    headline=_headline,
    tiles=(
        Tile(
            lambda x: join("Training, all runs, ", x["Currency"]),
            lambda x: x["train_cost"],
            BIG_MONEY,
            lambda x: join(number_text(x["train_hours"]), " GPU-hours"),
        ),
        Tile(
            "Training on the clock",
            lambda x: x["train_days"],
            '#,##0.0" days"',
            lambda x: join("on ", number_text(x["Train_Gpus"]), " GPUs; ", number_text(x["train_fit"]), " hold it"),
        ),
        Tile(
            "GPUs of a replica",
            lambda x: x["replica"],
            '[=1]0" GPU";#,##0" GPUs"',
            lambda x: join(number_text(x["served_gb"]), " GB to serve ", number_text(x["Batch"]), " at once"),
        ),
        Tile(
            lambda x: join("Serving, last month, ", x["Currency"]),
            lambda x: x.last("serving"),
            BIG_MONEY,
            lambda x: join("up to ", number_text(x.total("gpus")), " GPUs"),
        ),
        Tile(
            lambda x: join("1,000 requests, last month, ", x["Currency"]),
            lambda x: x.last("per_request"),
            BIG_MONEY,
            lambda x: join("one request takes ", number_text(x["wait"], 1), " s"),
        ),
        Tile(
            lambda x: join(f"{MONTHS} months, ", x["Currency"]),
            lambda x: x.total("cost"),
            BIG_MONEY,
            lambda x: join(number_text(x.total("requests") / 1e6), " million requests"),
        ),
    ),
    charts=(
        Chart("bars", lambda x: join("Cost a month, ", x["Currency"]), ("serving", "training", "further"), AXIS_MONEY),
        Chart("lines", lambda x: join("Cumulative cost, ", x["Currency"]), ("cumulative",), AXIS_MONEY),
        Chart("lines", "GPUs deployed for serving", ("gpus",), "#,##0"),
    ),
    years=lambda x: join("Cost by year, ", x["Currency"]),
    drivers=(
        Driver("Utilisation in training (MFU)", lambda x: x["Run_Mfu"], styles.PERCENT),
        Driver(lambda x: join("Training GPU-hour, ", x["Currency"]), lambda x: x["train_price"], styles.TWO),
        Driver(lambda x: join("Serving GPU-hour, ", x["Currency"]), lambda x: x["serve_price"], styles.TWO),
        Driver("Average load of the fleet", _load, styles.PERCENT),
        Driver(
            lambda x: join("Million output tokens at full load, ", x["Currency"]),
            lambda x: x["token_cost"],
            styles.TWO,
        ),
        Driver(f"Energy of {MONTHS} months, MWh", lambda x: x.total("kwh") / 1000, styles.ONE),
    ),
)
