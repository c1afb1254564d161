"""Rows that somebody wants to keep as own quotes: each checked by itself, against the others, and against the kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlcost.csv_tables import Numbered, Part, csv_rows, hostile, in_order, in_parts, refuse
from xlcost.errors import BadInput, nearest
from xlcost.facts.store import plain
from xlcost.prices.market import MEDIAN, closed, market_names, periods
from xlcost.prices.quotes.periods import LIST_TERM, spelled

AHEAD = dt.timedelta(days=92)  # how long after the data edition a quote may have been given
MOST = 10_000  # quotes; their file then stays below what is read


@dataclass(frozen=True)
class Given:
    """The rows of a file: its name, the cells by line, what a line is called there, and lines that are no rows."""

    name: str
    rows: list[Numbered]
    unit: str = "line"
    wrong: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """The quotes before and after, those added or removed by line or number, and what there is to say of them."""

    before: list[Any]
    after: list[Any]
    changed: dict[int, Any]
    said: tuple[str, ...] = ()


def from_csv(path: Path) -> Given:
    """The rows of a CSV file."""
    from xlcost.prices.quotes.schema import OwnQuote

    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInput(f"{path} is not an ordinary file")
    table = csv_rows(path, OwnQuote)
    return Given(path.name, table.rows, wrong=table.wrong)


def judged(given: Given, kept: Sequence[Any]) -> Change:
    """What keeping these rows as well changes, or one error that says all that is wrong with them."""
    wrong = list(given.wrong)
    said: list[str] = []
    fresh: dict[int, Any] = {}
    seen = {_moment(quote): (f"number {n}", quote) for n, quote in enumerate(kept, 1)}
    for line, quote, unread in _read(given, _spellings(kept), wrong):
        here = f"{given.unit} {line}"
        wrong += [(line, sentence) for sentence in _beyond(quote, unread)]
        if unread and not _placed(quote, unread):
            continue
        where, other = seen.setdefault(_moment(quote), (here, quote))
        if where == here:
            fresh[line] = quote
            said += [f"{here}: {note}" for note in _new_provider(quote, kept)]
        elif not unread and _same(quote, other):
            said.append(f"{here}: left out, the same as {where}" + (", which you keep" if "number" in where else ""))
        else:
            wrong.append((line, _twice(quote, where, other)))
    if len(kept) + len(fresh) > MOST:
        raise BadInput(f"{given.name}: nothing was taken; at most {MOST:,} quotes are kept")
    refuse(given.name, in_order(wrong, given.unit))
    return Change(list(kept), [*kept, *fresh.values()], fresh, tuple(dict.fromkeys(said)))


def _read(
    given: Given, known: dict[str, str], wrong: list[tuple[int, str]]
) -> Iterator[tuple[int, Any, frozenset[str]]]:
    """(line, quote, columns that cannot be read, which the quote lacks); what is wrong with a row goes into `wrong`."""
    from xlcost.prices.quotes.schema import OwnQuote

    rows = [(line, {column: " ".join(text.split()) for column, text in cells.items()}) for line, cells in given.rows]
    for part in in_parts(rows, OwnQuote):
        quote: Any = OwnQuote.model_construct(**dict.fromkeys(OwnQuote.model_fields) | part.known)
        unread = _unread(part)
        wrong += [(part.line, why) for why in (*part.wrong, *_misfits(quote, unread))]
        who = spelled(quote.provider)
        spelling = None if who == MEDIAN else known.setdefault(plain(who), who)
        yield part.line, quote.model_copy(update={"provider": spelling}), unread


def _unread(part: Part) -> frozenset[str]:
    """The columns of a row that cannot be read; `*` where its columns contradict each other."""
    from xlcost.prices.quotes.schema import OwnQuote

    return frozenset({*OwnQuote.model_fields} - {*part.known} | ({"*"} if part.row is None else set()))


def _misfits(quote: Any, unread: Set[str]) -> Iterator[str]:
    """How the columns of a row contradict each other; one that cannot be read counts as given."""
    given = {"usd_per_gpu_hour": 1.0, "off_list": 0.5, "gpu": "", "provider": ""}
    whole = quote.model_copy(update={column: cell for column, cell in given.items() if column in unread})
    checks = [whole.is_one_kind] if "*" in unread else []
    if whole.off_list is not None and whole.gpu is not None:
        checks.append(whole.model_copy(update={"gpu": None}).is_one_kind)
    if "*" in unread and not unread & {"start", "until"} and (whole.start or "as_of" not in unread):
        checks.append(whole.days_in_order)
    for check in checks:
        try:
            check()
        except ValueError as why:
            yield str(why)


def _placed(quote: Any, unread: Set[str]) -> bool:
    """Whether so much of a row can be read that it is known which other it would stand beside."""
    discount = quote.off_list is not None or "off_list" in unread
    return not unread & {"gpu", "provider", "term", "as_of", "start"} and (quote.gpu is None) == discount


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
    against = f"{where}, with another end or source" if ours == theirs else f"{where} ({theirs})" if theirs else where
    mend = f"take that out first: xlcost prices remove {number}" if number != where else "keep one of them"
    offer = ", ".join(part for part in (quote.gpu, quote.provider, quote.term) if part)
    seen = "" if quote.begins == quote.as_of else f", seen {quote.as_of}"
    return f"{offer} from {quote.begins}{seen}: given already by {against}; {mend}"


def value(quote: Any) -> str:
    """A price, or a discount, in a few characters; nothing where neither can be read."""
    if quote.off_list is not None:
        return f"{round(quote.off_list * 100, 6):g}% off"
    return f"{quote.usd_per_gpu_hour:,.10g}" if quote.usd_per_gpu_hour is not None else ""


def _beyond(quote: Any, unread: Set[str]) -> Iterator[str]:
    """What is wrong with what can be read of a row, seen from the tables."""
    if quote.as_of and quote.as_of > closed() + AHEAD:
        yield (
            f"as_of: {quote.as_of} lies in the future of the data edition, {closed()}; the last day taken is "
            f"{closed() + AHEAD}: correct the date, or renew the tables with xlcost prices update"
        )
    for column, text in (("provider", quote.provider or ""), ("source", quote.source or "")):
        if text.startswith("-") and not hostile(text):
            yield f"{column}: '{text[:40]}' begins as a formula, which a spreadsheet would run"
    if (quote.off_list is not None or "off_list" in unread) and not _listed(quote.provider):
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
