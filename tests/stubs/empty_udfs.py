"""UDFs that do nothing, or only convert, for benchmark_hosts.py."""

import numpy as np
import xlwings as xw


def raw(function):
    """A UDF of three arguments with the leanest converters."""
    for name in ("a", "b", "c"):
        function = xw.arg(name, "raw")(function)
    return xw.func(xw.ret("raw")(function))


@raw
def EMPTY_ARRAY(a, b, c):  # noqa: N802
    return a


@raw
def EMPTY_NUMBER(a, b, c, d=None, e=None, f=None, g=None):  # noqa: N802
    return [[1.0]]


@raw
def CONVERTED(a, b, c):  # noqa: N802
    a, b, c = (np.array(rows, dtype=float) for rows in (a, b, c))
    return a.tolist()
