"""Every public function, in the order in which a reader meets it, and the one of a name."""

from __future__ import annotations

from xlcost.audit import KNOWN, named
from xlcost.function import FunctionSpec

__all__ = ["BY_NAME", "FUNCTIONS", "named"]

BY_NAME: dict[str, FunctionSpec] = KNOWN
FUNCTIONS: tuple[FunctionSpec, ...] = tuple(KNOWN.values())
