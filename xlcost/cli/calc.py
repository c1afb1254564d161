"""xlcost calc: one function, its arguments as words. It does not import typer, the parser of commands (see main)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlcost
from xlcost.cli.answer import answer_fields, as_day, print_money, print_result
from xlcost.cli.arguments import arguments_of
from xlcost.errors import BadInput, nearest


def print_answer(
    name: str, words: Sequence[str], *, as_json: bool = False, explain: bool = False, currency: str | None = None
) -> None:
    """Print what a function gives: for people or as JSON, with its working, with dollars in a currency."""
    spec = _spec(name)
    ordered, by_name = arguments_of(words)
    if spec.variadic and by_name:  # the arguments of the function that is explained, by their names
        ordered, by_name = [*ordered, *_by_position(_spec(str(ordered[0])), len(ordered) - 1, by_name)], {}
    code = None if currency is None else _target_currency(spec, currency)
    result = spec.call(*ordered, **by_name)
    money = None if code is None else _money(result, code, spec, ordered, by_name)
    steps = _working(spec, ordered, by_name) if explain else []
    if as_json:
        answer = answer_fields(spec, ordered, by_name, result, money)
        if explain:
            answer["explanation"] = [dict(zip(steps[0], row, strict=True)) for row in steps[1:]]
        print(json.dumps(answer, default=lambda array: array.tolist()))
        return
    if explain:
        print_result([[*row[:2], as_day(row[2], row[3]), *row[3:]] for row in steps], "")
    if explain and money:
        print()
    if money:
        print_money(money, spec.returns.unit)
    elif not explain:
        unit = spec.returns.unit
        print_result(as_day(result, unit), "" if unit in ("text", "value", "table", "date") else f" {unit}")


def _spec(name: str) -> Any:
    """The spec of a function; only its own module is loaded, the whole catalogue only for an unknown name."""
    if name.lower() in xlcost.HOMES:
        return getattr(xlcost, name.lower()).spec
    from xlcost.catalogue import spec_of

    return spec_of(name)


def _working(spec: Any, ordered: list[Any], by_name: dict[str, Any]) -> list[list[Any]]:
    """The explanation: its headings, then a row a step."""
    from xlcost.catalogue import explain

    rows: list[list[Any]] = explain(spec.name, *ordered, *_by_position(spec, len(ordered), by_name))
    return rows


def _target_currency(spec: Any, currency: str) -> str | None:
    """The code of the currency to convert to; None for US dollars. An error where the function gives no dollars."""
    from xlcost.facts.currency import DOLLAR, in_currency, known_currency

    code = known_currency(currency)
    if not in_currency(spec.returns.unit, code):
        raise BadInput(f"currency: {spec.name} gives {spec.returns.unit}, not dollars; there is nothing to convert")
    return None if code == DOLLAR else code


def _money(usd: Any, code: str, spec: Any, ordered: list[Any], by_name: dict[str, Any]) -> Any:
    from xlcost.facts.currency import exchange

    return exchange(usd, code, _price_day(spec, ordered, by_name))


def _price_day(spec: Any, ordered: list[Any], by_name: dict[str, Any]) -> date:
    """The day of a call's prices: its as_of, or the last day of the data edition that has exchange rates."""
    from xlcost.facts.currency import latest_rate_day
    from xlcost.prices.current import current_market
    from xlcost.quantities import serial_date

    given = dict(zip((p.name for p in spec.parameters), ordered, strict=False)) | by_name
    as_of = next((p.accept(given.get("as_of")) for p in spec.parameters if p.name == "as_of"), None)
    if as_of is not None and not isinstance(as_of, float):
        raise BadInput("currency: as_of holds several days, and dollars are converted at the rate of one")
    return latest_rate_day(current_market().edition_day) if as_of is None else serial_date(as_of)


def _by_position(spec: Any, first: int, by_name: dict[str, Any]) -> list[Any]:
    """Named arguments in the order of the parameters, None between them."""
    for name in by_name:
        if name not in [p.name for p in spec.parameters]:
            raise BadInput(f"{spec.name} has no argument '{name}'{nearest(name, [p.name for p in spec.parameters])}")
    values = [by_name.get(p.name) for p in spec.parameters[first:]]
    while values and values[-1] is None:
        values.pop()
    return values
