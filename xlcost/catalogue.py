"""Every public function, in the order in which a reader meets it."""

from __future__ import annotations

from xlcost import audit
from xlcost.errors import NotInTable, nearest
from xlcost.function import FunctionSpec, describe
from xlcost.functions import (
    api,
    carbon,
    commitments,
    compute,
    energy,
    gpus,
    laws,
    lists,
    memory,
    models,
    ownership,
    params,
    planning,
    ranking,
    risk,
    scaling,
    serving,
    training,
    tuning,
)

PUBLIC = (
    models.model_params,
    models.model_spec,
    lists.model_list,
    params.param_count,
    compute.infer_flops,
    compute.train_flops,
    tuning.train_mfu,
    memory.weight_gb,
    memory.kv_cache_gb,
    memory.infer_memory,
    memory.train_memory,
    memory.gpu_fit,
    serving.gpu_max_context,
    ranking.gpu_rank,
    gpus.gpu_spec,
    lists.gpu_list,
    gpus.gpu_price,
    lists.price_table,
    gpus.price_source,
    api.api_price,
    api.api_cost,
    training.train_gpu_hours,
    training.train_hours,
    serving.infer_ttft,
    serving.infer_tpot,
    serving.infer_latency,
    serving.infer_throughput,
    training.train_cost,
    tuning.tune_cost,
    serving.infer_cost,
    serving.token_cost,
    serving.breakeven_requests,
    ownership.own_gpu_hour,
    ownership.own_breakeven,
    energy.energy_kwh,
    energy.power_cost,
    carbon.carbon_kg,
    scaling.chinchilla_tokens,
    laws.chinchilla_params,
    laws.chinchilla_loss,
    planning.fleet_gpus,
    commitments.commit_gpus,
    commitments.commit_cost,
    risk.train_cost_range,
    risk.infer_cost_range,
    audit.explain,
    audit.native_formula,
    lists.xlcost_version,
    lists.data_as_of,
)

FUNCTIONS: tuple[FunctionSpec, ...] = tuple(describe(public) for public in PUBLIC)
BY_NAME = {spec.name: spec for spec in FUNCTIONS}


def named(name: str) -> FunctionSpec:
    """The function of this name, whatever its case."""
    spec = BY_NAME.get(name.upper())
    if spec is None:
        raise NotInTable(f"unknown function '{name}'{nearest(name, BY_NAME)}")
    return spec
