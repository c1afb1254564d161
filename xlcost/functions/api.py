"""Hosted models: what their makers and hosts charge."""

from __future__ import annotations

from xlcost.formulas import api as formulas
from xlcost.function import Demand, function, otherwise
from xlcost.prices.hosted.api import api_rate, api_rates
from xlcost.prices.periods import EDITION
from xlcost.quantities import (
    AnswerTokens,
    ApiKind,
    ApiModel,
    AsOf,
    CachedTokens,
    Dollars,
    DollarsPerMillion,
    PromptTokens,
    Requests,
    excel_serial,
)
from xlcost.sources import GENAI_PRICES
from xlcost.steps import record_step


def _edition() -> float:
    """The last day that prices of hosted models are known of, as the spreadsheet's number."""
    return excel_serial(EDITION)


@function(
    "API_PRICE",
    category="GPUs and prices",
    source=GENAI_PRICES,
    example={"api_model": "text-davinci-003", "as_of": "2023-04-07", "returns": 20.0},
    native=False,
)
def api_price(api_model: ApiModel, kind: ApiKind = "output", as_of: AsOf = None) -> DollarsPerMillion:
    """US dollars per million tokens that a hosted model charges as of a date.

    `kind` is input, output, cached (input read from the cache), cache_write, batch_input or batch_output; one that
    is not sold for this model is #N/A. The price is that of short prompts, at noon UTC: where a provider charges by
    the hour, that is its standard price. Without a provider's name a model costs what its maker asks; write
    "azure/gpt-4o" or "azure:gpt-4o" for another's price. A date before the first known price is #N/A, never an
    extrapolation; a model is known from the day on which genai-prices first listed it.
    """
    return api_rate(api_model, kind, otherwise(as_of, _edition))


@function(
    "API_COST",
    category="GPUs and prices",
    source=GENAI_PRICES,
    example={
        "api_model": "deepseek-reasoner",
        "input_tokens": 1000,
        "output_tokens": 500,
        "cached_tokens": 600,
        "requests": 1e6,
        "as_of": "2025-02-28",
        "returns": 400 * 0.55 + 600 * 0.14 + 500 * 2.19,
    },
    native=False,
    demands=(
        Demand(
            "cached_tokens: are part of the input tokens and cannot be more than they are",
            lambda cached_tokens, input_tokens: cached_tokens <= input_tokens,
        ),
    ),
)
def api_cost(
    api_model: ApiModel,
    input_tokens: PromptTokens,
    output_tokens: AnswerTokens,
    cached_tokens: CachedTokens = 0,
    requests: Requests = 1,
    as_of: AsOf = None,
) -> Dollars:
    """US dollars of requests to a hosted model: tokens of one request, times its prices, times the requests.

    `cached_tokens` are those of the input tokens that come from the provider's cache; where it has no price of its
    own for them they cost as input. Where a price rises with the size of the prompt, the input tokens of one request
    choose it, for all tokens of the request: give the size of one request and the number of them, not their sum.
    Prices are as for API_PRICE. More cached than input tokens are #VALUE!.
    """
    prices = api_rates(api_model, otherwise(as_of, _edition), input_tokens, output_tokens > 0)
    one = formulas.request_cost(
        input_tokens, cached_tokens, output_tokens, prices.fresh, prices.cached, prices.output, prices.fee
    )
    if isinstance(one, float):
        record_step(
            "input_price", f"input price of {api_model}", prices.fresh, "USD / million tokens", str(GENAI_PRICES)
        )
        record_step("cached_price", f"price of cached input of {api_model}", prices.cached, "USD / million tokens")
        record_step("output_price", f"output price of {api_model}", prices.output, "USD / million tokens")
        record_step("fee", f"price of a request to {api_model}", prices.fee, "USD / request")
        record_step("request_cost", REQUEST, one, "USD / request")
        record_step("cost", "request_cost*requests", one * requests, "USD")
    return one * requests


REQUEST = "((input_tokens-cached_tokens)*input_price+cached_tokens*cached_price+output_tokens*output_price)/1000000+fee"
