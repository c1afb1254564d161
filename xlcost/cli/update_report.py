"""What an update would change, for a person to read before saying yes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xlcost.cli import output
from xlcost.cli.output import Column, Grid, per_cent
from xlcost.errors import BadInput, count_text
from xlcost.feeds.differences import Change, Outlier, Plan
from xlcost.feeds.rows import Edition
from xlcost.feeds.update import Proposal

MOST = 25  # lines of the table
FEW = 8  # of a list
SAME = 0.05  # per cent: shown as 0.0


def say(proposal: Proposal) -> None:
    """Print where the prices come from, what changes, and what else there is to know."""
    output.say(proposal.heading)
    table = grid(proposal.plan)
    if table:
        output.say("")
        output.say_grid(table)
    output.say("")
    for line in summary(proposal.plan, proposal.edition):
        output.say(line)


def consent(proposal: Proposal) -> bool:
    """Whether the user says yes; an error where there is no terminal to ask in."""
    rows = count_text(len(proposal.plan.rows), "row")
    if not sys.stdin.isatty():
        raise BadInput(f"nothing was written: add --yes to write these {rows}, or --dry-run to look only")
    try:
        answer = input(f"Write {rows} to {proposal.target.path}? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")


def grid(plan: Plan) -> Grid | None:
    """Offers that change or are new, the largest change first; None where there are none."""
    listed = sorted((one for one in plan.changes if not _same(one)), key=lambda one: (-abs(_change(one)), one.offer))
    if not listed:
        return None
    several = len({one.offer[1] for one in listed}) > 1
    columns = [
        Column("gpu"),
        *[Column("provider")] * several,
        Column("term"),
        Column("was", "usd"),
        Column("seen", "day"),
        Column("now", "usd"),
        Column("change", "percent"),
        Column("rows", "number"),
    ]
    return Grid(columns, [_line(one, several) for one in listed[:MOST]])


def _line(one: Change, with_provider: bool) -> list[Any]:
    gpu, provider, term = one.offer
    change = per_cent(one.before, one.after)
    return [gpu, *[provider] * with_provider, term, one.before, one.seen or "new", one.after, change, one.instances]


def _change(one: Change) -> float:
    return per_cent(one.before, one.after) or 0.0


def _same(one: Change) -> bool:
    return one.before is not None and abs(_change(one)) < SAME


def summary(plan: Plan, edition: Edition) -> Iterator[str]:
    """Lines with the counts, and with what a person should know before the rows are written."""
    new = sum(one.before is None for one in plan.changes)
    same = sum(map(_same, plan.changes))
    yield (
        f"{count_text(len(plan.rows), 'new row')}: {count_text(new, 'offer')} new, "
        f"{len(plan.changes) - new - same} changed, {same} unchanged"
        + (f"; {count_text(plan.present, 'row')} there already" if plan.present else "")
    )
    if len(plan.changes) - same > MOST:
        yield f"The table shows the {MOST} largest changes of {len(plan.changes) - same}."
    if plan.outliers:
        taken = {id(row) for row in plan.rows} & {id(one.row) for one in plan.outliers}
        yield "Suspicious" + (":" if taken else ", left out (--accept-outliers takes them):")
        yield from _few(map(_outlier_text, plan.outliers), len(plan.outliers))
    if plan.backdated:
        yield "Seen later already; the prices from this day up to the next sighting change:"
        yield from _few((" ".join((gpu, who, term)) for gpu, who, term in plan.backdated), len(plan.backdated))
    if plan.gone:
        yield "Not in the file any more; the rows stay, and hold for a year from their day:"
        lines = (f"{offer[0]} {offer[1]} {offer[2]}, {usd:,.4f} on {day}" for offer, usd, day in plan.gone)
        yield from _few(lines, len(plan.gone))
    yield from _not_understood(edition)


def _outlier_text(outlier: Outlier) -> str:
    row = outlier.row
    factor = row.usd_per_gpu_hour / outlier.was
    times = f"{factor:,.1f} times" if factor > 1 else f"1/{1 / factor:,.1f} of"
    what = " ".join(str(part) for part in (row.gpu, row.provider, row.term, row.instance) if part)
    return f"{what}: {row.usd_per_gpu_hour:,.4f} is {times} {outlier.was:,.4f} ({outlier.whose})"


def _not_understood(edition: Edition) -> Iterator[str]:
    if edition.left_out:
        total = sum(edition.left_out.values())
        yield f"Not understood, left out: {count_text(total, 'offer')}"
        reasons: Sequence[tuple[tuple[str, str], int]] = edition.left_out.most_common()
        yield from _few((f"{number:,} x {chip}: {why}" for (chip, why), number in reasons), len(reasons))
    if edition.unpriced:
        yield f"{count_text(edition.unpriced, 'price')} blank or zero in the file: no offers"


def _few(lines: Iterable[str], total: int) -> Iterator[str]:
    """The first lines of a list, and how many more there are; letters that cannot be printed become blanks."""
    for _, line in zip(range(FEW), lines, strict=False):
        yield "  " + "".join(letter if letter.isprintable() else " " for letter in line[:200])
    if total > FEW:
        yield f"  and {total - FEW:,} more"
