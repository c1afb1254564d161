"""What the tables hold: models, accelerators, offers; the release and the data edition."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from xlcost.errors import NotInTable, nearest
from xlcost.facts.store import GPUS, MODELS, Table, plain
from xlcost.function import function
from xlcost.functions.gpus import edition_serial
from xlcost.prices.current import current_market
from xlcost.prices.periods import EDITION, MEDIAN, Period
from xlcost.quantities import (
    ONE_DAY,
    AnyGpu,
    AnyProvider,
    AnyTerm,
    AsOf,
    Contains,
    Day,
    Rows,
    Text,
    excel_serial,
    serial_date,
)
from xlcost.sources import XLCOST_TABLES

MODEL_COLUMNS = ("id", "name", "params", "active_params", "release")
GPU_COLUMNS = ("id", "name", "memory_gb", "bf16_tflops", "tdp_w", "launch")
OFFER_COLUMNS = ("gpu", "provider", "term", "usd_per_gpu_hour", "from", "source")


def _listed(table: Table, columns: tuple[str, ...], maker: str, contains: str) -> list[list[Any]]:
    """Heading, and the rows whose id, name, alias or maker holds the text."""
    text = contains.lower()
    rows = [row for row in table.rows if _holds(row, ("id", "name", maker), text)]
    if not rows:
        known = [row["id"] for row in table.rows] + [row[maker] for row in table.rows]
        raise NotInTable(f"contains: no {table.noun} has '{contains}' in its id, name or maker{nearest(text, known)}")
    return [list(columns), *([row[column] for column in columns] for row in rows)]


def _holds(row: dict[str, Any], columns: tuple[str, ...], text: str) -> bool:
    """Whether one of these cells, or an alias, has the text in it, as written or as ids are compared."""
    cells = [*(row[column] or "" for column in columns), *row["aliases"]]
    return any(text in cell.lower() or (plain(text) and plain(text) in plain(cell)) for cell in cells)


@function(
    "MODEL_LIST",
    category="Models",
    source=XLCOST_TABLES,
    example={
        "contains": "gpt-3-small",
        "returns": [list(MODEL_COLUMNS), ["gpt-3-small", "GPT-3 Small", 125e6, 125e6, "2020-05-28"]],
    },
    native=False,
)
def model_list(contains: Contains = "") -> Rows:
    """Spills the model table: id, name, parameters, active parameters, release.

    `contains` keeps the rows that have it in their id, name or maker, without regard to case; nothing found is
    #N/A. Dates come as text (2024-07-23), which sorts as dates do. MODEL_SPEC gives the other columns.
    """
    return _listed(MODELS, MODEL_COLUMNS, "org", contains)


@function(
    "GPU_LIST",
    category="GPUs and prices",
    source=XLCOST_TABLES,
    example={
        "contains": "A100 SXM4 40GB",
        "returns": [list(GPU_COLUMNS), ["a100-40-sxm", "A100 SXM4 40GB", 40.0, 312.0, 400.0, "2020-05-14"]],
    },
    native=False,
)
def gpu_list(contains: Contains = "") -> Rows:
    """Spills the accelerator table: id, name, memory (GiB), dense BF16 peak (TFLOP/s), rated power (W), launch.

    `contains` keeps the rows that have it in their id, name or vendor, without regard to case; nothing found is
    #N/A. Dates come as text (2022-03-22), which sorts as dates do. GPU_SPEC gives the other columns.
    """
    return _listed(GPUS, GPU_COLUMNS, "vendor", contains)


@function(
    "PRICE_TABLE",
    category="GPUs and prices",
    source=XLCOST_TABLES,
    example={
        "gpu": "a10",
        "as_of": "2023-04-07",
        "returns": [
            list(OFFER_COLUMNS),
            [
                "a10",
                "Lambda",
                "on_demand",
                0.6,
                "2023-04-07",
                "2023-04-07, Lambda, github.com/the-full-stack/website (MIT) docs/cloud-gpus/cloud-gpus.csv @0c4a04d",
            ],
        ],
    },
    native=False,
)
def price_table(gpu: AnyGpu = None, provider: AnyProvider = None, term: AnyTerm = None, as_of: AsOf = None) -> Rows:
    """Spills the offers in force on a date: gpu, provider, term, US dollars per GPU-hour, since when, source.

    Sorted by gpu, and the cheapest first. An argument left out keeps all: every gpu, every provider, on-demand, spot
    and reserved offers alike. Medians are no offers and do not appear. Dates come as text (2023-04-07). Nothing in
    force is #N/A; prices end with the data edition.
    """
    day = serial_date(edition_serial() if as_of is None else as_of)
    market, tests = current_market(), _tests(gpu, provider, term)
    live = [p for p in market.in_force(day) if all(test(p) for test in tests)]
    if not live and day > market.edition_day:
        raise NotInTable(market.after_edition(day))
    if not live:
        wanted = [p for p in market.periods if p.provider != MEDIAN and all(test(p) for test in tests)]
        raise NotInTable(f"no such offer on {day}{_when(wanted)}")
    live.sort(key=lambda p: (p.gpu, p.usd, p.provider, p.term))
    return [list(OFFER_COLUMNS), *(_row(p) for p in live)]


def _row(p: Period) -> list[Any]:
    """An offer as PRICE_TABLE shows it; a quote without provider holds for any."""
    who = "any" if p.provider == MEDIAN else p.provider
    return [p.gpu, who, p.term, p.usd, p.start.isoformat(), p.source]


def _tests(gpu: Any, provider: Any, term: Any) -> list[Callable[[Period], bool]]:
    """The tests that an offer must pass to be listed."""
    tests: list[Callable[[Period], bool]] = []
    if gpu is not None:
        gpu_id = GPUS.id(gpu)
        tests.append(lambda p: p.gpu == gpu_id)
    if provider is not None:
        names = {name: who for name, who in current_market().providers.items() if who != MEDIAN}
        known = names.get(plain(provider))
        if known is None:
            raise NotInTable(f"unknown provider '{provider}'{nearest(provider, sorted(set(names.values())))}")
        tests.append(lambda p: p.provider == known)
    if term is not None:
        tests.append(lambda p: p.term == term)
    return tests


def _when(offers: list[Period]) -> str:
    """Since and until when there are such offers, or that there are none."""
    if not offers:
        return "; the table has none on any day"
    last = max(p.end for p in offers) - ONE_DAY
    return f"; the table has some from {min(p.start for p in offers)} to {last}"


@function("XLCOST_VERSION", category="Audit", source=XLCOST_TABLES, example={"returns": "0.1.0"}, native=False)
def xlcost_version() -> Text:
    """The release of xlcost that computes, as text such as 0.1.0."""
    return _release()


@cache
def _release() -> str:
    from importlib.metadata import version

    return version("xlcost")


@function(
    "DATA_AS_OF", category="Audit", source=XLCOST_TABLES, example={"returns": excel_serial(EDITION)}, native=False
)
def data_as_of() -> Day:
    """The date of the data edition: prices are looked up as of this day where no date is given.

    The spreadsheet's number of the date (46327 is 1 November 2026): format the cell as a date. It can be passed on
    as `as_of` and compared with other dates.
    """
    return edition_serial()
