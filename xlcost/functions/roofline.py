"""Seconds of prefill and decoding by model and GPU names: names become numbers, then formulas.serving computes."""

from __future__ import annotations

from typing import Any

from xlcost.facts.store import GPUS, PRECISIONS, look_up
from xlcost.formulas import flops, memory, serving
from xlcost.functions import models
from xlcost.functions.fit import CACHE, bits, cache_gb


@models.cached_by_id
def _input_embedding(model: Any) -> Any:
    """Parameters of the input embedding, which a step does not read; 0 where it is also the output embedding."""
    return (1 - models.figure(model, "tied", lambda size: 0 * size)) * models.embeddings(model)


def _reading_seconds(model: Any, gpu: Any, tokens: Any, gpus: Any, precision: Any) -> Any:
    """Seconds to read the weights that a step on so many tokens needs."""
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
    """Seconds of arithmetic at the share of the precision's peak that the chip reaches."""
    peak = look_up(PRECISIONS, precision, "peak")
    mfu = serving.matmul_mfu(look_up(GPUS, gpu, "memory_class"), look_up(GPUS, gpu, "vendor"), peak)
    return serving.prefill_seconds(work, look_up(GPUS, gpu, peak), mfu, gpus)


def _exchange_seconds(model: Any, gpu: Any, tokens: Any, gpus: Any) -> Any:
    return serving.exchange_seconds(
        tokens, models.layers(model), models.hidden(model), look_up(GPUS, gpu, "link_gb_s"), gpus
    )


def ttft(model: Any, gpu: Any, prompt: Any, gpus: Any, batch: Any, precision: Any) -> Any:
    """Seconds of prefill of a batch of prompts, whether they fit or not."""
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
    """Seconds of a decoding step of a batch, whether it fits or not."""
    work = flops.inference_rule(models.active(model) - _input_embedding(model), batch)
    return serving.token_seconds(
        _reading_seconds(model, gpu, batch, gpus, precision),
        _matmul_seconds(work, gpu, gpus, precision),
        serving.decode_seconds(
            0,
            cache_gb(model, context, batch, cache),
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
    """Seconds of a request: prefill, then steps at the context in the middle of the answer."""
    middle = prompt + answer / 2
    return serving.latency_seconds(
        ttft(model, gpu, prompt, gpus, batch, precision),
        tpot(model, gpu, middle, gpus, batch, precision, cache),
        answer,
    )
