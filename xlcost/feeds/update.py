"""xlcost prices update: a newer edition is read, compared with the existing rows, and then added to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlcost.csv_tables import why_refused
from xlcost.errors import BadInput, count_text, nearest
from xlcost.facts.store import plain
from xlcost.feeds.catalogue import Format
from xlcost.feeds.chip_names import ids_by_name
from xlcost.feeds.differences import Plan, plan
from xlcost.feeds.formats import TABLE, catalogue, format_of
from xlcost.feeds.read import Source, source
from xlcost.feeds.rows import Edition, check_day, edition_of_catalogue, edition_of_table
from xlcost.feeds.store import Target, undo_last_update
from xlcost.prices.current import current_market
from xlcost.prices.market import COMMON_NAMES
from xlcost.prices.periods import MEDIAN, edition_day
from xlcost.quantities import iso_day

PATH_NAMES = {"do": "DigitalOcean", "cudo": "Cudo Compute"}  # catalogues' names of providers -> ours


@dataclass(frozen=True)
class Request:
    """The arguments of the command."""

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
    """An update before it is written; `heading` says where the prices come from and whose they are."""

    heading: str
    edition: Edition
    plan: Plan
    target: Target


def proposal(request: Request) -> Proposal:
    """The edition read, and compared with the existing rows; nothing is written."""
    file, target = source(request.source), Target(request.into)
    form = format_of(file.name, file.text, request.fmt)
    known = {plain(row.provider): row.provider for row in target.rows}
    if form is TABLE:
        heading, edition = _of_table(request, file, target, known)
    else:
        heading, edition = _of_catalogue(request, file, target, known, form)
    return Proposal(heading, edition, plan(edition, target.rows, request.accept_outliers), target)


def _of_table(request: Request, file: Source, target: Target, known: Mapping[str, str]) -> tuple[str, Edition]:
    given = {"--provider": request.provider, "--as-of": request.as_of, "--source": request.cited, "--gpu": request.gpus}
    for option, value in given.items():
        if value:
            raise BadInput(f"{file.name}: each row of a {TABLE.title} says it; leave out {option}")
    edition = edition_of_table(file.name, file.text, target.rows, known)
    strange = sorted({row.provider for row in edition.rows if plain(row.provider) not in known})
    who = f"; new providers: {', '.join(strange)}" if strange else ""
    return f"{count_text(len(edition.rows), 'price')} from {file.label}{who}", edition


def _of_catalogue(
    request: Request, file: Source, target: Target, known: Mapping[str, str], form: Format
) -> tuple[str, Edition]:
    provider, from_path = _provider(request, file, known)
    day = _day(request.as_of, edition_day(target.rows))
    cited = request.cited if request.cited is not None else f"{file.label} ({form.title})"
    if why := "is blank" if not cited.strip() else why_refused(cited):
        raise BadInput(f"source: {why}")
    found = catalogue(file.name, file.text, form)
    edition = edition_of_catalogue(found, target.rows, provider, day, cited.strip(), ids_by_name(request.gpus))
    who = f"{provider}{' (so the path says)' * from_path} on {day}"
    return f"{who}, {form.title}: {count_text(len(edition.rows), 'price')}, of several regions the cheapest", edition


def _provider(request: Request, file: Source, known: Mapping[str, str]) -> tuple[str, bool]:
    """(provider, whether its name was taken from the path) of a catalogue."""
    names = {**known, **{short: name for short, name in COMMON_NAMES.items() if plain(name) in known}}
    if request.provider is None:
        in_path = {short: name for short, name in PATH_NAMES.items() if plain(name) in known} | names
        stem = file.name.partition(".")[0]
        words = [plain(part) for part in (stem, *(file.parts[1:2] if stem == "vms" else ()))]
        said = next((in_path[word] for word in words if word in in_path), None)
        if said is None:
            raise BadInput(f"{file.name} does not say whose prices it holds; add --provider, such as --provider AWS")
        return said, True
    named = request.provider.strip()
    if not plain(named) or plain(named) == MEDIAN or why_refused(named):
        raise BadInput(f"provider: '{named}' is no provider; write one such as AWS")
    if plain(named) not in names and not request.new_provider:
        hint = nearest(named, names.values())
        raise BadInput(f"provider: the tables know no '{named}' (add --new-provider if it is new){hint}")
    return names.get(plain(named), named), False


def _day(text: str | None, last: dt.date) -> dt.date:
    if text is None:
        raise BadInput("a catalogue carries no date; add --as-of with the day on which it was read, as 2026-11-20")
    day = iso_day(text)
    if day is None:
        raise BadInput(f"as-of: '{text}' is no date; write it as 2026-11-20")
    check_day(day, last)
    return day


def undo() -> str:
    """Take the last update back; gives a sentence that says so."""
    path = undo_last_update()
    return f"the last update was taken out of {path}. DATA_AS_OF is now {current_market().edition_day}"


def write(proposal: Proposal) -> str:
    """Add the rows; gives a sentence that says so, and how to take them back."""
    target, rows = proposal.target, proposal.plan.rows
    target.write(rows)
    done = f"{count_text(len(rows), 'row')} written to {target.path}"
    if target.into is None:
        return (
            f"{done}. DATA_AS_OF is now {current_market().edition_day}; xlcost prices list shows them.\n"
            "To take this update back: xlcost prices update --undo"
        )
    last = max(row.as_of for row in [*rows, *target.rows])
    return f"{done}. EDITION in periods.py must be {last} or later, or the newest of its prices do not count"
