"""GPU prices as of a date: the user's own quotes first, then the market's.

A price that the user was quoted beats a discount that the user has, and both beat the packaged rows. A discount is
off the provider's on-demand list price of the day. The market's median stays the market's: a quote of a provider
does not move it, a quote without a provider stands in its place.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from typing import Any

from xlcost.errors import NotInTable, nearest
from xlcost.facts.store import GPUS, each_row, plain
from xlcost.prices import folder
from xlcost.prices.market import EDITION, MEDIAN, Period, closed, market_names, periods
from xlcost.prices.quotes.periods import LIST_TERM, discounted, discounts, own_periods

__all__ = ["DAY_ZERO", "EDITION", "MEDIAN", "Period", "closed", "in_force", "known_provider", "offer_value", "periods"]
DAY_ZERO = dt.date(1899, 12, 30)
SHOWN = 8  # offers that a sentence names


@cache
def providers() -> dict[str, str]:
    """Plain name -> provider, "median" among them."""
    return market_names() | {plain(p.provider): p.provider for p in own_periods()}


def known_provider(name: str) -> str:
    """A provider as the table spells it."""
    known = providers().get(plain(name))
    if known is None:
        named = sorted(set(providers().values()) - {MEDIAN})
        raise NotInTable(f"unknown provider '{name}'{nearest(name, named)}; known are {', '.join(named)}")
    return known


Offer = tuple[str, str, str]  # gpu, provider, term


@cache
def _offers() -> tuple[dict[Offer, list[Period]], dict[Offer, list[Period]]]:
    """The user's periods and the market's, by offer."""
    own: dict[Offer, list[Period]] = defaultdict(list)
    market: dict[Offer, list[Period]] = defaultdict(list)
    for found, some in ((own, own_periods()), (market, periods())):
        for p in some:
            found[p.gpu, p.provider, p.term].append(p)
    return dict(own), dict(market)


def _on(day: dt.date, some: list[Period]) -> Period | None:
    return next((p for p in some if p.start <= day < p.end), None)


def found(gpu: str, provider: str, term: str, day: dt.date) -> Period | None:
    """The price in force on a day, of an offer as the tables spell it."""
    own, market = _offers()
    quoted = _on(day, own.get((gpu, provider, term), []))
    if quoted:
        return quoted
    discount = next(
        (d for d in discounts() if (d.provider, d.term) == (provider, term) and d.start <= day < d.end), None
    )
    if discount is None:
        return _on(day, market.get((gpu, provider, term), []))
    listed = _on(day, market.get((gpu, provider, LIST_TERM), []))
    return discounted(listed, discount) if listed else None


def in_force(day: dt.date) -> list[Period]:
    """All offers in force on a day, the user's own in the place of the market's; medians are no offers."""
    own, market = _offers()
    reduced = {(gpu, d.provider, d.term) for d in discounts() for gpu, who, _ in market if who == d.provider}
    offers = {offer for offer in (*own, *market, *reduced) if offer[1] != MEDIAN or _on(day, own.get(offer, []))}
    return [p for offer in sorted(offers) if (p := found(*offer, day))]


@cache
def period(gpu: str, provider: str, term: str, serial: float) -> Period:
    """The period in force on a day (given as the spreadsheet's number)."""
    gpu_id = GPUS.rows[GPUS.row_number(gpu)]["id"]
    known = known_provider(provider)
    day = DAY_ZERO + dt.timedelta(days=int(serial))
    one = found(gpu_id, known, term, day)
    if one is None:
        raise NotInTable(_what_exists(gpu_id, known, term, day))
    return one


def forget() -> None:
    """Read all anew: the user's own tables have changed."""
    folder.forget()
    for cached in (closed, market_names, periods, own_periods, discounts, providers, _offers, period):
        cached.cache_clear()


def after_the_end(day: dt.date) -> str:
    """The sentence for a day after the last one that the tables know."""
    return f"as_of: {day.isoformat()} lies after the data edition of {closed().isoformat()}, where prices end"


def _what_exists(gpu: str, provider: str, term: str, day: dt.date) -> str:
    """The sentence for a price that the table does not have: what it has instead."""
    if day > closed():
        return after_the_end(day)
    whose = "" if provider == MEDIAN else f" from {provider}"
    missing = f"no {term} price of '{gpu}'{whose} on {day.isoformat()}"
    seen = [p for p in (*periods(), *own_periods()) if p.gpu == gpu and p.provider != MEDIAN]
    if any((d.provider, d.term) == (provider, term) and d.start <= day < d.end for d in discounts()):
        return f"{missing}: your discount is off the {LIST_TERM} list price, and the table has none that day"
    same = [p for p in seen if p.term == term and provider in (MEDIAN, p.provider)]
    if same:
        return f"{missing}; the table has it {_spans(same)}"
    live = {(p.provider, p.term) for p in seen if p.start <= day < p.end}
    if live:
        near = sorted(live, key=lambda o: (o[0] != provider and o[1] != term, o[0] != provider, o))
        more = f" and {len(near) - SHOWN} more" if len(near) > SHOWN else ""
        return f"{missing}; that day the table has {', '.join(f'{who} {what}' for who, what in near[:SHOWN])}{more}"
    if seen:
        return f"{missing}; the table has other prices of it {_spans(seen)}"
    return f"{missing}; the table has no price of this gpu at all"


def _spans(periods: list[Period]) -> str:
    """From when to when, gaps told apart."""
    joined: list[list[dt.date]] = []
    for start, end in sorted((p.start, p.end) for p in periods):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    day = dt.timedelta(days=1)
    return " and ".join(f"from {start.isoformat()} to {(end - day).isoformat()}" for start, end in joined)


def offer_value(column: str, gpu: Any, provider: Any, term: Any, serial: Any) -> Any:
    """`usd` or `source` of the period in force; text and floats for one offer, arrays for ranges."""
    for part in (gpu, provider, term, serial):
        if hasattr(part, "__xl_offer__"):
            return part.__xl_offer__(offer_value, column, gpu, provider, term, serial)
    if all(isinstance(part, (str, float)) for part in (gpu, provider, term, serial)):
        return getattr(period(gpu, provider, term, serial), column)
    return each_row(lambda g, p, t, s: getattr(period(g, p, t, s), column), gpu, provider, term, serial)
