"""Calls of the published tables that are no function and no formula but made of several."""

from xlcost.formulas import flops, serving, training
from xlcost.functions import fit, models, roofline
from xlcost.functions.serving import infer_tpot

A100 = {"peak_tflops": 312, "bandwidth_gb_s": 2039, "link_gb_s": 600}
INFINIBAND = 25  # GB/s: 200 Gb/s out of each GPU


def layer(hidden, heads, micro_batch, recompute, sequence_parallel, context=2048):
    """Seconds of one layer on eight A100."""
    return training.layer_seconds(
        micro_batch * context,
        context,
        hidden,
        heads,
        8,
        sequence_parallel,
        recompute == "selective",
        recompute == "full",
        **A100,
    )


def step(hidden, heads, layers, stages, interleave, sequences, micro_batch, recompute, data_parallel=1):
    """Seconds of a step on A100, eight of them in tensor parallel; sequence parallelism with selective only."""
    logits = training.logits_seconds(micro_batch * 2048, hidden, 51200, 8, A100["peak_tflops"])
    held = training.gpt_params(layers, hidden, 51200, 2048) / (8 * stages)
    return training.step_seconds(
        layer(hidden, heads, micro_batch, recompute, recompute == "selective"),
        logits,
        training.gradient_seconds(held, data_parallel, INFINIBAND)
        + training.optimizer_seconds(held, A100["bandwidth_gb_s"]),
        layers,
        stages,
        interleave,
        sequences / (micro_batch * data_parallel),
    )


def mfu(params, layers, width, context, tokens_per_second, gpus, peak_tflops):
    work = flops.training_rule(params, tokens_per_second)
    work += flops.training_attention(layers, width, context, tokens_per_second)
    return training.utilisation(work, 1, gpus, peak_tflops)


def hfu(checkpointing, **measured):
    return mfu(**measured) * (4 / 3 if checkpointing else 1)


def with_cache(cache, model, gpu, input_tokens, output_tokens, gpus, precision):
    """INFER_THROUGHPUT with a cache of another precision than the 16 bit that it takes."""
    batch = fit.fitting_batch(model, gpu, input_tokens + output_tokens, gpus, precision, cache)
    seconds = roofline.request_seconds(model, gpu, input_tokens, output_tokens, gpus, batch, precision, cache)
    return float(serving.throughput(seconds, output_tokens, batch))


def llama_cpp_f16(**arguments):
    layers = models.layers(arguments["model"])
    return 1 / (infer_tpot(**arguments) + layers * float(serving.LLAMA_CPP_LAYER))
