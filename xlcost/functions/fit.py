"""Whether a served model fits: its weights and cache, a GPU's memory for them, and how many GPUs hold both."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.errors import NoResult
from xlcost.facts.store import GPUS, PRECISIONS, look_up
from xlcost.formulas import memory, serving
from xlcost.functions import models

CACHE = "bf16"  # the cache stays 16 bit, however small the weights are


def bits(precision: Any) -> Any:
    """Bits per stored number, as measured for the mixed formats."""
    return look_up(PRECISIONS, precision, "bits")


def weights_gb(model: Any, precision: Any) -> Any:
    """GB of the weights, all experts included."""
    return memory.weights_gb(models.total(model), bits(precision))


def cache_gb(model: Any, context: Any, batch: Any, precision: Any) -> Any:
    """GB of keys and values of a batch of sequences."""
    return memory.kv_cache_gb(
        models.cache_values(model),
        models.window_values(model),
        models.window(model),
        context,
        batch,
        bits(precision),
    )


def served_gb(model: Any, context: Any, batch: Any, precision: Any, cache: str = CACHE) -> Any:
    """GB of weights and cache, which the GPUs hold together."""
    return weights_gb(model, precision) + cache_gb(model, context, batch, cache)


def room_gb(gpu: Any) -> Any:
    """GB that a GPU has for weights and cache; negative where the runtime takes more than its memory."""
    return memory.usable_gb(look_up(GPUS, gpu, "memory_gb"))


def needed_gpus(model: Any, gpu: Any, context: Any, batch: Any, precision: Any, cache: str = CACHE) -> Any:
    """How many GPUs hold the model, as GPU_FIT counts them; NaN where one has no memory to spare."""
    return memory.gpus_to_hold(served_gb(model, context, batch, precision, cache), room_gb(gpu))


def if_held(gpus: Any, needed: Any, value: Any) -> Any:
    """The value if the GPUs hold the job, else an error that says how many would."""
    held = gpus >= needed
    if not hasattr(held, "text") and not np.all(held):
        short = ~np.asarray(held)
        pairs = zip(*(np.broadcast_to(v, short.shape)[short].tolist() for v in (gpus, needed)), strict=True)
        sentences = [_too_few(have, want) for have, want in pairs]
        raise NoResult(sentences[0], short if short.ndim else None, sentences)
    return np.where(held, value, np.nan)


NO_ROOM = f"gpu: one holds less than the {float(memory.RUNTIME_GB)} GB that the runtime takes"


def _too_few(have: float, want: float) -> str:
    if want != want:
        return NO_ROOM
    return f"gpus: {have:.0f} hold less than the weights and the cache; this takes {want:.0f} (see GPU_FIT)"


def fitting_batch(model: Any, gpu: Any, context: Any, gpus: Any, precision: Any, cache: str = CACHE) -> Any:
    """The largest batch that fits, or 1 where not even one sequence does."""
    room = gpus * room_gb(gpu) - weights_gb(model, precision)
    return np.maximum(serving.largest_batch(room, cache_gb(model, context, 1, cache)), 1)
