"""Compute: floating-point operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlcost.formulas import flops
from xlcost.function import choose, function, needing
from xlcost.functions import models
from xlcost.quantities import AnswerTokens, Context, Flop, FlopsMethod, Model, PromptTokens, Tokens, TrainFlopsMethod
from xlcost.sources import KAPLAN_2020


@function(
    "INFER_FLOPS",
    category="Compute",
    source=KAPLAN_2020,
    example={"model": 175e9, "input_tokens": 1024, "returns": 3.584e14},
)
def infer_flops(
    model: Model, input_tokens: PromptTokens, output_tokens: AnswerTokens = 0, method: FlopsMethod = "rule"
) -> Flop:
    """Floating-point operations to read a prompt and write an answer.

    "rule" is two per active parameter and token, input and output alike. "exact" leaves the input embedding out,
    counts the logits once for the prompt and once per answer token, and adds causal attention over the growing
    context. A model that is only a size is taken with a typical shape and no embeddings.
    """
    return choose(
        method,
        rule=lambda: flops.inference_rule(models.active(model), input_tokens + output_tokens),
        exact=lambda: flops.inference_exact(
            models.body_params(model),
            models.embeddings(model),
            models.attending_layers(model),
            models.attention_width(model),
            input_tokens,
            output_tokens,
            models.windowed_layers(model),
            models.window(model),
        ),
    )


@function(
    "TRAIN_FLOPS",
    category="Compute",
    source=KAPLAN_2020,
    example={"model": "175B", "tokens": "300B", "returns": 3.15e23},
)
def train_flops(model: Model, tokens: Tokens, method: TrainFlopsMethod = "rule", context: Context = None) -> Flop:
    """Floating-point operations of training on every token once.

    "rule" is six per active parameter and token: two forward, four backward. "full" adds 12 x layers x attention
    width x context per token, "causal" half of that; both need `context`, the length of a training sequence.
    Windowed layers attend to their window, linear ones to nothing.
    """
    return training_flops(model, tokens, method, context)


def training_flops(model: Any, tokens: Any, method: Any, context: Any) -> Any:
    """Operations of a training run, as TRAIN_FLOPS counts them."""
    rule = flops.training_rule(models.active(model), tokens)
    return choose(
        method,
        rule=lambda: rule,
        causal=lambda: rule + _attention(flops.training_causal, model, tokens, context),
        full=lambda: rule + _attention(flops.training_attention, model, tokens, context),
    )


def _attention(formula: Callable[..., Any], model: Any, tokens: Any, context: Any) -> Any:
    def work(given: Any) -> Any:
        layers, width = models.attending_layers(model), models.attention_width(model)
        return formula(layers, width, given, tokens, models.windowed_layers(model), models.window(model))

    return needing(context, "context", "when method is causal or full", work)
