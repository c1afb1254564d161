"""Memory: weights, KV cache, training states, and the GPUs that hold them."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.errors import NoResult
from xlcost.formulas import memory
from xlcost.function import Demand, choose, function
from xlcost.functions import models
from xlcost.functions.fit import NO_ROOM, bits, cache_gb, room_gb, served_gb, weights_gb
from xlcost.quantities import (
    Batch,
    Context,
    Gigabytes,
    Gpu,
    GpuCount,
    Gpus,
    KvPrecision,
    MicroBatch,
    Model,
    PipelineParallel,
    Precision,
    Recompute,
    Task,
    TensorParallel,
    TuneMethod,
    Zero,
)
from xlcost.sources import (
    A16Z_2023,
    KORTHIKANTI_2022,
    NEOX_README,
    VLLM_2023,
)


@function(
    "WEIGHT_GB",
    category="Memory",
    source=A16Z_2023,
    example={"model": "gpt-3", "precision": "fp32", "returns": 700.0},
)
def weight_gb(model: Model, precision: Precision = "bf16") -> Gigabytes:
    """Gigabytes (1e9 bytes) of a model's weights, all experts included.

    The GGUF formats count their measured bits per weight (q4_k_m: 4.8944), nf4 4.127 with its constants.
    """
    return weights_gb(model, precision)


@function(
    "KV_CACHE_GB",
    category="Memory",
    source=VLLM_2023,
    example={"model": "opt-13b", "context": 2048, "returns": 1.6777216},
)
def kv_cache_gb(model: Model, context: Context, batch: Batch = 1, precision: Precision = "bf16") -> Gigabytes:
    """Gigabytes (1e9 bytes) of the keys and values that a batch of sequences keeps.

    Multi-head, grouped-query and multi-query attention keep 2 x layers x KV heads x head size numbers per token,
    latent attention (MLA) one vector per layer; windowed layers keep at most their window, linear ones nothing.
    A model that is only a size gets a typical shape: depth from 12 x layers x (128 x layers)^2, 8 KV heads of 128.
    """
    return cache_gb(model, context, batch, precision)


@function(
    "INFER_MEMORY",
    category="Memory",
    source=NEOX_README,
    example={"model": "llama-3.1-70b", "context": 8192, "returns": 144.641767552},
)
def infer_memory(
    model: Model,
    precision: Precision = "bf16",
    context: Context = 4096,
    batch: Batch = 1,
    kv_precision: KvPrecision = "bf16",
) -> Gigabytes:
    """Gigabytes (1e9 bytes) that serving needs in all: weights, KV cache and 0.85 GB of the runtime's own.

    The cache stays 16 bit unless `kv_precision` says otherwise, however small the weights are. The runtime's own
    is for one GPU; GPU_FIT counts it on every GPU.
    """
    return memory.inference_gb(weights_gb(model, precision), cache_gb(model, context, batch, kv_precision))


@function(
    "TRAIN_MEMORY",
    category="Memory",
    source=KORTHIKANTI_2022,
    example={"model": "llama-2-7b", "recompute": "full", "returns": 123.215222912},
    demands=(
        Demand(
            "gpus: must be a multiple of tensor_parallel x pipeline_parallel",
            lambda gpus, tensor_parallel, pipeline_parallel: gpus % (tensor_parallel * pipeline_parallel) == 0,
        ),
    ),
)
def train_memory(
    model: Model,
    method: TuneMethod = "full",
    gpus: Gpus = 1,
    zero: Zero = 0,
    micro_batch: MicroBatch = 1,
    context: Context = 4096,
    recompute: Recompute = "selective",
    tensor_parallel: TensorParallel = 1,
    pipeline_parallel: PipelineParallel = 1,
) -> Gigabytes:
    """Gigabytes (1e9 bytes) per GPU to train: weights, gradients, Adam states, activations, runtime.

    "full" keeps 18 bytes per parameter (2 weights, 4 gradients, 12 Adam); ZeRO stage 1, 2, 3 spreads Adam,
    gradients, weights over the data-parallel GPUs, which are gpus / (tensor_parallel x pipeline_parallel).
    "lora" and "qlora" keep the frozen weights in 16 bit and NF4, and 18 bytes for adapters of rank 16 only.
    Activations are those of the first pipeline stage, 16 bit, with sequence parallelism.
    """
    model_gpus = tensor_parallel * pipeline_parallel
    frozen, trained = _parameters(model, method)
    states = trained / model_gpus * memory.state_bytes(zero, gpus / model_gpus)
    kept = _activations(model, micro_batch, context, recompute, tensor_parallel)
    return memory.inference_gb((frozen / model_gpus + states + kept) / 1e9, 0)


def _parameters(model: Any, method: Any) -> tuple[Any, Any]:
    """Bytes of frozen weights, and the number of trained parameters."""
    adapters = memory.lora_params(models.layers(model), models.hidden(model))
    weights = models.total(model)
    frozen = choose(
        method,
        full=lambda: 0 * weights,
        lora=lambda: weights * bits("bf16") / 8,
        qlora=lambda: weights * bits("nf4") / 8,
    )
    return frozen, choose(method, full=lambda: weights, lora=lambda: adapters, qlora=lambda: adapters)


def _activations(model: Any, micro_batch: Any, context: Any, recompute: Any, tensor_parallel: Any) -> Any:
    return memory.activation_bytes(
        recompute == "selective",
        recompute == "full",
        micro_batch * context,
        models.hidden(model),
        models.heads(model),
        context,
        models.layers(model),
        tensor_parallel,
    )


@function(
    "GPU_FIT",
    category="Memory",
    source=NEOX_README,
    example={"model": "llama-3.1-70b", "gpu": "H100", "returns": 2.0},
)
def gpu_fit(
    model: Model,
    gpu: Gpu,
    task: Task = "infer",
    precision: Precision = "bf16",
    context: Context = 4096,
    batch: Batch = 1,
) -> GpuCount:
    """How many GPUs of a kind hold the job: a whole number.

    Each GPU gives its memory (GiB, as marketed) less 0.85 GB of the runtime's own. "infer" needs weights and KV
    cache; "train", "lora" and "qlora" what TRAIN_MEMORY counts for one GPU, spread evenly, with selective
    recomputation; `precision` is that of the served weights. A chip with no room at all is #NUM!. Weights and cache are
    spread over all GPUs; engines want 1, 2, 4 or 8 of them, and more than fit evenly where KV heads are few.
    """
    job = choose(
        task,
        infer=lambda: served_gb(model, context, batch, precision),
        train=lambda: _training_gb(model, "full", context, batch),
        lora=lambda: _training_gb(model, "lora", context, batch),
        qlora=lambda: _training_gb(model, "qlora", context, batch),
    )
    return memory.gpus_to_hold(job, _some_room_gb(gpu))


def _some_room_gb(gpu: Any) -> Any:
    """GB that a GPU has for the job; none at all is an error."""
    room = room_gb(gpu)
    if not hasattr(room, "text") and np.any(none := np.asarray(room <= 0)):
        raise NoResult(f"{NO_ROOM}; this needs a gpu with memory for a share of the model", none if none.ndim else None)
    return room


def _training_gb(model: Any, method: str, context: Any, batch: Any) -> Any:
    """GB of states and activations on one GPU, without the runtime's own."""
    frozen, trained = _parameters(model, method)
    kept = _activations(model, batch, context, "selective", 1)
    return (frozen + trained * float(memory.ADAM_BYTES) + kept) / 1e9
