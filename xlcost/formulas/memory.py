"""Bytes: weights, KV cache, states and activations of training. GB are 1e9 bytes, GPU memory is in GiB."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.sources import (
    LLAMA3_2024,
    LORA_2021,
    NARAYANAN_2021,
    NEOX_README,
    Assumed,
)
from xlcost.steps import step

GB_PER_GIB = 1.073741824
RUNTIME_GB = Assumed(0.85, NEOX_README, "what the 45 GB on two GPUs hold beyond 41.1 of weights and 2.2 of cache")
ADAM_BYTES = Assumed(18, NARAYANAN_2021, "2 weights + 4 gradients + 12 Adam states and master weights")
LORA_RANK = Assumed(16, LORA_2021, "adapters of rank 16 on every linear layer")
TYPICAL_ASPECT = Assumed(128, LLAMA3_2024, "width over depth of dense transformers; heads of 128")
TYPICAL_KV_HEADS = Assumed(8, LLAMA3_2024, "key-value heads of grouped-query attention")


@step("layers")
def typical_layers(params: Any) -> Any:
    """Depth of a dense transformer of this size: params = 12 layers hidden^2, hidden = 128 layers.

    >>> round(typical_layers(175e9))
    96
    """
    return np.power(params / (12 * TYPICAL_ASPECT**2), 1 / 3)


def dense_params(
    layers: Any, hidden: Any, attention: Any, kv: Any, ffn: Any, vocab: Any, matrices: Any, tied: Any
) -> Any:
    """Parameters of a Llama-type transformer; `attention`, `kv` = heads x head size, `matrices` 3 if gated.

    >>> dense_params(80, 8192, 8192, 1024, 28672, 128256, 3, False)
    70553706496
    """
    layer = 2 * hidden * attention + 2 * hidden * kv + matrices * hidden * ffn + 2 * hidden
    return layers * layer + hidden + (2 - tied) * vocab * hidden


@step("GB")
def weights_gb(params: Any, bits: Any) -> Any:
    """GB of the weights alone.

    >>> weights_gb(175e9, 32)
    700.0
    """
    return params * bits / 8 / 1e9


@step("values / token")
def kv_values(layers: Any, kv_heads: Any, head_dim: Any, kv_rank: Any, rope_dim: Any) -> Any:
    """Cached numbers per token: a key and a value per layer and KV head, or one latent vector per layer (MLA).

    >>> float(kv_values(61, 128, 0, 512, 64))
    35136.0
    """
    return np.where(kv_rank > 0, layers * (kv_rank + rope_dim), 2 * layers * kv_heads * head_dim)


@step("GB")
def kv_cache_gb(values: Any, window_values: Any, window: Any, context: Any, batch: Any, bits: Any) -> Any:
    """Cache of a batch: full-length layers hold the context, windowed layers at most their window."""
    tokens = values * context + window_values * np.minimum(context, window)
    return tokens * batch * bits / 8 / 1e9


@step("GB")
def inference_gb(weights: Any, cache: Any) -> Any:
    """GB that one GPU needs in all: weights, cache, and the runtime's own."""
    return weights + cache + float(RUNTIME_GB)


@step("GB")
def usable_gb(memory_gib: Any) -> Any:
    """GB of a GPU for weights and cache: its memory (GiB, as marketed) less the runtime's own."""
    return memory_gib * GB_PER_GIB - float(RUNTIME_GB)


@step("GPUs")
def gpus_to_hold(job_gb: Any, gpu_gb: Any) -> Any:
    """Whole GPUs that hold a job together; NaN where a GPU has no memory to spare.

    >>> float(gpus_to_hold(141.0, 79.15))
    2.0
    """
    return np.where(gpu_gb > 0, np.maximum(np.ceil(job_gb / gpu_gb - 1e-9), 1), np.nan)


@step("bytes / parameter")
def state_bytes(zero: Any, data_parallel: Any, gradient_bytes: Any = 4) -> Any:
    """Bytes per parameter of 16-bit weights, gradients and Adam states under ZeRO stage 0 to 3.

    Gradients take 4 bytes where they are summed in FP32, 2 in the ZeRO paper.

    >>> float(state_bytes(1.0, 4.0))
    9.0
    """
    optimizer = np.where(zero >= 1, 12 / data_parallel, 12)
    gradients = np.where(zero >= 2, gradient_bytes / data_parallel, gradient_bytes)
    weights = np.where(zero >= 3, 2 / data_parallel, 2)
    return weights + gradients + optimizer


@step("bytes")
def activation_bytes(
    selective: Any,
    full: Any,
    tokens: Any,
    hidden: Any,
    heads: Any,
    context: Any,
    layers: Any,
    tensor_parallel: Any,
    sequence_parallel: bool = True,
) -> Any:
    """Activations of one micro-batch in 16 bit (Korthikanti et al. 2022, Table 2).

    `selective` and `full` say what is recomputed; `tokens` = micro-batch x context. Without sequence parallelism
    10 of the 34 bytes per token and hidden unit stand on every GPU.
    """
    whole, shared = (0, 34) if sequence_parallel else (10, 24)
    attention = np.where(selective, 0, 5 * heads * context / hidden)
    kept = tokens * hidden * (whole + (shared + attention) / tensor_parallel)
    return layers * np.where(full, 2 * tokens * hidden, kept)


@step("parameters")
def lora_params(layers: Any, hidden: Any, rank: Any = LORA_RANK, widths: Any = 18) -> Any:
    """Trainable parameters of adapters; `widths` = sum of (in + out) over the adapted matrices, in hidden sizes.

    18 = four attention and two feed-forward matrices; 4 = queries and values only.

    >>> lora_params(96, 12288, rank=4, widths=4) * 2 / 1e6
    37.748736
    """
    return rank * widths * layers * hidden
