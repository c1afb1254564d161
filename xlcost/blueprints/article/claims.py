"""The article's claims as data: inputs, prices, and how each figure is computed.

A claim is written once and read twice (see kit.lines): as the plain formula of its cell and as the call a user types.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from xlcost.kit import styles
from xlcost.kit.cells import Names
from xlcost.kit.inputs import Groups, Input, word
from xlcost.kit.lines import Compute
from xlcost.quantities import AsOf, Key, Mfu, number

GPU_ID = Key("gpu", "id", "GPU id", "gpu")
POSITIVE = number("figure", "as shown", "A number above 0", above=0.0, high=1e30)


@dataclass(frozen=True)
class Claim:
    """A figure of the article, and how to compute it."""

    text: str
    says: Any
    unit: str
    compute: Compute
    format: str
    why: str
    kind: str = "about"  # about, at least, at most, order (of magnitude), ours (no figure of the article)


INPUTS: Groups = (
    (
        "Model and data",
        (
            Input(
                "Params", "GPT-3 parameters", "parameters", POSITIVE, 175e9, styles.WHOLE, "Article; Brown et al. 2020"
            ),
            Input("Prompt_Tokens", "Tokens of one request", "tokens", POSITIVE, 1024, styles.WHOLE, "Article"),
            Input(
                "Train_Tokens",
                "Tokens GPT-3 was trained on",
                "tokens",
                POSITIVE,
                300e9,
                styles.WHOLE,
                "Brown et al. 2020",
            ),
            Input(
                "Request_Flop",
                "One request, as the article rounds it",
                "FLOP",
                POSITIVE,
                350e12,
                styles.SCIENCE,
                "Article",
            ),
        ),
    ),
    (
        "Processor and chips",
        (
            Input("Core_Hertz", "Clock of one processor core", "1 / s", POSITIVE, 3e9, styles.SCIENCE, "Article"),
            Input("Core_Ops", "Operations per cycle", "FLOP", POSITIVE, 1, styles.WHOLE, "Article"),
            Input(
                "Big_Gpu", "The A100 of the article", "id", GPU_ID, "a100-40-sxm", styles.WORDS, "312 TFLOP/s, 16 bit"
            ),
            Input(
                "Large_Gpu", "The A100 with 80 GB", "id", GPU_ID, "a100-80-sxm", styles.WORDS, "Dearest row of the day"
            ),
            Input(
                "Card_Gpu", "The A100 of 300 W", "id", GPU_ID, "a100-80-pcie", styles.WORDS, "Only the 80 GB PCIe card"
            ),
            Input("Home_Gpu", "The consumer card", "id", GPU_ID, "rtx3080ti", styles.WORDS, "Article"),
            Input("Small_Gpu", "The smaller GPU on AWS", "id", GPU_ID, "a10g", styles.WORDS, "AWS rents the A10G"),
            Input(
                "Tensor_Cores",
                "Tensor cores, by the article",
                "count",
                POSITIVE,
                512,
                styles.WHOLE,
                "Article: the full die",
            ),
            Input(
                "Core_Flop",
                "FLOP per tensor core and cycle",
                "FLOP",
                POSITIVE,
                128,
                styles.WHOLE,
                "Article: Volta's figure",
            ),
            Input(
                "Real_Cores",
                "Tensor cores of the product",
                "count",
                POSITIVE,
                432,
                styles.WHOLE,
                "NVIDIA A100 whitepaper",
            ),
            Input(
                "Real_Flop",
                "FLOP per core and cycle, 16 bit",
                "FLOP",
                POSITIVE,
                512,
                styles.WHOLE,
                "256 FMA; whitepaper",
            ),
            Input(
                "Boost_Hertz",
                "Boost clock of the A100",
                "1 / s",
                POSITIVE,
                1.41e9,
                styles.SCIENCE,
                "NVIDIA A100 whitepaper",
            ),
        ),
    ),
    (
        "Memory",
        (
            Input("Weight_Bytes", "Bytes of a weight in FP32", "bytes", POSITIVE, 4, styles.WHOLE, "Article"),
            Input("Extra_Bytes", "Further bytes for training", "bytes", POSITIVE, 8, styles.WHOLE, "Article"),
            Input(
                "Adam_Bytes",
                "Further bytes Adam needs in FP32",
                "bytes",
                POSITIVE,
                12,
                styles.WHOLE,
                "Gradient, m and v",
            ),
            Input("Card_GB", "Memory of the consumer GPU", "GB", POSITIVE, 12, styles.WHOLE, "Article"),
            Input("Card_Params", "Model said to fit", "parameters", POSITIVE, 4e9, styles.WHOLE, "Article"),
        ),
    ),
    (
        "Prices and power",
        (
            Input("Price_Date", "Prices as of", "date", word(AsOf), dt.date(2023, 4, 7), styles.DATE, "Article"),
            Input(
                "Rate",
                "A100-hour implied by $560,000",
                "USD / h",
                POSITIVE,
                2.0,
                styles.USD2,
                "560,000 / 279,558 GPU-hours",
            ),
            Input(
                "Whole_Run_Mfu",
                "Utilisation of whole runs",
                "share",
                word(Mfu),
                0.34,
                styles.PERCENT,
                "Epoch AI, median",
            ),
            Input(
                "Api_Price", "OpenAI, per 1,000 tokens", "USD", POSITIVE, 0.002, styles.USD4, "Article: gpt-3.5-turbo"
            ),
            Input("Requests", "Requests a day of one user", "requests", POSITIVE, 100, styles.WHOLE, "Article"),
            Input(
                "Instance_Rate",
                "GCP a2-highgpu-1g, one A100-40",
                "USD / h",
                POSITIVE,
                3.67,
                styles.USD4,
                "Prices, 7 April 2023",
            ),
            Input("Gpu_Only_Rate", "GCP A100-40, GPU alone", "USD / h", POSITIVE, 2.934, styles.USD4, "Unverified"),
            Input("Electricity", "Electricity", "USD / kWh", POSITIVE, 0.10, styles.USD2, "Article"),
            Input("Years", "Life of the cards", "years", POSITIVE, 3, styles.WHOLE, "Article"),
            Input("Card_Price", "RTX 3080 Ti at launch", "USD", POSITIVE, 1199, styles.USD, "MSRP, unverified"),
        ),
    ),
)


def _offer(gpu: str, provider: str, term: str = "on_demand") -> Compute:
    return lambda f, x: f.GPU_PRICE(gpu=x[gpu], provider=provider, term=term, as_of=x["Price_Date"])


def _price_source(gpu: str, provider: str, term: str = "on_demand") -> Compute:
    return lambda f, x: f.PRICE_SOURCE(gpu=x[gpu], provider=provider, term=term, as_of=x["Price_Date"])


RATES: tuple[tuple[str, str, str, str, Compute, str | Compute], ...] = (
    ("Rate_AWS", "AWS, A100 40 GB", "USD / h", styles.USD4, _offer("Big_Gpu", "AWS"), _price_source("Big_Gpu", "AWS")),
    (
        "Rate_Lambda",
        "Lambda, A100 40 GB",
        "USD / h",
        styles.USD4,
        _offer("Big_Gpu", "Lambda"),
        _price_source("Big_Gpu", "Lambda"),
    ),
    (
        "Rate_CoreWeave",
        "CoreWeave, A100 40 GB",
        "USD / h",
        styles.USD4,
        _offer("Big_Gpu", "CoreWeave"),
        _price_source("Big_Gpu", "CoreWeave"),
    ),
    (
        "Rate_Spot",
        "Jarvislabs, A100 40 GB, spot",
        "USD / h",
        styles.USD4,
        _offer("Big_Gpu", "Jarvislabs", "spot"),
        _price_source("Big_Gpu", "Jarvislabs", "spot"),
    ),
    (
        "Rate_Dear",
        "AWS, A100 80 GB",
        "USD / h",
        styles.USD4,
        _offer("Large_Gpu", "AWS"),
        _price_source("Large_Gpu", "AWS"),
    ),
    ("Rate_Small", "AWS, A10G", "USD / h", styles.USD4, _offer("Small_Gpu", "AWS"), _price_source("Small_Gpu", "AWS")),
    (
        "Peak",
        "A100, dense 16-bit peak",
        "TFLOP/s",
        styles.ONE,
        lambda f, x: f.GPU_SPEC(gpu=x["Big_Gpu"], field="bf16_tflops"),
        "",
    ),
    (
        "Home_Watts",
        "RTX 3080 Ti, power",
        "W",
        styles.WHOLE,
        lambda f, x: f.GPU_SPEC(gpu=x["Home_Gpu"], field="tdp_w"),
        "",
    ),
    (
        "Card_Watts",
        "A100 80 GB PCIe, power",
        "W",
        styles.WHOLE,
        lambda f, x: f.GPU_SPEC(gpu=x["Card_Gpu"], field="tdp_w"),
        "The SXM cards take 400 W",
    ),
)


def train_cost(rate: str, **more: Any) -> Compute:
    """The cost of the GPT-3 run at a rate, which an input or a line names, and an `mfu` (a number or a name; 1)."""
    mfu = more.get("mfu", 1)
    return lambda f, x: f.TRAIN_COST(
        model=x["Params"],
        tokens=x["Train_Tokens"],
        gpu=x["Big_Gpu"],
        price=x[rate],
        mfu=x[mfu] if isinstance(mfu, str) else mfu,
    )


def _infer(f: Any, x: Names) -> Any:
    return f.INFER_FLOPS(model=x["Params"], input_tokens=x["Prompt_Tokens"])


def _train(f: Any, x: Names) -> Any:
    return f.TRAIN_FLOPS(model=x["Params"], tokens=x["Train_Tokens"])


CLAIMS: tuple[tuple[str, tuple[Claim, ...]], ...] = (
    (
        "Compute of one request",
        (
            Claim(
                "A request of 1,024 tokens to GPT-3 takes about 350 trillion operations",
                350e12,
                "FLOP",
                _infer,
                styles.SCIENCE,
                "Holds for 1,024 tokens in all, input and output together",
            ),
            Claim(
                "The same, read as 1,024 tokens in and 1,024 tokens out (2np in the text, np in its footnote)",
                350e12,
                "FLOP",
                lambda f, x: f.INFER_FLOPS(
                    model=x["Params"], input_tokens=x["Prompt_Tokens"], output_tokens=x["Prompt_Tokens"]
                ),
                styles.SCIENCE,
                "GPT-3 has no encoder: every token in or out uses every parameter, 2p(in + out)",
            ),
            Claim(
                "One core at 3 GHz and one operation per cycle needs 116,000 seconds",
                116000,
                "s",
                lambda f, x: x["Request_Flop"] / (x["Core_Hertz"] * x["Core_Ops"]),
                styles.WHOLE,
                "Arithmetic right; one core with AVX-512 does 32 to 64 per cycle",
            ),
            Claim(
                "... which is 32 hours",
                32,
                "h",
                lambda f, x: x["Request_Flop"] / (x["Core_Hertz"] * x["Core_Ops"]) / 3600,
                styles.ONE,
                "",
            ),
            Claim(
                "An A100 of 312 TFLOP/s does it in about 1 second",
                1,
                "s",
                lambda f, x: x["Request_Flop"] / (f.GPU_SPEC(gpu=x["Big_Gpu"], field="bf16_tflops") * 1e12),
                styles.TWO,
                "At 100 % of the peak; the answer itself is bound by memory, next row",
            ),
            Claim(
                "Ours: 1,024 answer tokens, one by one, read the 16-bit weights 1,024 times at one A100's bandwidth",
                None,
                "s",
                lambda f, x: (
                    x["Prompt_Tokens"]
                    * f.WEIGHT_GB(model=x["Params"], precision="bf16")
                    / f.GPU_SPEC(gpu=x["Large_Gpu"], field="bandwidth_gb_s")
                ),
                styles.ONE,
                "A batch of one, as if 350 GB stood in one GPU; five GPUs take a fifth",
                "ours",
            ),
            Claim(
                "The A100: 512 tensor cores with 128 FLOP per cycle make 312 TFLOP/s",
                312,
                "TFLOP/s",
                lambda f, x: x["Tensor_Cores"] * x["Core_Flop"] * x["Boost_Hertz"] / 1e12,
                styles.ONE,
                "512 is the full die, 128 is Volta's figure: the article contradicts itself",
            ),
            Claim(
                "Ours: 432 tensor cores with 512 FLOP per cycle at 1.41 GHz",
                312,
                "TFLOP/s",
                lambda f, x: x["Real_Cores"] * x["Real_Flop"] * x["Boost_Hertz"] / 1e12,
                styles.ONE,
                "432 cores x 256 fused multiply-adds x 2",
            ),
        ),
    ),
    (
        "Memory",
        (
            Claim(
                "The 175 billion weights take up 700 GB",
                700,
                "GB",
                lambda f, x: f.WEIGHT_GB(model=x["Params"], precision="fp32"),
                styles.WHOLE,
                "FP32; but 312 TFLOP/s is a 16-bit rate, where they take 350 GB",
            ),
            Claim(
                "... and fit into no GPU: A100s of 80 GB needed at 16 bit",
                2,
                "GPUs",
                lambda f, x: f.GPU_FIT(model="gpt-3", gpu=x["Large_Gpu"], context=x["Prompt_Tokens"]),
                styles.WHOLE,
                "Five with cache and runtime; more than one, as the article says",
                "at least",
            ),
            Claim(
                "Training keeps over a terabyte in memory",
                1000,
                "GB",
                lambda f, x: x["Params"] * (x["Weight_Bytes"] + x["Extra_Bytes"]) / 1e9,
                styles.WHOLE,
                "By the article's own 12 bytes per parameter; true, but two to three times low",
                "at least",
            ),
            Claim(
                "Training needs 8 bytes per parameter beside the weights",
                8,
                "bytes",
                lambda f, x: x["Adam_Bytes"],
                styles.WHOLE,
                "Adam in FP32 needs 12: gradient, first and second moment; mixed precision 16",
            ),
            Claim(
                "Ours: mixed precision, Adam, activations of one sequence",
                None,
                "GB",
                lambda f, x: f.TRAIN_MEMORY(model="gpt-3", context=x["Prompt_Tokens"]),
                styles.WHOLE,
                "18 bytes per parameter, selective recomputation, as if in one GPU",
                "ours",
            ),
            Claim(
                "A GPU of 12 GB can barely train a model of 4 billion parameters",
                4e9,
                "parameters",
                lambda f, x: x["Card_GB"] * 1e9 / (x["Weight_Bytes"] + x["Extra_Bytes"]),
                styles.WHOLE,
                "Its own rule gives 1.0 billion: 12 GB / 12 bytes. 4 billion would need 3 bytes each",
            ),
            Claim(
                "Ours: a model of 4 billion parameters by the article's rule",
                None,
                "GB",
                lambda f, x: x["Card_Params"] * (x["Weight_Bytes"] + x["Extra_Bytes"]) / 1e9,
                styles.WHOLE,
                "Four times the card's memory",
                "ours",
            ),
            Claim(
                "Ours: the same in mixed precision with Adam and activations",
                None,
                "GB",
                lambda f, x: f.TRAIN_MEMORY(model=x["Card_Params"]),
                styles.ONE,
                "18 bytes per parameter and 4,096 tokens of activations",
                "ours",
            ),
            Claim(
                "Ours: the same with 4-bit weights and adapters (QLoRA), all activations recomputed",
                None,
                "GB",
                lambda f, x: f.TRAIN_MEMORY(model=x["Card_Params"], method="qlora", recompute="full"),
                styles.ONE,
                "Only so does it fit into 12 GB",
                "ours",
            ),
        ),
    ),
    (
        "Training against inference",
        (
            Claim(
                "Training GPT-3 takes about 3.14e23 operations",
                3.14e23,
                "FLOP",
                _train,
                styles.SCIENCE,
                "6 per parameter and token; 3.143e23 with the 174.6 billion of the paper",
            ),
            Claim(
                "Training takes about three times as long per token",
                3,
                "x",
                lambda f, x: _train(f, x) / x["Train_Tokens"] / (_infer(f, x) / x["Prompt_Tokens"]),
                styles.TIMES,
                "Operations; answering one by one is bound by memory and slower than that",
            ),
            Claim(
                "The training set is about 300 million times a prompt",
                3e8,
                "x",
                lambda f, x: x["Train_Tokens"] / x["Prompt_Tokens"],
                styles.WHOLE,
                "",
            ),
            Claim(
                "Training takes longer by a factor of 1 billion",
                1e9,
                "x",
                lambda f, x: _train(f, x) / _infer(f, x),
                styles.WHOLE,
                "3 x 293 million",
            ),
            Claim(
                "On a single GPU, training would take decades",
                20,
                "years",
                lambda f, x: (
                    f.TRAIN_HOURS(
                        model=x["Params"], tokens=x["Train_Tokens"], gpu=x["Big_Gpu"], gpus=1, mfu=x["Whole_Run_Mfu"]
                    )
                    / 8760
                ),
                styles.ONE,
                "32 years at the full peak, about 94 at the utilisation of whole runs",
                "at least",
            ),
            Claim(
                "LLaMA has even higher compute requirements than GPT-3",
                3.14e23,
                "FLOP",
                lambda f, x: f.TRAIN_FLOPS(model="llama-65b", tokens="1.4T"),
                styles.SCIENCE,
                "The 65-billion model on 1.4 trillion tokens",
                "at least",
            ),
        ),
    ),
    (
        "Dollars",
        (
            Claim(
                "Training GPT-3 on A100s costs $560,000",
                560000,
                "USD",
                train_cost("Rate"),
                styles.USD,
                "At 100 % of the peak and a flat $2.00 per A100-hour, which the article does not name",
            ),
            Claim(
                "... at CoreWeave's rate",
                560000,
                "USD",
                train_cost("Rate_CoreWeave"),
                styles.USD,
                "The nearest published rate of April 2023",
            ),
            Claim(
                '... at Lambda\'s rate ("the above rates", low)',
                560000,
                "USD",
                train_cost("Rate_Lambda"),
                styles.USD,
                "Two prices behind one figure: the rates alone span 3.7x",
            ),
            Claim(
                '... at AWS\'s rate ("the above rates", high)',
                560000,
                "USD",
                train_cost("Rate_AWS"),
                styles.USD,
                "",
            ),
            Claim(
                "Other estimates begin at $500,000: Lambda's rate, utilisation of whole runs",
                500000,
                "USD",
                train_cost("Rate_Lambda", mfu="Whole_Run_Mfu"),
                styles.USD,
                "What a run really costs at the low rate",
                "at least",
            ),
            Claim(
                "... and end at $4.6 million: AWS's rate, utilisation of whole runs",
                4.6e6,
                "USD",
                train_cost("Rate_AWS", mfu="Whole_Run_Mfu"),
                styles.USD,
                "Within the range; its upper end was for V100s",
                "at most",
            ),
            Claim(
                "A request costs from $0.0002 per 1,000 tokens",
                0.0002,
                "USD",
                lambda f, x: x["Rate_Spot"] / 3600,
                styles.USD4,
                "One second of the cheapest spot A100; implies $0.72 an hour",
            ),
            Claim(
                "... to $0.0014",
                0.0014,
                "USD",
                lambda f, x: x["Rate_Dear"] / 3600,
                styles.USD4,
                "One second of the dearest A100; implies $5.04 an hour",
            ),
            Claim(
                "... which compares to OpenAI's $0.002",
                0.002,
                "USD",
                lambda f, x: x["Rate_Dear"] / 3600,
                styles.USD4,
                "Raw cost is 10 to 70 % of that price; it is gpt-3.5-turbo's, GPT-3 listed $0.02",
                "at most",
            ),
            Claim(
                "A user of 100 requests a day costs in the order of dollars a year, low",
                10,
                "USD / yr",
                lambda f, x: x["Requests"] * 365 * (x["Rate_Spot"] / 3600),
                styles.TWO,
                "",
                "order",
            ),
            Claim(
                "... high",
                10,
                "USD / yr",
                lambda f, x: x["Requests"] * 365 * (x["Rate_Dear"] / 3600),
                styles.TWO,
                "Tens of dollars at the dear end",
                "order",
            ),
        ),
    ),
    (
        "Prices of clouds and GPUs, April 2023",
        (
            Claim(
                "The price of an A100 varies almost 4x between clouds",
                4,
                "x",
                lambda f, x: x["Rate_AWS"] / x["Rate_Lambda"],
                styles.TIMES,
                "AWS over Lambda, 40 GB, on demand",
            ),
            Claim(
                "An A10 instead of an A100 on AWS saves 3x to 4x",
                3.5,
                "x",
                lambda f, x: x["Rate_AWS"] / x["Rate_Small"],
                styles.TIMES,
                "4.1x to g5.xlarge, 3.4x to g5.2xlarge",
            ),
            Claim(
                "Google's A2 instance adds 25 % to an A100",
                1.25,
                "x",
                lambda f, x: x["Instance_Rate"] / x["Gpu_Only_Rate"],
                '0.00"x"_)',
                "a2-highgpu-1g over the GPU alone, whose price is unverified; per GPU the 16-GPU A2 is cheaper ($3.48)",
            ),
        ),
    ),
    (
        "Own cards",
        (
            Claim(
                "Two RTX 3080 Ti draw 700 W",
                700,
                "W",
                lambda f, x: 2 * x["Home_Watts"],
                styles.WHOLE,
                "",
            ),
            Claim(
                "An A100 draws 300 W",
                300,
                "W",
                lambda f, x: x["Card_Watts"],
                styles.WHOLE,
                "The 80 GB PCIe card only; SXM cards draw 400 W",
            ),
            Claim(
                "The difference is 3,500 kWh",
                3500,
                "kWh / yr",
                lambda f, x: (2 * x["Home_Watts"] - x["Card_Watts"]) * 8760 / 1000,
                styles.WHOLE,
                "Per year, at full load: the article does not say so",
            ),
            Claim(
                "... over three years",
                3500,
                "kWh",
                lambda f, x: (2 * x["Home_Watts"] - x["Card_Watts"]) * 8760 * x["Years"] / 1000,
                styles.WHOLE,
                "Read as written, for the whole life, it is three times that",
            ),
            Claim(
                "... which is approximately $1,000 in three years",
                1000,
                "USD",
                lambda f, x: f.POWER_COST(
                    watts=2 * x["Home_Watts"] - x["Card_Watts"],
                    hours=8760 * x["Years"],
                    electricity=x["Electricity"],
                    pue=1,
                ),
                styles.USD,
                "Right with the yearly reading; no PUE, full load",
            ),
            Claim(
                "... and nearly doubles the cost of the cards",
                2,
                "x",
                lambda f, x: (
                    (
                        2 * x["Card_Price"]
                        + f.POWER_COST(
                            watts=2 * x["Home_Watts"] - x["Card_Watts"],
                            hours=8760 * x["Years"],
                            electricity=x["Electricity"],
                            pue=1,
                        )
                    )
                    / (2 * x["Card_Price"])
                ),
                '0.00"x"_)',
                "Two cards at $1,199 and $1,051 of power: 1.44 times",
            ),
            Claim(
                "Two RTX 3080 Ti compute about as much as an A100 (16-bit accumulate)",
                1,
                "x",
                lambda f, x: 2 * f.GPU_SPEC(gpu=x["Home_Gpu"], field="fp16acc_tflops") / x["Peak"],
                '0.00"x"_)',
                "2 x 136 TFLOP/s; and 2 x 12 GB are not 40",
            ),
            Claim(
                "... with the 32-bit accumulate that training uses",
                1,
                "x",
                lambda f, x: 2 * f.GPU_SPEC(gpu=x["Home_Gpu"], field="bf16_tflops") / x["Peak"],
                '0.00"x"_)',
                "2 x 68 TFLOP/s: less than half of an A100",
            ),
        ),
    ),
)
