"""The roofline of a deployment: names become numbers, then the formulas of serving compute."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.errors import NoResult
from xlcost.facts.store import GPUS, PRECISIONS, look_up
from xlcost.formulas import flops, memory, serving
from xlcost.functions import models
from xlcost.functions.memory import bits

CACHE = "bf16"  # the cache stays 16 bit, however small the weights are


def held_cache_gb(model: Any, context: Any, batch: Any, cache: str) -> Any:
    return memory.kv_cache_gb(
        models.cache_values(model), models.window_values(model), models.window(model), context, batch, bits(cache)
    )


def held_weights_gb(model: Any, precision: Any) -> Any:
    return memory.weights_gb(models.total(model), bits(precision))


def room_gb(gpu: Any) -> Any:
    return memory.usable_gb(look_up(GPUS, gpu, "memory_gb"))


@models.once_an_id
def _input_embedding(model: Any) -> Any:
    """Looked up row by row, never read as a whole; a tied one is read as the output embedding."""
    return (1 - models.known(model, "tied", lambda size: 0 * size)) * models.embeddings(model)


def _reading_seconds(model: Any, gpu: Any, tokens: Any, gpus: Any, precision: Any) -> Any:
    """To read the weights that a step on so many tokens needs."""
    touched = serving.touched_params(models.total(model), models.active(model), models.expert_share(model), tokens)
    mbu = serving.weights_mbu(look_up(GPUS, gpu, "memory_class"))
    return serving.decode_seconds(
        memory.weights_gb(touched - _input_embedding(model), bits(precision)),
        0,
        look_up(GPUS, gpu, "bandwidth_gb_s"),
        mbu,
        gpus,
    )


def _matmul_seconds(work: Any, gpu: Any, gpus: Any, precision: Any) -> Any:
    """Arithmetic at the share of the precision's peak that the chip reaches."""
    peak = look_up(PRECISIONS, precision, "peak")
    mfu = serving.matmul_mfu(look_up(GPUS, gpu, "memory_class"), look_up(GPUS, gpu, "vendor"), peak)
    return serving.prefill_seconds(work, look_up(GPUS, gpu, peak), mfu, gpus)


def _exchange_seconds(model: Any, gpu: Any, tokens: Any, gpus: Any) -> Any:
    return serving.exchange_seconds(
        tokens, models.layers(model), models.hidden(model), look_up(GPUS, gpu, "link_gb_s"), gpus
    )


def ttft(model: Any, gpu: Any, prompt: Any, gpus: Any, batch: Any, precision: Any) -> Any:
    """Prefill of a batch of prompts, without asking whether they fit."""
    work = flops.inference_exact(
        models.body_params(model),
        models.embeddings(model),
        models.attending_layers(model),
        models.attention_width(model),
        prompt,
        0,
        models.windowed_layers(model),
        models.window(model),
    )
    return serving.first_token_seconds(
        _reading_seconds(model, gpu, prompt * batch, gpus, precision),
        _matmul_seconds(work * batch, gpu, gpus, precision),
        _exchange_seconds(model, gpu, prompt * batch, gpus),
        models.layers(model),
    )


def tpot(model: Any, gpu: Any, context: Any, gpus: Any, batch: Any, precision: Any, cache: str = CACHE) -> Any:
    """A decoding step of a batch, without asking whether it fits."""
    work = flops.inference_rule(models.active(model) - _input_embedding(model), batch)
    return serving.token_seconds(
        _reading_seconds(model, gpu, batch, gpus, precision),
        _matmul_seconds(work, gpu, gpus, precision),
        serving.decode_seconds(
            0,
            held_cache_gb(model, context, batch, cache),
            look_up(GPUS, gpu, "bandwidth_gb_s"),
            float(serving.CACHE),
            gpus,
        ),
        _exchange_seconds(model, gpu, batch, gpus),
        models.layers(model),
        batch,
        look_up(PRECISIONS, precision, "runtime") == "llama.cpp",
    )


def request_seconds(
    model: Any, gpu: Any, prompt: Any, answer: Any, gpus: Any, batch: Any, precision: Any, cache: str = CACHE
) -> Any:
    """Prefill, then steps at the context in the middle of the answer."""
    middle = prompt + answer / 2
    return serving.latency_seconds(
        ttft(model, gpu, prompt, gpus, batch, precision),
        tpot(model, gpu, middle, gpus, batch, precision, cache),
        answer,
    )


def needed_gpus(model: Any, gpu: Any, context: Any, batch: Any, precision: Any, cache: str = CACHE) -> Any:
    """As GPU_FIT counts them."""
    job = held_weights_gb(model, precision) + held_cache_gb(model, context, batch, cache)
    return memory.gpus_to_hold(job, room_gb(gpu))


def where_held(gpus: Any, needed: Any, value: Any) -> Any:
    """The value; where the GPUs do not hold the job there is none, and a sentence says how many do."""
    held = gpus >= needed
    if not hasattr(held, "text") and not np.all(held):
        short = ~np.asarray(held)
        pairs = zip(*(np.broadcast_to(v, short.shape)[short].tolist() for v in (gpus, needed)), strict=True)
        sentences = [_too_few(have, want) for have, want in pairs]
        raise NoResult(sentences[0], short if short.ndim else None, sentences)
    return np.where(held, value, np.nan)


def _too_few(have: float, want: float) -> str:
    if want != want:
        return f"gpu: one holds less than the {float(memory.RUNTIME_GB)} GB that the runtime takes"
    return f"gpus: {have:.0f} hold less than the weights and the cache; this takes {want:.0f} (see GPU_FIT)"


def fitting_batch(model: Any, gpu: Any, context: Any, gpus: Any, precision: Any, cache: str = CACHE) -> Any:
    """The largest that fits; at least one, which then may not fit."""
    room = gpus * room_gb(gpu) - held_weights_gb(model, precision)
    return np.maximum(serving.largest_batch(room, held_cache_gb(model, context, 1, cache)), 1)
