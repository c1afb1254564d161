"""The model that checks a row of the user's own quotes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from xlcost.errors import NotInTable
from xlcost.facts.store import GPUS
from xlcost.prices.periods import DEAREST
from xlcost.quantities import ISO_DAY, TERMS, iso_day

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def _day(cell: Any) -> Any:
    if isinstance(cell, str):
        day = iso_day(cell)
        if day is None:
            known = ISO_DAY.fullmatch(cell)
            raise ValueError("is no day of the calendar" if known else "is no date; write it as 2026-10-31")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValueError(f"cannot be used; it takes a day from {FIRST_DAY} to {LAST_DAY}")
        return day
    return cell


def _number(cell: Any) -> Any:
    """A number with a decimal point; a share may be written as 12%."""
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    part = text.removesuffix("%").strip()
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", part, re.IGNORECASE):
        hint = "; write a decimal point" if re.fullmatch(r"-?\d+,\d+", part) else ""
        raise ValueError(f"is no number{hint}")
    return float(part) / 100 if text.endswith("%") else float(part)


def _dollars(usd: float) -> float:
    if usd <= 0 or usd > DEAREST:
        raise ValueError(f"a price lies above 0 and at most at {DEAREST:,} USD per GPU-hour")
    return usd


def _share(off: float) -> float:
    if not 0 < off < 1:
        raise ValueError("a discount lies between 0% and 100%; write 12% or 0.12")
    return off


def _gpu(text: str) -> str:
    try:
        return GPUS.id(text)
    except NotInTable as error:
        raise ValueError(str(error)) from None


def _term(text: Any) -> Any:
    """The term that a text means, written in any case, with a blank or hyphen."""
    term = re.sub(r"[\s-]+", "_", text.strip().lower()) if isinstance(text, str) else text
    if term not in TERMS:
        raise ValueError(f"it takes {', '.join(map(repr, TERMS[:-1]))} or {TERMS[-1]!r}")
    return term


Usd = Annotated[float, BeforeValidator(_number), AfterValidator(_dollars)]
Share = Annotated[float, BeforeValidator(_number), AfterValidator(_share)]
Day = Annotated[dt.date, BeforeValidator(_day)]


class OwnQuote(BaseModel):
    """A price that the user was quoted, or a discount off the list prices of a provider for a term.

    A price without provider holds wherever none is named. It is in force from its first day (`from`, or `as_of`) to
    the day `until` (left out: a year), or until the next quote of the same gpu, provider and term.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    gpu: Annotated[str, AfterValidator(_gpu)] | None = None
    provider: Annotated[str, Field(max_length=60)] | None = None
    term: Annotated[str, BeforeValidator(_term)]
    usd_per_gpu_hour: Usd | None = None
    off_list: Share | None = None
    as_of: Day
    start: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    source: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="before")
    @classmethod
    def blank_is_none(cls, row: Any) -> Any:
        """A blank cell is left out."""
        return {k: v for k, v in row.items() if v not in ("", None)} if isinstance(row, dict) else row

    @model_validator(mode="after")
    def is_one_kind(self) -> OwnQuote:
        """A price of a gpu, or a discount of a provider."""
        if (self.usd_per_gpu_hour is None) == (self.off_list is None):
            raise ValueError("a row takes either usd_per_gpu_hour or off_list")
        if self.off_list is None and self.gpu is None:
            raise ValueError("gpu: is blank; a price is that of a gpu")
        if self.off_list is not None and self.gpu is not None:
            raise ValueError("gpu: a discount holds for all of a provider's gpus; write a price for a single one")
        if self.off_list is not None and self.provider is None:
            raise ValueError("provider: is blank; a discount is off the list prices of one")
        return self

    @model_validator(mode="after")
    def days_in_order(self) -> OwnQuote:
        first = self.start or self.as_of
        if self.until and self.until < first:
            raise ValueError(f"until: {self.until} lies before {first}, the first day")
        return self
