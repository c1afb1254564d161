"""Serving as a roofline: prefill is bound by arithmetic, decoding by memory, each at a measured share of its peak."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlcost.sources import AICONFIGURATOR, Assumed

DECODE_MBU = Assumed(0.65, AICONFIGURATOR, "share of memory bandwidth in decoding on HBM; 0.55 to 0.75 measured")
PREFILL_MFU = Assumed(0.65, AICONFIGURATOR, "share of the dense peak in prefill on one GPU; 0.57 on four")


def touched_params(total: Any, active: Any, share: Any, batch: Any) -> Any:
    """Parameters that a step reads: all of a dense model; of a mixture the experts that some token of the batch uses.

    `share` = experts per token over experts (0 where there are none).

    >>> float(touched_params(671e9, 37e9, 8 / 256, 1)) / 1e9
    37.0
    """
    return total - (total - active) * np.power(1 - share, batch - 1)


def prefill_seconds(flops: Any, peak_tflops: Any, mfu: Any, gpus: Any) -> Any:
    """Seconds to read a prompt."""
    return flops / (peak_tflops * 1e12 * mfu * gpus)


def decode_seconds(weights_gb: Any, cache_gb: Any, bandwidth_gb_s: Any, mbu: Any, gpus: Any) -> Any:
    """Seconds of one step, which gives every sequence of the batch one token: weights and cache are read once.

    >>> round(decode_seconds(140.0, 0.0, 3350.0, 0.65, 4), 4)
    0.0161
    """
    return (weights_gb + cache_gb) / (bandwidth_gb_s * mbu * gpus)


def requests_per_second(prefill: Any, step: Any, answer: Any, batch: Any) -> Any:
    """What a replica serves when it is never idle: each request takes its prefill and its share of the steps."""
    return 1 / (prefill + answer * step / batch)
