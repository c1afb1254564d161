"""The market: GPU prices as of a date, the user's own quotes first, then providers' list prices.

A price that the user was quoted beats a discount that the user has, and both beat the packaged rows. A discount is
off the provider's on-demand list price of the day. The market's median stays the market's: a quote of a provider
does not move it, a quote without a provider stands in its place.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from xlcost.errors import NotInTable, nearest
from xlcost.facts.store import GPUS, plain
from xlcost.prices.periods import EDITION, LIST_TERM, MEDIAN, Offer, Period, edition_day, market_periods
from xlcost.prices.quotes import periods as own
from xlcost.quantities import ONE_DAY, serial_date

MOST_NAMED = 8  # offers that a sentence names
COMMON_NAMES = {
    "amazon": "AWS",
    "amazonwebservices": "AWS",
    "microsoft": "Azure",
    "microsoftazure": "Azure",
    "google": "GCP",
    "googlecloud": "GCP",
    "oracle": "OCI",
    "oraclecloud": "OCI",
    "datacrunch": "Verda",
    "lambdalabs": "Lambda",
    "ovh": "OVHcloud",
    "vast": "Vast.ai",
}


@dataclass(frozen=True, eq=False)
class Market:
    """Offers (rows of the table of GPU prices), the user's own quotes, and the day of the packaged edition.

    All else is computed from these once, when it is first needed.
    """

    offers: tuple[Any, ...]
    quotes: tuple[Any, ...] = ()
    edition: dt.date = EDITION

    def with_quotes(self, quotes: Iterable[Any]) -> Market:
        """The same market with these quotes in place of its own."""
        return Market(self.offers, tuple(quotes), self.edition)

    @cached_property
    def edition_day(self) -> dt.date:
        """The last day that the market knows."""
        return edition_day(self.offers, self.edition)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All periods of the offers and their medians, in a fixed order: gpu, provider, term, start."""
        return market_periods(self.offers, self.edition_day)

    @cached_property
    def names(self) -> dict[str, str]:
        """Plain name -> the provider as offers spell it; "median" and common names such as "amazon" among them."""
        return {plain(p.provider): p.provider for p in self.periods} | COMMON_NAMES

    def spelling(self, provider: str | None) -> str:
        """A provider as the offers spell it, or as it is given; the median where none is named."""
        if provider is None or plain(provider) in (MEDIAN, "any"):
            return MEDIAN
        return self.names.get(plain(provider), provider)

    @cached_property
    def spans(self) -> tuple[own.Span, ...]:
        """The own quotes that count on some day, each with its first day and the first day after its last."""
        return tuple(own.spans(self.quotes, self.spelling, self.edition_day))

    @cached_property
    def counting(self) -> dict[int, tuple[dt.date, dt.date]]:
        """Number of an own quote that counts on some day -> its first day, the first day after its last."""
        numbers = {id(quote): number for number, quote in enumerate(self.quotes, 1)}
        return {numbers[id(quote)]: (start, end) for quote, start, end in self.spans}

    @cached_property
    def own_periods(self) -> tuple[Period, ...]:
        """The periods of the user's own prices."""
        return tuple(own.price_period(s, self.spelling(s[0].provider)) for s in self.spans if s[0].off_list is None)

    @cached_property
    def discounts(self) -> tuple[own.Discount, ...]:
        """The user's discounts off list prices."""
        return tuple(own.discount(s, self.spelling(s[0].provider)) for s in self.spans if s[0].off_list is not None)

    @cached_property
    def providers(self) -> dict[str, str]:
        """Plain name -> provider, those of own quotes and "median" among them."""
        return self.names | {plain(p.provider): p.provider for p in self.own_periods}

    def provider(self, name: str) -> str:
        """A provider as the offers or own quotes spell it."""
        known = self.providers.get(plain(name))
        if known is None:
            named = sorted(set(self.providers.values()) - {MEDIAN})
            raise NotInTable(f"unknown provider '{name}'{nearest(name, named)}; known are {', '.join(named)}")
        return known

    @cached_property
    def _own_by_offer(self) -> dict[Offer, list[Period]]:
        return _by_offer(self.own_periods)

    @cached_property
    def _listed_by_offer(self) -> dict[Offer, list[Period]]:
        return _by_offer(self.periods)

    def price(self, gpu: str, provider: str, term: str, day: dt.date) -> Period | None:
        """The period that holds on a day for an offer, spelt as the market does; None where there is none."""
        quoted = _period_on(day, self._own_by_offer, (gpu, provider, term))
        if quoted:
            return quoted
        discount = self._discount(provider, term, day)
        if discount is None:
            return _period_on(day, self._listed_by_offer, (gpu, provider, term))
        listed = _period_on(day, self._listed_by_offer, (gpu, provider, LIST_TERM))
        return discount.off_price(listed) if listed else None

    def _discount(self, provider: str, term: str, day: dt.date) -> own.Discount | None:
        some = (d for d in self.discounts if (d.provider, d.term) == (provider, term) and d.start <= day < d.end)
        return next(some, None)

    def in_force(self, day: dt.date) -> list[Period]:
        """All offers in force on a day, the user's own in the place of the market's; medians are no offers."""
        ours, listed = self._own_by_offer, self._listed_by_offer
        reduced = {(gpu, d.provider, d.term) for d in self.discounts for gpu, who, _ in listed if who == d.provider}
        offers = {offer for offer in (*ours, *listed, *reduced) if offer[1] != MEDIAN or _period_on(day, ours, offer)}
        return [p for offer in sorted(offers) if (p := self.price(*offer, day))]

    @cached_property
    def period(self) -> Callable[[str, str, str, float], Period]:
        """period(gpu, provider, term, serial): the period in force, by names as cells hold them and the day as the
        spreadsheet's number; results are cached."""
        return cache(self._period)

    def _period(self, gpu: str, provider: str, term: str, serial: float) -> Period:
        offer = GPUS.id(gpu), self.provider(provider), term
        day = serial_date(serial)
        one = self.price(*offer, day)
        if one is None:
            raise NotInTable(self._absence(*offer, day))
        return one

    def after_edition(self, day: dt.date) -> str:
        """The error sentence for a day after the last one that the market knows."""
        return f"as_of: {day} lies after the data edition of {self.edition_day}, where prices end"

    def _absence(self, gpu: str, provider: str, term: str, day: dt.date) -> str:
        """The error sentence for a missing price: what the market has instead."""
        if day > self.edition_day:
            return self.after_edition(day)
        whose = "" if provider == MEDIAN else f" from {provider}"
        missing = f"no {term} price of '{gpu}'{whose} on {day.isoformat()}"
        seen = [p for p in (*self.periods, *self.own_periods) if p.gpu == gpu and p.provider != MEDIAN]
        if self._discount(provider, term, day):
            return f"{missing}: your discount is off the {LIST_TERM} list price, and the table has none that day"
        same = [p for p in seen if p.term == term and provider in (MEDIAN, p.provider)]
        if same:
            return f"{missing}; the table has it {_spans_text(same)}"
        live = {(p.provider, p.term) for p in seen if p.holds(day)}
        if live:
            near = sorted(live, key=lambda o: (o[0] != provider and o[1] != term, o[0] != provider, o))
            more = f" and {len(near) - MOST_NAMED} more" if len(near) > MOST_NAMED else ""
            return f"{missing}; that day the table has {', '.join(f'{w} {t}' for w, t in near[:MOST_NAMED])}{more}"
        if seen:
            return f"{missing}; the table has other prices of it {_spans_text(seen)}"
        return f"{missing}; the table has no price of this gpu at all"


def _by_offer(periods: Iterable[Period]) -> dict[Offer, list[Period]]:
    groups = defaultdict(list)
    for p in periods:
        groups[p.offer].append(p)
    return dict(groups)


def _period_on(day: dt.date, periods: Mapping[Offer, list[Period]], offer: Offer) -> Period | None:
    return next((p for p in periods.get(offer, ()) if p.holds(day)), None)


def _spans_text(periods: Iterable[Period]) -> str:
    """The days of the periods as text: from when to when, with gaps."""
    joined: list[list[dt.date]] = []
    for start, end in sorted((p.start, p.end) for p in periods):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return " and ".join(f"from {start.isoformat()} to {(end - ONE_DAY).isoformat()}" for start, end in joined)
