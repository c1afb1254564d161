"""Ranges of costs around the estimate: lognormal utilisation, and prices that are all equally likely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from xlcost.sources import TENSORRT_LLM, TRAINING_RUNS, Assumed

# Spreads are standard deviations of logarithms for a new case after n observed ones: s x sqrt(1 + 1/n), times the
# ratio of Student's t (n - 1) to the normal distribution at P10 and P90.
RUN_MFU = Assumed(0.31, TRAINING_RUNS, "share of the BF16 peak over a whole run, geometric mean of 33 published runs")
RUN_SPREAD = Assumed(0.32, TRAINING_RUNS, "of the 33 runs: P10 0.21, P90 0.47")
SPEED_SPREAD = Assumed(0.22, TENSORRT_LLM, "of seven published maxima over what the same settings give here")
HALVINGS = 60  # of the interval in which the quantile is searched


def cost_quantile(medians: Sequence[float], spread: float, share: float) -> float:
    """The cost below which this share of cases lies.

    A case has one of the medians, all equally likely, times a lognormal factor with median 1. For one median
    it is median x exp(spread x z); for several the point between the cheapest's and the dearest's at which the mean
    of their shares is the one asked for.

    >>> round(cost_quantile([100.0], 0.32, 0.9), 2), round(cost_quantile([50.0, 200.0], 0.32, 0.5), 2)
    (150.7, 100.0)
    """
    if min(medians) <= 0:
        return 0.0
    normal = NormalDist()
    logs = [math.log(median) for median in medians]
    shift = spread * normal.inv_cdf(share)
    low, high = min(logs) + shift, max(logs) + shift
    if low == high:
        return medians[0] * math.exp(shift)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = sum(normal.cdf((middle - log) / spread) for log in logs) / len(logs)
        low, high = (middle, high) if below < share else (low, middle)
    return math.exp((low + high) / 2)
