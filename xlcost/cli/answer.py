"""The output of xlcost calc: one value, a row of values or a table; for people, or as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlcost.facts.currency import Money


def answer_fields(
    spec: Any, ordered: list[Any], by_name: dict[str, Any], result: Any, money: Money | None
) -> dict[str, Any]:
    """The call and its result as JSON fields."""
    given = dict(zip((p.name for p in spec.parameters), ordered, strict=False)) | by_name
    if spec.variadic:
        given[spec.parameters[-1].name] = ordered[len(spec.parameters) - 1 :]
    left_out = {p.name: p.default for p in spec.parameters if p.name not in given and p.default is not None}
    answer = {"function": spec.name, "arguments": given, "defaults": left_out, "result": result}
    answer |= {"unit": spec.returns.unit}
    if spec.returns.unit == "date":
        answer |= {"date": as_day(result, "date")}
    if money:
        from xlcost.facts.currency import in_currency

        answer |= {"result": money.amount, "unit": in_currency(spec.returns.unit, money.rate.currency)}
        answer |= money.fields()
    return answer


def as_day(value: Any, unit: str) -> Any:
    """The spreadsheet's number of a date as 2026-10-31; any other value as it is."""
    if unit != "date" or not isinstance(value, float):
        return value
    from xlcost.quantities import serial_date

    return serial_date(value).isoformat()


def print_money(money: Money, unit: str) -> None:
    """Print the amount, and under it the dollars with the rate."""
    from xlcost.facts.currency import in_currency

    for amount, shown_unit in (
        (money.amount, in_currency(unit, money.rate.currency)),
        (money.usd, f"{unit} at {money.rate}"),
    ):
        if isinstance(amount, list):
            print(shown_unit)
        print_result(amount, f" {shown_unit}")


WIDEST = 36  # characters of a column; a longer cell sticks out


def print_result(result: Any, unit: str) -> None:
    """Print one value, a row of values, or a table with aligned columns."""
    if isinstance(result, list):
        rows = [[number_text(cell) if cell is not None else "" for cell in row] for row in result]
        widths = [min(max(map(len, column)), WIDEST) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    elif hasattr(result, "tolist"):
        print(", ".join(number_text(value) for value in result.tolist()) + unit)
    else:
        print(f"{number_text(result)}{unit}")


def number_text(result: Any) -> str:
    """A number as text: thousands grouped, from 1e12 on with an exponent; any other value as it prints."""
    if not isinstance(result, float):
        return str(result)
    if result.is_integer() and abs(result) < 1e12:
        return f"{result:,.0f}"
    return f"{result:,.6g}" if abs(result) < 1e3 or abs(result) >= 1e12 else f"{result:,.2f}"
