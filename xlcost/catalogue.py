"""Every public function, in the order in which a reader meets it (PUBLIC): a new function is one line there.

EXPLAIN and NATIVE_FORMULA stand here because they look other functions up in this list. Knows every function; must not
know a host. Begin with FUNCTIONS, or with `spec_of` for one of them.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from xlcost.audit import HEADING, explanation
from xlcost.errors import BadInput, NotInTable, XlcostError, nearest
from xlcost.facts.store import each_row
from xlcost.function import FunctionSpec, Parameter, describe, function
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
from xlcost.native import argument_cell, formula
from xlcost.quantities import FunctionName, OtherArguments, Series, Steps, Text
from xlcost.sources import PATTERSON_2021, XLCOST_TABLES


@function(
    "EXPLAIN",
    category="Audit",
    source=XLCOST_TABLES,
    example={
        "function_name": "POWER_COST",
        "arguments": (400.0, 100.0, 0.1, 1.0),
        "returns": [
            HEADING,
            ["watts", "argument", 400.0, "W", ""],
            ["hours", "argument", 100.0, "hours", ""],
            ["electricity", "argument", 0.1, "USD / kWh", ""],
            ["pue", "argument", 1.0, "ratio", ""],
            ["energy_kwh", "watts*hours*pue/1000", 40.0, "kWh", ""],
            ["electricity_cost", "energy_kwh*electricity", 4.0, "USD", ""],
            ["result", "electricity_cost", 4.0, "USD", str(PATTERSON_2021)],
        ],
    },
    native=False,
)
def explain(function_name: FunctionName, *arguments: OtherArguments) -> Steps:
    """The working of a function: each step with its formula, value, unit and source; or the sentence of its error.

    The first argument is the function's name, the others are what that function takes, in its order, one value each.
    Steps are written with the names of the arguments and of the steps above them, so that they can be checked one by
    one; the last one is the result.
    """
    spec = spec_of(function_name)
    single = [_single(p, value) for p, value in itertools.zip_longest(spec.parameters, arguments)][: len(arguments)]
    try:
        result = spec.call(*single)
        values = spec.bind(tuple(single), {})
    except XlcostError as error:
        return [HEADING, ["error", str(error), error.code, "", ""]]
    return explanation(spec, values, result)


def _single(p: Parameter | None, value: Any) -> Any:
    """The argument as one value; a range stays one only where the function takes ranges as a whole."""
    if not isinstance(value, (list, tuple, np.ndarray)) or (p is not None and isinstance(p.word, Series)):
        return value
    cells = np.asarray(value, dtype=object)
    if cells.size != 1:
        raise BadInput("arguments: EXPLAIN takes one value for each argument, not a range")
    return cells.item()


@function(
    "NATIVE_FORMULA",
    category="Audit",
    source=XLCOST_TABLES,
    example={
        "function_name": "TRAIN_HOURS",
        "returns": "=6*IF(ISNUMBER(model),model,INDEX(Models_active_params,MATCH(model,Models_id,0)))*tokens"
        "/(INDEX(GPUs_table,MATCH(gpu,GPUs_id,0),MATCH(INDEX(Precisions_peak,MATCH(IF(ISBLANK(precision),"
        '"bf16",precision),Precisions_id,0)),GPUs_columns,0))*1E+12*IF(ISBLANK(mfu),0.34,mfu))/3600/gpus',
    },
    native=False,
)
def native_formula(function_name: FunctionName) -> Text:
    """A function as plain spreadsheet text, written with the names of its arguments.

    It looks up in the named columns of a workbook's own table sheets (Models_params, Prices_usd ...). A function that
    searches, sorts, simulates or would not fit into a cell has none: #N/A.
    """
    if isinstance(function_name, np.ndarray):
        return each_row(_native_text, function_name)
    return _native_text(function_name)


def _native_text(name: str) -> str:
    spec = spec_of(name)
    if not spec.native:
        raise NotInTable(f"{spec.name} has no formula: it searches, sorts or simulates, or is too long for a cell")
    return "=" + formula(spec, {p.name: argument_cell(p, p.name) for p in spec.parameters}).text


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
    explain,
    native_formula,
    lists.xlcost_version,
    lists.data_as_of,
)
FUNCTIONS: tuple[FunctionSpec, ...] = tuple(map(describe, PUBLIC))
BY_NAME: dict[str, FunctionSpec] = {spec.name: spec for spec in FUNCTIONS}


def spec_of(name: str) -> FunctionSpec:
    """The function of this name, whatever its case."""
    spec = BY_NAME.get(name.upper())
    if spec is None:
        raise NotInTable(f"unknown function '{name}'{nearest(name, BY_NAME)}")
    return spec
