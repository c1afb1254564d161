"""Numbers and dates as words of a sentence, in formulas that read the same in every language of Excel.

TEXT takes its format in the reader's own spelling (a German Excel knows no "yyyy"); FIXED and CHOOSE take none.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xlcost.native import Tracer, call
from xlcost.quantities import serial_date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number_text(value: Any, decimals: int = 0) -> Tracer:
    """A number with so many decimals, its thousands grouped."""

    def shown(number: Any, _: Any) -> str:
        return f"{Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"

    return call("FIXED", value, decimals, value=shown)


def day(date: Tracer) -> Tracer:
    """A date such as 31 Oct 2026."""
    names = ",".join(f'"{name}"' for name in MONTHS)
    text = f'DAY({date.text})&" "&CHOOSE(MONTH({date.text}),{names})&" "&YEAR({date.text})'
    return Tracer(f"({text})", value=lambda: _day(date.value))


def _day(serial: float) -> str:
    day = serial_date(serial)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
