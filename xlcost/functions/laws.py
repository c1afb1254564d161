"""Chinchilla's law: the loss of a size and a number of tokens, and the best size for a budget."""

from __future__ import annotations

from xlcost.formulas import scaling
from xlcost.function import function
from xlcost.quantities import FlopBudget, Loss, Params, ParamsGiven, Tokens
from xlcost.sources import BESIROGLU_2024


@function(
    "CHINCHILLA_PARAMS",
    category="Scaling",
    source=BESIROGLU_2024,
    example={"flops": 5.76e23, "returns": 72248702500.38242},
)
def chinchilla_params(flops: FlopBudget) -> Params:
    """Parameters with the lowest loss for a training budget, when 6 x parameters x tokens makes up the budget.

    From the law as refitted in 2024: 72 billion at Chinchilla's own 5.76e23 FLOP, with 18 tokens per parameter (the
    rounded constants of 2022 would say 32 billion and 93). Its tokens per parameter rise and fall with the budget
    a little; CHINCHILLA_TOKENS keeps the plain rule of 20.
    """
    return scaling.optimal_params(flops)


@function(
    "CHINCHILLA_LOSS",
    category="Scaling",
    source=BESIROGLU_2024,
    example={"params": 70e9, "tokens": 1.4e12, "returns": 1.9738818631585637},
)
def chinchilla_loss(params: ParamsGiven, tokens: Tokens) -> Loss:
    """Expected loss in nats per token of a model of this size trained once over this many tokens.

    1.8172 + 482.01 / params^0.3478 + 2085.43 / tokens^0.3658: the law of 2022, refitted in 2024. It holds for the
    data, tokenizer and architecture of Chinchilla's runs: compare budgets with it, do not predict your own loss.
    No tokens at all is #NUM!.
    """
    return scaling.loss(params, tokens)
