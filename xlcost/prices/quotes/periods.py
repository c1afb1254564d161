"""Own quotes over time: from when until when each counts, as prices and as discounts off list prices."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from xlcost.prices.periods import VALID_DAYS, Period
from xlcost.quantities import ONE_DAY

OWN = "own quote"
COLUMNS = ("gpu", "provider", "term", "usd_per_gpu_hour", "off_list", "as_of", "from", "until", "source")
WORKBOOK_QUOTES = 500  # the most that a workbook takes
MOST_QUOTES = 10_000  # the most that are kept; their file then stays below what is read
Span = tuple[Any, dt.date, dt.date]  # a quote, the first day on which it counts, the first day after it
Spelling = Callable[[str | None], str]  # of a provider; the median where none is named


@dataclass(frozen=True)
class Discount:
    """A share off the list prices of a provider, for a term, from `start` up to, not including, `end`."""

    provider: str
    term: str
    start: dt.date
    end: dt.date
    off: float
    source: str

    def off_price(self, listed: Period) -> Period:
        """A list price less the discount, while both hold."""
        start, end = max(listed.start, self.start), min(listed.end, self.end)
        usd, source = listed.usd * (1 - self.off), f"{self.source}: {listed.source}"
        return Period(listed.gpu, listed.provider, self.term, start, end, usd, source)


def first_day(quote: Any, edition_day: dt.date) -> dt.date:
    """The first day on which a quote counts. One seen after the data edition counts from the edition's day on, since
    prices are looked up as of that day where no date is given."""
    day: dt.date = quote.start or min(quote.as_of, edition_day)
    return day


def last_day(quote: Any, edition_day: dt.date) -> dt.date:
    """The last day on which a quote holds if no other follows."""
    day: dt.date = quote.until or first_day(quote, edition_day) + (VALID_DAYS - 1) * ONE_DAY
    return day


def by_offer(quotes: Iterable[Any], spelling: Spelling, edition_day: dt.date) -> list[list[Any]]:
    """Groups of quotes of the same gpu, provider and term, in order of time; groups of discounts come last."""
    groups = defaultdict(list)
    for quote in sorted(quotes, key=lambda q: q.off_list is not None):
        groups[quote.gpu, spelling(quote.provider), quote.term].append(quote)
    return [sorted(group, key=lambda q: (first_day(q, edition_day), q.as_of)) for group in groups.values()]


def spans(quotes: Iterable[Any], spelling: Spelling, edition_day: dt.date) -> Iterator[Span]:
    """The quotes that count on some day, prices before discounts; a later one of the same offer ends the earlier."""
    for group in by_offer(quotes, spelling, edition_day):
        for quote, following in zip(group, [*group[1:], None], strict=True):
            start, end = first_day(quote, edition_day), last_day(quote, edition_day) + ONE_DAY
            end = min(end, first_day(following, edition_day)) if following else end
            if start < end:
                yield quote, start, end


def source(quote: Any, provider: str) -> str:
    """Where a quote comes from, as PRICE_SOURCE says it."""
    whose = "" if quote.provider is None else f"{provider}, "
    off = f", {round(quote.off_list * 100, 6):g}% off list" if quote.off_list else ""
    return f"{OWN}, {quote.as_of.isoformat()}, {whose}{quote.source}{off}"


def price_period(span: Span, provider: str) -> Period:
    """The period of a price that the user was quoted."""
    quote, start, end = span
    usd, said = quote.usd_per_gpu_hour, source(quote, provider)
    return Period(quote.gpu, provider, quote.term, start, end, usd, said, members=0.0)


def discount(span: Span, provider: str) -> Discount:
    """The discount of a quote, with its days."""
    quote, start, end = span
    return Discount(provider, quote.term, start, end, quote.off_list, source(quote, provider))
