"""Speed as ratios to the bare minimum: python tools/benchmark.py. The status is 1 where one is over its limit.

Read it on a machine that does nothing else. Each line is the best of several runs, so that other work of
the machine does not count. Names cost a look-up of each distinct id and one step a row, which is compared with a plain
dict look-up a row.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import xlcost

ROWS = 100_000
Ratios = dict[str, tuple[float, float | None]]  # name -> ratio, and its limit if it has one
PEAK = {"a100-80-sxm": 312.0, "h100-sxm": 989.4, "l40s": 362.0}


def best(action: Callable[[], Any], runs: int, times: int = 7) -> float:
    """Seconds of one call, the best of several runs."""
    action()
    least = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        for _ in range(runs):
            action()
        least = min(least, (time.perf_counter() - start) / runs)
    return least


def bare_cost(params: Any, tokens: Any, gpu: str, price: Any, mfu: float, goodput: float) -> Any:
    """TRAIN_COST without names, bounds, defaults and errors: one look-up and the arithmetic."""
    return 6 * params * tokens / (PEAK[gpu] * 1e12 * mfu) / 3600 / goodput * price


def bare_latency(prompt: Any, answer: Any) -> Any:
    """INFER_LATENCY of llama-3.1-8b in bf16 on one h100-sxm as bare arithmetic, with the test whether it fits."""
    params, head, layers, width = 8030261248.0, 128256.0 * 4096, 32.0, 4096.0
    body = params - 2 * head
    peak, bandwidth, room = 989.4e12, 3350.0, 80 * 1.073741824 - 0.85
    weights, cache_gb = (params - head) * 2 / 1e9 / (bandwidth * 0.66), 2 * layers * 8 * 128 * 2 / 1e9
    work = 2 * body * prompt + 2 * head + 2 * layers * width * prompt * prompt
    first = np.maximum(weights, work / (peak * 0.73)) + layers * 7e-5
    step = np.maximum(weights, 2 * (params - head) / (peak * 0.73)) + 1e-5
    token = step + (prompt + answer / 2) * cache_gb / (bandwidth * 0.65)
    fits = np.ceil((params * 2 / 1e9 + (prompt + answer) * cache_gb) / room) <= 1
    return np.where(fits, first + (answer - 1) * token, np.nan)


def ratios() -> Ratios:
    """All measurements: name -> ratio and limit."""
    dice = np.random.default_rng(7)
    params, tokens = dice.uniform(1e9, 1e12, ROWS), dice.uniform(1e9, 1e13, ROWS)
    price = dice.uniform(1, 5, ROWS)
    names = np.array([list(PEAK)[i] for i in dice.integers(0, 3, ROWS)], dtype=object)
    numbers = best(lambda: xlcost.train_cost(params, tokens, "h100-sxm", price), 20)
    plain = best(lambda: bare_cost(params, tokens, "h100-sxm", price, 0.34, 1.0), 20)
    named = best(lambda: xlcost.train_cost(params, tokens, names, price), 5)
    look_ups = best(lambda: np.array([PEAK[name] for name in names.tolist()]), 5)
    scalar = best(lambda: xlcost.train_cost(175e9, 300e9, "h100-sxm", 2.0, 0.4), 2000)
    bare_scalar = best(lambda: bare_cost(175e9, 300e9, "h100-sxm", 2.0, 0.4, 1.0), 20000)
    prompt, answer = dice.uniform(100, 4000, ROWS), dice.uniform(10, 1000, ROWS)
    ours = xlcost.infer_latency("llama-3.1-8b", "h100-sxm", prompt, answer)
    assert np.allclose(ours, bare_latency(prompt, answer), rtol=1e-9)
    latency = best(lambda: xlcost.infer_latency("llama-3.1-8b", "h100-sxm", prompt, answer), 10)
    bare = best(lambda: bare_latency(prompt, answer), 10)
    numpy = program("import numpy")
    return {
        "100,000 rows of numbers through TRAIN_COST, over the bare numpy expression": (numbers / plain, 3),
        "names in those rows, more time in plain dict look-ups a row": ((named - numbers) / look_ups, 4),
        "100,000 rows of numbers through INFER_LATENCY, over its bare numpy arithmetic": (latency / bare, 3),
        "a scalar TRAIN_COST, over the same arithmetic and look-up in plain Python": (scalar / bare_scalar, 20),
        "import xlcost, over import numpy": (program("import xlcost") / numpy, 1),
        "xlcost calc TRAIN_COST as a program of its own, over one that imports numpy": (calc() / numpy, 2),
    }


def program(code: str) -> float:
    """Seconds that a fresh interpreter takes to run some code."""
    return best(lambda: subprocess.run([sys.executable, "-c", code], check=True), 1, 5)


def calc() -> float:
    """Seconds of a calculation on the command line, with a model, a chip and a price that are looked up."""
    words = [sys.executable, "-m", "xlcost", "calc", "TRAIN_COST", "gpt-3", "300B", "A100"]
    return best(lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL), 1, 5)


def print_ratios(measured: Ratios) -> int:
    """Print a line for each ratio; gives the exit status."""
    for name, (ratio, limit) in measured.items():
        bound = "" if limit is None else f"< {limit}"
        print(f"{ratio:8.2f} {bound:6}{'OVER ' if over(ratio, limit) else ''} {name}")
    return any(over(ratio, limit) for ratio, limit in measured.values())


def over(ratio: float, limit: float | None) -> bool:
    return limit is not None and ratio > limit


if __name__ == "__main__":
    sys.exit(print_ratios(ratios()))
