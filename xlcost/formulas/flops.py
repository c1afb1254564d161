"""Floating-point operations of inference and training. Parameters are the active ones throughout."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.steps import step


@step("FLOP")
def inference_rule(params: Any, tokens: Any) -> Any:
    """Two operations per parameter and token: one multiplication, one addition.

    >>> inference_rule(175e9, 1024)
    358400000000000.0
    """
    return 2 * params * tokens


@step("FLOP")
def inference_exact(body: Any, head: Any, layers: Any, width: Any, prompt: Any, answer: Any) -> Any:
    """Matrix work of every token, logits of the last prompt token and each answer token, causal attention.

    `body` parameters leave out both embeddings, `head` is vocabulary x hidden, `width` the attention width.
    A token at position i attends to i tokens: 4 x layers x width x i, which sums to 2 x layers x width x n^2.
    """
    tokens = prompt + answer
    return 2 * body * tokens + 2 * head * (1 + answer) + 2 * layers * width * np.square(tokens)


@step("FLOP")
def training_rule(params: Any, tokens: Any) -> Any:
    """Six operations per parameter and token: two forward, four backward (Kaplan et al. 2020).

    >>> training_rule(174.6e9, 300e9)
    3.1428e+23
    """
    return 6 * params * tokens


@step("FLOP")
def training_attention(layers: Any, width: Any, context: Any, tokens: Any) -> Any:
    """Full attention, forward and backward: 12 per layer, width and context token. Causal is half of it."""
    return 12 * layers * width * context * tokens
