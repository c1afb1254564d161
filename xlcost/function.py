"""@function: the definition of a public function, stated once. The only code that reads signatures.

A decorated function is called with anything its words take and gives plain floats, arrays or text; its spec
(name, words, defaults, bounds, example, source) stands beside it as `.spec`. Every host is rendered from specs.
The body itself sees converted values only, or tracers, which write down the spreadsheet formula (see native).
Must not know a public function, a table or a host. Begin with `function` and `FunctionSpec.call`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from xlcost.errors import BadInput, NoResult, XlcostError, nearest
from xlcost.quantities import AnyArgument, Choice, Flag, Key, ModelWord, Number, Series, Spill, Word
from xlcost.rows import blanks, by_kind
from xlcost.sources import Assumed, Source

P = ParamSpec("P")
R = TypeVar("R")
REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True)
class Parameter:
    """One argument: its name, its word, its default (REQUIRED where it has none)."""

    name: str
    word: Word
    default: Any
    rest: bool = False  # takes all further arguments

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    def accept(self, value: Any) -> Any:
        """What the body takes; None stands for "left out"."""
        if value is None:
            if self.default is REQUIRED:
                raise BadInput(f"{self.name}: is missing; it takes {self.word.allowed()}")
            return self.default
        accepted = self.word.accept(value, self.name)
        if type(accepted) is not np.ndarray or accepted is value:  # an array given back as it came holds no blank
            return accepted
        return self.fill(accepted)

    @functools.cached_property
    def take(self) -> Callable[[Any], Any]:
        """`accept`, with a short way for what needs no reading: a float within its bounds, an id without blanks."""
        word, accept = self.word, self.accept
        if type(word) is Number and not word.whole:
            low, high, above = word.low, word.high, word.above
            return lambda v: v if type(v) is float and low <= v <= high and v > above else accept(v)
        if type(word) is ModelWord:
            return lambda v: v if type(v) is float and 1e6 <= v <= 1e18 else accept(v)
        if type(word) is Key:
            return functools.partial(_clean_id, set(), accept)
        return accept

    def fill(self, values: np.ndarray) -> np.ndarray:
        """Blank rows take the default; where there is none they are an error."""
        if self.default is None:
            return values
        blank = blanks(values)
        if not blank.any():
            return values
        if self.required:
            raise BadInput(f"{self.name}: is blank; it takes {self.word.allowed()}", blank)
        return np.where(blank, self.default, values)


def _clean_id(seen: set[str], accept: Callable[[Any], Any], value: Any) -> Any:
    """The id as the body takes it; one that was read before without a change is not read again."""
    if type(value) is str and value in seen:
        return value
    accepted = accept(value)
    if type(accepted) is str and accepted == value and len(seen) < 1000:
        seen.add(accepted)
    return accepted


class _Refused(float):
    """A NaN that becomes #VALUE! in a spreadsheet formula, where any other NaN becomes #N/A."""


REFUSED = _Refused("nan")


@dataclass(frozen=True)
class Demand:
    """What arguments must fulfil together: the error's sentence, and the condition, whose parameters are named as the
    arguments that it takes."""

    sentence: str
    holds: Callable[..., Any]

    def over(self, body: Callable[..., Any]) -> Callable[..., Any]:
        """The body with the condition checked first; for tracers it becomes an IF in the formula."""
        names = list(inspect.signature(body).parameters)
        places = [names.index(name) for name in inspect.signature(self.holds).parameters]

        @functools.wraps(body)
        def demanding(*values: Any) -> Any:
            held = self.holds(*(values[place] for place in places))
            if hasattr(held, "text"):
                return np.where(held, body(*values), REFUSED)
            if not np.all(held):
                raise BadInput(self.sentence, ~held if np.ndim(held) else None)
            return body(*values)

        return demanding


@dataclass(frozen=True)
class FunctionSpec:
    """Everything about one public function."""

    name: str
    category: str
    parameters: tuple[Parameter, ...]
    returns: Word
    summary: str
    doc: str
    source: Source
    example: Mapping[str, Any]
    body: Callable[..., Any]
    native: bool

    def __reduce__(self) -> tuple[Any, ...]:
        """How pickle finds the spec in another process: by module and name, since the body itself cannot be pickled."""
        return _spec_at, (self.body.__module__, self.body.__name__)

    @property
    def python_name(self) -> str:
        return self.name.lower()

    @functools.cached_property
    def variadic(self) -> bool:
        """Whether the last argument takes all further ones."""
        return bool(self.parameters) and self.parameters[-1].rest

    @functools.cached_property
    def takers(self) -> list[tuple[Callable[[Any], Any], Any]]:
        """(function that reads it, default) of each argument."""
        return [(p.take, p.default) for p in self.parameters]

    @functools.cached_property
    def defaults(self) -> list[Any]:
        """Each argument when left out."""
        return [p.default for p in self.parameters]

    @functools.cached_property
    def needed(self) -> int:
        """How many arguments must be given; they come first."""
        return sum(p.required for p in self.parameters)

    @functools.cached_property
    def chosen(self) -> list[bool]:
        """Of each argument, whether it is a choice."""
        return [isinstance(p.word, Choice) for p in self.parameters]

    @functools.cached_property
    def optional(self) -> list[bool]:
        """Of each argument, whether it may be left out and has no constant default."""
        return [p.default is None for p in self.parameters]

    @functools.cached_property
    def whole(self) -> bool:
        """Whether ranges are taken and given as a whole, not row by row."""
        return isinstance(self.returns, Spill) or any(
            isinstance(p.word, (Series, AnyArgument)) for p in self.parameters
        )

    @property
    def signature(self) -> str:
        """NAME(a, [b], [c=1]), as the reference shows it."""
        return f"{self.name}({', '.join(_shown(p) for p in self.parameters)})"

    @property
    def example_arguments(self) -> dict[str, Any]:
        return {k: v for k, v in self.example.items() if k != "returns"}

    @property
    def example_cells(self) -> list[Any]:
        """The example's arguments in order, None for those left out in the middle."""
        given = self.example_arguments
        values: list[Any] = []
        for p in self.parameters:
            values += list(given.get(p.name, ())) if p.rest else [given.get(p.name)]
        while values and values[-1] is None:
            values.pop()
        return values

    def bind(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> list[Any]:
        """Arguments in order, converted; a name that is no argument is an error."""
        if self.variadic:
            if named:
                raise BadInput(f"{self.name} takes its arguments in order, without names: {self.signature}")
            first = len(self.parameters) - 1
            return [p.accept(v) for p, v in itertools.zip_longest(self.parameters[:first], arguments[:first])] + list(
                arguments[first:]
            )
        if len(arguments) > len(self.parameters):
            raise BadInput(f"{self.name} got {len(arguments)} arguments, more than it takes: {self.signature}")
        if named:
            arguments = self._placed(arguments, named)
        given = [
            default if v is None and default is not REQUIRED else take(v)
            for (take, default), v in zip(self.takers, arguments, strict=False)
        ]
        if len(given) >= self.needed:
            return given + self.defaults[len(given) :]
        return given + [take(None) if d is REQUIRED else d for take, d in self.takers[len(given) :]]

    def _placed(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
        """All arguments in order, None for those left out."""
        values = [*arguments, *[None] * (len(self.parameters) - len(arguments))]
        place = {p.name: i for i, p in enumerate(self.parameters)}
        for name, value in named.items():
            if name not in place:
                raise BadInput(f"{self.name} has no argument '{name}'{nearest(name, place)}")
            if place[name] < len(arguments):
                raise BadInput(f"{self.name}: argument '{name}' is given twice")
            values[place[name]] = value
        return tuple(values)

    def call(self, *arguments: Any, **named: Any) -> Any:
        """The result of a call: arguments are converted, and a result that is not finite is an error."""
        values = self.bind(arguments, named)
        if self.whole:
            return self._call_whole(values)
        try:
            for value in values:
                if type(value) is np.ndarray:
                    break
            else:
                result = self.body(*values)
                if type(result) is float and -math.inf < result < math.inf:
                    return result
                return plain_result(result, self.name)
            _check_shapes(self, values)
            with np.errstate(all="ignore"):
                return plain_result(by_kind(self.body, values, self.chosen, self.optional), self.name)
        except XlcostError:
            raise
        except (ZeroDivisionError, OverflowError):
            raise NoResult(f"{self.name} has no finite result for these arguments") from None

    def _call_whole(self, values: list[Any]) -> Any:
        """The result of a function that takes ranges as a whole; only a series may be a range."""
        for p, value in zip(self.parameters, values, strict=False):
            if isinstance(value, np.ndarray) and not isinstance(p.word, (Series, AnyArgument)):
                raise BadInput(f"{p.name}: {self.name} takes one value here, not a range")
        try:
            with np.errstate(all="ignore"):
                return plain_result(self.body(*values), self.name)
        except (ZeroDivisionError, OverflowError):
            raise NoResult(f"{self.name} has no finite result for these arguments") from None


def _shown(p: Parameter) -> str:
    if p.rest:
        return f"[{p.name}, ...]"
    if p.required:
        return p.name
    default = shown_default(p)
    return f"[{p.name}={default}]" if default else f"[{p.name}]"


def shown_default(p: Parameter) -> str:
    """A default as a reader would type it, "" where there is none to show."""
    default = p.default
    if default is None:
        return ""
    if isinstance(p.word, Flag):
        return "TRUE" if default else "FALSE"
    if isinstance(default, np.ndarray):
        return "{" + ",".join(f"{v:g}" for v in default) + "}"
    return f"{default:g}" if isinstance(default, float) else str(default)


def _check_shapes(spec: FunctionSpec, values: list[Any]) -> None:
    shapes = {p.name: v.shape for p, v in zip(spec.parameters, values, strict=True) if isinstance(v, np.ndarray)}
    if len(set(shapes.values())) > 1:
        try:
            np.broadcast_shapes(*shapes.values())
        except ValueError:
            shown = ", ".join(f"{name} {'x'.join(map(str, shape))}" for name, shape in shapes.items())
            raise BadInput(f"{spec.name}: the ranges do not fit together ({shown})") from None


def plain_result(result: Any, name: str) -> Any:
    """Plain floats for scalars; NaN and infinity are errors, never results."""
    if type(result) is float or isinstance(result, str):
        if type(result) is float and not math.isfinite(result):
            raise NoResult(f"{name} has no finite result for these arguments")
        return result
    if (isinstance(result, np.ndarray) and result.ndim == 0) or isinstance(result, np.generic):
        return plain_result(result.item(), name)
    if isinstance(result, np.ndarray) and result.dtype.kind == "f" and not math.isfinite(result.sum()):
        finite = np.isfinite(result)  # the sum is quick, but may overflow where no item does
        if not finite.all():
            raise NoResult(f"{name} has no finite result for these arguments", ~finite)
    return float(result) if isinstance(result, int) else result


def otherwise(value: Any, default: Callable[[], Any]) -> Any:
    """The value, or the default where it was left out.

    >>> otherwise(None, lambda: 2.0), otherwise(3.0, lambda: 2.0)
    (2.0, 3.0)
    """
    if type(value) is float:
        return value
    if value is None:
        return default()
    left_out = getattr(value, "left_out", None)  # a tracer of an optional argument
    return value if left_out is None else np.where(left_out, default(), value)


def choose(selector: Any, **branches: Callable[[], Any]) -> Any:
    """The branch that the selector names; nested IFs in a spreadsheet.

    >>> choose("b", a=lambda: 1, b=lambda: 2)
    2
    """
    if isinstance(selector, str):
        return branches[selector]()
    *first, (_, last) = branches.items()
    result = last()
    for key, branch in reversed(first):
        result = np.where(selector == key, branch(), result)
    return result


def needing(value: Any, name: str, reason: str, body: Callable[[Any], Any]) -> Any:
    """body(value), or an error where the value, which is needed for this reason, was left out."""
    if value is None:
        raise BadInput(f"{name}: is needed {reason}")
    left_out = getattr(value, "left_out", None)  # a tracer of an optional argument
    return body(value) if left_out is None else np.where(left_out, REFUSED, body(value))


def function(
    name: str,
    *,
    category: str,
    source: Source,
    example: Mapping[str, Any],
    native: bool = True,
    demands: tuple[Demand, ...] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a body the public function NAME; its signature stays as written, for readers and type checkers.

    `demands` are the conditions that its arguments fulfil together: sentences in Python, #VALUE! in a plain formula.
    """

    def decorate(body: Callable[P, R]) -> Callable[P, R]:
        demanding = functools.reduce(lambda inner, demand: demand.over(inner), reversed(demands), body)
        spec = _spec(name, category, source, example, native, demanding)
        call = spec.call

        @functools.wraps(body)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            return call(*args, **kwargs)  # type: ignore[no-any-return]

        checked.spec = spec  # type: ignore[attr-defined]
        return checked

    return decorate


def _spec(
    name: str, category: str, source: Source, example: Mapping[str, Any], native: bool, body: Callable[..., Any]
) -> FunctionSpec:
    hints = typing.get_type_hints(body, include_extras=True)
    parameters = tuple(
        Parameter(p.name, _word(hints[p.name]), _default(_word(hints[p.name]), p), p.kind is p.VAR_POSITIONAL)
        for p in inspect.signature(body).parameters.values()
    )
    doc = inspect.getdoc(body) or ""
    return FunctionSpec(
        name, category, parameters, _word(hints["return"]), doc.partition("\n")[0], doc, source, example, body, native
    )


def _word(hint: Any) -> Word:
    return cast(Word, hint.__metadata__[0])


def _default(word: Word, parameter: inspect.Parameter) -> Any:
    default = parameter.default
    if parameter.kind is parameter.VAR_POSITIONAL:
        return None
    if default is REQUIRED or default is None or isinstance(default, Assumed):
        return default
    return word.accept(default, parameter.name)


def describe(public: Any) -> FunctionSpec:
    """The spec that stands beside a public function."""
    return cast(FunctionSpec, public.spec)


def _spec_at(module: str, name: str) -> FunctionSpec:
    """The spec of the function of this name in a module."""
    return describe(getattr(importlib.import_module(module), name))
