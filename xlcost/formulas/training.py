"""Training in parallel: operations of a step, utilisation, seconds of a step.

The shapes are those of GPT: feed-forward layers of four times the width, learned positions, tied embeddings.
Sizes are per step unless they say otherwise; peaks are dense TFLOP/s, rates GB/s.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.formulas import memory
from xlcost.sources import KORTHIKANTI_TIMES, Assumed
from xlcost.steps import step

MATMUL_SHARE = Assumed(
    0.71, KORTHIKANTI_TIMES, "share of the dense peak in matrix products; fitted on its four selective rows"
)
LINK_SHARE = Assumed(0.48, KORTHIKANTI_TIMES, "share of the bandwidth between GPUs; fitted together with it")
GRADIENT_BYTES = 4  # gradients are summed over data-parallel GPUs in FP32
ADAM_TRAFFIC = 30  # bytes an Adam step moves per parameter: reads 4 x 4, writes 3 x 4 and the 16-bit weight


def gpt_params(layers: Any, hidden: Any, vocab: Any, context: Any) -> Any:
    """Parameters of a GPT with learned positions (Narayanan et al. 2021, equation 2).

    >>> round(gpt_params(96, 12288, 51200, 2048) / 1e9, 1)
    174.6
    """
    return 12 * layers * hidden**2 * (1 + 13 / (12 * hidden) + (vocab + context) / (12 * layers * hidden))


def forward_flops(sequences: Any, context: Any, layers: Any, hidden: Any) -> Any:
    """Operations of the layers' forward pass, without logits: 24 x hidden^2 per layer and token, and full attention."""
    return 24 * sequences * context * layers * hidden**2 * (1 + context / (6 * hidden))


@step("FLOP")
def model_flops(sequences: Any, context: Any, layers: Any, hidden: Any, vocab: Any) -> Any:
    """Operations of forward and backward pass with logits, without recomputation (Korthikanti et al. 2022, equation 7).

    >>> round(model_flops(1, 2048, 96, 12288, 51200) / 2048 / 1e12, 4)
    1.0764
    """
    logits = 6 * sequences * context * hidden * vocab
    return 3 * forward_flops(sequences, context, layers, hidden) + logits


@step("FLOP")
def hardware_flops(
    sequences: Any, context: Any, layers: Any, hidden: Any, vocab: Any, selective: Any, full: Any
) -> Any:
    """Operations that the hardware does, recomputation included: they give HFU as model_flops give MFU.

    `full` adds a forward pass of the layers (Narayanan et al. 2021, equation 3), `selective` 12 per layer, width and
    squared context (Korthikanti et al. 2022, equation 8, which counts attention three times as large as one forward
    pass of it is).
    """
    attention = 12 * sequences * context**2 * layers * hidden
    again = np.where(full, forward_flops(sequences, context, layers, hidden), np.where(selective, attention, 0))
    return model_flops(sequences, context, layers, hidden, vocab) + again


@step("share")
def utilisation(flops: Any, seconds: Any, gpus: Any, peak_tflops: Any) -> Any:
    """Share of the dense peak: MFU for model operations, HFU for hardware operations.

    >>> round(utilisation(model_flops(64, 2048, 96, 12288, 51200), 13.75, 64, 312), 3)
    0.514
    """
    return flops / (peak_tflops * 1e12 * gpus * seconds)


def training_seconds(params: Any, tokens: Any, gpus: Any, tflops: Any) -> Any:
    """Seconds of a run with full recomputation at `tflops` hardware TFLOP/s per GPU: 8TP/nX.

    Narayanan et al. 2021, equation 4. It leaves attention and logits out, which makes it some 2 % short.

    >>> round(training_seconds(175e9, 300e9, 1024, 140) / 86400)
    34
    """
    return 8 * tokens * params / (gpus * tflops * 1e12)


def pipeline_bubble(stages: Any, interleave: Any, micro_batches: Any) -> Any:
    """Idle over busy time of a pipeline: (p - 1) / (m x micro-batches of a replica).

    >>> pipeline_bubble(8, 1, 64)
    0.109375
    """
    return (stages - 1) / (interleave * micro_batches)


def layers_held(layers: Any, stages: Any, interleave: Any) -> Any:
    """Layers whose activations the first stage holds: all, and some more where stages interleave.

    >>> float(layers_held(96, 8, 3)), float(layers_held(128, 64, 1))
    (124.0, 128.0)
    """
    return layers * np.where(interleave > 1, 1 + (stages - 1) / (stages * interleave), 1)


def adam_bytes(weight_bytes: Any, gradient_bytes: Any, data_parallel: Any = 1) -> Any:
    """Bytes per parameter of weights, gradients and Adam; `data_parallel` > 1 is the distributed optimiser.

    The optimiser keeps two FP32 moments, and FP32 copies of weights and gradients where those are 16 bit. Plain
    FP32 Adam is 4 + 4 + 8; the distributed optimiser spreads the optimiser's own part only.

    >>> float(adam_bytes(4, 4)), float(adam_bytes(2, 4)), float(adam_bytes(2, 4, 4))
    (16.0, 18.0, 9.0)
    """
    own = 8 + np.where(weight_bytes < 4, 4, 0) + np.where(gradient_bytes < 4, 4, 0)
    return weight_bytes + gradient_bytes + own / data_parallel


@step("FLOP")
def adapter_rule(params: Any, tokens: Any) -> Any:
    """Four operations per frozen parameter and token: forward, and backward to the inputs; no weight gradients.

    >>> adapter_rule(7e9, 1e9)
    2.8e+19
    """
    return 4 * params * tokens


def all_reduce_seconds(size: Any, gpus: Any, rate: Any) -> Any:
    """Seconds to sum `size` bytes over GPUs in a ring, at `rate` GB/s out of each GPU.

    >>> all_reduce_seconds(1e9, 1, 300)
    0.0
    """
    return 2 * size * (gpus - 1) / gpus / (rate * 1e9 * float(LINK_SHARE))


def layer_seconds(
    tokens: Any,
    context: Any,
    hidden: Any,
    heads: Any,
    tensor_parallel: Any,
    sequence_parallel: Any,
    selective: Any,
    full: Any,
    peak_tflops: Any,
    bandwidth_gb_s: Any,
    link_gb_s: Any,
) -> Any:
    """Seconds of one layer, forward and backward, on a micro-batch of `tokens`: three terms that do not overlap.

    Matrix products at MATMUL_SHARE of the peak. Stored activations go through memory twice per pass. Tensor
    parallelism sums the layer's output over `link_gb_s` (both directions) four times, six with full recomputation;
    sequence parallelism gathers inputs again, which is a fifth.
    """
    shape = (tokens, hidden, heads, context, 1, tensor_parallel, sequence_parallel)
    kept = memory.activation_bytes(False, False, *shape)
    attention_bytes = kept - memory.activation_bytes(True, False, *shape)
    attention = 4 * tokens * context * hidden
    forward = 24 * tokens * hidden**2 + attention
    again = np.where(full, forward, np.where(selective, attention, 0))
    moved = 2 * (2 * kept + np.where(full, kept, np.where(selective, attention_bytes, 0)))
    sums = 4 + np.where(full, 2, np.where(sequence_parallel, 1, 0))
    products = (3 * forward + again) / tensor_parallel / (peak_tflops * 1e12 * float(MATMUL_SHARE))
    exchange = sums * all_reduce_seconds(2 * tokens * hidden, tensor_parallel, link_gb_s / 2)
    return products + moved / (bandwidth_gb_s * 1e9) + exchange


def logits_seconds(tokens: Any, hidden: Any, vocab: Any, tensor_parallel: Any, peak_tflops: Any) -> Any:
    """Seconds of a micro-batch's logits, forward and backward."""
    return 6 * tokens * hidden * vocab / tensor_parallel / (peak_tflops * 1e12 * float(MATMUL_SHARE))


def gradient_seconds(params: Any, data_parallel: Any, network_gb_s: Any) -> Any:
    """Seconds to sum the gradients of the `params` of one GPU, at `network_gb_s` out of each GPU, not overlapped."""
    return all_reduce_seconds(GRADIENT_BYTES * params, data_parallel, network_gb_s)


def optimizer_seconds(params: Any, bandwidth_gb_s: Any) -> Any:
    """Seconds of Adam over the `params` that one GPU holds, bound by memory traffic.

    >>> round(optimizer_seconds(2.7e9, 2039), 2)
    0.04
    """
    return ADAM_TRAFFIC * params / (bandwidth_gb_s * 1e9)


def step_seconds(
    layer: Any, logits: Any, update: Any, layers: Any, stages: Any, interleave: Any, micro_batches: Any
) -> Any:
    """Seconds of a whole step: the micro-batches of one replica through a pipeline, its bubble, and the update.

    `layer` and `logits` are seconds of a micro-batch, `update` those of gradients and optimiser. Fitted on four of
    the eight step times of Korthikanti et al. 2022, Table 5 (A100 with NVLink), it gives all eight within 1.4 % on
    average and 3.1 % at most, the other four within 1.2 %; layers by themselves come out 4 to 11 % too long.
    """
    busy = (layers * layer + logits) / stages * micro_batches
    return busy * (1 + pipeline_bubble(stages, interleave, micro_batches)) + update
