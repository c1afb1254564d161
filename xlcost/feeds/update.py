"""xlcost prices update: a newer edition is read, compared with what is there, shown, and then added to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlcost.csv_tables import hostile
from xlcost.errors import BadInput, counted, nearest
from xlcost.facts.store import plain
from xlcost.feeds import catalogues
from xlcost.feeds.chip_names import mapped
from xlcost.feeds.differences import Plan, planned
from xlcost.feeds.read import Source, opened
from xlcost.feeds.rows import Edition, check_day, closed, of_catalogue, of_table
from xlcost.feeds.store import Target, undo
from xlcost.prices.market import COMMON_NAMES, MEDIAN
from xlcost.prices.market import closed as last_day
from xlcost.prices.quotes.schema import ISO

IN_PATHS = {"do": "DigitalOcean", "cudo": "Cudo Compute"}  # catalogues' names of providers that are no names of ours


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line."""

    source: str
    provider: str | None = None
    as_of: str | None = None
    fmt: str | None = None
    cited: str | None = None
    gpus: Sequence[str] = ()
    new_provider: bool = False
    accept_outliers: bool = False
    into: Path | None = None


@dataclass(frozen=True)
class Proposal:
    """What would be done: `heading` says where it comes from and whose it is."""

    heading: str
    edition: Edition
    plan: Plan
    target: Target


def proposed(wish: Wish) -> Proposal:
    """The edition, read and compared; nothing is written."""
    file, target = opened(wish.source), Target(wish.into)
    fmt = catalogues.format_of(file.name, file.text, wish.fmt)
    known = {plain(row.provider): row.provider for row in target.rows}
    if fmt == "xlcost":
        heading, edition = _of_table(wish, file, target, known)
    else:
        heading, edition = _of_catalogue(wish, file, target, known, fmt)
    return Proposal(heading, edition, planned(edition, target.rows, wish.accept_outliers), target)


def _of_table(wish: Wish, file: Source, target: Target, known: Mapping[str, str]) -> tuple[str, Edition]:
    given = {"--provider": wish.provider, "--as-of": wish.as_of, "--source": wish.cited, "--gpu": wish.gpus}
    for option, value in given.items():
        if value:
            raise BadInput(f"{file.name}: each row of a {catalogues.CALLED['xlcost']} says it; leave out {option}")
    edition = of_table(file.name, file.text, target.rows, known)
    strange = sorted({row.provider for row in edition.rows if plain(row.provider) not in known})
    who = f"; new providers: {', '.join(strange)}" if strange else ""
    return f"{counted(len(edition.rows), 'price')} from {file.label}{who}", edition


def _of_catalogue(wish: Wish, file: Source, target: Target, known: Mapping[str, str], fmt: str) -> tuple[str, Edition]:
    provider, from_path = _provider(wish, file, known)
    day = _day(wish.as_of, closed(target.rows))
    called = catalogues.CALLED[fmt]
    cited = wish.cited if wish.cited is not None else f"{file.label} ({called})"
    if why := "is blank" if not cited.strip() else hostile(cited):
        raise BadInput(f"source: {why}")
    found = catalogues.read(file.name, file.text, fmt)
    edition = of_catalogue(found, target.rows, provider, day, cited.strip(), mapped(wish.gpus))
    who = f"{provider}{' (so the path says)' * from_path} on {day}"
    return f"{who}, {called}: {counted(len(edition.rows), 'price')}, of several regions the cheapest", edition


def _provider(wish: Wish, file: Source, known: Mapping[str, str]) -> tuple[str, bool]:
    """Whose catalogue it is: as given, or as the path says; whether the path said it."""
    names = {**known, **{short: name for short, name in COMMON_NAMES.items() if plain(name) in known}}
    if wish.provider is None:
        in_path = {short: name for short, name in IN_PATHS.items() if plain(name) in known} | names
        stem = file.name.partition(".")[0]
        words = [plain(part) for part in (stem, *(file.parts[1:2] if stem == "vms" else ()))]
        said = next((in_path[word] for word in words if word in in_path), None)
        if said is None:
            raise BadInput(f"{file.name} does not say whose prices it holds; add --provider, such as --provider AWS")
        return said, True
    named = wish.provider.strip()
    if not plain(named) or plain(named) == MEDIAN or hostile(named):
        raise BadInput(f"provider: '{named}' is no provider; write one such as AWS")
    if plain(named) not in names and not wish.new_provider:
        hint = nearest(named, names.values())
        raise BadInput(f"provider: the tables know no '{named}' (add --new-provider if it is new){hint}")
    return names.get(plain(named), named), False


def _day(text: str | None, last: dt.date) -> dt.date:
    if text is None:
        raise BadInput("a catalogue carries no date; add --as-of with the day on which it was read, as 2026-11-20")
    try:
        if not ISO.fullmatch(text.strip()):
            raise ValueError
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"as-of: '{text}' is no date; write it as 2026-11-20") from None
    check_day(day, last)
    return day


def undone() -> str:
    """Take the last update back; what was done."""
    path = undo()
    return f"the last update was taken out of {path}. DATA_AS_OF is now {last_day()}"


def written(proposal: Proposal) -> str:
    """Add the rows; what was done, and how to take it back."""
    target, rows = proposal.target, proposal.plan.rows
    target.write(rows)
    done = f"{counted(len(rows), 'row')} written to {target.path}"
    if target.into is None:
        return (
            f"{done}. DATA_AS_OF is now {last_day()}; xlcost prices list shows them.\n"
            "To take this update back: xlcost prices update --undo"
        )
    last = max(row.as_of for row in [*rows, *target.rows])
    return f"{done}. EDITION in periods.py must be {last} or later, or the newest of its prices do not count"
