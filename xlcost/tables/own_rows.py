"""Rows that somebody wants to keep as own quotes: each checked by itself, against the others, and against the kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcost.errors import BadInput, nearest
from xlcost.tables.intake import Numbered, csv_rows, hostile, refuse, sentences
from xlcost.tables.periods import MEDIAN, closed, market_names, periods
from xlcost.tables.quotes import LIST_TERM, spelled
from xlcost.tables.store import plain

AHEAD = dt.timedelta(days=183)  # how long after the data edition a quote may have been given
MOST = 10_000  # quotes; their file then stays below what is read


@dataclass(frozen=True)
class Given:
    """The rows of a file: its name, the cells by line, and what a line is called there."""

    name: str
    rows: list[Numbered]
    unit: str = "line"


@dataclass(frozen=True)
class Change:
    """The quotes before and after, those added or removed by line or number, and what there is to say of them."""

    before: list[Any]
    after: list[Any]
    changed: dict[int, Any]
    said: tuple[str, ...] = ()


def from_csv(path: Path) -> Given:
    """The rows of a CSV file."""
    from xlcost.tables.own_schema import OwnQuote

    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInput(f"{path} is not an ordinary file")
    return Given(path.name, csv_rows(path, OwnQuote))


def judged(given: Given, kept: Sequence[Any]) -> Change:
    """What keeping these rows as well changes, or one error that says all that is wrong with them."""
    wrong: list[tuple[int, str]] = []
    said: list[str] = []
    fresh: dict[int, Any] = {}
    seen = {_moment(quote): (f"number {n}", quote) for n, quote in enumerate(kept, 1)}
    for line, quote in _valid(given, _spellings(kept), wrong):
        here = f"{given.unit} {line}"
        where, other = seen.setdefault(_moment(quote), (here, quote))
        wrong += [(line, sentence) for sentence in _beyond(quote)]
        if where == here:
            fresh[line] = quote
            said += [f"{here}: {note}" for note in _new_provider(quote, kept)]
        elif _same(quote, other):
            said.append(f"{here}: left out, the same as {where}" + (", which you keep" if "number" in where else ""))
        else:
            wrong.append((line, _twice(quote, where, other)))
    if len(kept) + len(fresh) > MOST:
        raise BadInput(f"{given.name}: nothing was taken; at most {MOST:,} quotes are kept")
    refuse(given.name, [f"{given.unit} {line}, {sentence}" for line, sentence in sorted(wrong, key=lambda w: w[0])])
    return Change(list(kept), [*kept, *fresh.values()], fresh, tuple(dict.fromkeys(said)))


def _valid(given: Given, known: dict[str, str], wrong: list[tuple[int, str]]) -> Iterator[tuple[int, Any]]:
    """(line, quote) of the rows that can be read; what is wrong with a row by itself goes into `wrong`."""
    from pydantic import ValidationError

    from xlcost.tables.own_schema import OwnQuote

    for line, cells in given.rows:
        row = {column: " ".join(text.split()) for column, text in cells.items()}
        smuggled = {column: why for column, text in row.items() if (why := hostile(text))}
        wrong += [(line, f"{column}: {why}") for column, why in smuggled.items()]
        try:
            quote = OwnQuote.model_validate(row)
        except ValidationError as error:
            wrong += [(line, said) for said in sentences(error) if said.partition(":")[0] not in smuggled]
            continue
        who = spelled(quote.provider)
        yield line, quote.model_copy(update={"provider": None if who == MEDIAN else known.setdefault(plain(who), who)})


def _spellings(kept: Sequence[Any]) -> dict[str, str]:
    """Plain name -> provider as a kept quote spells it."""
    return {plain(quote.provider): spelled(quote.provider) for quote in kept if quote.provider}


def _moment(quote: Any) -> tuple[Any, ...]:
    """What two quotes cannot share: then neither would be the later one."""
    return quote.gpu, spelled(quote.provider), quote.term, quote.begins, quote.as_of


def _same(one: Any, other: Any) -> bool:
    parts = ("usd_per_gpu_hour", "off_list", "until", "source")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _twice(quote: Any, where: str, other: Any) -> str:
    number = where.removeprefix("number ")
    ours, theirs = value(quote), value(other)
    against = f"{where} ({theirs})" if ours != theirs else f"{where}, with another end or source"
    mend = f"take that out first: xlcost prices remove {number}" if number != where else "keep one of them"
    offer = ", ".join(part for part in (quote.gpu, quote.provider, quote.term) if part)
    seen = "" if quote.begins == quote.as_of else f", seen {quote.as_of}"
    return f"{offer} from {quote.begins}{seen}: given already by {against}; {mend}"


def value(quote: Any) -> str:
    """A price, or a discount, in a few characters."""
    if quote.off_list is not None:
        return f"{round(quote.off_list * 100, 6):g}% off"
    return f"{quote.usd_per_gpu_hour:,.10g}"


def _beyond(quote: Any) -> Iterator[str]:
    """What is wrong with a sound row, seen from the tables."""
    if quote.as_of > closed() + AHEAD:
        yield (
            f"as_of: {quote.as_of} lies in the future of the data edition, {closed()}; correct the date, "
            "or renew the tables with xlcost prices update"
        )
    for column, text in (("provider", quote.provider or ""), ("source", quote.source)):
        if text.startswith("-") and not hostile(text):
            yield f"{column}: '{text[:40]}' begins as a formula, which a spreadsheet would run"
    if quote.off_list is not None and not _listed(quote.provider):
        known = sorted({p.provider for p in periods() if p.term == LIST_TERM} - {MEDIAN})
        yield (
            f"off_list: the tables have no {LIST_TERM} list price of '{quote.provider}' that it could be off"
            f"{nearest(quote.provider, known)}"
        )


def _listed(provider: str) -> bool:
    return any(p.provider == spelled(provider) and p.term == LIST_TERM for p in periods())


def _new_provider(quote: Any, kept: Sequence[Any]) -> Iterator[str]:
    """A provider that neither the tables nor the kept quotes know is said, not refused."""
    who = quote.provider
    if who and plain(who) not in market_names() and who not in {spelled(other.provider) for other in kept}:
        yield f"new provider '{who}'{nearest(who, sorted({*market_names().values()} - {MEDIAN}))}"
