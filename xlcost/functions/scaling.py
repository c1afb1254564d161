"""Scaling laws."""

from __future__ import annotations

from xlcost.formulas import scaling
from xlcost.function import function
from xlcost.functions import models
from xlcost.quantities import Model, TokensOut
from xlcost.sources import HOFFMANN_2022


@function(
    "CHINCHILLA_TOKENS",
    category="Scaling",
    source=HOFFMANN_2022,
    example={"model": "chinchilla-70b", "returns": 1.4e12},
)
def chinchilla_tokens(model: Model) -> TokensOut:
    """Training tokens at which a model of this size is compute-optimal: 20 per parameter.

    Cheapest to train for its quality, not to serve: models that many people use are trained on far more.
    """
    return scaling.chinchilla_tokens(models.active(model))
