"""Prices of hosted models as of a date: genai-prices (MIT, offline), and dated rows of our own where it has none.

genai-prices answers for a moment, not for a day, and gives its oldest price for any earlier one. Here the price of a
day is that of noon UTC (standard hours, where a provider has cheaper or dearer ones), and the oldest price counts from
the day on which genai-prices first listed the model (`api_listed.csv`), never before. The installed copy of its data
is read, nothing is fetched. Our own rows (`api_prices.csv`) hold until the next price, at most a year. After the data
edition there are no prices.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from xlcost.errors import NotInTable
from xlcost.facts.store import each_row
from xlcost.facts.tables import packaged_rows
from xlcost.prices.hosted.models import model_key, own_rows, providers
from xlcost.prices.periods import EDITION, VALID_DAYS
from xlcost.quantities import ONE_DAY, serial_date

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

NOON = 12  # UTC
KINDS = ("input", "output", "cached", "cache_write", "batch_input", "batch_output")
PER_REQUEST = "request"  # a fee per thousand requests, beside the tokens
FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    PER_REQUEST: "requests_kcount",
}
Tiers = tuple[tuple[int, float], ...]  # (prompt tokens above which it holds, USD), ascending; the first from 0


@dataclass(frozen=True)
class PricePeriod:
    """A model's prices from `start` up to, not including, `end`; `rates` by kind of token."""

    start: dt.date
    end: dt.date
    rates: Mapping[str, Tiers]
    source: str


@cache
def _first_listings() -> dict[tuple[str, str], tuple[dt.date, str]]:
    """(provider, model) -> the day on which genai-prices first listed it, and the source of that day."""
    return {
        (row.provider, model): (row.as_of, row.source) for row in packaged_rows("api_listed") for model in row.models
    }


def _tiers(price: Any) -> Tiers:
    """A price as tiers: one, or one for each size of prompt that has its own."""
    if hasattr(price, "tiers"):
        return ((0, float(price.base)), *((tier.start, float(tier.price)) for tier in price.tiers))
    return ((0, float(price)),)


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, NOON, tzinfo=dt.UTC)


def _rates(model: ModelInfo, moment: dt.datetime) -> dict[str, Tiers]:
    """The prices that genai-prices has at one moment, by kind of token."""
    standard = model.get_prices(moment)
    rates = _rates_by_kind(standard, FIELDS)
    for variant in model.price_variants or ():
        active = variant.constraint is None or variant.constraint.active(moment)
        if active and variant.when == {"processing": "batch"}:
            batch = _rates_by_kind(variant.prices, {f"batch_{kind}": FIELDS[kind] for kind in ("input", "output")})
            rates = batch | rates  # the first variant wins
    return rates


def _rates_by_kind(price: ModelPrice, fields: Mapping[str, str]) -> dict[str, Tiers]:
    found = {kind: getattr(price, field) for kind, field in fields.items()}
    return {kind: _tiers(value) for kind, value in found.items() if value is not None}


def _own_rates(row: Any) -> dict[str, Tiers]:
    found = {kind: getattr(row, f"{kind}_usd_mtok") for kind in KINDS}
    return {kind: ((0, value),) for kind, value in found.items() if value is not None}


def _change_days(model: ModelInfo) -> set[dt.date]:
    """Days on which genai-prices has a new price of a model."""
    dated = [*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ())]
    return {day for part in dated if (day := getattr(part.constraint, "start_date", None))}


@cache
def price_history(provider_id: str, model_id: str) -> tuple[PricePeriod, ...]:
    """All price periods of a model, oldest first."""
    provider = next(p for p in providers() if p.id == provider_id)
    model = next((m for m in provider.models if m.id == model_id), None)
    listed, where = _first_listings().get((provider_id, model_id), (dt.date.max, ""))
    theirs = {listed, *_change_days(model)} if model else set()
    ours = {row.as_of: row for row in own_rows().get((provider_id, model_id), [])}
    year = VALID_DAYS * ONE_DAY
    end = EDITION + ONE_DAY
    days = sorted(day for day in {*theirs, *ours, *(day + year for day in ours), end} if day <= end)
    out = []
    for start, until in itertools.pairwise(days):
        own = max((day for day in ours if day <= start < day + year), default=None)
        their = max((day for day in theirs if day <= start), default=None)
        if own and (their is None or own >= their):
            row = ours[own]
            out.append(
                PricePeriod(
                    start, until, _own_rates(row), f"{own.isoformat()}, {provider_id} {row.model}, {row.source}"
                )
            )
        elif their and model:
            text = f"{start.isoformat()}, {provider_id} {model_id}, genai-prices (MIT); listed {where}"
            out.append(PricePeriod(start, until, _rates(model, _noon(start)), text))
    return tuple(out)


@cache
def price_on(api_model: str, serial: float) -> PricePeriod:
    """The price period that holds on a day, given as the spreadsheet's number."""
    provider, model = model_key(api_model)
    day = serial_date(serial)
    known = price_history(provider, model)
    for one in known:
        if one.start <= day < one.end:
            return one
    if day > EDITION:
        raise NotInTable(f"as_of: {day} lies after the data edition of {EDITION}, where API prices end")
    missing = f"no price of '{provider}/{model}' on {day.isoformat()}"
    if not known:
        raise NotInTable(f"{missing}; it was first listed after the data edition of {EDITION.isoformat()}")
    later = min((one.start for one in known if one.start > day), default=None)
    first = f"; the first known is of {known[0].start.isoformat()}"
    raise NotInTable(missing + (first if later == known[0].start else f"{first}, the next of {later}"))


def rate(api_model: str, kind: str, serial: float, prompt: float = 0.0) -> float:
    """USD per million tokens of a kind, for a prompt of this many tokens; an error for a kind without a price."""
    rates = price_on(api_model, serial).rates
    if kind not in rates:
        sold = [k for k in KINDS if k in rates]
        raise NotInTable(_not_sold(model_key(api_model), kind, serial, sold))
    return _price_at(rates[kind], prompt)


def _not_sold(key: tuple[str, str], kind: str, serial: float, sold: list[str]) -> str:
    """The error sentence for a kind of token without a price on a day: which kinds have one, and when it gets one."""
    day = serial_date(serial)
    first = next((one.start for one in price_history(*key) if kind in one.rates and one.start > day), None)
    when, later = (f" on {day}", f"; the first known is of {first}") if first else ("", "")
    return f"kind: '{'/'.join(key)}' has no price of {kind}{when}; it has {', '.join(sold) or 'none per token'}{later}"


def _price_at(tiers: Tiers, prompt: float) -> float:
    return next(usd for start, usd in reversed(tiers) if prompt > start or not start)


@dataclass(frozen=True)
class RequestRates:
    """What one request costs: USD per million input, cached and output tokens, and USD for the request itself."""

    fresh: float
    cached: float
    output: float
    fee: float


def request_rates(api_model: str, serial: float, prompt: float, answers: bool) -> RequestRates:
    """The prices for a prompt of this many tokens, with an answer or without one.

    Where a provider has no price of cached tokens they cost as input; a model that gives no tokens has no price of
    them, which is an error only if some are wanted.
    """
    rates = price_on(api_model, serial).rates
    fresh = rate(api_model, "input", serial, prompt)
    return RequestRates(
        fresh,
        _price_at(rates["cached"], prompt) if "cached" in rates else fresh,
        rate(api_model, "output", serial, prompt) if answers or "output" in rates else 0.0,
        _price_at(rates[PER_REQUEST], prompt) / 1000 if PER_REQUEST in rates else 0.0,
    )


def api_rate(api_model: Any, kind: Any, serial: Any) -> Any:
    """`rate` of one model, or of each row."""
    if isinstance(api_model, str) and isinstance(kind, str) and isinstance(serial, float):
        return rate(api_model, kind, serial)
    return each_row(rate, api_model, kind, serial)


def api_rates(api_model: Any, serial: Any, prompt: Any, answers: Any) -> RequestRates:
    """`request_rates` of one request, or as columns over the rows."""
    parts = (api_model, serial, prompt, answers)
    if not any(isinstance(part, np.ndarray) for part in parts):
        return request_rates(*parts)
    rows = each_row(request_rates, *parts)
    columns = {name: [getattr(row, name) for row in rows.ravel().tolist()] for name in RequestRates.__annotations__}
    return RequestRates(**{name: np.reshape(column, rows.shape) for name, column in columns.items()})  # type: ignore[arg-type]
