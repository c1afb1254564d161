"""The checks of the compute plan: whether it adds up, and whether its inputs can be true."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.blueprints.compute_plan.inputs import INPUTS, MONTHS
from xlcost.blueprints.compute_plan.lines import ADDS_UP, SERVE, SIDES, TRAIN
from xlcost.kit import checks
from xlcost.kit.cells import Cells, count_true
from xlcost.kit.checks import Check
from xlcost.native import where

TOLERANCE = 1.000001  # factor by which demand may exceed a capacity that just suffices


def _months_below_demand(x: Cells) -> Any:
    """The number of months whose peak is above what the replicas serve."""
    return count_true(x.over("peak") > x.over("replicas") * x["rate"] * TOLERANCE)


def _overlap_months(x: Cells) -> Any:
    """Months between the start of serving and the end of training."""
    months: Any = np.maximum(x["Train_Start"] + x["train_months"] - x["Serve_Start"], 0)
    return TRAIN.when_used(x, SERVE.when_used(x, months))


def _tokens_beyond_context(x: Cells) -> Any:
    tokens: Any = np.maximum(x["Input_Tokens"] + x["Output_Tokens"] - x["window"], 0)
    return SERVE.when_used(x, where(x["window"] > 0, tokens, 0))


CHECKS = (
    *checks.sums(ADDS_UP),
    Check("Replicas cover the peak in every month", _months_below_demand, 0, "Capacity is below demand"),
    checks.timeline_is_whole(MONTHS),
    checks.inputs_in_bounds(INPUTS),
    checks.ids_in_tables("Model, GPUs and precision stand in their tables", INPUTS),
    checks.prices_in_force(SIDES),
    checks.rates_of_the_day(),
    checks.quotes_complete(),
    checks.no_errors(ADDS_UP.whole),
    checks.sellers_enough(SIDES),
    Check(
        f"The whole training falls into the {MONTHS} months",
        lambda x: TRAIN.when_used(x, 1 - x.total("train_share")),
        1e-6,
        "More GPUs, earlier",
    ),
    Check(
        "The training GPUs hold the model",
        lambda x: TRAIN.when_used(x, np.maximum(x["train_fit"] - x["Train_Gpus"], 0)),
        0,
        "Fewer GPUs than training needs",
    ),
    Check(
        "A replica holds the model and its batch",
        lambda x: SERVE.when_used(x, np.maximum(x["serve_fit"] - x["replica"], 0)),
        0,
        "More GPUs a replica",
    ),
    Check(
        "Serving begins after the training ends",
        _overlap_months,
        1e-6,
        "Months of overlap: serve later, or train on more GPUs",
    ),
    Check(
        "Prompt and answer fit the model's context",
        _tokens_beyond_context,
        0,
        "Tokens beyond the longest context of the model",
    ),
    Check(
        "The model writes text token by token",
        lambda x: SERVE.when_used(x, where(x["cache"] > 0, 0, 1)),
        0,
        "This model keeps no cache: an encoder or an image model; serving is not modelled",
    ),
)
