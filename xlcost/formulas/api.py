"""Tokens of a hosted model into dollars."""

from __future__ import annotations

from typing import Any

from xlcost.steps import step


@step("USD")
def request_cost(
    input_tokens: Any,
    cached_tokens: Any,
    output_tokens: Any,
    input_price: Any,
    cached_price: Any,
    output_price: Any,
    fee: Any = 0.0,
) -> Any:
    """Dollars of one request: fresh input, cached input and output at their prices per million, and a fee.

    DeepSeek's day of 27 February 2025: 608e9 tokens in, 342e9 of them cached, 168e9 out.

    >>> round(request_cost(608e9, 342e9, 168e9, 0.55, 0.14, 2.19))
    562100
    """
    tokens = (input_tokens - cached_tokens) * input_price + cached_tokens * cached_price + output_tokens * output_price
    return tokens / 1e6 + fee
