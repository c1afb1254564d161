"""GPUs and what an hour of them costs."""

from __future__ import annotations

from functools import cache
from typing import Any

from xlcost.facts.store import GPUS, PRECISIONS, look_up
from xlcost.function import function, otherwise
from xlcost.prices.current import current_market
from xlcost.prices.lookup import offer_value
from xlcost.prices.periods import MEDIAN
from xlcost.quantities import AsOf, Cell, DollarsPerHour, Field, Gpu, Provider, Term, Text, excel_serial
from xlcost.sources import XLCOST_TABLES


def edition_serial() -> float:
    """The last day that the tables know, as the spreadsheet's number."""
    return excel_serial(current_market().edition_day)


@function(
    "GPU_SPEC",
    category="GPUs and prices",
    source=XLCOST_TABLES,
    example={"gpu": "A100", "field": "bf16_tflops", "returns": 312.0},
)
def gpu_spec(gpu: Gpu, field: Field) -> Cell:
    """Any column of the accelerator table: memory_gb, bandwidth_gb_s, bf16_tflops, tdp_w, launch, source ...

    Peaks are dense, in TFLOP/s; memory is as marketed, in GiB; dates come as text. Blank is #N/A.
    """
    return look_up(GPUS, gpu, field)


@function(
    "GPU_PRICE",
    category="GPUs and prices",
    source=XLCOST_TABLES,
    example={"gpu": "a100-40-sxm", "provider": "AWS", "as_of": "2023-04-07", "returns": 32.77 / 8},
)
def gpu_price(gpu: Gpu, provider: Provider = None, term: Term = "on_demand", as_of: AsOf = None) -> DollarsPerHour:
    """US dollars per GPU-hour as of a date; without a provider the median of all that offer it.

    A provider's price is its cheapest whole instance of that day. A price holds until the provider's next
    sighting, at most a year; where none is in force the cell is #N/A, never an older or a newer price.
    """
    return _offer("usd", gpu, provider, term, as_of)


@function(
    "PRICE_SOURCE",
    category="GPUs and prices",
    source=XLCOST_TABLES,
    example={
        "gpu": "a100-40-sxm",
        "provider": "AWS",
        "as_of": "2023-04-07",
        "returns": "2023-04-07, AWS p4d.24xlarge, "
        "github.com/the-full-stack/website (MIT) docs/cloud-gpus/cloud-gpus.csv @0c4a04d",
    },
)
def price_source(gpu: Gpu, provider: Provider = None, term: Term = "on_demand", as_of: AsOf = None) -> Text:
    """Where the price comes from: date, provider, instance, page. Takes what GPU_PRICE takes."""
    return _offer("source", gpu, provider, term, as_of)


def _offer(column: str, gpu: Any, provider: Any, term: Any, as_of: Any) -> Any:
    return offer_value(column, gpu, otherwise(provider, lambda: MEDIAN), term, otherwise(as_of, edition_serial))


def hour_price(price: Any, gpu: Any) -> Any:
    """The price given, or the median on-demand price at the data edition."""
    return otherwise(price, lambda: offer_value("usd", gpu, MEDIAN, "on_demand", edition_serial()))


def peak_tflops(gpu: Any, precision: Any) -> Any:
    """Dense peak of the arithmetic that a precision computes in (int4 and GGUF weights compute in bf16)."""
    if type(gpu) is str and type(precision) is str:
        return _peak(gpu, precision)
    return look_up(GPUS, gpu, look_up(PRECISIONS, precision, "peak"))


@cache
def _peak(gpu: str, precision: str) -> Any:
    return GPUS.value(gpu, PRECISIONS.value(precision, "peak"))


def tdp_watts(gpu: Any) -> Any:
    return look_up(GPUS, gpu, "tdp_w")
