"""The user's own quotes as they are kept: read, added, removed. The file holds all of a change or nothing of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xlcost.csv_tables import checked_rows
from xlcost.errors import BadInput
from xlcost.files import write_whole
from xlcost.prices import lookup
from xlcost.prices.folder import QUOTES, VARIABLE, data_folder, writable_folder
from xlcost.prices.market import VALID_DAYS
from xlcost.prices.quotes.incoming import Change, Given, judged
from xlcost.prices.quotes.lock import alone
from xlcost.prices.quotes.periods import spans, spelled

COLUMNS = ("gpu", "provider", "term", "usd_per_gpu_hour", "off_list", "as_of", "from", "until", "source")
WORKBOOK_ROWS = 500  # own quotes that a workbook takes
BOM = "\ufeff"  # tells Excel that a text is UTF-8


def file() -> Path:
    """Where the quotes are kept, or will be."""
    folder = data_folder()
    if folder is None:
        raise BadInput(f"there is no folder for your own tables: {VARIABLE} is set to nothing")
    return folder / QUOTES


def kept() -> list[Any]:
    """The quotes as the file holds them now, in its order."""
    from xlcost.prices.quotes.schema import OwnQuote

    path = file()
    try:
        return [quote for _, quote in checked_rows(path, OwnQuote)] if path.exists() else []
    except BadInput as error:
        raise BadInput(f"{path}, where your quotes are kept, cannot be read; mend it first.\n{error}") from None
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from None


def rendered(quotes: Iterable[Any]) -> bytes:
    """The quotes as their file holds them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for quote in quotes:
        cells = quote.model_dump(by_alias=True, mode="json")
        writer.writerow(["" if cells[column] is None else cells[column] for column in COLUMNS])
    whole = text.getvalue()
    return (whole if whole.isascii() else BOM + whole).encode()


def add(given: Given, *, dry_run: bool = False) -> Change:
    """Keep these rows as well: all of them, or none and one error that says all that is wrong."""
    return _changed(lambda quotes: judged(given, quotes), dry_run)


def remove(numbers: Sequence[int], *, dry_run: bool = False) -> Change:
    """Keep all but the quotes with these numbers, counted from 1 in the order of the file."""
    return _changed(lambda quotes: _without(quotes, set(numbers)), dry_run)


def _without(quotes: Sequence[Any], numbers: set[int]) -> Change:
    unknown = sorted(n for n in numbers if not 1 <= n <= len(quotes))
    if unknown:
        are = f"numbers 1 to {len(quotes)}" if quotes else "no quotes"
        raise BadInput(f"there is no quote number {unknown[0]}; you keep {are} (xlcost prices quotes)")
    removed = {n: quote for n, quote in enumerate(quotes, 1) if n in numbers}
    return Change(list(quotes), [q for n, q in enumerate(quotes, 1) if n not in numbers], removed)


def _changed(change: Callable[[Sequence[Any]], Change], dry_run: bool) -> Change:
    """Judged before anything is touched, and again when nobody else can write."""
    trial = change(kept())
    if dry_run or not trial.changed:
        return trial
    folder = writable_folder()
    with alone(folder):
        made = change(kept())
        _write(folder / QUOTES, made.after)
    lookup.forget()
    return made


def _write(path: Path, quotes: Sequence[Any]) -> None:
    if quotes:
        write_whole(path, rendered(quotes))
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}") from None


def cautions(change: Change) -> Iterator[str]:
    """What else follows from a change."""
    yield from _cut_short(change)
    counting = len(spans_of(change.after))
    if counting > WORKBOOK_ROWS and len(change.after) > len(change.before):
        yield (
            f"{counting:,} of your quotes count on some day; a workbook takes {WORKBOOK_ROWS}. Remove those that have "
            "ended before you make one."
        )


def spans_of(quotes: Sequence[Any]) -> dict[int, tuple[dt.date, dt.date]]:
    """Number -> first day, first day after it, of the quotes that count on some day."""
    numbers = {id(quote): number for number, quote in enumerate(quotes, 1)}
    return {numbers[id(quote)]: (start, end) for group in _by_offer(quotes) for quote, start, end in spans(group)}


def _by_offer(quotes: Sequence[Any]) -> Iterable[list[Any]]:
    groups = defaultdict(list)
    for quote in quotes:
        groups[quote.gpu, spelled(quote.provider), quote.term].append(quote)
    return groups.values()


def _cut_short(change: Change) -> Iterator[str]:
    """Quotes that a new one ends, though they would have held longer than it does."""
    numbers = {id(quote): number for number, quote in enumerate(change.after, 1)}
    fresh = {id(quote) for quote in change.changed.values()}
    for group in _by_offer(change.after):
        for quote, following in itertools.pairwise(sorted(group, key=lambda q: (q.begins, q.as_of))):
            last, until = _last_day(quote), _last_day(following)
            if id(following) in fresh and following.begins <= last and until < last:
                named = f"names {last}" if quote.until else f"would hold to {last}"
                yield (
                    f"From {following.begins} number {numbers[id(quote)]} no longer counts, although it {named}; "
                    f"number {numbers[id(following)]}, which follows it, ends on {until}."
                )


def _last_day(quote: Any) -> dt.date:
    """The last day on which a quote holds if no other follows."""
    day: dt.date = quote.until or quote.begins + dt.timedelta(days=VALID_DAYS - 1)
    return day
