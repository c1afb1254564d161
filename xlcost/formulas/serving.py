"""Serving as a roofline: prefill is bound by arithmetic, decoding by memory, each at a measured share of its peak.

The shares are one small set per class of memory, fitted to aiconfigurator's measured kernels (static batches, BF16)
together with TensorRT-LLM's published maximum throughput, which shows what batches of hundreds add.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.sources import (
    AICONFIGURATOR,
    DEEPSEEK_SERVING,
    KNATIVE,
    LLAMA_CPP_SPEED,
    ML_ENGINEERING,
    TENSORRT_LLM,
    Assumed,
)
from xlcost.steps import step

DECODE_MBU = Assumed(0.65, AICONFIGURATOR, "share of memory bandwidth in decoding on HBM; 0.55 to 0.75 measured")
PREFILL_MFU = Assumed(0.65, AICONFIGURATOR, "share of the dense peak in prefill on one GPU; 0.57 on four")

# The calibration, by class of memory: the weights' share of bandwidth, the matmuls' share of peak.
HBM_WEIGHTS = Assumed(0.66, AICONFIGURATOR, "bandwidth reached in reading weights: A100, H100, H200")
GDDR_WEIGHTS = Assumed(0.91, AICONFIGURATOR, "bandwidth reached in reading weights: L40S")
LPDDR_WEIGHTS = Assumed(0.77, LLAMA_CPP_SPEED, "bandwidth reached in reading weights: M2 Ultra, F16, 36.25 tokens/s")
HBM_MATMUL = Assumed(0.73, AICONFIGURATOR, "dense 16-bit peak reached in prefill: A100, H100, H200")
GDDR_MATMUL = Assumed(0.52, AICONFIGURATOR, "dense 16-bit peak reached in prefill: L40S; taken for LPDDR as well")
AMD_MATMUL = Assumed(0.64, ML_ENGINEERING, "MI300X reaches 51.4 % of its 16-bit peak where H100 reaches 80.3 %")
LOW_MATMUL = Assumed(
    0.88, ML_ENGINEERING, "H100 reaches 70.9 % of its FP8 peak where it reaches 80.3 % of the 16-bit one"
)
# The same for all chips.
CACHE = Assumed(0.65, AICONFIGURATOR, "bandwidth reached in reading the KV cache: A100, H100, H200, L40S alike")
PREFILL_LAYER = Assumed(7e-5, AICONFIGURATOR, "seconds per layer of a prefill beside the matmuls")
ALL_REDUCE = Assumed(8.5e-6, AICONFIGURATOR, "seconds of one exchange among GPUs, however small; two per layer")
LINK_SHARE = Assumed(0.53, TENSORRT_LLM, "share of a link's one-way speed that an exchange reaches")
SEQUENCE = Assumed(1e-5, TENSORRT_LLM, "seconds per sequence and step to schedule it and to choose its token")
LLAMA_CPP_LAYER = Assumed(1e-4, LLAMA_CPP_SPEED, "seconds per layer and step that llama.cpp adds to memory's")
MAX_BATCH = Assumed(2048, TENSORRT_LLM, "sequences that the runtime serves at once (its default)")

MAX_LOAD = Assumed(0.7, KNATIVE, "load at the peak that leaves room for bursts while replicas start")
UTILISATION = Assumed(
    0.57, DEEPSEEK_SERVING, "226.75 nodes in use on average over 278 at the peak, run there at 0.7 of what they can do"
)
MAX_CONTEXT = 1e9  # the most that an argument `context` takes
NO_VALUES = 1e-9  # stands for the size of a cache that does not grow, so that it can be divided by


@step("share")
def weights_mbu(memory_class: Any) -> Any:
    """Share of the bandwidth at which weights are read.

    >>> float(weights_mbu("hbm")), float(weights_mbu("gddr"))
    (0.66, 0.91)
    """
    other = np.where(memory_class == "lpddr", float(LPDDR_WEIGHTS), float(HBM_WEIGHTS))
    return np.where(memory_class == "gddr", float(GDDR_WEIGHTS), other)


@step("share")
def matmul_mfu(memory_class: Any, vendor: Any, peak: Any) -> Any:
    """Share of the dense peak that large matmuls reach; `peak` names the peak, such as fp8_tflops.

    >>> float(matmul_mfu("hbm", "NVIDIA", "bf16_tflops"))
    0.73
    """
    mfu = np.where(memory_class == "hbm", float(HBM_MATMUL), float(GDDR_MATMUL))
    mfu = mfu * np.where(vendor == "AMD", float(AMD_MATMUL), 1)
    return mfu * np.where(peak == "bf16_tflops", 1, float(LOW_MATMUL))


@step("parameters")
def touched_params(total: Any, active: Any, share: Any, batch: Any) -> Any:
    """Parameters that a step reads: all of a dense model; of a mixture the experts that some token of the batch uses.

    `share` = experts per token over experts (0 where there are none).

    >>> float(touched_params(671e9, 37e9, 8 / 256, 1)) / 1e9
    37.0
    """
    unused = np.exp((batch - 1) * np.log(1 - share))  # (1 - share)^(batch - 1), which LibreOffice would not let vanish
    return total - (total - active) * unused


@step("s")
def prefill_seconds(flops: Any, peak_tflops: Any, mfu: Any, gpus: Any) -> Any:
    """Seconds to read a prompt."""
    return flops / (peak_tflops * 1e12 * mfu * gpus)


@step("s")
def decode_seconds(weights_gb: Any, cache_gb: Any, bandwidth_gb_s: Any, mbu: Any, gpus: Any) -> Any:
    """Seconds of one step, which gives every sequence of the batch one token: weights and cache are read once.

    >>> round(decode_seconds(140.0, 0.0, 3350.0, 0.65, 4), 4)
    0.0161
    """
    return (weights_gb + cache_gb) / (bandwidth_gb_s * mbu * gpus)


@step("s")
def exchange_seconds(tokens: Any, layers: Any, hidden: Any, link_gb_s: Any, gpus: Any) -> Any:
    """Seconds of tensor parallelism: two all-reduces per layer, 16 bit per token and hidden unit; 0 on one GPU.

    A ring sends 2 (gpus - 1) / gpus of it; `link_gb_s` counts both directions.
    """
    sent = 2 * tokens * hidden * 2 * (gpus - 1) / gpus
    once = float(ALL_REDUCE) + sent / (link_gb_s / 2 * 1e9 * float(LINK_SHARE))
    return np.where(gpus > 1, 2 * layers * once, 0)


@step("s")
def first_token_seconds(weights: Any, compute: Any, exchange: Any, layers: Any) -> Any:
    """Seconds of prefill: the longer of arithmetic and reading the weights, plus exchange and overhead per layer."""
    return np.maximum(weights, compute) + exchange + layers * float(PREFILL_LAYER)


@step("s")
def token_seconds(
    weights: Any, compute: Any, cache: Any, exchange: Any, layers: Any, batch: Any, llama_cpp: Any
) -> Any:
    """Seconds of a decoding step: the longer of reading weights and arithmetic, plus cache, exchange and runtime."""
    runtime = batch * float(SEQUENCE) + np.where(llama_cpp, layers * float(LLAMA_CPP_LAYER), 0)
    return np.maximum(weights, compute) + cache + exchange + runtime


@step("s")
def latency_seconds(first: Any, token: Any, answer: Any) -> Any:
    """Seconds from the prompt to the last token; prefill gives the first one."""
    return first + (answer - 1) * token


@step("tokens / s")
def throughput(latency: Any, answer: Any, batch: Any) -> Any:
    """Tokens of the whole batch per second."""
    return batch * answer / latency


@step("sequences")
def largest_batch(room_gb: Any, sequence_gb: Any) -> Any:
    """Whole sequences whose cache fits beside the weights, up to what the runtime serves at once.

    >>> float(largest_batch(77.0, 0.25))
    308.0
    """
    return np.floor(np.minimum(room_gb / np.maximum(sequence_gb, NO_VALUES), float(MAX_BATCH)) + 1e-9)


@step("tokens")
def max_context(values: Any, full: Any, windowed: Any, window: Any) -> Any:
    """Tokens of one sequence whose cache is at most so many values.

    A token takes `full` values, and `windowed` ones until the window is full: the smaller of two straight lines,
    so that the inverse is the larger of two.

    >>> float(max_context(5000, 10, 20, 100)), float(max_context(1500, 10, 20, 100))
    (300.0, 50.0)
    """
    within = values / np.maximum(full + windowed, NO_VALUES)
    beyond = (values - windowed * window) / np.maximum(full, NO_VALUES)
    tokens = np.floor(np.maximum(within, beyond) + 1e-9)
    return np.minimum(np.maximum(tokens, 0), MAX_CONTEXT)


def requests_per_second(prefill: Any, step: Any, answer: Any, batch: Any) -> Any:
    """Requests that a replica serves when it is never idle: each takes its prefill and its share of the steps."""
    return 1 / (prefill + answer * step / batch)


@step("USD / million tokens")
def token_cost(price: Any, tokens_per_second: Any, gpus: Any, utilisation: Any) -> Any:
    """Dollars per million tokens.

    >>> round(token_cost(0.90, 3.79e6 / 3600, 1, 1) / 1000, 5)
    0.00024
    """
    return price * gpus / (3600 * tokens_per_second * utilisation) * 1e6


@step("USD / request")
def request_cost(price: Any, gpus: Any, latency: Any, batch: Any, utilisation: Any) -> Any:
    """Dollars per request: a batch pays for its GPUs, and for the hours they stand idle."""
    return price * gpus / 3600 * latency / batch / utilisation


@step("requests / month")
def breakeven_requests(fixed: Any, api: Any, marginal: Any) -> Any:
    """Requests a month at which fixed and marginal cost equal the API's; NaN where the API costs no more."""
    return np.where(api > marginal, fixed / (api - marginal), np.nan)


@step("GPUs")
def fleet(demand: Any, replica: Any, max_load: Any, gpus: Any) -> Any:
    """GPUs of the whole replicas that hold a demand, both in requests per second.

    >>> float(fleet(100, 9, 0.7, 4))
    64.0
    """
    return np.ceil(demand / (replica * max_load) * (1 - 1e-12)) * gpus
