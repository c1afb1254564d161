"""The currency of a plan: the cells that choose it, the rates that convert it, and units that follow it.

Prices stand in US dollars in their tables and are converted once, where the calculation takes them up; amounts typed
on Inputs are in a currency that the user chooses apart. A plan in another currency is the same plan times a rate.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from xlcost.errors import NotInTable
from xlcost.facts.currency import CURRENCIES, DOLLAR, DailyRates, daily_rates, known_currency
from xlcost.kit.cells import Names
from xlcost.kit.sentences import day, number_text
from xlcost.native import Tracer, call, join, where
from xlcost.prices.current import current_market
from xlcost.quantities import Choice, excel_serial, serial_date

CODES = tuple(CURRENCIES)[:16]
FIRST_DAY = dt.date(2023, 4, 1)  # of the price tables
PLAN, TYPED = "Currency", "Typed_Currency"
TITLE = "Currencies"  # of the sheet with the rates
CELL = re.compile(f"({TYPED}|{PLAN})")


@dataclass(frozen=True)
class Code(Choice):
    """The word for a currency of which the plan has exchange rates."""

    def accept_one(self, value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise self.bad(value, name)
        code = known_currency(value)
        if code not in self.choices:
            raise NotInTable(f"{name}: a plan has no exchange rates of {code}; it takes {', '.join(self.choices)}")
        return code


CODE = Code("currency", "currency", "Currency", CODES)


def table() -> DailyRates:
    """The exchange rates in a plan: those of the days with known prices."""
    return daily_rates(CODES, FIRST_DAY, current_market().edition_day)


def rate_day(x: Names) -> Any:
    """The bank's working day of the rates; the text "none" where all is in dollars."""
    return where(_dollars_only(x), "none", _rate_day_of(x["Price_Date"]))


def _dollars_only(x: Names) -> Tracer:
    return call("AND", x[PLAN] == DOLLAR, x[TYPED] == DOLLAR, value=lambda plan, typed: bool(plan and typed))


def _rate_day_of(date: Tracer) -> Tracer:
    row = f"MATCH({date.text},{TITLE}_day,1)"
    text = f"IF({date.text}>{TITLE}_end,NA(),INDEX({TITLE}_day,{row}))"
    return Tracer(text, value=lambda: excel_serial(table().days[table().row(serial_date(date.value))]))


def per_euro(code: Any, day: Tracer) -> Tracer:
    """Units of a currency for one euro on a working day of the bank, looked up on the Currencies sheet."""
    wanted = code if isinstance(code, Tracer) else Tracer(f'"{code}"', value=lambda: code)
    text = f"INDEX({TITLE}_table,MATCH({day.text},{TITLE}_day,0),MATCH({wanted.text},{TITLE}_columns,0))"
    return Tracer(text, value=lambda: table().value(wanted.value, serial_date(day.value)))


def dollars_per_euro(x: Names) -> Any:
    """US dollars for one euro; 0 where all is in dollars."""
    return where(_dollars_only(x), 0, per_euro(DOLLAR, x["rate_day"]))


def _per_dollar(x: Names, code: Tracer) -> Any:
    return where(code == DOLLAR, 1, per_euro(code, x["rate_day"]) / x["dollars_per_euro"])


def per_dollar(x: Names) -> Any:
    """Units of the plan's currency for a US dollar."""
    return _per_dollar(x, x[PLAN])


def per_typed(x: Names) -> Any:
    """Units of the plan's currency for one unit of the currency of typed amounts."""
    return where(x[TYPED] == x[PLAN], 1, x["per_dollar"] / _per_dollar(x, x[TYPED]))


def currency_in_words(x: Names) -> Any:
    """Text: the currency with its rate and the rate's day, or just US dollars."""
    rate = join(" at ", number_text(x["per_dollar"], 4), " per US dollar, ECB reference rate of ", day(x["rate_day"]))
    return where(x[PLAN] == DOLLAR, "US dollars", join(x[PLAN], rate))


def typed_currency_in_words(x: Names) -> Any:
    """Text: the rate of the typed amounts' currency, blank where it is the plan's own."""
    worth = join(". One ", x[TYPED], " is ", number_text(x["per_typed"], 4), " ", x[PLAN])
    return where(x[TYPED] == x[PLAN], "", worth)


def unit(text: str, names: Names) -> Any:
    """A unit as a cell holds it: a formula where it names a currency cell, else text."""
    parts = [part for part in CELL.split(text) if part]
    live: list[Any] = [names[part] if part in (PLAN, TYPED) else part for part in parts]
    return live[0] if len(live) == 1 else join(*live)
