"""What a row of each packaged table may hold. A row without source or date does not load."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Checked = Literal["yes", "secondary", "no"]
Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]
CountOrZero = Annotated[int, Field(ge=0)]


def split_list(cell: Any) -> Any:
    """The parts of a semicolon-separated cell; a blank cell has none."""
    if cell is None:
        return ()
    return tuple(part.strip() for part in cell.split(";")) if isinstance(cell, str) else cell


Texts = Annotated[tuple[Text, ...], BeforeValidator(split_list)]


class Row(BaseModel):
    """A fact: where it was read, as of which day, and whether it was read there.

    `checked`: "yes" (read in the named source), "secondary" (in a text that quotes it), "no" (from memory).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: dt.date
    source: Text
    checked: Checked
    notes: Text | None

    @model_validator(mode="before")
    @classmethod
    def blank_is_none(cls, row: Any) -> Any:
        """A blank CSV cell is None."""
        return {k: None if v == "" else v for k, v in row.items()} if isinstance(row, dict) else row


class Accelerator(Row):
    """One chip or card. Every peak is dense; memory as marketed; `link_gb_s` counts both directions."""

    id: Text
    name: Text
    vendor: Text
    arch: Text
    form_factor: Text | None
    aliases: Texts
    memory_gb: Positive
    memory_type: Text
    bandwidth_gb_s: Positive
    fp32_tflops: Positive | None
    tf32_tflops: Positive | None
    bf16_tflops: Positive | None
    fp16acc_tflops: Positive | None
    fp8_tflops: Positive | None
    int8_tops: Positive | None
    fp4_tflops: Positive | None
    tdp_w: Positive | None
    link_gb_s: Positive | None
    link: Text | None
    launch: dt.date | None
    launch_price_usd: Positive | None
    unverified: Texts


class Model(Row):
    """One model's size and architecture. `params` is all of it, `active_params` what one text token passes.

    `kv_layers` keep keys and values of the whole context, `window_layers` of the last `window` tokens only.
    """

    id: Text
    name: Text
    aliases: Texts
    org: Text
    release: dt.date | None
    modality: Text
    params: Count
    active_params: Count
    layers: Count | None
    hidden: Count | None
    heads: Count | None
    kv_heads: Count | None
    head_dim: Count | None
    ffn: Count | None
    gated: bool | None
    experts: Count | None
    experts_per_token: Count | None
    expert_ffn: Count | None
    shared_experts: CountOrZero | None
    dense_layers: CountOrZero | None
    vocab: Count | None
    tied: bool | None
    context: Count | None
    attention: Text | None
    kv_layers: CountOrZero | None
    window_layers: CountOrZero | None
    window: Count | None
    kv_rank: Count | None
    rope_dim: Count | None
    nope_dim: Count | None
    v_dim: Count | None
    q_rank: Count | None
    attention_width: Count | None
    training_tokens: Count | None
    unverified: Texts


class GpuPrice(Row):
    """One offer on one day, per GPU (or chip) and hour. `basis` tells what the hour includes."""

    gpu: Text
    provider: Text
    term: Literal["on_demand", "spot", "1yr", "3yr"]
    usd_per_gpu_hour: Positive
    instance: Text | None
    gpus: Count
    region: Text | None
    basis: Literal["instance", "gpu_only", "cheapest", "chip"]


class Precision(Row):
    """One number format: the bits a stored value takes, and the accelerator column with its peak."""

    id: Text
    aliases: Texts
    bits: Positive
    peak: Text
