"""Compute-optimal training."""

from __future__ import annotations

from typing import Any

from xlcost.sources import HOFFMANN_2022, Assumed

TOKENS_PER_PARAM = Assumed(20, HOFFMANN_2022, "Chinchilla itself: 1.4T tokens for 70B parameters")


def chinchilla_tokens(params: Any) -> Any:
    """Compute-optimal tokens.

    >>> chinchilla_tokens(70e9)
    1400000000000.0
    """
    return params * float(TOKENS_PER_PARAM)
