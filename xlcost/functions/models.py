"""Models: parameters and shape, by id or by size."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from xlcost.errors import NotInTable
from xlcost.facts.store import MODELS, look_up
from xlcost.formulas import memory
from xlcost.function import choose, function
from xlcost.quantities import Cell, Field, Model, ParamKind, Params
from xlcost.sources import XLCOST_TABLES


@function(
    "MODEL_PARAMS",
    category="Models",
    source=XLCOST_TABLES,
    example={"model": "llama-3.1-70b", "returns": 70553706496.0},
)
def model_params(model: Model, kind: ParamKind = "total") -> Params:
    """Parameters of a model: all of them, or those that one token passes through.

    The two differ for mixtures of experts only. A size is read as it is written: "70B" is 70e9 of either kind.
    An id that the model table does not hold is #N/A.
    """
    return choose(kind, total=lambda: total(model), active=lambda: active(model))


@function(
    "MODEL_SPEC",
    category="Models",
    source=XLCOST_TABLES,
    example={"model": "deepseek-v3", "field": "kv_rank", "returns": 512.0},
)
def model_spec(model: Model, field: Field) -> Cell:
    """Any column of the model table: layers, hidden, kv_heads, context, attention, release, source ...

    Text and dates come as text. A column that is blank for this model is #N/A, and so is a model that is only
    a size.
    """
    return look_up(MODELS, model, field)


def figure(model: Any, column: str, typical: Callable[[Any], Any]) -> Any:
    """A figure of a model: the table's where the model is an id, a typical one where it is only a size."""
    if isinstance(model, float):
        return typical(model)
    if isinstance(model, str):
        return look_up(MODELS, model, column)
    if not isinstance(model, np.ndarray):  # a tracer, which may know which of the two it stands for
        if isinstance(model.is_number, bool):
            return typical(model) if model.is_number else look_up(MODELS, model, column)
        return np.where(model.is_number, typical(model), look_up(MODELS, model, column))
    if model.dtype.kind == "f":
        return typical(model)
    sized = np.array([type(v) is float for v in model.ravel().tolist()]).reshape(model.shape)
    if not sized.any():
        return look_up(MODELS, model, column)
    out = np.empty(model.shape)
    out[sized] = typical(model[sized].astype(float))
    named = np.flatnonzero(~sized)
    out.flat[named] = _rows(model, column, named)
    return out


def _rows(model: np.ndarray, column: str, rows: np.ndarray) -> Any:
    """The column's values for some rows; an error names the rows by their place in the whole range."""
    try:
        return look_up(MODELS, model.flat[rows], column)
    except NotInTable as error:
        where = np.zeros(model.size, dtype=bool)
        where[rows[error.where]] = True
        raise NotInTable(str(error), where.reshape(model.shape), error.sentences) from None


def cached_by_id(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function with its results kept by model id, since many cells name the same model; sizes are not kept."""
    of_id = functools.lru_cache(maxsize=1000)(of)

    @functools.wraps(of)
    def fact(model: Any) -> Any:
        return of_id(model) if type(model) is str else of(model)

    return fact


@cached_by_id
def total(model: Any) -> Any:
    """All parameters: what memory holds."""
    return figure(model, "params", lambda size: size)


@cached_by_id
def active(model: Any) -> Any:
    """Parameters that one token passes through: what compute counts."""
    if type(model) is float:
        return model
    return figure(model, "active_params", lambda size: size)


@cached_by_id
def layers(model: Any) -> Any:
    return figure(model, "layers", memory.typical_layers)


@cached_by_id
def attending_layers(model: Any) -> Any:
    """Layers that attend to the whole context; linear and windowed ones do not count."""
    return figure(model, "kv_layers", memory.typical_layers)


@cached_by_id
def windowed_layers(model: Any) -> Any:
    """Layers that attend to a window."""
    return figure(model, "window_layers", _zero)


@cached_by_id
def hidden(model: Any) -> Any:
    return figure(model, "hidden", lambda size: memory.TYPICAL_ASPECT * memory.typical_layers(size))


@cached_by_id
def heads(model: Any) -> Any:
    return figure(model, "heads", memory.typical_layers)


@cached_by_id
def attention_width(model: Any) -> Any:
    return figure(model, "attention_width", lambda size: memory.TYPICAL_ASPECT * memory.typical_layers(size))


@cached_by_id
def embeddings(model: Any) -> Any:
    """Parameters of one embedding matrix, vocabulary x hidden; 0 for a model that is only a size."""
    return figure(model, "vocab", _zero) * figure(model, "hidden", _zero)


@cached_by_id
def body_params(model: Any) -> Any:
    """Active parameters without the input and output embeddings (one matrix where they are tied)."""
    return active(model) - (2 - figure(model, "tied", _zero)) * embeddings(model)


@cached_by_id
def cache_values(model: Any) -> Any:
    """Cached numbers per token in the layers that hold the whole context."""
    return memory.kv_values(
        figure(model, "kv_layers", memory.typical_layers),
        figure(model, "kv_heads", lambda size: float(memory.TYPICAL_KV_HEADS) + 0 * size),
        figure(model, "head_dim", lambda size: float(memory.TYPICAL_ASPECT) + 0 * size),
        figure(model, "kv_rank", _zero),
        figure(model, "rope_dim", _zero),
    )


@cached_by_id
def window_values(model: Any) -> Any:
    """Cached numbers per token in the layers that hold a window only."""
    per_layer = 2 * figure(model, "kv_heads", _zero) * figure(model, "head_dim", _zero)
    return figure(model, "window_layers", _zero) * per_layer


@cached_by_id
def window(model: Any) -> Any:
    return figure(model, "window", _zero)


@cached_by_id
def expert_share(model: Any) -> Any:
    """Experts that a token uses over all experts; 0 for a dense model."""
    return figure(model, "experts_per_token", _zero) / np.maximum(figure(model, "experts", _zero), 1)


def _zero(size: Any) -> Any:
    return 0 * size
