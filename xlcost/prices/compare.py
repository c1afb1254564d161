"""Prices on two days: what is new, what is gone, what changed and by how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from xlcost.errors import BadInput, NotInTable
from xlcost.facts.store import GPUS
from xlcost.prices.lookup import found, in_force, known_provider
from xlcost.prices.market import MEDIAN, Period, closed, periods
from xlcost.prices.quotes.periods import own_periods
from xlcost.prices.quotes.schema import ISO, TERMS

Offer = tuple[str, str, str]
TINY = 0.0005  # a smaller change of a price is the rounding of a source
STATES = ("changed", "new", "gone", "same")


@dataclass(frozen=True)
class Difference:
    """A price on the first day and on the second; None where there is none."""

    gpu: str
    provider: str
    term: str
    before: float | None
    after: float | None


def first_day() -> dt.date:
    """The first day that a price is known of."""
    return min(p.start for p in (*periods(), *own_periods()))


def day_asked(text: str | None, name: str) -> dt.date:
    """A day as typed, or the last that the tables know."""
    if text is None:
        return closed()
    try:
        if not ISO.fullmatch(text.strip()):
            raise ValueError
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"{name}: '{text}' is no date; write it as 2026-10-31") from None


def known_day(text: str | None, name: str) -> dt.date:
    """A day as typed, within those that the tables know."""
    day = day_asked(text, name)
    if not first_day() <= day <= closed():
        own = max([closed(), *(p.end - dt.timedelta(days=1) for p in own_periods())])
        beyond = f", and after that only quotes of your own, to {own}" if own > closed() else ""
        span = f"the tables know prices from {first_day()} to {closed()}{beyond}"
        raise NotInTable(f"{name}: {day} cannot be used; {span}")
    return day


def wanted(gpu: str | None, provider: str | None, term: str | None) -> Callable[[Offer], bool]:
    """Whether an offer is that of a gpu, a provider, a term; None takes all."""
    if term is not None and term not in TERMS:
        raise BadInput(f"term: '{term}' is not known; it takes {', '.join(TERMS)}")
    parts = (
        None if gpu is None else GPUS.rows[GPUS.row_number(gpu)]["id"],
        None if provider is None else known_provider(provider),
        term,
    )
    return lambda offer: all(part in (None, given) for part, given in zip(parts, offer, strict=True))


def differences(first: dt.date, second: dt.date, keeps: Callable[[Offer], bool]) -> list[Difference]:
    """All offers in force on one of the days, by gpu, provider and term."""
    if second <= first:
        raise BadInput(f"diff: {second} does not come after {first}; name the earlier day first")
    before, after = _by_offer(first, keeps), _by_offer(second, keeps)
    return [Difference(*offer, before.get(offer), after.get(offer)) for offer in sorted({*before, *after})]


def medians(first: dt.date, second: dt.date, offers: list[Difference]) -> list[Difference]:
    """The medians of the gpus and terms that these offers are of, on the same days."""
    out = []
    for gpu, term in sorted({(one.gpu, one.term) for one in offers}):
        before, after = (found(gpu, MEDIAN, term, day) for day in (first, second))
        if before or after:
            out.append(Difference(gpu, MEDIAN, term, before.usd if before else None, after.usd if after else None))
    return out


def _by_offer(day: dt.date, keeps: Callable[[Offer], bool]) -> dict[Offer, float]:
    return {offer: p.usd for p in in_force(day) if keeps(offer := _offer(p)) and p.provider != MEDIAN}


def _offer(p: Period) -> Offer:
    return p.gpu, p.provider, p.term
