"""What a row of each packaged table holds: its columns, their kinds and bounds, what they must fulfil together.

A packaged table is read by the kinds alone (tables.py): it was checked before it was shipped, by
`python tools/check_tables.py` and the tests. Rows from outside are checked by models made of these classes (schema).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal


class Bounds:
    """Bounds of a cell, which pydantic reads when a row is checked."""

    def __init__(self, **bounds: Any) -> None:
        self.bounds = bounds

    def __get_pydantic_core_schema__(self, kind: Any, inner: Callable[[Any], Any]) -> Any:
        return inner(kind) | self.bounds


class Semicolons:
    """Marks a cell that holds a list, its parts separated by semicolons."""

    def __get_pydantic_core_schema__(self, kind: Any, inner: Callable[[Any], Any]) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(parts, inner(kind))


def parts(cell: Any) -> Any:
    """The parts of a semicolon-separated cell; a blank cell has none.

    >>> parts("A100; A100 SXM"), parts(None)
    (('A100', 'A100 SXM'), ())
    """
    if cell is None:
        return ()
    return tuple(part.strip() for part in cell.split(";")) if isinstance(cell, str) else cell


Checked = Literal["yes", "secondary", "no"]
Text = Annotated[str, Bounds(min_length=1)]
Texts = Annotated[tuple[Text, ...], Semicolons()]
Positive = Annotated[float, Bounds(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Bounds(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Bounds(gt=0, le=1)]
Count = Annotated[int, Bounds(gt=0)]
CountOrZero = Annotated[int, Bounds(ge=0)]


class Row:
    """One fact: the columns that every table has. `as_of` is its day, `source` where it was read.

    `checked`: "yes" (read in the named source), "secondary" (in a text that quotes it), "no" (from memory).
    """

    as_of: dt.date
    source: Text
    checked: Checked
    notes: Text | None

    def __init__(self, **cells: Any) -> None:
        vars(self).update(cells)

    def __setattr__(self, column: str, cell: Any) -> None:
        raise AttributeError("a row is never changed")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{column}={cell!r}' for column, cell in vars(self).items())})"

    def contradictions(self) -> Iterator[str]:
        """Sentences about cells of this row that contradict each other."""
        yield from ()


PROVENANCE = tuple(Row.__annotations__)  # the columns that say where a fact comes from


def columns(kind: type[Row]) -> dict[str, Any]:
    """What each column of a table holds, those that every table has first.

    >>> list(columns(ApiListed))
    ['as_of', 'source', 'checked', 'notes', 'provider', 'models']
    """
    return Row.__annotations__ | kind.__annotations__


def _unfilled(row: Any) -> Iterator[str]:
    """Columns named in `unverified` that hold nothing in this row."""
    for column in row.unverified:
        if getattr(row, column, None) is None:
            yield f"unverified: '{column}' is no column of the table that holds something in this row"


def _plain_decoder(model: Any) -> bool:
    return model.attention in ("MHA", "MQA", "MLA", "GQA") and "enc-dec" not in model.modality


def _cache_contradictions(model: Any) -> Iterator[str]:
    """Numbers of layers with a cache that do not go with the kind of model."""
    caching, windowed = model.kv_layers, model.window_layers or 0
    if model.attention == "encoder" or model.modality == "image":
        if (caching, windowed) != (0, 0):
            yield "kv_layers: an encoder and an image model keep no cache; write 0"
    elif not (caching is None) == (model.attention is None) == (model.layers is None):
        yield "kv_layers: stands with attention and layers, or all three are left out"
    elif _plain_decoder(model) and caching + windowed != model.layers:
        yield f"kv_layers: with window_layers they are not the {model.layers} layers of a plain {model.attention}"


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

    def contradictions(self) -> Iterator[str]:
        """A narrower format with a lower peak; a blank cell that is named unverified."""
        peaks = {column: getattr(self, column) for column in ("tf32_tflops", "bf16_tflops", "fp8_tflops", "fp4_tflops")}
        known = [(column, peak) for column, peak in peaks.items() if peak is not None]
        for (wide, slow), (narrow, fast) in pairwise(known):
            if fast < slow:
                yield f"{narrow}: {fast:g} is less than {slow:g}, the {wide}"
        yield from _unfilled(self)


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

    def contradictions(self) -> Iterator[str]:
        """A part above its whole, a window without layers, a blank cell that is named unverified."""
        if self.active_params > self.params:
            yield f"active_params: {self.active_params} are more than the {self.params} of params"
        if self.experts and not (self.experts_per_token or 0) < self.experts:
            yield f"experts_per_token: {self.experts_per_token} are not fewer than the {self.experts} experts"
        if (self.window is None) != (not self.window_layers):
            yield "window: stands with window_layers, or both are left out"
        if self.kv_layers is not None and self.kv_layers + (self.window_layers or 0) > (self.layers or 0):
            yield f"kv_layers: with window_layers they are more than the {self.layers} layers"
        yield from _cache_contradictions(self)
        yield from _unfilled(self)


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

    def contradictions(self) -> Iterator[str]:
        """A price without its source: all four cells, or none."""
        cells = (self.electricity_usd_kwh, self.electricity_as_of, self.electricity_source, self.electricity_checked)
        if len({cell is None for cell in cells}) > 1:
            yield f"{self.id}: an electricity price needs as_of, source and checked"


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
    mfu: Share | None
    basis: Literal["run", "throughput", "estimate"]

    def contradictions(self) -> Iterator[str]:
        """A run without parameters, tokens and hours; another row that lacks both these and a utilisation."""
        whole = None not in (self.params, self.tokens, self.gpu_hours)
        if not whole and (self.basis == "run" or self.mfu is None):
            yield f"{self.model}: params, tokens and gpu_hours, or a mfu that is not of a run"


class ReportedRun(Row):
    """A training run as published, or as estimated from publications: work, chips, hours, dollars.

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
    mfu: Share | None
    own_usd: Positive | None
    cloud_usd: Positive | None
    hardware_usd: Positive | None
    confidence: Literal["confident", "likely", "speculative"]

    def contradictions(self) -> Iterator[str]:
        """A row without chip-hours, dollars and utilisation."""
        if not any((self.chip_hours, self.own_usd, self.cloud_usd, self.mfu)):
            yield f"{self.id}: neither chip-hours nor dollars nor utilisation"


class Ownership(Row):
    """One figure of owning and running hardware: `metric` of `entity` in `region`.

    `region` is an id of the regions table, or "global".
    """

    id: Text
    aliases: Texts
    metric: Text
    entity: Text
    region: Text
    value: Positive
    unit: Text
