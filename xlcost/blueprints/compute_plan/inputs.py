"""The inputs of the compute plan, one a line, with example figures as defaults."""

from __future__ import annotations

import datetime as dt

from xlcost.facts.currency import DOLLAR
from xlcost.formulas import energy, serving
from xlcost.functions.training import MEDIAN_MFU
from xlcost.kit import styles
from xlcost.kit.currency import CODE
from xlcost.kit.inputs import TEXT, Groups, Input, reason, word
from xlcost.quantities import (
    AsOf,
    Batch,
    Context,
    Goodput,
    Gpu,
    Gpus,
    Key,
    Load,
    Mfu,
    Precision,
    Price,
    Provider,
    Pue,
    Term,
    Tokens,
    TuneMethod,
    number,
    share,
)

MONTHS = 36
WHOLE_MONTH = number("month", "month no.", "Month of the plan", low=1, high=MONTHS, whole=True)
RATE = number("rate", "share", "Change as a share", low=-0.5, high=0.5)
MULTIPLE = number("multiple", "x", "A multiple", low=1.0, high=100.0)
REQUESTS = number("requests", "requests / day", "Requests", high=1e12)
MONEY = number("money", "currency / mth", "An amount", high=1e12)
POWER = number("electricity", "currency / kWh", "Price of electricity", high=1e6)
US_POWER = float(energy.US_ELECTRICITY)
MODEL_ID = Key("model", "id", "Model id", "model")

INPUTS: Groups = (
    (
        "General",
        (
            Input("Project", "Name of the plan", "text", TEXT, "Example: fine-tune and serve", styles.WORDS, ""),
            Input("Start_Month", "First month", "date", word(AsOf), dt.date(2026, 11, 1), styles.DATE, "First day"),
            Input("Price_Date", "Prices as of", "date", word(AsOf), dt.date(2026, 10, 31), styles.DATE, "Prices sheet", needed=True),
            Input("Currency", "Currency of the plan", "list", CODE, DOLLAR, styles.WORDS, "All results are in it"),
            Input("Typed_Currency", "Currency of the amounts you type here", "list", CODE, DOLLAR, styles.WORDS, "Own prices, electricity, further costs here; quotes on Prices are in USD"),
            Input("Price_Change", "GPU prices, change per year", "% / yr", RATE, 0.0, styles.PERCENT, "From the first month on", why="no change assumed"),
        ),
    ),
    (
        "Model",
        (Input("Model", "Model", "list", MODEL_ID, "llama-3.1-8b", styles.WORDS, "An id of the Models sheet", needed=True),),
    ),
    (
        "Training",
        (
            Input("Train_Method", "What is trained", "list", word(TuneMethod), "lora", styles.WORDS, "full = all weights; lora, qlora = adapters"),
            Input("Train_Tokens", "Training tokens (0 = no training)", "tokens", word(Tokens), 2e9, styles.WHOLE, "Tokens times passes over them", needed=True),
            Input("Train_Context", "Length of a training sequence", "tokens", word(Context), 4096, styles.WHOLE, "For memory"),
            Input("Train_Gpu", "GPU", "list", word(Gpu), "h100-sxm", styles.WORDS, "An id of the GPUs sheet"),
            Input("Train_Gpus", "Number of GPUs", "GPUs", word(Gpus), 8, styles.WHOLE, "", why="One node"),
            Input("Run_Mfu", "Utilisation of the whole run (MFU)", "share", word(Mfu), float(MEDIAN_MFU), styles.PERCENT, "", why=reason(MEDIAN_MFU)),
            Input("Goodput", "Paid time that trains", "share", word(Goodput), 1.0, styles.PERCENT, "Below 100 % only with an MFU measured in the run"),
            Input("Runs", "All runs over the final run", "x", MULTIPLE, 1.5, styles.TIMES, "Experiments and failures; 1.2 to 4 published (Cottier et al. 2024)"),
            Input("Train_Start", "Training begins in month", "month no.", WHOLE_MONTH, 1, styles.WHOLE, ""),
            Input("Train_Provider", "Provider", "list", word(Provider), "median", styles.WORDS, "median = of all that offer the GPU that day; see Providers"),
            Input("Train_Term", "Term", "list", word(Term), "on_demand", styles.WORDS, "on_demand, spot, 1yr, 3yr"),
            Input("Train_Own_Price", "Own price (blank = from Prices)", "Typed_Currency / h", word(Price), None, styles.FOUR, "A quote beats the table", True),
        ),
    ),
    (
        "Serving",
        (
            Input("Requests_Day", "Requests a day in the first month (0 = none)", "req / day", REQUESTS, 200000, styles.WHOLE, "", needed=True),
            Input("Growth", "Growth per month", "% / mth", RATE, 0.05, styles.PERCENT, ""),
            Input("Serve_Start", "Serving begins in month", "month no.", WHOLE_MONTH, 2, styles.WHOLE, ""),
            Input("Input_Tokens", "Input tokens per request", "tokens", word(Tokens), 1500, styles.WHOLE, "Prompt and retrieved text"),
            Input("Output_Tokens", "Output tokens per request", "tokens", word(Tokens), 400, styles.WHOLE, ""),
            Input("Peak_Ratio", "Peak over average demand", "x", MULTIPLE, 3.0, styles.TIMES, "Busiest hour; sets capacity"),
            Input("Max_Load", "Highest safe load", "share", share("load", "Load"), 0.8, styles.PERCENT, "Room for latency"),
            Input("Serve_Gpu", "GPU", "list", word(Gpu), "l40s", styles.WORDS, "An id of the GPUs sheet"),
            Input("Serve_Precision", "Precision of the weights", "list", word(Precision), "bf16", styles.WORDS, "The cache stays 16 bit"),
            Input("Batch", "Sequences served together by a replica", "sequences", word(Batch), 16, styles.WHOLE, "More is cheaper and slower"),
            Input("Replica_Own", "GPUs of a replica (blank = 1, 2, 4 or eights)", "GPUs", word(Gpus), None, styles.WHOLE, "Fewest that hold it, rounded up to a size that splits evenly", True),
            Input("Decode_Mbu", "Bandwidth reached in decoding (MBU)", "share", share("mbu", "Share of bandwidth"), float(serving.DECODE_MBU), styles.PERCENT, "", why=reason(serving.DECODE_MBU)),
            Input("Prefill_Mfu", "Peak reached in prefill (MFU)", "share", word(Mfu), float(serving.PREFILL_MFU), styles.PERCENT, "", why=reason(serving.PREFILL_MFU)),
            Input("Serve_Provider", "Provider", "list", word(Provider), "median", styles.WORDS, "median = of all that offer the GPU that day; see Providers"),
            Input("Serve_Term", "Term", "list", word(Term), "on_demand", styles.WORDS, "on_demand, spot, 1yr, 3yr"),
            Input("Serve_Own_Price", "Own price (blank = from Prices)", "Typed_Currency / h", word(Price), None, styles.FOUR, "A quote beats the table", True),
        ),
    ),
    (
        "Power (memo)",
        (
            Input("Load", "Average power of a GPU over its rated power", "share", word(Load), float(energy.POWER_SHARE), styles.PERCENT, "", why=reason(energy.POWER_SHARE)),
            Input("Pue", "Power usage effectiveness", "x", word(Pue), float(energy.HYPERSCALE_PUE), styles.TWO, "", why=reason(energy.HYPERSCALE_PUE)),
            Input("Electricity", "Electricity (blank = US average)", "Typed_Currency / kWh", POWER, None, styles.FOUR, reason(energy.US_ELECTRICITY), True),
        ),
    ),
    (
        "Further costs",
        tuple(
            Input(f"Other_{n}", label, "Typed_Currency / mth", MONEY, value, styles.WHOLE, basis)
            for n, (label, value, basis) in enumerate(
                (("Platform team", 0.0, "Every month; already in the totals"), ("Storage and network", 0.0, "Every month; already in the totals"), ("Your own line", 0.0, "Every month; already in the totals")), 1
            )
        ),
    ),
)  # fmt: skip
