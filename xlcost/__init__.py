"""AI-compute costs: FLOPs, memory, hours, dollars, energy. The public functions, by name.

>>> train_flops("gpt-3", "300B")
3.15e+23
"""

from xlcost.errors import BadInput, NoResult, NotInTable, XlcostError
from xlcost.functions.compute import infer_flops, train_flops
from xlcost.functions.energy import energy_kwh, power_cost
from xlcost.functions.gpus import gpu_price, gpu_spec, price_source
from xlcost.functions.memory import gpu_fit, infer_memory, kv_cache_gb, train_memory, weight_gb
from xlcost.functions.models import model_params, model_spec
from xlcost.functions.scaling import chinchilla_tokens
from xlcost.functions.training import train_cost, train_gpu_hours, train_hours

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "NoResult",
    "NotInTable",
    "XlcostError",
    "chinchilla_tokens",
    "energy_kwh",
    "gpu_fit",
    "gpu_price",
    "gpu_spec",
    "infer_flops",
    "infer_memory",
    "kv_cache_gb",
    "model_params",
    "model_spec",
    "power_cost",
    "price_source",
    "train_cost",
    "train_flops",
    "train_gpu_hours",
    "train_hours",
    "train_memory",
    "weight_gb",
]
