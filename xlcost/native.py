"""A function's spreadsheet text, found by calling its body with tracers.

A tracer stands for a cell. Arithmetic on it writes Excel text and, where the cell's value is known, computes the
value alongside, so that a workbook's cached numbers come from the same line as its formulas. Look-ups become
INDEX/MATCH and SUMIFS over the named columns of the workbook's table sheets (Models_params, Prices_usd ...).
Must not know a function or a table by name. Begin with `formula`; docs/tracing.md says what a body may do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from xlcost.errors import BadInput, nearest
from xlcost.function import REFUSED, FunctionSpec, Parameter
from xlcost.quantities import ModelWord, excel_serial
from xlcost.steps import RECORDER

NEUTRAL = {"+": "0", "-": "0", "*": "1", "/": "1", "^": "1"}  # right operands that change nothing
COMPARE, JOIN, ADD, MULTIPLY, POWER, ATOM = range(1, 7)
OPERATORS: dict[str, tuple[str, int]] = {
    "add": ("+", ADD),
    "subtract": ("-", ADD),
    "multiply": ("*", MULTIPLY),
    "divide": ("/", MULTIPLY),
    "power": ("^", POWER),
    "greater": (">", COMPARE),
    "less": ("<", COMPARE),
    "greater_equal": (">=", COMPARE),
    "less_equal": ("<=", COMPARE),
    "equal": ("=", COMPARE),
    "not_equal": ("<>", COMPARE),
}
CALLS = {
    "ceil": "CEILING({},1)",
    "floor": "INT({})",
    "rint": "ROUND({},0)",
    "sqrt": "SQRT({})",
    "log": "LN({})",
    "exp": "EXP({})",
    "absolute": "ABS({})",
    "remainder": "MOD({},{})",
    "maximum": "MAX({},{})",
    "minimum": "MIN({},{})",
}


def literal(value: Any) -> str:
    """A constant as Excel writes it.

    >>> print(literal(0.34), literal(1e12), literal('say "b" now'), literal(float("nan")), literal(REFUSED))
    0.34 1E+12 "say ""b"" now" NA() #VALUE!
    """
    if value is REFUSED:
        return "#VALUE!"
    if isinstance(value, np.ndarray):
        value = value.item()
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if isinstance(value, (bool, np.bool_)):
        return "TRUE" if value else "FALSE"
    number = float(value)
    if number != number:
        return "NA()"
    if number.is_integer() and abs(number) < 1e12 and (number % 1e6 or not number):
        text = str(int(number))
    elif number.is_integer() and abs(number) < 1e16 and str(int(number)).strip("-1").strip("0") == "":
        text = f"1E+{len(str(int(number))) - 1}"
    else:
        text = repr(number).upper()
        mantissa, e, exponent = text.partition("E")
        text = mantissa.removesuffix(".0") + e + exponent
    return f"({text})" if number < 0 else text


class Tracer(NDArrayOperatorsMixin):
    """A piece of Excel text, and (lazily) the value it has.

    `left_out` is the tracer of "this optional cell is blank", or None; `is_number` says whether a model cell holds
    a size: True, False, or a tracer where only the sheet will know.
    """

    def __init__(
        self,
        text: str,
        rank: int = ATOM,
        value: Callable[[], Any] | None = None,
        *,
        left_out: Tracer | None = None,
        is_number: Any = False,
    ) -> None:
        self.text = text
        self.rank = rank
        self._value = value
        self.left_out = left_out
        self.is_number = is_number

    @cached_property
    def value(self) -> Any:
        """What the cell shows, where the tracer was made with values."""
        if self._value is None:
            raise TypeError(f"{self.text} was traced without a value")
        return self._value()

    def __repr__(self) -> str:
        return f"Tracer({self.text})"

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        """A cell is neither true nor false while its formula is written: `if`, `and`, `or` and `not` are errors."""
        raise TypeError(f"{self.text} is not known while its formula is written: use np.where (docs/tracing.md)")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        parts = [as_tracer(part) for part in inputs]

        def value() -> Any:
            values = [_in_one_case(part.value) for part in parts]
            with np.errstate(all="ignore"):
                return ufunc(*values)

        if ufunc.__name__ in OPERATORS:
            sign, rank = OPERATORS[ufunc.__name__]
            left, right = parts
            if right.text == NEUTRAL.get(sign):
                return left
            if sign == "*" and "0" in (left.text, right.text):
                return as_tracer(0.0)
            if sign == "+" and left.text == "0":
                return right
            return Tracer(wrap(left, rank) + sign + wrap(right, rank + 1), rank, value)
        if ufunc.__name__ in CALLS:
            return Tracer(CALLS[ufunc.__name__].format(*(part.text for part in parts)), ATOM, value)
        if ufunc.__name__ == "square":
            return parts[0] ** 2
        if ufunc.__name__ == "negative":
            return 0 - parts[0]
        return NotImplemented

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return where(*args) if func is np.where else NotImplemented

    def __xl_look_up__(self, look_up: Any, table: Any, key: Any, column: Any) -> Tracer:
        """INDEX/MATCH over the table's named columns; `look_up` computes the value."""
        row = f"MATCH({as_tracer(key).text},{table.name}_id,0)"
        if isinstance(column, str):
            text = f"INDEX({table.name}_{column},{row})"
        else:
            text = f"INDEX({table.name}_table,{row},MATCH({as_tracer(column).text},{table.name}_columns,0))"
        found = Tracer(text, ATOM, lambda: look_up(table, as_tracer(key).value, as_tracer(column).value))
        recorder = RECORDER.get()
        return (
            found if recorder is None else recorder.look_up(table, as_tracer(key).value, as_tracer(column).value, found)
        )

    def __xl_offer__(self, offer_value: Any, column: str, gpu: Any, provider: Any, term: Any, serial: Any) -> Tracer:
        g, p, t, d = (as_tracer(part) for part in (gpu, provider, term, serial))
        text = offer_text(column, g.text, p.text, t.text, wrap(d, ADD))
        found = Tracer(text, ATOM, lambda: offer_value(column, g.value, p.value, t.value, float(d.value)))
        recorder = RECORDER.get()
        if recorder is None:
            return found
        return cast(Tracer, recorder.offer(offer_value, g.value, p.value, t.value, d.value, found))


def offer_text(column: str, gpu: str, provider: str, term: str, day: str) -> str:
    """The formula for an offer's price, source or members: own price, else list price less discount, else list price.

    Both tables stand on its Prices sheet. A sum finds the one row in force, since no two of an offer overlap.
    """
    days = '{0}_from,"<="&' + day + ',{0}_until,">"&' + day
    own = f"Quotes_gpu,{gpu},Quotes_provider,{provider},Quotes_term,{term},{days.format('Quotes')})"
    quoted = f"SUMIFS(Quotes_usd,{own}"
    off = f"SUMIFS(Quotes_off,Quotes_provider,{provider},Quotes_term,{term},{days.format('Quotes')})"
    listed = f'Prices_gpu,{gpu},Prices_provider,{provider},Prices_term,IF({off}>0,"on_demand",{term}),'
    listed += days.format("Prices")
    wanted = "Prices_row" if column == "source" else f"Prices_{column}"
    packaged = f"IF(COUNTIFS({listed})=0,NA(),SUMIFS({wanted},{listed}))"
    if column == "usd":
        return f"IF({quoted}>0,{quoted},{packaged}*(1-{off}))"
    if column == "source":
        row = off.replace("SUMIFS(Quotes_off,", 'SUMIFS(Quotes_row,Quotes_off,">0",')
        less = f'IF({off}>0,INDEX(Quotes_source,{row})&": ","")'
        return f"IF({quoted}>0,INDEX(Quotes_source,SUMIFS(Quotes_row,{own}),{less}&INDEX(Prices_source,{packaged}))"
    return f"IF({quoted}>0,0,{packaged})"


def _in_one_case(value: Any) -> Any:
    """Text as a spreadsheet compares it: without regard to case."""
    return value.lower() if isinstance(value, str) else value


def as_tracer(part: Any) -> Tracer:
    """A constant as a tracer; a tracer as it is."""
    if isinstance(part, Tracer):
        return part
    return Tracer(literal(part), ATOM, lambda: part)


def wrap(part: Tracer, rank: int) -> str:
    """The text, in brackets where it binds less tightly than `rank`."""
    return part.text if part.rank >= rank else f"({part.text})"


def where(condition: Any, yes: Any, no: Any) -> Any:
    """IF(condition, yes, no); of a condition that is known while tracing only the branch that holds."""
    if not isinstance(condition, Tracer):
        return yes if condition else no
    if RECORDER.get() is not None:  # an explanation shows the branch that was taken
        return yes if condition.value else no
    y, n = as_tracer(yes), as_tracer(no)

    def value() -> Any:
        truth = condition.value
        if np.ndim(truth) == 0:
            return y.value if truth else n.value
        return np.where(truth, y.value, n.value)

    return Tracer(f"IF({condition.text},{y.text},{n.text})", ATOM, value)


def as_text(value: Any) -> str:
    """The text that & makes of a cell: of a number up to 15 digits.

    >>> as_text(16.0), as_text(0.1 + 0.2), as_text("A100")
    ('16', '0.3', 'A100')
    """
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def join(*parts: Any, show: Callable[[Any], str] = as_text) -> Tracer:
    """The parts joined by &; `show` gives the text of each value."""
    tracers = [as_tracer(part) for part in parts]
    return Tracer(
        "&".join(wrap(part, JOIN + 1) for part in tracers),
        JOIN,
        lambda: "".join(show(part.value) for part in tracers),
    )


def call(name: str, *parts: Any, value: Callable[..., Any]) -> Tracer:
    """A call of an Excel function by name; `value` computes its result from the arguments' values."""
    tracers = [as_tracer(part) for part in parts]
    text = f"{name}({','.join(part.text for part in tracers)})"
    return Tracer(text, ATOM, lambda: value(*(part.value for part in tracers)))


def constant(value: Any) -> Any:
    """A value as cells hold it: dates become numbers."""
    return excel_serial(value) if isinstance(value, dt.date) else value


def cell(text: str, value: Any = None, *, is_number: Any = False) -> Tracer:
    """A cell, or a name, that always holds something."""
    return Tracer(text, ATOM, lambda: constant(value), is_number=is_number)


def model_cell(text: str) -> Tracer:
    """A cell that holds a model's id or its size; the sheet decides which."""
    return Tracer(text, is_number=Tracer(f"ISNUMBER({text})"))


def optional_cell(text: str) -> Tracer:
    """A cell that may be blank, which stands for "left out"."""
    return Tracer(text, left_out=Tracer(f"ISBLANK({text})"))


def argument_cell(p: Parameter, text: str) -> Tracer:
    """A cell that holds an argument as a reader fills it in; blank where it may be left out."""
    if isinstance(p.word, ModelWord):
        return model_cell(text)
    return cell(text) if p.required else optional_cell(text)


def formula(spec: FunctionSpec, arguments: dict[str, Any]) -> Tracer:
    """The function as plain Excel text over the given cells and constants.

    >>> from xlcost.catalogue import spec_of
    >>> formula(spec_of("TRAIN_FLOPS"), {"model": cell("B1", is_number=True), "tokens": cell("B2")}).text
    '6*B1*B2'
    """
    known = {p.name for p in spec.parameters}
    for name in arguments:
        if name not in known:
            raise BadInput(f"{spec.name} has no argument '{name}'{nearest(name, known)}")
    values = []
    for p in spec.parameters:
        given = arguments.get(p.name)
        if isinstance(given, Tracer):
            blank = given.left_out
            values.append(where(blank, p.default, given) if blank is not None and p.default is not None else given)
        else:
            values.append(p.accept(given))
    return as_tracer(spec.body(*values))
