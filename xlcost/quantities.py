"""The argument words: each defined once, with its unit, meaning and bounds.

A word turns what a caller gives (a number, text such as "70B", a list, an array, a date) into what formulas
take: floats, float arrays, ids. Anything else is a `BadInput` whose sentence names the argument.
Blank items of a list (None) become NaN in numbers and None in ids; `function.otherwise` fills them.
Must not know a table: whether an id is in one is for the look-up to say. Begin with the words, at the end.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np

from xlcost.errors import BadInput, nearest

SUFFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
SIZED = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)\s*([kmbt%]?)\s*", re.IGNORECASE)
EXCEL_DAY_ZERO = dt.date(1899, 12, 30).toordinal()
ONE_DAY = dt.timedelta(days=1)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def sized_number(text: str) -> float | None:
    """A number written as text, with k, M, B, T or % after it; None if it is none.

    >>> sized_number("1.5T"), sized_number("35%"), sized_number("gpt-3")
    (1500000000000.0, 0.35, None)
    """
    match = SIZED.fullmatch(text)
    if match is None:
        return None
    number, suffix = float(match[1]), match[2].lower()
    return number / 100 if suffix == "%" else number * SUFFIXES[suffix]


def iso_day(text: str) -> dt.date | None:
    """A day written as 2026-10-31; None where it is not, or where the calendar has no such day.

    >>> iso_day(" 2026-10-31 "), iso_day("20261031"), iso_day("2026-02-30")
    (datetime.date(2026, 10, 31), None, None)
    """
    try:
        return dt.date.fromisoformat(text.strip()) if ISO_DAY.fullmatch(text.strip()) else None
    except ValueError:
        return None


def excel_serial(day: dt.date) -> float:
    """The number by which a spreadsheet stores a date.

    >>> excel_serial(dt.date(2023, 4, 7))
    45023.0
    """
    return float(day.toordinal() - EXCEL_DAY_ZERO)


def serial_date(serial: float) -> dt.date:
    """The date that a spreadsheet's number stands for."""
    return dt.date.fromordinal(int(serial) + EXCEL_DAY_ZERO)


def comma_hint(text: str) -> str:
    """What to do about the commas of a number, if that is what is wrong."""
    if re.fullmatch(r"\s*[+-]?\d{1,3}(,\d{3})+(\.\d+)?\s*", text):
        return "; write it without commas"
    return "; write a decimal point" if re.search(r"\d,\d", text) else ""


@dataclass(frozen=True)
class Word:
    """One argument word. `accept(value, name)` gives what formulas take, or raises."""

    name: str
    unit: str
    meaning: str

    def accept(self, value: Any, name: str) -> Any:
        """The value, or the array of values, as formulas take it; the same array only if no item is blank."""
        kind = type(value)
        if kind is float or kind is str or kind is int:
            return self.accept_one(value, name)
        if isinstance(value, np.ndarray):
            return self.accept_array(value, name)
        if isinstance(value, (list, tuple)):
            return self.accept_array(as_array(value), name)
        return self.accept_one(value.item() if isinstance(value, np.generic) else value, name)

    def accept_one(self, value: Any, name: str) -> Any:
        raise NotImplementedError

    def accept_array(self, values: np.ndarray, name: str) -> np.ndarray:
        """Each distinct value is read once; the rows that cannot be read are named together."""
        known: dict[Any, Any] = {None: None}
        failed: dict[Any, str] = {}
        for value in {(type(v), v) for v in values.ravel().tolist()}:
            if value[1] is not None and value[1] == value[1]:
                try:
                    known[value] = self.accept_one(value[1], name)
                except BadInput as error:
                    failed[value] = str(error)
        keys = [(type(v), v) for v in values.ravel().tolist()]
        if failed:
            where = np.array([key in failed for key in keys]).reshape(values.shape)
            sentences = [failed[key] for key in keys if key in failed]
            raise BadInput(sentences[0], where, sentences)
        return self.collect([known.get(key) for key in keys]).reshape(values.shape)

    def collect(self, values: list[Any]) -> np.ndarray:
        out = np.empty(len(values), dtype=object)
        out[:] = values
        return out

    def allowed(self) -> str:
        """What the word takes, for the end of an error sentence."""
        raise NotImplementedError

    def bad(self, value: Any, name: str, where: Any = None) -> BadInput:
        """The error for a value that the word does not take."""
        return BadInput(f"{name}: {value!r} cannot be used; it takes {self.allowed()}", where)


def as_array(values: Any) -> np.ndarray:
    """A list, nested or not, as an array of floats where all are numbers, else of objects."""
    array = np.array(values, dtype=object)
    if all(type(v) in (float, int, type(None)) for v in array.ravel().tolist()):
        return array.astype(float)
    return array


@dataclass(frozen=True)
class Number(Word):
    """A number with bounds; `above` is a lower bound that is itself not allowed."""

    low: float = 0.0
    high: float = 1e40
    above: float = -math.inf
    whole: bool = False

    def accept_one(self, value: Any, name: str) -> float:
        kind = type(value)
        number = value if kind is float or kind is int else self.read(value, name)
        if not (self.low <= number <= self.high and number > self.above):
            raise self.bad(value, name)
        if self.whole and number != int(number):
            raise self.bad(value, name)
        return float(number)

    def read(self, value: Any, name: str) -> float:
        """The number that text, or a value of another type, stands for."""
        if isinstance(value, str):
            number = sized_number(value)
            if number is None:
                raise BadInput(f"{name}: {value!r} is not a number; it takes {self.allowed()}{comma_hint(value)}")
            return number
        if isinstance(value, (bool, dt.date)) or not hasattr(value, "__float__"):
            raise self.bad(value, name)
        return float(value)

    def accept_array(self, values: np.ndarray, name: str) -> np.ndarray:
        if values.dtype.kind not in "fiu":
            return super().accept_array(values, name)
        numbers = values.astype(float, copy=False)
        if numbers.size and not self.whole:
            least, most = numbers.min(), numbers.max()  # NaN if there is one
            if self.low <= least and least > self.above and most <= self.high:
                return numbers
        outside = ~((numbers >= self.low) & (numbers <= self.high) & (numbers > self.above) | np.isnan(numbers))
        if self.whole:
            outside |= ~np.isnan(numbers) & (numbers != np.trunc(numbers))
        if outside.any():
            sentences = [str(self.bad(value, name)) for value in numbers[outside].tolist()]
            raise BadInput(sentences[0], outside, sentences)
        return np.array(numbers)

    def collect(self, values: list[Any]) -> np.ndarray:
        return np.array(values, dtype=float)

    def allowed(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        lower = f"above {self.above:g}" if self.above >= self.low else f"from {self.low:g}"
        return f"{kind} {lower}" + (f" to {self.high:g}" if self.high < 1e40 else "") + self.example()

    def example(self) -> str:
        return ', or text such as "15T" or "8k"' if self.unit in ("tokens", "parameters") else ""


@dataclass(frozen=True)
class Key(Word):
    """An id of a table, as text; the look-up itself says whether it is known."""

    table: str = ""

    def accept_one(self, value: Any, name: str) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.bad(value, name)
        return value.strip()

    def accept_array(self, values: np.ndarray, name: str) -> np.ndarray:
        """Ids are taken as they are; only what is no clean text is read one by one."""
        if values.dtype == object and all(
            type(v) is str and v == v.strip() != "" for v in set(values.ravel().tolist())
        ):
            return values
        return super().accept_array(values, name)

    def allowed(self) -> str:
        return f"an id of the {self.table} table, as text"


@dataclass(frozen=True)
class ModelWord(Word):
    """A model: an id, or a number of parameters, given as number or text."""

    def accept_one(self, value: Any, name: str) -> float | str:
        number = sized_number(value) if isinstance(value, str) else value
        if number is None and isinstance(value, str) and value.strip():
            return value.strip()
        if type(number) in (int, float) and 1e6 <= float(number) <= 1e18:  # type: ignore[arg-type]
            return float(number)  # type: ignore[arg-type]
        raise self.bad(value, name)

    def collect(self, values: list[Any]) -> np.ndarray:
        if all(type(v) is float for v in values):
            return np.array(values)
        return super().collect(values)

    def accept_array(self, values: np.ndarray, name: str) -> np.ndarray:
        if values.dtype.kind == "f" and values.size and values.min() >= 1e6 and values.max() <= 1e18:
            return values
        return super().accept_array(values, name)

    def allowed(self) -> str:
        return 'an id ("gpt-3"), a size ("70B") or a number of parameters from 1e6 to 1e18'


@dataclass(frozen=True)
class Choice(Word):
    """One of a few texts."""

    choices: tuple[str, ...] = ()

    def accept_one(self, value: Any, name: str) -> str:
        if isinstance(value, str):
            plain = value.strip().lower()
            if plain in self.choices:
                return plain
            raise BadInput(f"{name}: {value!r} is not known; it takes {self.allowed()}{nearest(plain, self.choices)}")
        raise self.bad(value, name)

    def allowed(self) -> str:
        return " or ".join(f'"{c}"' for c in self.choices)


@dataclass(frozen=True)
class Date(Word):
    """A date: a date value, its spreadsheet number, or ISO text. Formulas get the spreadsheet number."""

    def accept_one(self, value: Any, name: str) -> float:
        serial = self.serial(value)
        if serial is None or not 36526 <= serial < 73051:  # 2000 to 2099
            raise self.bad(value, name)
        return serial

    def serial(self, value: Any) -> float | None:
        """The spreadsheet's number of a date, however it is given."""
        if isinstance(value, dt.datetime):
            value = value.date()
        if isinstance(value, str):
            value = iso_day(value)
        if isinstance(value, dt.date):
            return excel_serial(value)
        return float(math.floor(value)) if type(value) in (int, float) and math.isfinite(value) else None

    def collect(self, values: list[Any]) -> np.ndarray:
        return np.array(values, dtype=float)

    def allowed(self) -> str:
        return 'a date from 2000 to 2099, or text such as "2023-04-07"'


@dataclass(frozen=True)
class Flag(Number):
    """TRUE or FALSE; formulas take 1 or 0."""

    high: float = 1.0
    whole: bool = True

    def accept_one(self, value: Any, name: str) -> float:
        if isinstance(value, str):
            known = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}.get(value.strip().lower())
            if known is None:
                raise self.bad(value, name)
            return known
        return super().accept_one(float(value) if isinstance(value, bool) else value, name)

    def allowed(self) -> str:
        return "TRUE or FALSE (1 or 0)"


@dataclass(frozen=True)
class SearchText(Word):
    """Text to look for; blank is allowed and finds everything."""

    def accept_one(self, value: Any, name: str) -> str:
        if isinstance(value, str):
            return value.strip()
        if type(value) in (int, float):
            return f"{value:g}"
        raise self.bad(value, name)

    def allowed(self) -> str:
        return "text, such as part of a name"


@dataclass(frozen=True)
class Result(Word):
    """What a function gives; never an argument."""


@dataclass(frozen=True)
class Spill(Result):
    """A result of several cells."""


@dataclass(frozen=True)
class Series(Number):
    """Numbers that belong together: a range is one argument, not a row each."""

    def accept(self, value: Any, name: str) -> np.ndarray:
        items = value if isinstance(value, (np.ndarray, list, tuple)) else [value]
        values = np.atleast_1d(self.accept_array(as_array(items) if not isinstance(items, np.ndarray) else items, name))
        values = values.astype(float).ravel()
        if not values.size or np.isnan(values).any():
            raise BadInput(f"{name}: holds a blank; every cell of it takes {self.allowed()}")
        return values


@dataclass(frozen=True)
class AnyArgument(Word):
    """Whatever another function takes."""

    def accept(self, value: Any, name: str) -> Any:
        return value

    def allowed(self) -> str:
        return "what the named function takes"


def number(name: str, unit: str, meaning: str, **bounds: Any) -> Number:
    return Number(name, unit, meaning, **bounds)


def share(name: str, meaning: str, high: float = 1.0) -> Number:
    return Number(name, "share", meaning, above=0.0, high=high)


def count(name: str, unit: str, meaning: str, low: float = 1.0, high: float = 1e9) -> Number:
    return Number(name, unit, meaning, low=low, high=high, whole=True)


# What a function takes.
Model: TypeAlias = Annotated[
    Any, ModelWord("model", "parameters", "Model id such as gpt-3, a size such as 70B, or a number of parameters")
]
Gpu: TypeAlias = Annotated[Any, Key("gpu", "id", "Accelerator id such as h100-sxm, or a name such as H100", "gpu")]
Tokens: TypeAlias = Annotated[Any, number("tokens", "tokens", "Tokens, a number or text such as 300B", high=1e18)]
PromptTokens: TypeAlias = Annotated[
    Any, number("tokens", "tokens", "Tokens of the prompt, a number or text such as 8k", high=1e18)
]
AnswerTokens: TypeAlias = Annotated[
    Any, number("tokens", "tokens", "Tokens of the answer, a number or text such as 8k", high=1e18)
]
Context: TypeAlias = Annotated[
    Any, number("context", "tokens", "Tokens of one sequence, prompt and answer together", high=1e9)
]
Batch: TypeAlias = Annotated[Any, count("batch", "sequences", "Sequences processed together")]
Precision: TypeAlias = Annotated[
    Any, Key("precision", "id", "Number format: fp32, bf16, fp8, int8, int4, nf4, q4_k_m ...", "precision")
]
KvPrecision: TypeAlias = Annotated[
    Any, Key("precision", "id", "Number format of keys and values: bf16, fp8, int8, int4 ...", "precision")
]
Field: TypeAlias = Annotated[Any, Key("field", "id", "Name of a column of the table", "column")]
Provider: TypeAlias = Annotated[
    Any, Key("provider", "id", "Cloud provider such as AWS; left out: the median of all that offer it", "provider")
]
TERMS = ("on_demand", "spot", "1yr", "3yr")
Term: TypeAlias = Annotated[Any, Choice("term", "id", "Kind of price: on_demand, spot, 1yr, 3yr", TERMS)]
AnyGpu: TypeAlias = Annotated[
    Any, Key("gpu", "id", "Accelerator id such as h100-sxm, or a name such as H100; left out: all of them", "gpu")
]
AnyProvider: TypeAlias = Annotated[
    Any, Key("provider", "id", "Cloud provider such as AWS; left out: all of them", "provider")
]
AnyTerm: TypeAlias = Annotated[
    Any, Choice("term", "id", "Kind of price: on_demand, spot, 1yr, 3yr; left out: all of them", TERMS)
]
AsOf: TypeAlias = Annotated[Any, Date("as_of", "date", "Date of the price; left out: the data edition's date")]
Price: TypeAlias = Annotated[
    Any, number("price", "USD / GPU-hour", "Price of one GPU for an hour; left out: from the price table", high=1e6)
]
HourPrice: TypeAlias = Annotated[Any, number("price", "USD / GPU-hour", "Price of one GPU for an hour", high=1e6)]
Mfu: TypeAlias = Annotated[Any, share("mfu", "Model FLOPs utilisation of the whole run, share of the dense peak")]
Goodput: TypeAlias = Annotated[Any, share("goodput", "Share of the paid time that goes into useful training steps")]
Gpus: TypeAlias = Annotated[Any, count("gpus", "GPUs", "Number of GPUs")]
GpuHours: TypeAlias = Annotated[Any, number("gpu_hours", "GPU-hours", "GPUs times hours", high=1e15)]
Hours: TypeAlias = Annotated[Any, number("hours", "hours", "Hours", high=1e9)]
Watts: TypeAlias = Annotated[Any, number("watts", "W", "Electrical power drawn", high=1e12)]
Load: TypeAlias = Annotated[Any, share("load", "Average power of the chip, share of its rated power (TDP)", high=1.5)]
Pue: TypeAlias = Annotated[
    Any, number("pue", "ratio", "Power usage effectiveness: facility energy over IT energy", low=1.0, high=5.0)
]
Electricity: TypeAlias = Annotated[Any, number("electricity", "USD / kWh", "Price of electricity", high=100.0)]
FlopsMethod: TypeAlias = Annotated[
    Any, Choice("method", "id", "rule = parameters only; exact adds attention", ("rule", "exact"))
]
TrainFlopsMethod: TypeAlias = Annotated[
    Any,
    Choice("method", "id", "rule = 6 per parameter; causal or full adds attention", ("rule", "causal", "full")),
]
ParamKind: TypeAlias = Annotated[
    Any,
    Choice("kind", "id", "total, or active = those one token passes through", ("total", "active")),
]
Task: TypeAlias = Annotated[
    Any,
    Choice("task", "id", "infer, train (all weights), lora or qlora", ("infer", "train", "lora", "qlora")),
]
TuneMethod: TypeAlias = Annotated[
    Any, Choice("method", "id", "full = all weights, lora or qlora = adapters only", ("full", "lora", "qlora"))
]
Zero: TypeAlias = Annotated[Any, count("zero", "stage", "ZeRO stage, 0 to 3: what data parallelism shards", 0, 3)]
MicroBatch: TypeAlias = Annotated[Any, count("micro_batch", "sequences", "Sequences of one micro-batch")]
Recompute: TypeAlias = Annotated[
    Any,
    Choice("recompute", "id", "Activations recomputed: none, selective, full", ("none", "selective", "full")),
]
TensorParallel: TypeAlias = Annotated[
    Any, count("degree", "GPUs", "GPUs that share the work of every layer (tensor parallelism)", high=1e6)
]
PipelineParallel: TypeAlias = Annotated[
    Any, count("degree", "stages", "Stages of layers, one after the other (pipeline parallelism)", high=1e6)
]

FunctionName: TypeAlias = Annotated[Any, Key("function", "id", "Name of a function such as TRAIN_COST", "function")]
OtherArguments: TypeAlias = Annotated[Any, AnyArgument("arguments", "any", "What that function takes, in its order")]
Layers: TypeAlias = Annotated[Any, count("layers", "layers", "Transformer layers", high=1e6)]
Hidden: TypeAlias = Annotated[Any, count("hidden", "numbers", "Width of the model: numbers per token", high=1e7)]
Heads: TypeAlias = Annotated[Any, count("heads", "heads", "Attention heads; the width is a multiple of them", high=1e6)]
KvHeads: TypeAlias = Annotated[
    Any, count("kv_heads", "heads", "Heads of keys and values; as many as heads without grouping", high=1e6)
]
Ffn: TypeAlias = Annotated[Any, count("ffn", "numbers", "Width of the feed-forward layer", high=1e8)]
Vocab: TypeAlias = Annotated[Any, count("vocab", "tokens", "Tokens of the vocabulary, padding included", high=1e9)]
Gated: TypeAlias = Annotated[Any, Flag("gated", "TRUE or FALSE", "Feed-forward of three matrices (SwiGLU), not two")]
Tied: TypeAlias = Annotated[Any, Flag("tied", "TRUE or FALSE", "One embedding matrix for input and output")]
FlopBudget: TypeAlias = Annotated[Any, number("flops", "FLOP", "Operations of the whole training run", above=0.0)]
ParamsGiven: TypeAlias = Annotated[
    Any, number("params", "parameters", "Parameters, a number or text such as 70B", above=0.0, high=1e18)
]
TokensPerSecond: TypeAlias = Annotated[
    Any, number("tokens_per_second", "tokens / s", "Tokens per second of all GPUs together", above=0.0, high=1e15)
]
Utilisation: TypeAlias = Annotated[Any, share("utilisation", "Share of the paid or owned hours that are used")]
Capex: TypeAlias = Annotated[
    Any, number("capex", "USD / GPU", "All that is bought, per GPU: chip, its share of server and network", high=1e7)
]
Years: TypeAlias = Annotated[
    Any, number("years", "years", "Years until the purchase is written off", above=0.0, high=50.0)
]
Opex: TypeAlias = Annotated[
    Any, number("opex", "share", "Space, maintenance, staff: a year's dollars as a share of capex", high=10.0)
]
Residual: TypeAlias = Annotated[
    Any, number("residual", "share", "Value left after those years, as a share of capex", high=1.0)
]
Energy: TypeAlias = Annotated[Any, number("kwh", "kWh", "Electrical energy at the meter", high=1e15)]
Region: TypeAlias = Annotated[
    Any, Key("region", "id", "Country or US state such as france or us-virginia; left out: world", "region")
]
Contains: TypeAlias = Annotated[
    Any, SearchText("contains", "text", "Part of an id, a name or a maker; left out: all of them")
]
ApiModel: TypeAlias = Annotated[
    Any, Key("api_model", "id", "Hosted model such as gpt-4o, or provider/model such as azure/gpt-4o", "API price")
]
ApiKind: TypeAlias = Annotated[
    Any,
    Choice(
        "kind",
        "id",
        "Tokens that are paid for: input, output, cached (read), cache_write, batch_input, batch_output",
        ("input", "output", "cached", "cache_write", "batch_input", "batch_output"),
    ),
]
CachedTokens: TypeAlias = Annotated[
    Any, number("cached_tokens", "tokens", "Those of the input tokens that the provider has in its cache", high=1e18)
]
Requests: TypeAlias = Annotated[Any, number("requests", "requests", "Requests of this size", high=1e15)]
Demand: TypeAlias = Annotated[
    Any, Series("demand", "GPUs", "GPUs that run in each period, one cell per period", high=1e9)
]
Committed: TypeAlias = Annotated[Any, count("committed", "GPUs", "GPUs committed to for every period", low=0.0)]
OnDemandPrice: TypeAlias = Annotated[
    Any, number("on_demand_price", "USD / GPU-period", "Price of a GPU on demand for one period", high=1e9)
]
CommittedPrice: TypeAlias = Annotated[
    Any, number("committed_price", "USD / GPU-period", "Price of a committed GPU for one period, used or not", high=1e9)
]
Percentiles: TypeAlias = Annotated[
    Any,
    Series(
        "percentiles", "percentile", "Shares of cases that cost less: 0.1 is cheap, 0.9 dear", low=0.001, high=0.999
    ),
]
InputTokens: TypeAlias = Annotated[Any, number("input_tokens", "tokens", "Tokens of the prompt", low=1.0, high=1e9)]
OutputTokens: TypeAlias = Annotated[Any, number("output_tokens", "tokens", "Tokens of the answer", low=1.0, high=1e9)]
RequestRate: TypeAlias = Annotated[
    Any, number("requests_per_second", "requests / s", "Requests per second, the average over the day", high=1e9)
]
PeakRatio: TypeAlias = Annotated[
    Any, number("peak_ratio", "ratio", "Demand of the busiest hour over the average", low=1.0, high=1e4)
]
MaxLoad: TypeAlias = Annotated[Any, share("max_load", "Highest load that is safe at the peak, share of the throughput")]
FixedCost: TypeAlias = Annotated[
    Any, number("fixed_cost", "USD / month", "What own serving costs a month, used or not", high=1e15)
]
ApiCost: TypeAlias = Annotated[Any, number("api_cost", "USD / request", "What a request costs at the API", high=1e9)]
MarginalCost: TypeAlias = Annotated[
    Any, number("marginal_cost", "USD / request", "What one more request costs in own serving", high=1e9)
]

# What a function gives.
Params: TypeAlias = Annotated[Any, Result("params", "parameters", "Parameters")]
Flop: TypeAlias = Annotated[Any, Result("flop", "FLOP", "Floating-point operations")]
Gigabytes: TypeAlias = Annotated[Any, Result("gb", "GB", "Gigabytes of 1e9 bytes")]
Dollars: TypeAlias = Annotated[Any, Result("usd", "USD", "US dollars")]
DollarsPerHour: TypeAlias = Annotated[Any, Result("usd_per_hour", "USD / GPU-hour", "US dollars per GPU-hour")]
Kwh: TypeAlias = Annotated[Any, Result("kwh", "kWh", "Electrical energy")]
HoursOut: TypeAlias = Annotated[Any, Result("hours", "hours", "Hours")]
GpuHoursOut: TypeAlias = Annotated[Any, Result("gpu_hours", "GPU-hours", "GPUs times hours")]
TokensOut: TypeAlias = Annotated[Any, Result("tokens", "tokens", "Tokens")]
GpuCount: TypeAlias = Annotated[Any, Result("gpus", "GPUs", "Whole number of GPUs")]
Text: TypeAlias = Annotated[Any, Result("text", "text", "Text")]
Cell: TypeAlias = Annotated[Any, Result("value", "value", "Number or text, as the table has it")]
Steps: TypeAlias = Annotated[Any, Spill("steps", "table", "Rows: step, formula, value, unit, source")]
ShareOut: TypeAlias = Annotated[Any, Result("share", "share", "Share; 1 is all of it")]
Loss: TypeAlias = Annotated[Any, Result("loss", "nats / token", "Cross-entropy per token")]
Kilograms: TypeAlias = Annotated[Any, Result("kg", "kg CO2e", "Greenhouse gases as carbon dioxide")]
DollarsPerMillion: TypeAlias = Annotated[
    Any, Result("usd_per_million", "USD / million tokens", "US dollars per million tokens")
]
Rows: TypeAlias = Annotated[Any, Spill("rows", "table", "A heading and rows")]
DollarsRow: TypeAlias = Annotated[Any, Spill("usd_row", "USD", "US dollars, a cell for each percentile")]
Day: TypeAlias = Annotated[Any, Result("day", "date", "Spreadsheet number of a date; format the cell as a date")]
Seconds: TypeAlias = Annotated[Any, Result("seconds", "s", "Seconds")]
TokensPerSecondOut: TypeAlias = Annotated[Any, Result("tokens_per_second", "tokens / s", "Tokens per second")]
DollarsPerRequest: TypeAlias = Annotated[Any, Result("usd_per_request", "USD / request", "US dollars per request")]
RequestsAMonth: TypeAlias = Annotated[Any, Result("requests", "requests / month", "Requests a month")]
