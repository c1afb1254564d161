"""The compute plan: model, training, memory and GPUs, serving, and 36 months of cost."""

from __future__ import annotations

from xlcost.blueprints.compute_plan.checks import CHECKS
from xlcost.blueprints.compute_plan.inputs import INPUTS, MONTHS
from xlcost.blueprints.compute_plan.lines import ADDS_UP, CALCULATION, MONTHLY
from xlcost.blueprints.compute_plan.summary import AND, SUMMARY
from xlcost.kit.blueprint import Blueprint, Figure
from xlcost.kit.sentences import day
from xlcost.native import join

SOURCES = (
    (
        "Prices, chips, models",
        "Each row of Prices, GPUs and Models names its source and date. A price holds until the "
        "provider's next sighting, at most a year; a date without a price is an error, never an older "
        "price.",
    ),
    (
        "Training compute",
        "Kaplan et al. 2020, arXiv:2001.08361: six operations per active parameter and token; adapters "
        "four, since frozen weights need no gradient. Attention is left out: some per cent at 4,096 "
        "tokens, more at long context.",
    ),
    (
        "Utilisation",
        "MFU of whole published runs: median 0.34, one in ten below 0.25, one in ten above 0.49 (Epoch "
        "AI, CC-BY 4.0). This is the widest uncertainty of the plan.",
    ),
    (
        "Memory",
        "Weights, KV cache of the architecture (grouped, latent, windowed), 0.85 GB of the runtime's own "
        "on each GPU; training 18 bytes per parameter and activations after Korthikanti et al. 2022, "
        "arXiv:2205.05198.",
    ),
    (
        "Serving",
        "A roofline: prefill bound by arithmetic, decoding by memory bandwidth, at the measured shares on"
        " Inputs. Communication between GPUs is not in it; replicas over several GPUs are somewhat "
        "slower. Measure before you buy.",
    ),
    (
        "Currency",
        "Euro foreign exchange reference rates of the European Central Bank, which sets them on its working days for "
        "information; through the euro to any other currency. One rate for all months: that of Prices as of. What a "
        "bank charges you differs.",
    ),
    (
        "Not in the plan",
        "Taxes, staff, data, storage and network unless entered as further costs; start-up times; "
        "discounts you have not entered as an own price. Prices are not extrapolated: Price_Change is "
        "yours.",
    ),
)

COMPUTE_PLAN = Blueprint(
    id="compute_plan",
    title="Compute plan",
    subject=f"Training, memory, serving and {MONTHS} months of cost",
    months=MONTHS,
    inputs=INPUTS,
    lines=CALCULATION,
    monthly=MONTHLY,
    adds_up=ADDS_UP,
    summary=SUMMARY,
    checks=CHECKS,
    figures=(
        Figure("training", "Training, all runs", lambda x: x["train_cost"], "money"),
        Figure("days", "  days on the clock", lambda x: x["train_days"], "tenths"),
        Figure("replica", "GPUs of one replica", lambda x: x["replica"], "whole"),
        Figure("gpus", "GPUs serving, at most", lambda x: x.total("gpus"), "whole"),
        Figure("last_month", "Serving, last month", lambda x: x.last("serving"), "money"),
        Figure("total", f"{MONTHS} months in all", lambda x: x.total("cost"), "money"),
    ),
    purpose="Fill in the cream cells with blue text. The figures are an example: replace them.",
    calculation="Training, memory and GPUs, serving: one line each",
    cover=(
        lambda x: x["Project"],
        lambda x: join("Model: ", x["Model"], AND, "Prices as of ", day(x["Price_Date"]), AND, x.notes["per_dollar"]),
    ),
    answers=(
        "What does training or tuning the model cost, and how long does it take?",
        "How many GPUs hold it, and how many serve the demand?",
        f"What does it cost each month for {MONTHS} months?",
        "What do a thousand requests cost?",
    ),
    how=(
        "Fill in Inputs, top to bottom.",
        "Choose models and GPUs from the lists.",
        "Look at Checks: all must be OK.",
        "Read Summary; print it.",
    ),
    sources=SOURCES,
)
