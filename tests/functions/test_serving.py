"""Serving against what was measured and published, and against the laws that any server obeys."""

import csv
import itertools
import json
import random
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composed import llama_cpp_f16, with_cache
from engines import iron
from places import DATA
from xlcost.errors import BadInput, NoResult, NotInTable
from xlcost.facts.store import GPUS, MODELS, PRECISIONS
from xlcost.formulas import serving as formulas
from xlcost.function import describe
from xlcost.functions import models
from xlcost.functions.gpus import gpu_price
from xlcost.functions.memory import gpu_fit, infer_memory
from xlcost.functions.planning import fleet_gpus
from xlcost.functions.ranking import gpu_rank
from xlcost.functions.serving import (
    breakeven_requests,
    gpu_max_context,
    infer_cost,
    infer_latency,
    infer_throughput,
    infer_tpot,
    infer_ttft,
    token_cost,
)
from xlcost.kit import styles
from xlcost.kit.book import Book
from xlcost.kit.lookup_sheets import add_tables
from xlcost.kit.write import openpyxl_workbook
from xlcost.native import cell, formula, model_cell, optional_cell
from xlcost.quantities import ModelWord


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quick(count):
    return settings(max_examples=count, derandomize=True, deadline=None, database=None)


# What was measured.

GRID = rows("calibration.csv")


def of_point(row, seconds, argument):
    given = {"model": row["model"], "gpu": row["gpu"], "gpus": int(row["gpus"]), "batch": int(row["batch"])}
    return seconds(**given, **{argument: float(row[argument])}, precision=row["precision"]) * 1e3


@pytest.mark.parametrize(
    ("measured", "seconds", "argument"),
    [("tpot_ms", infer_tpot, "context"), ("ttft_ms", infer_ttft, "input_tokens")],
)
def test_calibration_grid(measured, seconds, argument):
    errors = [abs(of_point(row, seconds, argument) / float(row[measured]) - 1) for row in GRID]
    assert len(errors) == 21
    assert median(errors) < 0.05
    assert max(errors) < 0.17


# What was published.

PUBLISHED = rows("published_serving.csv")
CALLS = {
    "CACHE_8_BIT": with_cache,
    "INFER_THROUGHPUT": infer_throughput,
    "INFER_TPOT": infer_tpot,
    "INFER_TTFT": infer_ttft,
    "LLAMA_CPP_F16": llama_cpp_f16,
    "TOKEN_COST": token_cost,
    "serving.decode_seconds": formulas.decode_seconds,
}


def predicted(row):
    value = CALLS[row["call"]](**json.loads(row["arguments"]))
    if row["unit"] == "tokens / s" and row["call"] == "INFER_TPOT":
        return 1 / value
    return value / 1000 if row["unit"] == "USD / thousand tokens" else value


def error(row):
    return predicted(row) / float(row["published"]) - 1


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["id"])
def test_published(row):
    if "outside 35 %" not in row["note"]:
        assert abs(error(row)) < float(row["tolerance"].rstrip("%")) / 100


def test_few_are_outside():
    outside = [row for row in PUBLISHED if "outside 35 %: " in row["note"]]
    assert len(outside) <= 8
    assert all(abs(error(row)) > 0.35 for row in outside)
    assert all(row["source"] and row["checked"] in ("yes", "secondary") for row in PUBLISHED)


@pytest.mark.parametrize(
    ("chosen", "count", "limit"),
    [
        (lambda row: row["id"][0] == "S" and row["family"] == "maximum throughput", 7, 0.15),
        (lambda row: row["family"] == "maximum throughput" and row["note"].startswith("not fitted"), 88, 0.12),
        (lambda row: row["family"] == "maximum throughput" and row["note"].startswith("fitted"), 178, 0.10),
        (lambda row: row["family"] == "maximum throughput" and row["call"] == "INFER_THROUGHPUT", 70, 0.18),
        (lambda row: row["family"] == "single stream", 13, 0.10),
    ],
    ids=["S19-S31", "not fitted", "fitted", "16-bit cache", "llama.cpp"],
)
def test_median_error(chosen, count, limit):
    errors = [abs(error(row)) for row in PUBLISHED if chosen(row)]
    assert len(errors) == count
    assert median(errors) < limit


def test_scaling_book_tokens_per_chip():
    step = formulas.decode_seconds(70.0, 8192 * 32 * 163840 / 1e9, 819, 1, 8)
    assert 32 / step / 8 == pytest.approx(231, rel=0.01)


# The laws of any server.

SERVED = [r["id"] for r in MODELS.rows if r["attention_width"] and r["kv_layers"] is not None and r["vocab"]]
CHIPS = [r["id"] for r in GPUS.rows if r["bf16_tflops"] and r["link_gb_s"] and r["memory_gb"] > 8]
model = st.sampled_from(SERVED)
chip = st.sampled_from(CHIPS)
precision = st.sampled_from(["bf16", "int4", "q4_k_m"])
tokens = st.integers(16, 20000)


@quick(60)
@given(model, chip, precision, st.integers(1, 64), st.integers(1, 64))
def test_longest_context_is_the_last_that_fits(model, gpu, precision, gpus, batch):
    """The inverse of GPU_FIT, which is tested by itself."""
    longest = gpu_max_context(model, gpu, gpus, precision, batch)
    assert longest == int(longest)
    fits = lambda context: gpu_fit(model, gpu, "infer", precision, context, batch) <= gpus  # noqa: E731
    if longest:
        assert fits(longest)
    if longest < 1e9:
        assert not fits(longest + 2)


@quick(40)
@given(model, chip, precision, st.integers(1, 32))
def test_more_memory_holds_more(model, gpu, precision, gpus):
    contexts = [gpu_max_context(model, gpu, n, precision) for n in (gpus, gpus + 1)]
    assert contexts[0] <= contexts[1]


@pytest.mark.parametrize(
    ("model", "kind"), [("mistral-7b-v0.1", "windows only"), ("gpt-oss-120b", "windows"), ("deepseek-v3", "MLA")]
)
def test_kinds_of_cache(model, kind):
    longest = gpu_max_context(model, "b200", 16)
    if kind == "windows only":
        assert longest == 1e9
    else:
        held = 16 * (180 * 1.073741824 - 0.85)
        assert infer_memory(model, context=longest) - 0.85 == pytest.approx(held, rel=1e-6)


@quick(60)
@given(model, chip, st.integers(1, 7), st.integers(1, 32), tokens)
def test_more_gpus_are_slower_by_their_exchange_at_most(model, gpu, more, batch, context):
    few = gpu_fit(model, gpu, context=context, batch=batch)
    shape = (batch, models.layers(model), models.hidden(model), GPUS.value(gpu, "link_gb_s"))
    own = [
        infer_tpot(model, gpu, context, gpus, batch) - formulas.exchange_seconds(*shape, gpus)
        for gpus in (few, few + more)
    ]
    assert own[1] <= own[0] * (1 + 1e-12)


@quick(60)
@given(model, chip, precision, st.integers(1, 500), st.integers(1, 500), tokens, tokens)
def test_throughput_grows_with_batch(model, gpu, precision, batch, more, prompt, answer):
    gpus = gpu_fit(model, gpu, "infer", precision, prompt + answer, batch + more)
    rates = [infer_throughput(model, gpu, prompt, answer, gpus, b, precision) for b in (batch, batch + more)]
    assert rates[0] < rates[1]
    assert batch + more > 2048 or rates[1] <= infer_throughput(model, gpu, prompt, answer, gpus, None, precision)


@quick(40)
@given(model, chip, st.integers(1, 64), tokens, tokens)
def test_throughput_is_the_batch_over_its_latency(model, gpu, batch, prompt, answer):
    gpus = gpu_fit(model, gpu, context=prompt + answer, batch=batch)
    seconds = infer_latency(model, gpu, prompt, answer, gpus, batch)
    assert infer_throughput(model, gpu, prompt, answer, gpus, batch) == pytest.approx(batch * answer / seconds)
    assert infer_latency(model, gpu, prompt, 1, gpus, batch) == infer_ttft(model, gpu, prompt, gpus, batch)


@quick(40)
@given(model, chip, st.floats(0.05, 0.9), tokens, tokens)
def test_cost_falls_with_utilisation(model, gpu, utilisation, prompt, answer):
    def at(share):
        return infer_cost(model, gpu, prompt, answer, 2.0, utilisation=share)

    assert at(utilisation) == pytest.approx(at(1) / utilisation)
    gpus = gpu_fit(model, gpu, context=prompt + answer)
    rate = infer_throughput(model, gpu, prompt, answer, gpus)
    assert at(1) == pytest.approx(token_cost(2.0, rate, gpus) * answer / 1e6)


@quick(40)
@given(model, chip, st.floats(0.01, 1e4), st.floats(1, 10), st.floats(0.1, 1), tokens, tokens)
def test_fleet_is_the_smallest_that_holds(model, gpu, rate, peak, load, prompt, answer):
    gpus = fleet_gpus(model, gpu, rate, prompt, answer, peak, load)
    replica = gpu_fit(model, gpu, context=prompt + answer)
    holds = infer_throughput(model, gpu, prompt, answer, replica) / answer * load
    assert gpus % replica == 0
    assert gpus / replica * holds >= rate * peak * (1 - 1e-9)
    assert (gpus / replica - 1) * holds < rate * peak
    assert fleet_gpus(model, gpu, 0, prompt, answer) == 0


@quick(60)
@given(st.floats(1e6, 1e12), st.floats(1.01, 10), chip, tokens)
def test_larger_models_are_slower(size, times, gpu, context):
    gpus = gpu_fit(size * times, gpu, context=context)
    assert infer_tpot(size, gpu, context, gpus) < infer_tpot(size * times, gpu, context, gpus)
    assert infer_ttft(size, gpu, context, gpus) < infer_ttft(size * times, gpu, context, gpus)


@pytest.mark.slow
def test_whole_catalogue():
    """Every model on every chip: a finite, positive figure, or an error that says why."""
    dice, found = random.Random(1), 0
    for name, gpu in itertools.product(dice.sample([r["id"] for r in MODELS.rows], 45), [r["id"] for r in GPUS.rows]):
        for call in (
            lambda: infer_cost(name, gpu, 1000, 200, 1.0),  # noqa: B023
            lambda: infer_tpot(name, gpu, 1000, 8),  # noqa: B023
            lambda: fleet_gpus(name, gpu, 1, 1000, 200),  # noqa: B023
        ):
            try:
                value = call()
            except (NotInTable, NoResult) as problem:
                assert len(str(problem)) > 20, problem
                continue
            assert 0 < value < 1e9
            found += 1
        try:
            assert 0 <= gpu_max_context(name, gpu) <= 1e9
        except NotInTable as problem:
            assert "no kv_layers" in str(problem)
    assert found > 5000


# Details.


def test_mixtures_read_the_experts_they_touch():
    """Against drawing experts: 8 of 3 GB each beside 5 GB that all share, 2 per token."""
    dice = random.Random(1)
    for batch in (1, 2, 6):
        touched = [len({e for _ in range(batch) for e in dice.sample(range(8), 2)}) for _ in range(20000)]
        drawn_gb = 5 + 3 * sum(touched) / len(touched)
        assert formulas.touched_params(5 + 8 * 3, 5 + 2 * 3, 2 / 8, batch) == pytest.approx(drawn_gb, rel=0.01)
    assert infer_tpot("mixtral-8x7b", "h200", 1000, batch=2) > 1.3 * infer_tpot("mixtral-8x7b", "h200", 1000)


def test_formats_compute_at_their_own_peak():
    ratio = infer_ttft("llama-3.1-70b", "h100", 8000, 4) / infer_ttft("llama-3.1-70b", "h100", 8000, 4, 1, "fp8")
    assert 1.4 < ratio < 2 * 0.88
    assert infer_ttft("llama-3.1-8b", "h100", 8000, precision="int4") == infer_ttft("llama-3.1-8b", "h100", 8000)
    with pytest.raises(NotInTable, match="'a100-80-sxm' has no fp8_tflops"):
        infer_ttft("llama-3.1-8b", "a100", 1000, precision="fp8")


def test_classes_of_chips_and_formats():
    for row in GPUS.rows:
        assert row["memory_type"].lower().startswith(row["memory_class"]), row["id"]
    for row in PRECISIONS.rows:
        assert (row["runtime"] == "llama.cpp") == ("llama.cpp" in row["source"]), row["id"]


def test_gpus_that_do_not_hold_the_job():
    with pytest.raises(NoResult, match="gpus: 1 hold less than the weights and the cache; this takes 2"):
        infer_tpot("llama-3.1-70b", "h100", 1000)
    with pytest.raises(NoResult, match="this takes 2") as problem:
        infer_tpot(["llama-3.1-70b", "llama-3.1-8b"], "h100", 1000)
    assert problem.value.where.tolist() == [True, False]
    with pytest.raises(NotInTable, match="'groq-lpu1' has no link_gb_s"):
        infer_cost("llama-3.1-8b", "groq-lpu1", 1000, 200, 1.0)
    assert gpu_max_context("llama-3.1-70b", "h100") == 0
    assert gpu_max_context("llama-3.1-8b", "groq-lpu1") == 0
    assert infer_tpot("llama-3.1-70b", "h100", 1000, gpu_fit("llama-3.1-70b", "h100", context=1000)) > 0


def test_breakeven():
    assert breakeven_requests(3000, 0.004) == 750_000
    assert breakeven_requests([3000, 6000], 0.004, 0.001).tolist() == [1e6, 2e6]
    with pytest.raises(NoResult, match="never cheaper"):
        breakeven_requests(3000, 0.004, 0.004)
    with pytest.raises(BadInput):
        breakeven_requests(-1, 0.004)


def test_a_range_equals_its_cells():
    names, batches = ["llama-3.1-8b", "mixtral-8x7b", "8b"], [1, None, 30]
    together = infer_throughput(names, "h200", 1000, [100, 200, 300], 2, batches)
    single = [
        infer_throughput(n, "h200", 1000, a, 2, b) for n, a, b in zip(names, (100, 200, 300), batches, strict=True)
    ]
    assert together.tolist() == single


# GPU_RANK.


@pytest.mark.parametrize(
    "arguments",
    [
        {"model": "llama-3.1-70b"},
        {"model": "70b", "batch": 32, "as_of": "2023-04-07"},
        {"model": "llama-3.1-8b", "precision": "fp8", "term": "spot"},
        {"model": "llama-3.1-8b", "task": "train"},
        {"model": "llama-3.1-70b", "task": "qlora", "provider": "aws"},
        {"model": "deepseek-v3", "precision": "fp4", "context": 100000},
    ],
    ids=lambda arguments: " ".join(map(str, arguments.values())),
)
def test_rank_leaves_nothing_out_in_silence(arguments):
    heading, *table = gpu_rank(**arguments)
    task = arguments.get("task", "infer")
    last = "USD per million tokens" if task == "infer" else "USD per 1e21 FLOP"
    assert heading == ["gpu", "provider", "GPUs", "memory use", "USD per hour", "tokens/s", last]
    assert sorted(row[0] for row in table) == sorted(row["id"] for row in GPUS.rows)
    assert {len(row) for row in table} == {7}
    assert {row[1] for row in table} == {"AWS" if "provider" in arguments else "median"}
    ranked = [row for row in table if isinstance(row[2], float)]
    assert ranked
    assert ranked == sorted(ranked, key=lambda row: row[6])
    assert table[: len(ranked)] == ranked
    for row in table[len(ranked) :]:
        assert row[2].startswith(("no ", "gpu ", "gpu:", "gpu'")) and row[3:] == [""] * 4, row
    offer = {k: v for k, v in arguments.items() if k in ("provider", "term", "as_of")}
    for gpu, _, gpus, use, usd, speed, cost in ranked:
        assert usd == pytest.approx(gpu_price(gpu, **offer) * gpus)
        assert 0 < use <= 1 + 1e-9 and speed > 0
        if task == "infer":
            assert cost == pytest.approx(token_cost(usd, speed))


def test_rank_asks_for_a_model_and_a_provider_that_exist():
    with pytest.raises(NotInTable, match="unknown provider 'Amzon'"):
        gpu_rank("70b", provider="Amzon")
    with pytest.raises(NotInTable, match="unknown model"):
        gpu_rank("llama-9")
    with pytest.raises(NotInTable, match="'dall-e-2' has no"):
        gpu_rank("dall-e-2")
    with pytest.raises(BadInput):
        gpu_rank(["8b", "70b"])


def test_rank_of_training_is_the_price_of_operations():
    _, first, *_ = gpu_rank("llama-3.1-8b", "train")
    gpu, _, _, _, _, _, cost = first
    assert cost == pytest.approx(gpu_price(gpu) / 3600 * 1e21 / (GPUS.value(gpu, "bf16_tflops") * 1e12 * 0.34))


# The native forms.

NATIVE = (gpu_max_context, infer_ttft, infer_tpot, infer_latency, token_cost, breakeven_requests)


def drawn(spec, dice):
    """Arguments that have a result, some left out."""
    name, gpu = dice.choice((dice.choice(SERVED), 10 ** dice.uniform(8.5, 11))), dice.choice(CHIPS)
    number = {"input_tokens": dice.randint(10, 9000), "output_tokens": dice.randint(1, 900)}
    number |= {"context": dice.randint(10, 9000), "batch": dice.randint(1, 60)}
    values = {"model": name, "gpu": gpu, "precision": dice.choice(("bf16", "int4", "q4_k_m", "nf4")), **number}
    values["gpus"] = gpu_fit(name, gpu, "infer", "bf16", 10000, 60) + dice.randint(0, 3)
    values |= {"price": dice.uniform(0.2, 9), "tokens_per_second": dice.uniform(1, 9e4), "utilisation": dice.random()}
    values |= {"fixed_cost": dice.uniform(1, 9e5), "api_cost": dice.uniform(0.01, 1), "marginal_cost": 0.009}
    kept = [p for p in spec.parameters if p.required or p.name == "gpus" or dice.random() > 0.3]
    return {p.name: values[p.name] for p in kept}


@pytest.mark.slow
@pytest.mark.parametrize("public", NATIVE, ids=lambda public: describe(public).name)
def test_native_form(public, tmp_path):
    spec, dice = describe(public), random.Random(5)
    book, expected = Book("native", "test"), {}
    sheet = book.sheet(spec.name, "calc", {"A": 20})
    for row in range(1, 16):
        arguments = drawn(spec, dice)
        expected[f"A{row}"] = spec.call(**arguments)
        cells = {}
        for letter, p in zip("BCDEFGHI", spec.parameters, strict=False):
            ref = f"{letter}{row}"
            if p.name in arguments:
                sheet.put(ref, arguments[p.name])
            kind = model_cell if isinstance(p.word, ModelWord) else cell if p.required else optional_cell
            cells[p.name] = kind(ref)
        text = formula(spec, cells)
        assert len(text.text) < 8000
        sheet.put(f"A{row}", text, styles.TEXT)
    add_tables(book, whole=True)
    path = tmp_path / "serving.xlsx"
    openpyxl_workbook(book).save(path)
    found = iron(path)[spec.name]
    assert {ref: found[ref] for ref in expected} == pytest.approx(expected, rel=1e-9)
