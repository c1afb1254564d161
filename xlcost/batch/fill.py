"""Many workbooks from a table of scenarios: each is the blank template with its inputs, results and chart caches."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlcost.batch.scenarios import Scenario
from xlcost.blueprints import packaged
from xlcost.blueprints.compute_plan.blueprint import COMPUTE_PLAN
from xlcost.errors import BadInput, XlcostError
from xlcost.files import write_whole
from xlcost.kit.blueprint import Blueprint
from xlcost.kit.build import FilledTemplate, build
from xlcost.kit.currency import CODE, PLAN
from xlcost.kit.quotes_sheet import ROWS, counting_quotes
from xlcost.kit.write import save
from xlcost.ooxml.values import CORE_DATE, stamp
from xlcost.prices.current import current_market, packaged_offers
from xlcost.prices.periods import EDITION

RATES = (("rate_day", 0.0), ("per_dollar", 1.0))  # lines of templates with currencies, and what others have
Progress = Callable[[Sequence[Scenario]], Iterable[Scenario]]  # iterates over the scenarios and shows progress


@dataclass(frozen=True)
class Result:
    """The results in one workbook: the figures of its blueprint by key, and the status of its checks."""

    scenario: Scenario
    figures: dict[str, Any]
    status: str
    per_dollar: float
    rate_day: float  # 0 where all is in dollars


def fill_all(
    folder: Path,
    blueprint: Blueprint,
    scenarios: Sequence[Scenario],
    *,
    currency: str | None = None,
    overwrite: bool = False,
    progress: Progress = iter,
) -> list[Result]:
    """Write a workbook for each scenario, and the article's; gives the results of each.

    `currency` overrides the table's; `overwrite` allows writing over workbooks that were changed.
    """
    wanted = {} if currency is None else {PLAN: CODE.accept(currency, "currency")}
    if not overwrite:
        refuse_changed(files_of(folder, scenarios))
    results = [
        fill(folder, replace(scenario, inputs=scenario.inputs | wanted), blueprint) for scenario in progress(scenarios)
    ]
    write_whole(folder / packaged.ARTICLE, packaged.article_workbook())
    return results


def files_of(folder: Path, scenarios: Sequence[Scenario]) -> list[Path]:
    """The files that are written for scenarios, the article's first."""
    return [folder / packaged.ARTICLE, *(folder / f"{scenario.file}.xlsx" for scenario in scenarios)]


def refuse_changed(files: list[Path]) -> None:
    """Refuse to write over workbooks that were saved by another program since xlcost made them."""
    for file in files:
        if file.exists() and not is_unchanged(file):
            raise BadInput(f"{file} was changed since it was made; name another folder, or give --overwrite")


def is_unchanged(file: Path) -> bool:
    """Whether a workbook is as xlcost made it: another program that saves it writes the day into it."""
    try:
        with zipfile.ZipFile(file) as archive:
            return f">{CORE_DATE}</dcterms:modified>" in archive.read("docProps/core.xml").decode()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return False


def output_folder(out: Path) -> Path:
    """The folder, made if need be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".xlcost-probe"
        probe.touch()
        probe.unlink()
    except FileExistsError:
        raise BadInput(f"out: {out} is a file, not a folder") from None
    except OSError as error:
        raise BadInput(f"out: cannot write into {out}: {error.strerror}") from None
    return out


def fill(folder: Path, scenario: Scenario, blueprint: Blueprint = COMPUTE_PLAN) -> Result:
    """Write one workbook, by stamping values into a copy of the blank template; gives its results.

    With other prices than the template's, or more own quotes than it has rows for, the workbook is written anew.
    """
    try:
        filled = build(blueprint, scenario.inputs)
        values = filled.book.values()
    except XlcostError as error:
        raise type(error)(f"scenario '{scenario.file}': {error}") from None
    path = folder / f"{scenario.file}.xlsx"
    market = current_market()
    other_prices = market.offers != packaged_offers() or market.edition_day != EDITION  # than the template's
    if other_prices or len(counting_quotes()) > ROWS:
        save(filled.book, path, values)
    else:
        stamp(packaged.template(blueprint), path, values)
    return result(scenario, filled)


def result(scenario: Scenario, filled: FilledTemplate) -> Result:
    """The results in a filled template."""
    day, per_dollar = (filled.cells[key].value if key in filled.cells else default for key, default in RATES)
    return Result(
        scenario,
        filled.figures(),
        filled.status(),
        per_dollar,
        day if isinstance(day, float) else 0.0,
    )
