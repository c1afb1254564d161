"""Every public function, in the order in which a reader meets it."""

from __future__ import annotations

from xlcost.errors import BadInput, nearest
from xlcost.function import FunctionSpec, describe
from xlcost.functions import compute, energy, gpus, memory, models, scaling, training

PUBLIC = (
    models.model_params,
    models.model_spec,
    compute.infer_flops,
    compute.train_flops,
    memory.weight_gb,
    memory.kv_cache_gb,
    memory.infer_memory,
    memory.train_memory,
    memory.gpu_fit,
    gpus.gpu_spec,
    gpus.gpu_price,
    gpus.price_source,
    training.train_gpu_hours,
    training.train_hours,
    training.train_cost,
    energy.energy_kwh,
    energy.power_cost,
    scaling.chinchilla_tokens,
)

FUNCTIONS: tuple[FunctionSpec, ...] = tuple(describe(public) for public in PUBLIC)
BY_NAME = {spec.name: spec for spec in FUNCTIONS}


def named(name: str) -> FunctionSpec:
    """The function of this name, whatever its case."""
    spec = BY_NAME.get(name.upper())
    if spec is None:
        raise BadInput(f"unknown function '{name}'{nearest(name, BY_NAME)}")
    return spec
