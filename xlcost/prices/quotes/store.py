"""The file of the user's own quotes: read, added to, removed from; it holds all of a change or nothing of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xlcost.csv_tables import checked_rows, table_text
from xlcost.errors import BadInput
from xlcost.files import write_whole
from xlcost.prices.current import current_market, reset_market
from xlcost.prices.folder import QUOTES, VARIABLE, data_folder, writable_folder
from xlcost.prices.market import Market
from xlcost.prices.quotes.incoming import Change, QuoteRows, addition
from xlcost.prices.quotes.lock import lock
from xlcost.prices.quotes.periods import COLUMNS, WORKBOOK_QUOTES, by_offer, first_day, last_day


def file() -> Path:
    """The path of the file in which quotes are kept, whether it exists or not."""
    folder = data_folder()
    if folder is None:
        raise BadInput(f"there is no folder for your own tables: {VARIABLE} is set to nothing")
    return folder / QUOTES


def kept_quotes() -> list[Any]:
    """The quotes as the file holds them now, in its order."""
    from xlcost.prices.quotes.schema import OwnQuote

    path = file()
    try:
        return [quote for _, quote in checked_rows(path, OwnQuote)] if path.exists() else []
    except BadInput as error:
        raise BadInput(f"{path}, where your quotes are kept, cannot be read; mend it first.\n{error}") from None
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from None


def file_text(quotes: Iterable[Any]) -> str:
    """The text of the file with these quotes."""
    rows = (quote.model_dump(by_alias=True, mode="json") for quote in quotes)
    return table_text(COLUMNS, ([cells[column] for column in COLUMNS] for cells in rows))


def add(given: QuoteRows, *, dry_run: bool = False) -> Change:
    """Add rows: all of them, or none and one error that says what is wrong with each bad one."""
    return _applied(lambda quotes: addition(given, current_market().with_quotes(quotes)), dry_run)


def remove(numbers: Sequence[int], *, dry_run: bool = False) -> Change:
    """Remove the quotes with these numbers, counted from 1 in the order of the file."""
    return _applied(lambda quotes: _without(quotes, set(numbers)), dry_run)


def _without(quotes: Sequence[Any], numbers: set[int]) -> Change:
    unknown = sorted(n for n in numbers if not 1 <= n <= len(quotes))
    if unknown:
        are = f"numbers 1 to {len(quotes)}" if quotes else "no quotes"
        raise BadInput(f"there is no quote number {unknown[0]}; you keep {are} (xlcost prices quotes)")
    removed = {n: quote for n, quote in enumerate(quotes, 1) if n in numbers}
    return Change(list(quotes), [q for n, q in enumerate(quotes, 1) if n not in numbers], removed)


def _applied(change: Callable[[Sequence[Any]], Change], dry_run: bool) -> Change:
    """The change, which is written unless `dry_run`: computed first without the lock, to fail early, then with it."""
    trial = change(kept_quotes())
    if dry_run or not trial.changed:
        return trial
    folder = writable_folder()
    with lock(folder):
        final = change(kept_quotes())
        _write(folder / QUOTES, final.after)
    reset_market()
    return final


def _write(path: Path, quotes: Sequence[Any]) -> None:
    if quotes:
        write_whole(path, file_text(quotes))
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}") from None


def cautions(change: Change) -> Iterator[str]:
    """Warnings about a change that is made."""
    after = current_market().with_quotes(change.after)
    yield from _cut_short(change, after)
    if len(after.counting) > WORKBOOK_QUOTES and len(change.after) > len(change.before):
        yield (
            f"{len(after.counting):,} of your quotes count on some day; a workbook takes {WORKBOOK_QUOTES}. Remove "
            "those that have ended before you make one."
        )


def _cut_short(change: Change, after: Market) -> Iterator[str]:
    """Warnings about quotes that a new one ends, though they would have held longer than it does."""
    edition_day = after.edition_day
    numbers = {id(quote): number for number, quote in enumerate(change.after, 1)}
    fresh = {id(quote) for quote in change.changed.values()}
    for group in by_offer(after.quotes, after.spelling, edition_day):
        for quote, following in itertools.pairwise(group):
            start = first_day(following, edition_day)
            last, until = last_day(quote, edition_day), last_day(following, edition_day)
            if id(following) in fresh and start <= last and until < last:
                named = f"names {last}" if quote.until else f"would hold to {last}"
                yield (
                    f"From {start} number {numbers[id(quote)]} no longer counts, although it {named}; "
                    f"number {numbers[id(following)]}, which follows it, ends on {until}."
                )
