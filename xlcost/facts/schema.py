"""What a row of each packaged table may hold. A row without source or date does not load."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Checked = Literal["yes", "secondary", "no"]
Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
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
    memory_class: Literal["hbm", "gddr", "lpddr", "sram"]
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
    """One offer on one day, per GPU (or chip) and hour. `basis` tells what the hour includes.

    `usd_per_instance_hour` is the price of the whole instance as the source prints it, blank where it prints none.
    """

    gpu: Text
    provider: Text
    term: Literal["on_demand", "spot", "1yr", "3yr"]
    usd_per_gpu_hour: Positive
    usd_per_instance_hour: Positive | None = None
    instance: Text | None
    gpus: Count
    region: Text | None
    basis: Literal["instance", "gpu_only", "cheapest", "chip"]


class Precision(Row):
    """One number format: the bits a stored value takes, the accelerator column with its peak, and who runs it."""

    id: Text
    aliases: Texts
    bits: Positive
    peak: Text
    runtime: Literal["server", "llama.cpp"]


class Region(Row):
    """A country, US state or cloud region: its grid, and what commercial or industrial customers pay.

    `carbon_basis`: "lifecycle" counts the building of power stations and the extraction of fuel, "direct" what they
    burn. The price has a source and date of its own.
    """

    id: Text
    name: Text
    aliases: Texts
    carbon_kg_kwh: Positive
    carbon_basis: Literal["lifecycle", "direct"]
    electricity_usd_kwh: Positive | None
    electricity_as_of: dt.date | None
    electricity_source: Text | None
    electricity_checked: Checked | None

    @model_validator(mode="after")
    def price_is_sourced(self) -> Region:
        """All four cells of a price, or none."""
        cells = (self.electricity_usd_kwh, self.electricity_as_of, self.electricity_source, self.electricity_checked)
        if len({cell is None for cell in cells}) > 1:
            raise ValueError(f"{self.id}: an electricity price needs as_of, source and checked")
        return self


class ApiPrice(Row):
    """A hosted model's prices from one day on, in USD per million tokens."""

    provider: Text
    model: Text
    input_usd_mtok: NotNegative
    output_usd_mtok: NotNegative | None
    cached_usd_mtok: NotNegative | None
    cache_write_usd_mtok: NotNegative | None
    batch_input_usd_mtok: NotNegative | None
    batch_output_usd_mtok: NotNegative | None


class ApiListed(Row):
    """Hosted models of a provider that genai-prices first listed on one day: the start of its history of them."""

    provider: Text
    models: Texts


class TrainingRun(Row):
    """A published training run. `params` are the active ones.

    `basis`: "run" = GPU-hours of the whole run, as its makers give them; "throughput" = utilisation while it runs;
    "estimate" = somebody else's, or only a bound.
    """

    model: Text
    params: Count | None
    tokens: Count | None
    gpu: Text
    gpu_hours: Positive | None
    mfu: Annotated[float, Field(gt=0, le=1)] | None
    basis: Literal["run", "throughput", "estimate"]

    @model_validator(mode="after")
    def says_enough(self) -> TrainingRun:
        """A run has parameters, tokens and hours; the others those or a utilisation."""
        whole = None not in (self.params, self.tokens, self.gpu_hours)
        if not whole and (self.basis == "run" or self.mfu is None):
            raise ValueError(f"{self.model}: params, tokens and gpu_hours, or a mfu that is not of a run")
        return self


class ReportedRun(Row):
    """What was published of a training run, or estimated from what was: work, chips, hours, dollars.

    `flop` is the work of the run. Dollars are those of 2023: `own_usd` = hardware written off while it ran and its
    energy, `cloud_usd` = the same hours rented, `hardware_usd` = buying the cluster. `gpu` is an id of the accelerator
    table, `hardware` what the source calls it.
    """

    id: Text
    aliases: Texts
    model: Text
    org: Text | None
    published: dt.date
    params: Count | None
    tokens: Count | None
    flop: Positive | None
    gpu: Text | None
    hardware: Text | None
    chips: Count | None
    hours: Positive | None
    chip_hours: Positive | None
    mfu: Annotated[float, Field(gt=0, le=1)] | None
    own_usd: Positive | None
    cloud_usd: Positive | None
    hardware_usd: Positive | None
    confidence: Literal["confident", "likely", "speculative"]

    @model_validator(mode="after")
    def says_something(self) -> ReportedRun:
        """Chip-hours, dollars or a utilisation: a size and a date alone are no run."""
        if not any((self.chip_hours, self.own_usd, self.cloud_usd, self.mfu)):
            raise ValueError(f"{self.id}: neither chip-hours nor dollars nor utilisation")
        return self


class Ownership(Row):
    """What it takes to own and to run hardware: one value of one thing, of one operator or place.

    `region` is an id of the regions table, or "global".
    """

    id: Text
    aliases: Texts
    metric: Text
    entity: Text
    region: Text
    value: Positive
    unit: Text
