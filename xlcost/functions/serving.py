"""Serving: time, throughput and dollars of inference on a number of GPUs."""

from __future__ import annotations

import numpy as np

from xlcost.errors import NoResult
from xlcost.formulas import serving
from xlcost.function import function, otherwise
from xlcost.functions import models
from xlcost.functions.fit import CACHE, bits, fitting_batch, if_held, needed_gpus, room_gb, weights_gb
from xlcost.functions.gpus import hour_price
from xlcost.functions.roofline import request_seconds, tpot, ttft
from xlcost.quantities import (
    ApiCost,
    Batch,
    Context,
    DollarsPerMillion,
    DollarsPerRequest,
    FixedCost,
    Gpu,
    Gpus,
    HourPrice,
    InputTokens,
    MarginalCost,
    Model,
    OutputTokens,
    Precision,
    Price,
    RequestsAMonth,
    Seconds,
    TokensOut,
    TokensPerSecond,
    TokensPerSecondOut,
    Utilisation,
)
from xlcost.sources import AICONFIGURATOR, SCALING_BOOK, TENSORRT_LLM, VLLM_2023, XLCOST_TABLES


@function(
    "GPU_MAX_CONTEXT",
    category="Memory",
    source=VLLM_2023,
    example={"model": "llama-3.1-8b", "gpu": "l4", "returns": 67590.0},
)
def gpu_max_context(
    model: Model, gpu: Gpu, gpus: Gpus = 1, precision: Precision = "bf16", batch: Batch = 1
) -> TokensOut:
    """Longest context, in tokens, that a batch of sequences can have on these GPUs: a whole number.

    What GPU_FIT leaves beside the weights goes to a 16-bit KV cache; layers with windows stop growing when their
    window is full. 0 where not even the weights fit, at most 1e9 (where the cache does not grow). The model's own
    limit is MODEL_SPEC(model, "context").
    """
    room = gpus * room_gb(gpu) - weights_gb(model, precision)
    values = room * 1e9 * 8 / bits(CACHE) / batch
    return serving.max_context(values, models.cache_values(model), models.window_values(model), models.window(model))


@function(
    "INFER_TTFT",
    category="Time",
    source=AICONFIGURATOR,
    example={"model": "llama-3.1-8b", "gpu": "h100-sxm", "input_tokens": 1000, "returns": 0.021931428962276844},
)
def infer_ttft(
    model: Model,
    gpu: Gpu,
    input_tokens: InputTokens,
    gpus: Gpus = 1,
    batch: Batch = 1,
    precision: Precision = "bf16",
) -> Seconds:
    """Seconds until the first token of the answer, for a batch of prompts read together on an idle server.

    A roofline: the FLOP of INFER_FLOPS "exact" at the share of the dense peak that matmuls reach (0.73 on HBM, 0.52
    on GDDR; less in 8 and 4 bit and on AMD), or the reading of the weights where that takes longer, then 0.07 ms per
    layer. Several GPUs share every layer and the cache (tensor parallelism) over the chip's own link, as in one server:
    more than 8 are slower than this says. Queueing and network come on top. GPUs that do not hold weights and cache
    are #NUM!; a peak or a link that the table lacks is #N/A.
    """
    needed = needed_gpus(model, gpu, input_tokens, batch, precision)
    return if_held(gpus, needed, ttft(model, gpu, input_tokens, gpus, batch, precision))


@function(
    "INFER_TPOT",
    category="Time",
    source=AICONFIGURATOR,
    example={"model": "llama-3.1-8b", "gpu": "h100-sxm", "context": 1100, "returns": 0.0068649283968966355},
)
def infer_tpot(
    model: Model, gpu: Gpu, context: Context, gpus: Gpus = 1, batch: Batch = 1, precision: Precision = "bf16"
) -> Seconds:
    """Seconds per further token of each sequence, at this context, for a batch of sequences served together.

    A roofline: reading the weights (of a mixture the experts that the batch touches) at a measured share of the
    bandwidth (0.66 on HBM, 0.91 on GDDR), or the arithmetic where that takes longer, then the 16-bit KV cache, tensor
    parallelism's exchange, and 0.01 ms per sequence of the runtime's own. The GGUF formats run on llama.cpp, which adds
    0.1 ms per layer. More than 8 GPUs are slower than this says. GPUs that do not hold weights and cache are #NUM!; a
    peak or a link that the table lacks is #N/A.
    """
    needed = needed_gpus(model, gpu, context, batch, precision)
    return if_held(gpus, needed, tpot(model, gpu, context, gpus, batch, precision))


@function(
    "INFER_LATENCY",
    category="Time",
    source=AICONFIGURATOR,
    example={
        "model": "llama-3.1-8b",
        "gpu": "h100-sxm",
        "input_tokens": 1000,
        "output_tokens": 200,
        "returns": 1.3880521799447072,
    },
)
def infer_latency(
    model: Model,
    gpu: Gpu,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
    gpus: Gpus = 1,
    batch: Batch = 1,
    precision: Precision = "bf16",
) -> Seconds:
    """Seconds from the prompt to the last token of the answer, for a batch of requests served together.

    INFER_TTFT, then INFER_TPOT for every further token, at the context in the middle of the answer. Waiting in a queue
    comes on top.
    """
    needed = needed_gpus(model, gpu, input_tokens + output_tokens, batch, precision)
    return if_held(gpus, needed, request_seconds(model, gpu, input_tokens, output_tokens, gpus, batch, precision))


@function(
    "INFER_THROUGHPUT",
    category="Time",
    source=TENSORRT_LLM,
    example={
        "model": "llama-3.1-8b",
        "gpu": "a100-80-sxm",
        "input_tokens": 1000,
        "output_tokens": 1000,
        "precision": "fp16",
        "returns": 3490.7050735827133,
    },
    native=False,
)
def infer_throughput(
    model: Model,
    gpu: Gpu,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
    gpus: Gpus = 1,
    batch: Batch = None,
    precision: Precision = "bf16",
) -> TokensPerSecondOut:
    """Output tokens per second of the deployment when it is never idle.

    The tokens of a batch over the seconds of INFER_LATENCY: a served batch is refilled as it empties, so that prefill
    and decoding take the same time in all. Without `batch` it is the largest whose 16-bit cache fits beside the
    weights, at most 2,048 sequences. Published maxima with an 8-bit cache serve twice as many.
    """
    context = input_tokens + output_tokens
    batch = otherwise(batch, lambda: fitting_batch(model, gpu, context, gpus, precision))
    seconds = request_seconds(model, gpu, input_tokens, output_tokens, gpus, batch, precision)
    needed = needed_gpus(model, gpu, context, batch, precision)
    return if_held(gpus, needed, serving.throughput(seconds, output_tokens, batch))


@function(
    "INFER_COST",
    category="Cost",
    source=XLCOST_TABLES,
    example={
        "model": "llama-3.1-8b",
        "gpu": "h100-sxm",
        "input_tokens": 1000,
        "output_tokens": 200,
        "price": 2.0,
        "utilisation": 1,
        "returns": 2.1665849449930806e-05,
    },
    native=False,
)
def infer_cost(
    model: Model,
    gpu: Gpu,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
    price: Price = None,
    gpus: Gpus = None,
    batch: Batch = None,
    utilisation: Utilisation = serving.UTILISATION,
    precision: Precision = "bf16",
) -> DollarsPerRequest:
    """US dollars per request: GPU-hours at the price of an hour, shared by the batch, over utilisation.

    Left out: `gpus` are as many as GPU_FIT says for this context, `batch` is the largest that fits on them, `price` is
    the median on-demand price at the data edition. `utilisation` is the work done over what the paid hours could do.
    """
    context = input_tokens + output_tokens
    gpus = otherwise(gpus, lambda: needed_gpus(model, gpu, context, otherwise(batch, lambda: 1.0), precision))
    batch = otherwise(batch, lambda: fitting_batch(model, gpu, context, gpus, precision))
    seconds = request_seconds(model, gpu, input_tokens, output_tokens, gpus, batch, precision)
    cost = serving.request_cost(hour_price(price, gpu), gpus, seconds, batch, utilisation)
    return if_held(gpus, needed_gpus(model, gpu, context, batch, precision), cost)


@function(
    "TOKEN_COST",
    category="Cost",
    source=SCALING_BOOK,
    example={"price": 0.90, "tokens_per_second": 1000, "returns": 0.25},
)
def token_cost(
    price: HourPrice, tokens_per_second: TokensPerSecond, gpus: Gpus = 1, utilisation: Utilisation = 1
) -> DollarsPerMillion:
    """US dollars per million tokens: the price of an hour of all GPUs over the tokens of an hour.

    `tokens_per_second` is that of all GPUs together when they are busy; `utilisation` the share of the paid hours in
    which they are. It holds for the tokens that the rate counts: output tokens for that of INFER_THROUGHPUT.
    """
    return serving.token_cost(price, tokens_per_second, gpus, utilisation)


@function(
    "BREAKEVEN_REQUESTS",
    category="Cost",
    source=SCALING_BOOK,
    example={"fixed_cost": 3000, "api_cost": 0.004, "marginal_cost": 0.001, "returns": 1e6},
)
def breakeven_requests(fixed_cost: FixedCost, api_cost: ApiCost, marginal_cost: MarginalCost = 0) -> RequestsAMonth:
    """Requests a month from which own serving is cheaper than an API.

    `fixed_cost` is what own serving costs a month whether used or not, `marginal_cost` what one more request costs.
    Where a request of one's own costs as much as the API's, own serving is never cheaper: #NUM!.
    """
    if not hasattr(api_cost, "text") and not hasattr(marginal_cost, "text"):
        never = np.asarray(np.less_equal(api_cost, marginal_cost))
        if never.any():
            raise NoResult(
                "api_cost: is not above marginal_cost, so that own serving is never cheaper",
                never if never.ndim else None,
            )
    return serving.breakeven_requests(fixed_cost, api_cost, marginal_cost)
