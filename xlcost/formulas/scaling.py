"""Compute-optimal training."""

from __future__ import annotations

from typing import Any

from xlcost.function import step
from xlcost.sources import HOFFMANN_2022, Assumed

TOKENS_PER_PARAM = Assumed(20, HOFFMANN_2022, "Chinchilla itself: 1.4T tokens for 70B parameters")


@step("tokens")
def chinchilla_tokens(params: Any) -> Any:
    """Compute-optimal tokens.

    >>> chinchilla_tokens(70e9)
    1400000000000.0
    """
    return params * float(TOKENS_PER_PARAM)
