"""What added or removed quotes do to the prices that GPU_PRICE gives."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlcost.prices.folder import OFFERS, QUOTES, VARIABLE, data_folder
from xlcost.prices.lookup import forget, found
from xlcost.prices.market import Period, closed, periods
from xlcost.prices.quotes.incoming import Change
from xlcost.prices.quotes.periods import LIST_TERM, source, spelled
from xlcost.prices.quotes.store import rendered, spans_of

DAY = dt.timedelta(days=1)
Span = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Effect:
    """A price before and after, on the last day known if the quote counts then, else on its first day."""

    line: int
    gpu: str
    provider: str
    term: str
    day: dt.date
    before: float | None
    after: float | None
    said: str


@dataclass(frozen=True)
class _Asked:
    line: int
    quote: Any
    gpu: str
    day: dt.date
    said: str

    def found(self, day: dt.date) -> Period | None:
        return found(self.gpu, spelled(self.quote.provider), self.quote.term, day)


def effects(change: Change, most: int) -> list[Effect]:
    """What the change does to the prices of the first quotes that it adds or removes."""
    adding = len(change.after) > len(change.before)
    holding, other = (change.after, change.before) if adding else (change.before, change.after)
    with _as_if(holding):
        asked = list(_asked(dict(islice(change.changed.items(), most)), holding))
        here = [one.found(one.day) for one in asked]
    with _as_if(other):
        there = [one.found(one.day) for one in asked]
    out = []
    for one, ours, theirs in zip(asked, here, there, strict=True):
        said = one.said or _beaten(one.quote, ours)
        before, after = (p.usd if p else None for p in ((theirs, ours) if adding else (ours, theirs)))
        who = one.quote.provider or "any"
        out.append(Effect(one.line, one.gpu, who, one.quote.term, one.day, before, after, said))
    return out


@contextmanager
def _as_if(quotes: Sequence[Any]) -> Iterator[None]:
    """The tables answer as if these were the quotes that are kept; the user's folder is not touched."""
    folder, named = data_folder(), os.environ.get(VARIABLE)
    with TemporaryDirectory() as trial:
        if quotes:
            (Path(trial) / QUOTES).write_bytes(rendered(quotes))
        if folder and (folder / OFFERS).exists():
            shutil.copyfile(folder / OFFERS, Path(trial) / OFFERS)
        os.environ[VARIABLE] = trial
        forget()
        try:
            yield
        finally:
            os.environ.pop(VARIABLE)
            os.environ.update({} if named is None else {VARIABLE: named})
            forget()


def _asked(changed: dict[int, Any], quotes: Sequence[Any]) -> Iterator[_Asked]:
    """What to ask for each quote: the gpus that it prices, and a day."""
    numbers = {id(quote): number for number, quote in enumerate(quotes, 1)}
    counting = spans_of(quotes)
    for line, quote in changed.items():
        span = counting.get(numbers[id(quote)])
        day, said = _day(quote, span)
        for gpu in [quote.gpu] if quote.gpu else _listed(quote.provider, min(day, closed())):
            yield _Asked(line, quote, gpu, day, said)


def _day(quote: Any, span: Span | None) -> tuple[dt.date, str]:
    """The day to ask for, and what to say where that is not the last day known."""
    if span is None:
        return quote.begins, "never counts: another has the same first day and was seen later"
    start, end = span
    if start <= closed() < end:
        return closed(), ""
    return start, f"counts from {start}" if start > closed() else f"counted until {end - DAY}"


def _listed(provider: str, day: dt.date) -> list[str]:
    """The gpus that a provider has a list price of on a day."""
    return [
        p.gpu for p in periods() if (p.provider, p.term) == (spelled(provider), LIST_TERM) and p.start <= day < p.end
    ]


def _beaten(quote: Any, found: Period | None) -> str:
    """What to say where a discount does not make the price."""
    if quote.off_list is None or found is None or found.source.startswith(source(quote)):
        return ""
    return "a price of your own beats the discount"
