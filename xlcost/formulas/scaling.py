"""Compute-optimal training."""

from __future__ import annotations

from typing import Any

from xlcost.sources import BESIROGLU_2024, HOFFMANN_2022, Assumed
from xlcost.steps import step

TOKENS_PER_PARAM = Assumed(20, HOFFMANN_2022, "Chinchilla itself: 1.4T tokens for 70B parameters")
REFIT = "refit of Chinchilla's runs; Hoffmann's printed constants, rounded, put the optimum at 93 tokens per parameter"
LOSS_FLOOR = Assumed(1.8172, BESIROGLU_2024, REFIT)
PARAM_FACTOR = Assumed(482.01, BESIROGLU_2024, REFIT)
TOKEN_FACTOR = Assumed(2085.43, BESIROGLU_2024, REFIT)
PARAM_POWER = Assumed(0.3478, BESIROGLU_2024, REFIT)
TOKEN_POWER = Assumed(0.3658, BESIROGLU_2024, REFIT)


@step("tokens")
def chinchilla_tokens(params: Any) -> Any:
    """Compute-optimal tokens.

    >>> chinchilla_tokens(70e9)
    1400000000000.0
    """
    return params * float(TOKENS_PER_PARAM)


@step("nats / token")
def loss(params: Any, tokens: Any) -> Any:
    """Loss of a model: E + A / params^alpha + B / tokens^beta.

    >>> round(loss(70e9, 1.4e12), 3)
    1.974
    """
    by_size = float(PARAM_FACTOR) / params ** float(PARAM_POWER)
    by_data = float(TOKEN_FACTOR) / tokens ** float(TOKEN_POWER)
    return float(LOSS_FLOOR) + by_size + by_data


@step("parameters")
def optimal_params(flops: Any) -> Any:
    """The size with the lowest loss when 6 x params x tokens = flops.

    >>> round(optimal_params(5.76e23) / 1e9, 1)
    72.2
    """
    a, b = float(PARAM_POWER), float(TOKEN_POWER)
    balance = (a * float(PARAM_FACTOR) / (b * float(TOKEN_FACTOR))) ** (1 / (a + b))
    return balance * (flops / 6) ** (b / (a + b))
