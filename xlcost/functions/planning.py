"""Planning a fleet."""

from __future__ import annotations

from xlcost.formulas import serving
from xlcost.function import function, otherwise
from xlcost.functions.fit import fitting_batch, if_held, needed_gpus
from xlcost.functions.roofline import request_seconds
from xlcost.quantities import (
    Batch,
    Gpu,
    GpuCount,
    InputTokens,
    MaxLoad,
    Model,
    OutputTokens,
    PeakRatio,
    Precision,
    RequestRate,
)
from xlcost.sources import XLCOST_TABLES


@function(
    "FLEET_GPUS",
    category="Planning",
    source=XLCOST_TABLES,
    example={
        "model": "llama-3.1-70b",
        "gpu": "h100-sxm",
        "requests_per_second": 20,
        "input_tokens": 1000,
        "output_tokens": 200,
        "peak_ratio": 2,
        "returns": 26.0,
    },
    native=False,
)
def fleet_gpus(
    model: Model,
    gpu: Gpu,
    requests_per_second: RequestRate,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
    peak_ratio: PeakRatio = 1,
    max_load: MaxLoad = serving.MAX_LOAD,
    batch: Batch = None,
    precision: Precision = "bf16",
) -> GpuCount:
    """GPUs that hold a demand at its peak: whole replicas, each of as many GPUs as GPU_FIT says.

    A replica serves INFER_THROUGHPUT over output_tokens requests per second and is loaded up to `max_load` of that at
    the peak, which is `peak_ratio` times the average. Without `batch` it is the largest that fits on a replica.
    No demand takes no GPUs. A chip with no room at all is #NUM!.
    """
    context = input_tokens + output_tokens
    gpus = needed_gpus(model, gpu, context, otherwise(batch, lambda: 1.0), precision)
    batch = otherwise(batch, lambda: fitting_batch(model, gpu, context, gpus, precision))
    seconds = request_seconds(model, gpu, input_tokens, output_tokens, gpus, batch, precision)
    return if_held(gpus, gpus, serving.fleet(requests_per_second * peak_ratio, batch / seconds, max_load, gpus))
