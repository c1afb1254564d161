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


@step("token pairs")
def attended(tokens: Any, window: Any) -> Any:
    """Pairs of tokens of one sequence in causal attention within a window: sum of min(i, window) up to the last token.

    >>> float(attended(1000, 1e9)), float(attended(1000, 100))
    (500000.0, 95000.0)
    """
    beyond = np.maximum(tokens - window, 0)
    return (np.square(tokens) - np.square(beyond)) / 2


@step("FLOP")
def inference_exact(
    body: Any, head: Any, layers: Any, width: Any, prompt: Any, answer: Any, windowed: Any = 0, window: Any = 0
) -> Any:
    """Matrix work of every token, logits of the last prompt token and each answer token, causal attention.

    `body` parameters leave out both embeddings, `head` is vocabulary x hidden, `width` the attention width, `layers`
    attend to all tokens before, `windowed` to a window of them; linear layers are not counted. A pair of tokens takes
    4 operations per layer and width.
    """
    tokens = prompt + answer
    pairs = layers * (np.square(tokens) / 2) + windowed * attended(tokens, window)
    return 2 * body * tokens + 2 * head * (1 + answer) + 4 * width * pairs


@step("FLOP")
def training_rule(params: Any, tokens: Any) -> Any:
    """Six operations per parameter and token: two forward, four backward (Kaplan et al. 2020).

    >>> training_rule(174.6e9, 300e9)
    3.1428e+23
    """
    return 6 * params * tokens


@step("FLOP")
def training_attention(layers: Any, width: Any, context: Any, tokens: Any, windowed: Any = 0, window: Any = 0) -> Any:
    """Operations of full attention, forward and backward: 12 per layer, width and token attended to."""
    return 12 * width * tokens * (layers * context + windowed * np.minimum(context, window))


@step("FLOP")
def training_causal(layers: Any, width: Any, context: Any, tokens: Any, windowed: Any = 0, window: Any = 0) -> Any:
    """Operations of causal attention: each token attends to those before it, half of them on average."""
    pairs = layers * (np.square(context) / 2) + windowed * attended(context, window)
    return 12 * width * tokens * (pairs / context)
