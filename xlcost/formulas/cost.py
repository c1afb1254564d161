"""Hours into dollars."""

from __future__ import annotations

from typing import Any

from xlcost.steps import step


@step("USD")
def training_cost(gpu_hours: Any, price: Any, goodput: Any) -> Any:
    """Dollars of a run; time that does not train (failures, restarts) is paid too.

    >>> training_cost(279558.4, 2.0, 1.0)
    559116.8
    """
    return gpu_hours / goodput * price
