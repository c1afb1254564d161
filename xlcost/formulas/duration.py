"""Operations into hours."""

from __future__ import annotations

from typing import Any

from xlcost.steps import step


@step("GPU-hours")
def gpu_hours(flops: Any, peak_tflops: Any, mfu: Any) -> Any:
    """Hours of one GPU at this share of its dense peak.

    >>> round(gpu_hours(3.14e23, 312, 1.0))
    279558
    """
    return flops / (peak_tflops * 1e12 * mfu) / 3600


@step("hours")
def clock_hours(gpu_hours: Any, gpus: Any) -> Any:
    """Hours on the clock when the GPUs work side by side."""
    return gpu_hours / gpus
