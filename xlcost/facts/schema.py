"""pydantic models that check rows from outside, made from the definitions in rows.py.

For readers' files, newer editions and the check of the packaged tables. pydantic is heavy: import this module only
where there are such rows.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model, model_validator

from xlcost.facts import rows


class Base(BaseModel):
    """The base of all models: no further columns, rows cannot be changed, a blank cell is None."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def blank_is_none(cls, row: Any) -> Any:
        """A blank CSV cell is None."""
        return {k: None if v == "" else v for k, v in row.items()} if isinstance(row, dict) else row


@cache
def schema_of(kind: type[rows.Row]) -> type[BaseModel]:
    """The model that checks a kind of row: kinds and bounds of the cells, then what they must fulfil together."""

    def agree(row: Any) -> Any:
        for why in kind.contradictions(row):
            raise ValueError(why)
        return row

    cells: dict[str, Any] = {name: (of, getattr(kind, name, ...)) for name, of in rows.columns(kind).items()}
    together: dict[str, Any] = {"agree": model_validator(mode="after")(agree)}
    return create_model(kind.__name__, __base__=Base, __doc__=kind.__doc__, __validators__=together, **cells)


GpuPrice = schema_of(rows.GpuPrice)
