"""Parameters counted from the dimensions of a model."""

from __future__ import annotations

import numpy as np

from xlcost.formulas import memory
from xlcost.function import Demand, function
from xlcost.quantities import Ffn, Gated, Heads, Hidden, KvHeads, Layers, Params, Tied, Vocab
from xlcost.sources import LLAMA3_2024


@function(
    "PARAM_COUNT",
    category="Models",
    source=LLAMA3_2024,
    example={
        "layers": 80,
        "hidden": 8192,
        "heads": 64,
        "kv_heads": 8,
        "ffn": 28672,
        "vocab": 128256,
        "returns": 70553706496.0,
    },
    demands=(
        Demand("hidden: must be a multiple of heads", lambda hidden, heads: hidden % heads == 0),
        Demand("kv_heads: must not be more than heads", lambda kv_heads, heads: kv_heads <= heads),
    ),
)
def param_count(
    layers: Layers,
    hidden: Hidden,
    heads: Heads,
    kv_heads: KvHeads,
    ffn: Ffn,
    vocab: Vocab,
    gated: Gated = True,
    tied: Tied = False,
) -> Params:
    """Exact parameters of a dense transformer of the Llama type, from its dimensions.

    Four attention matrices (keys and values kv_heads / heads as wide), three feed-forward matrices when gated, else
    two, two RMSNorms per layer and one at the end, one embedding when tied, else two. No biases, no position
    embeddings, no experts. `hidden` that is no multiple of `heads`, or more KV heads than heads, is #VALUE!.
    """
    kv = hidden / heads * kv_heads
    return memory.dense_params(layers, hidden, hidden, kv, ffn, vocab, np.where(gated, 3, 2), tied)
