"""Laws that hold over the whole catalogue, on random good arguments, and what bad ones are told."""

import datetime as dt
import math
import re
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xlcost
from samples import IDS, PEAKED, SHAPED, arguments, ordered, plain_cells, sample
from xlcost.catalogue import BY_NAME, FUNCTIONS
from xlcost.cells import Failure, over_cells
from xlcost.errors import BadInput, NoResult, NotInTable, XlcostError
from xlcost.facts.store import GPUS, MODELS, PRECISIONS, REGIONS
from xlcost.prices.current import current_market
from xlcost.quantities import AnyArgument, Choice, Date, Flag, Key, ModelWord, Number, SearchText

ROWWISE = [spec for spec in FUNCTIONS if spec.parameters and not spec.whole]
WHOLE = [spec for spec in FUNCTIONS if spec.whole]
dice = st.integers(0, 2**32 - 1).map(Random)


def examples(count):
    return settings(max_examples=count, derandomize=True, deadline=None, database=None)


def each(specs):
    return pytest.mark.parametrize("spec", specs, ids=lambda spec: spec.name)


def taking(*names, unit=None):
    """The row-wise functions that have these arguments, and give this unit."""
    return [
        spec
        for spec in ROWWISE
        if set(names) <= {p.name for p in spec.parameters} and unit in (None, spec.returns.unit)
    ]


def good(spec, random, **fixed):
    """Arguments for which the tables have an answer."""
    for _ in range(200):
        chosen = arguments(spec, random) | fixed
        try:
            spec.call(*ordered(spec, chosen))
        except (NotInTable, NoResult):
            continue
        return chosen
    raise AssertionError(f"no good arguments for {spec.name}")


def in_order(spec, chosen):
    return [chosen.get(p.name) for p in spec.parameters]


def parameter(spec, name):
    return next(p for p in spec.parameters if p.name == name)


def shown(spec, *values):
    """What one cell shows: a value, or the code of its error."""
    value = over_cells(spec, values)
    return value.code if isinstance(value, Failure) else value


def same(one, other):
    if isinstance(one, Failure):
        one = one.code
    return one == other if isinstance(other, str) else one == pytest.approx(other, rel=1e-12, abs=0)


@pytest.mark.slow
@each(ROWWISE)
@examples(25)
@given(random=dice, size=st.integers(2, 5))
def test_a_range_equals_its_cells(spec, random, size):
    """Blank cells take the default, and a bad row has its own error, as if it stood alone."""
    rows = [in_order(spec, arguments(spec, random)) for _ in range(size)]
    columns = [[[value] for value in column] for column in zip(*rows, strict=True)]
    found = over_cells(spec, tuple(columns))
    for row, (value,) in zip(rows, found, strict=True):
        assert same(value, shown(spec, *row)), row


@pytest.mark.slow
@each(ROWWISE)
@examples(25)
@given(random=dice, size=st.integers(2, 5))
def test_a_list_equals_its_items_in_python(spec, random, size):
    rows = [in_order(spec, good(spec, random)) for _ in range(size)]
    found = spec.call(*([*column] for column in zip(*rows, strict=True)))
    assert found.shape == (size,)
    for row, value in zip(rows, found.tolist(), strict=True):
        assert same(value, spec.call(*row)), row


def test_a_price_given_needs_no_table():
    spec = BY_NAME["TRAIN_COST"]
    alone = over_cells(spec, ("7B", "1T", "a30", 2.0))  # a GPU without a price in the table
    column = over_cells(spec, ("7B", "1T", [["a30"], ["a100-40-sxm"]], [[2.0], [None]]))
    assert column[0][0] == alone


@pytest.mark.slow
@each([spec for spec in ROWWISE if len(spec.parameters) > 1])
@examples(15)
@given(random=dice)
def test_a_column_and_a_row_make_a_table(spec, random):
    one, other, third = (in_order(spec, good(spec, random)) for _ in range(3))
    down, across = random.sample(range(len(one)), 2)
    values = list(one)
    values[down] = [[one[down]], [other[down]]]
    values[across] = [[one[across], other[across], third[across]]]
    found = over_cells(spec, tuple(values))
    assert [len(row) for row in found] == [3, 3]
    for i in range(2):
        for j in range(3):
            cell = list(one)
            cell[down], cell[across] = values[down][i][0], values[across][0][j]
            assert same(found[i][j], shown(spec, *cell)), cell


@each(ROWWISE)
@examples(20)
@given(random=dice)
def test_results_are_finite_and_not_negative(spec, random):
    value = spec.call(**good(spec, random))
    if spec.returns.unit not in ("text", "value"):
        assert type(value) is float
        assert math.isfinite(value)
        assert value >= 0


@each(WHOLE)
@examples(10)
@given(random=dice)
def test_a_whole_gives_rows_of_plain_values(spec, random):
    """In Python and in cells alike, but for what a table leaves blank."""
    chosen = ordered(spec, good(spec, random))
    found = over_cells(spec, tuple(chosen))
    assert plain_cells(found)
    assert shown_alike(spec.call(*chosen), found)
    numbers = [v for row in found for v in row if type(v) is float] if isinstance(found, list) else [found]
    assert spec.variadic or all(v >= 0 for v in numbers)


def shown_alike(python, cells):
    if not isinstance(python, list):
        return python == cells
    return [["" if v is None else v for v in row] for row in python] == cells


@each([spec for spec in taking("tokens") if spec.returns.unit in ("FLOP", "GPU-hours", "hours", "USD")])
@examples(40)
@given(random=dice)
def test_twice_the_tokens_is_twice_the_work(spec, random):
    chosen = good(spec, random)
    doubled = chosen | {"tokens": 2 * chosen["tokens"]}
    assert spec.call(**doubled) == pytest.approx(2 * spec.call(**chosen), rel=1e-12)


@examples(40)
@given(random=dice)
def test_twice_the_tokens_of_an_answer_under_the_rule(random):
    spec = BY_NAME["INFER_FLOPS"]
    chosen = good(spec, random, method="rule", output_tokens=0.0, input_tokens=random.uniform(1e6, 2e13))
    once = spec.call(**chosen)
    assert spec.call(**chosen | {"output_tokens": chosen["input_tokens"]}) == pytest.approx(2 * once, rel=1e-12)
    assert spec.call(**chosen | {"method": "exact", "input_tokens": 2 * chosen["input_tokens"]}) >= 2 * spec.call(
        **chosen | {"method": "exact"}
    ) * (1 - 1e-3)  # attention grows faster; only the logits of the last token do not double


def rising(spec, chosen, name, values):
    """Results along a rising argument, of those values that have one."""
    results = []
    for value in values:
        try:
            results.append(spec.call(**chosen | {name: value}))
        except NoResult:
            continue
    return results


def never_falls(results):
    return all(later >= earlier * (1 - 1e-12) for earlier, later in pairwise(results))


MORE_IS_MORE = """
price electricity pue load watts hours gpu_hours kwh capex opex fixed_cost marginal_cost requests requests_per_second
peak_ratio context batch input_tokens output_tokens tokens_per_second flops layers ffn vocab
"""
MORE_IS_LESS = "years residual utilisation max_load api_cost params"
OTHER_WAY = {  # more of it makes less
    ("OWN_BREAKEVEN", "price"),
    ("GPU_MAX_CONTEXT", "batch"),
    ("TOKEN_COST", "tokens_per_second"),
    ("INFER_THROUGHPUT", "input_tokens"),
}
OTHERS_MOVE_WITH_IT = {  # a longer context comes with another batch and another number of GPUs
    *((name, p) for name in ("INFER_COST", "FLEET_GPUS") for p in ("batch", "input_tokens", "output_tokens")),
    ("INFER_THROUGHPUT", "output_tokens"),
}
DIRECTIONS = [
    (spec, name, direction * (-1 if (spec.name, name) in OTHER_WAY else 1))
    for spec in ROWWISE
    for names, direction in ((MORE_IS_MORE, 1), (MORE_IS_LESS, -1))
    for name in names.split()
    if name in {p.name for p in spec.parameters} and (spec.name, name) not in OTHERS_MOVE_WITH_IT
]


@pytest.mark.slow
@pytest.mark.parametrize(("spec", "name", "direction"), DIRECTIONS, ids=[f"{s.name} {n}" for s, n, _ in DIRECTIONS])
@examples(25)
@given(random=dice)
def test_a_higher_price_or_a_longer_use_never_costs_less(spec, name, direction, random):
    chosen = good(spec, random)
    chosen.pop("cached_tokens", None)  # cannot be more than the input
    values = sorted(sample(parameter(spec, name), spec, random) for _ in range(3))
    assert never_falls(rising(spec, chosen, name, values)[::direction])


PROPORTIONS = [  # result x argument, or result / argument, does not change
    *((spec, name, 1) for name in ("mfu", "goodput") for spec in taking(name)),
    *((spec, "gpus", 1) for spec in (*taking("gpus", unit="hours"), *taking("gpus", unit="share"))),
    *((spec, "utilisation", 1) for spec in taking("price", "utilisation")),
    (BY_NAME["TOKEN_COST"], "tokens_per_second", 1),
    (BY_NAME["TOKEN_COST"], "gpus", -1),
    (BY_NAME["TRAIN_MFU"], "tokens_per_second", -1),
    (BY_NAME["INFER_COST"], "price", -1),
    (BY_NAME["TRAIN_COST"], "price", -1),
    (BY_NAME["TUNE_COST"], "price", -1),
    (BY_NAME["API_COST"], "requests", -1),
    (BY_NAME["CARBON_KG"], "kwh", -1),
]


@pytest.mark.parametrize(("spec", "name", "power"), PROPORTIONS, ids=[f"{s.name} {n}" for s, n, _ in PROPORTIONS])
@examples(40)
@given(random=dice)
def test_time_and_dollars_fall_with_utilisation_and_gpus(spec, name, power, random):
    chosen = good(spec, random)
    values = sorted({sample(parameter(spec, name), spec, random) for _ in range(3)})
    results = rising(spec, chosen, name, values)
    assert len(results) == len(values)
    for value, result in zip(values, results, strict=True):
        assert result * value**power == pytest.approx(results[0] * values[0] ** power, rel=1e-12)


BITS = {row["id"]: row["bits"] for row in PRECISIONS.rows}
MEMORY = {row["id"]: row["memory_gb"] for row in GPUS.rows if row["memory_gb"] > 8}
NEED = [
    (spec, name)
    for name in ("precision", "kv_precision")
    for spec in taking(name)
    if spec.category == "Memory" and spec.returns.unit in ("GB", "GPUs")
]


@pytest.mark.parametrize(("spec", "name"), NEED, ids=[f"{s.name} {n}" for s, n in NEED])
@examples(40)
@given(random=dice)
def test_fewer_bits_never_need_more_memory_or_gpus(spec, name, random):
    chosen = good(spec, random)
    results = rising(spec, chosen, name, sorted(random.sample(IDS["precision"], 4), key=BITS.get))
    assert never_falls(results)


@examples(60)
@given(random=dice)
def test_more_memory_never_needs_more_gpus(random):
    spec = BY_NAME["GPU_FIT"]
    chosen = good(spec, random, gpu="h100-sxm")
    results = rising(spec, chosen, "gpu", sorted(random.sample(sorted(MEMORY), 5), key=MEMORY.get, reverse=True))
    assert never_falls(results)
    assert all(count == int(count) >= 1 for count in results)


@examples(40)
@given(random=dice, stage=st.integers(0, 2))
def test_sharding_and_recomputing_never_need_more_memory(random, stage):
    spec = BY_NAME["TRAIN_MEMORY"]
    chosen = good(spec, random)
    assert spec.call(**chosen | {"zero": stage + 1}) <= spec.call(**chosen | {"zero": stage}) * (1 + 1e-12)
    selective, none = (spec.call(**chosen | {"recompute": how}) for how in ("selective", "none"))
    assert selective <= none


WRONG_NUMBERS = ("abc", "", "  ", "12,5", True, dt.date(2024, 1, 1), math.nan, math.inf, -math.inf, object())


def wrong_values(p):
    """Values that an argument must refuse."""
    word = p.word
    if isinstance(word, Flag):
        return [2, -1, 0.5, *(value for value in WRONG_NUMBERS if value is not True), "yes"]
    if isinstance(word, Number):
        low = max(word.low, word.above)
        outside = [low - 1, low - 1e-6, word.high * 1.001]
        outside += [low] if word.above >= word.low else []
        return [*outside, *([low + 0.5] if word.whole else []), *WRONG_NUMBERS]
    if isinstance(word, ModelWord):
        return [0, -7e9, 1e19, "-7B", "0", "", True, dt.date(2024, 1, 1), math.nan, math.inf]
    if isinstance(word, Choice):
        return ["nonsense", "", 1, True, math.nan]
    if isinstance(word, SearchText):
        return [True, dt.date(2024, 1, 1), object()]
    if isinstance(word, Date):
        return ["yesterday", "7.4.2023", "2023-13-01", -1, 2023, 1e6, math.nan, True]
    assert isinstance(word, Key), word
    return ["", "   ", 5, math.nan, True, dt.date(2024, 1, 1)]


EVERY_ARGUMENT = [(spec, p) for spec in FUNCTIONS for p in spec.parameters if not isinstance(p.word, AnyArgument)]


@pytest.mark.parametrize(("spec", "p"), EVERY_ARGUMENT, ids=[f"{s.name} {p.name}" for s, p in EVERY_ARGUMENT])
def test_out_of_bounds_names_the_argument(spec, p):
    chosen = good(spec, Random(spec.name))
    for value in wrong_values(p):
        with pytest.raises(BadInput) as caught:
            spec.call(*ordered(spec, chosen | {p.name: value}))
        assert str(caught.value).startswith(f"{p.name}: "), value


@pytest.mark.parametrize("as_of", ["1999-12-31", "2100-01-01", dt.date(1999, 12, 31), dt.date(2100, 1, 1)])
def test_a_date_out_of_bounds_is_named(as_of):
    with pytest.raises(BadInput, match=r"^as_of: .* 2000 to 2099"):
        xlcost.gpu_price("a100-40-sxm", as_of=as_of)


REQUIRED = [(spec, p) for spec, p in EVERY_ARGUMENT if p.required]


@pytest.mark.parametrize(("spec", "p"), REQUIRED, ids=[f"{s.name} {p.name}" for s, p in REQUIRED])
def test_a_required_argument_left_out_is_named(spec, p):
    chosen = good(spec, Random(spec.name))
    for value in (None, [None, None]):
        with pytest.raises(BadInput, match=f"^{p.name}: (is missing|is blank|holds a blank)"):
            spec.call(*in_order(spec, chosen | {p.name: value}))


ROWS_OF = [(spec, p) for spec, p in EVERY_ARGUMENT if not spec.whole]


@pytest.mark.parametrize(("spec", "p"), ROWS_OF, ids=[f"{s.name} {p.name}" for s, p in ROWS_OF])
def test_a_bad_row_is_found_in_its_range(spec, p):
    chosen = good(spec, Random(spec.name))
    bad = wrong_values(p)[0]
    with pytest.raises(XlcostError) as caught:
        spec.call(**chosen | {p.name: [sample_of(spec, p, chosen), bad, sample_of(spec, p, chosen)]})
    assert np.array_equal(caught.value.where, [False, True, False])
    assert p.name in str(caught.value)


def sample_of(spec, p, chosen):
    return chosen[p.name] if p.name in chosen else p.default if p.default is not None else sample(p, spec, Random(1))


TABLES = {
    "model": (MODELS, SHAPED),
    "gpu": (GPUS, PEAKED),
    "precision": (PRECISIONS, IDS["precision"]),
    "region": (REGIONS, IDS["region"]),
}
KNOWN = {kind: {row["id"] for row in table.rows} for kind, (table, _) in TABLES.items()} | {"function": set(BY_NAME)}
KEYED = [
    (spec, p, kind)
    for spec, p in EVERY_ARGUMENT
    if (kind := "model" if isinstance(p.word, ModelWord) else getattr(p.word, "table", None)) in KNOWN
]
KEYED_IDS = [f"{spec.name} {p.name}" for spec, p, _ in KEYED]


@pytest.mark.parametrize(("spec", "p", "kind"), KEYED, ids=KEYED_IDS)
@examples(10)
@given(random=dice)
def test_an_unknown_id_is_told_the_nearest(spec, p, kind, random):
    typed = random.choice(IDS[kind]) + "qx"
    chosen = good(spec, Random(spec.name)) | {p.name: typed}
    with pytest.raises(NotInTable, match=f"^unknown {kind} '{typed}'; did you mean '(.*)'\\?$") as caught:
        spec.call(*ordered(spec, chosen))
    assert str(caught.value).split("'")[3] in KNOWN[kind]


@each([spec for spec in FUNCTIONS if not spec.parameters])
def test_a_function_without_arguments(spec):
    assert spec.call() == over_cells(spec, ())
    with pytest.raises(BadInput, match=rf"^{spec.name} got 1 arguments, more than it takes: {spec.name}\(\)$"):
        spec.call(1)
    with pytest.raises(BadInput, match="has no argument 'x'"):
        spec.call(x=1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("model", "lama-3.1-70b"), "llama-3.1-70b"),
        (("model", "gtp-3"), "gpt-3"),
        (("gpu", "H900"), "h800-sxm"),
        (("gpu", "h100-sxmm"), "h100-sxm"),
        (("precision", "q4_k"), "q4_k_s"),
        (("precision", "bf17"), "bf16"),
        (("provider", "coreweve"), "CoreWeave"),
    ],
    ids=str,
)
def test_typing_errors(typed, meant):
    name, text = typed
    spec = {"model": "MODEL_PARAMS", "gpu": "GPU_SPEC", "precision": "WEIGHT_GB", "provider": "GPU_PRICE"}[name]
    chosen = BY_NAME[spec].example_arguments | {name: text}
    with pytest.raises(NotInTable, match="did you mean") as caught:
        BY_NAME[spec].call(**chosen)
    assert text in str(caught.value)
    if name != "gpu" or text != "H900":  # several chips are as near to H900
        assert f"'{meant}'" in str(caught.value)


@pytest.mark.parametrize(("typed", "meant"), [("AWSS", "AWS"), ("gcpp", "GCP"), ("OCCI", "OCI")])
def test_typing_errors_in_capitals(typed, meant):
    with pytest.raises(NotInTable, match=f"did you mean '{meant}'"):
        xlcost.gpu_price("a100-40-sxm", typed)


RUN_TOGETHER = re.compile(r"\d\.\d+-\d+[bm]$")  # a version, then a size: the hyphen tells where it begins


def variants(text):
    yield text.upper()
    yield text.lower()
    yield f"  {text} "
    yield text.replace("-", " ")
    yield text.replace("-", "_")
    yield re.sub(r"(\d)\.(\d+-)", r"\1\2", text)
    if not RUN_TOGETHER.search(text):
        yield text.replace("-", "")
    yield text.replace("_", "-")
    yield text.replace("_", " ").title()


@pytest.mark.parametrize("kind", TABLES)
def test_ids_however_typed(kind):
    spec = {"model": "MODEL_PARAMS", "gpu": "GPU_SPEC", "precision": "WEIGHT_GB", "region": "CARBON_KG"}[kind]
    chosen = BY_NAME[spec].example_arguments
    if kind == "gpu":
        chosen |= {"field": "name"}
    for row in TABLES[kind][0].rows:
        expected = BY_NAME[spec].call(**chosen | {kind: row["id"]})
        for typed in variants(row["id"]):
            assert BY_NAME[spec].call(**chosen | {kind: typed}) == expected, typed
        for alias in row["aliases"]:
            assert BY_NAME[spec].call(**chosen | {kind: alias}) == expected, alias


@pytest.mark.parametrize("typed", ["Llama 3.1-70B", "llama_3.1 70b", "LLAMA-31-70B", " llama-3.1_70b"])
def test_a_model_however_typed(typed):
    assert xlcost.model_params(typed) == xlcost.model_params("llama-3.1-70b") == 70553706496


def test_the_point_of_a_size_tells_models_apart():
    assert xlcost.model_params("opt1.3b") == xlcost.model_params("OPT 1.3B") == xlcost.model_params("opt-1.3b")
    assert xlcost.model_params("opt13b") == xlcost.model_params("OPT 13B") == xlcost.model_params("opt-13b")
    assert 9 < xlcost.model_params("opt-13b") / xlcost.model_params("opt-1.3b") < 11


@pytest.mark.parametrize("typed", ["OPT 1.3 B", "opt_1.3_b", "opt-1.3-b"])
def test_the_point_of_a_size_whose_letter_stands_apart(typed):
    assert xlcost.model_params(typed) == xlcost.model_params("opt-1.3b")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("llama3.18b", "llama-3.1-8b"), ("Llama3.170B", "llama-3.1-70b"), ("qwen2.57b", "qwen2.5-7b")],
)
def test_a_version_and_a_size_run_together_are_not_guessed(typed, meant):
    """3.18b may be 3.1 and 8b, or 3.18b, or .18b."""
    assert over_cells(BY_NAME["MODEL_PARAMS"], (typed,)) == Failure(
        "#N/A", f"unknown model '{typed}'; did you mean '{meant}'?"
    )


def test_no_version_and_size_run_together_is_another_model():
    ids = [row["id"] for row in MODELS.rows if RUN_TOGETHER.search(row["id"])]
    assert len(ids) > 12
    for text in ids:
        with pytest.raises(NotInTable, match=r"^unknown model .*; did you mean '"):
            xlcost.model_params(text.replace("-", ""))


def test_words_however_typed():
    assert xlcost.train_flops("7B", "1T") == xlcost.train_flops(" 7 b", "1 t") == xlcost.train_flops(7e9, 1e12)
    assert xlcost.train_flops("7B", "1T", "FULL ", "2k") == xlcost.train_flops("7B", "1T", "full", 2000)
    expected = xlcost.gpu_price("a100-40-sxm", "Oblivus Cloud", as_of="2023-06-01")
    for typed in ("oblivus cloud", "OBLIVUS-CLOUD", "OblivusCloud", " oblivus_cloud "):
        assert xlcost.gpu_price("A100 40GB", typed, "On_Demand", "2023-06-01") == expected


def test_a_date_is_a_date():
    expected = xlcost.gpu_price("a100-40-sxm", "AWS", as_of="2023-04-07")
    for typed in (dt.date(2023, 4, 7), dt.datetime(2023, 4, 7, 23, 59), 45023, 45023.75, " 2023-04-07 "):
        assert xlcost.gpu_price("a100-40-sxm", "AWS", as_of=typed) == expected


@pytest.mark.parametrize("as_of", ["2023-04-01", "2023-04-07", "2023-04-30", "2026-10-04", "2026-10-31"])
def test_a_price_is_there_then_and_now(as_of):
    """April 2023 and October 2026: the dates of the article and of the data edition."""
    price = xlcost.gpu_price("a100-40-sxm", as_of=as_of)
    assert 0.3 < price < 5
    assert xlcost.price_source("a100-40-sxm", as_of=as_of) != ""
    assert xlcost.gpu_price(["a100-40-sxm"], as_of=[as_of]).tolist() == [price]


def test_a_price_is_never_older_or_newer_than_asked():
    for p in random_periods(200):
        for day in (p.start, p.end - dt.timedelta(days=1)):
            assert xlcost.gpu_price(p.gpu, p.provider, p.term, day) == p.usd
            assert xlcost.price_source(p.gpu, p.provider, p.term, day) == p.source
        assert p.source.startswith("20"), p
        assert dt.date.fromisoformat(p.source[:10]) <= p.start


def random_periods(count):
    return Random("periods").sample(current_market().periods, count)


@pytest.mark.parametrize("as_of", ["2000-01-01", "2023-03-31", "2025-03-01"])
@pytest.mark.parametrize("name", ["GPU_PRICE", "PRICE_SOURCE"])
def test_a_price_outside_the_dates_says_what_there_is(name, as_of):
    for gpu, provider in (("a10", None), ("a10g", "AWS"), ("a10", "Lambda")):
        with pytest.raises(NotInTable) as caught:
            BY_NAME[name].call(gpu, provider, as_of=as_of)
        whose = f" from {provider}" if provider else ""
        sentence = f"no on_demand price of '{gpu}'{whose} on {as_of}; the table has it from 2023-04-0"
        assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("as_of", ["2026-11-02", "2099-12-31"])
@pytest.mark.parametrize("name", ["GPU_PRICE", "PRICE_SOURCE"])
def test_after_the_edition_there_is_no_price(name, as_of):
    sentence = f"^as_of: {as_of} lies after the data edition of 2026-11-01, where prices end$"
    for gpu, provider in (("a100-40-sxm", None), ("h100-sxm", "Jarvislabs")):
        with pytest.raises(NotInTable, match=sentence):
            BY_NAME[name].call(gpu, provider, as_of=as_of)


def test_a_term_that_is_not_offered_says_what_is():
    missing = "^no spot price of 'a100-40-sxm' from Lambda on "
    with pytest.raises(
        NotInTable, match=missing + "2023-04-07; that day the table has Lambda on_demand, AWS spot, GCP spot, "
    ):
        xlcost.gpu_price("a100-40-sxm", "Lambda", "spot", "2023-04-07")
    with pytest.raises(NotInTable, match=missing + "2000-01-01; the table has other prices of it from 2023-04-01 to "):
        xlcost.gpu_price("a100-40-sxm", "Lambda", "spot", "2000-01-01")
    with pytest.raises(
        NotInTable, match=r"^no on_demand price of 'maia100' on .*; the table has no price of this gpu at all$"
    ):
        xlcost.gpu_price("maia100")


def test_the_days_named_are_the_first_and_the_last_with_a_price():
    """Of each span that the sentence names; outside there is none."""
    one = dt.timedelta(days=1)
    for p in random_periods(200):
        offer = (p.gpu, p.provider, p.term)
        with pytest.raises(NotInTable) as caught:
            xlcost.gpu_price(*offer, "2000-01-01")
        named = re.findall(r"from (\S+) to (\S+)", str(caught.value))
        spans = [(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) for first, last in named]
        assert any(first <= p.start and p.end - one <= last for first, last in spans), offer
        for first, last in spans:
            assert xlcost.gpu_price(*offer, [first, last]).min() > 0
            for day in (first - one, last + one):
                with pytest.raises(NotInTable):
                    xlcost.gpu_price(*offer, day)


def test_gaps_are_told_apart():
    table = "2025-01-01; the table has it from 2023-04-07 to 2024-04-05"
    assert len([p for p in current_market().periods if p.offer == ("a10g", "AWS", "on_demand")]) == 1
    with pytest.raises(NotInTable, match=f" from AWS on {table}$"):
        xlcost.gpu_price("a10g", "AWS", as_of="2025-01-01")
    with pytest.raises(NotInTable, match=f" from Lambda on {table} and from 2026-10-04 to 2026-11-01$"):
        xlcost.gpu_price("a10", "Lambda", as_of="2025-01-01")


@pytest.mark.parametrize(
    ("name", "rest"), [("KV_CACHE_GB", (8192,)), ("INFER_MEMORY", ()), ("GPU_FIT", ("H100",))], ids=str
)
def test_an_undisclosed_shape_is_not_an_empty_cache(name, rest):
    with pytest.raises(NotInTable, match="model 'gpt-4' has no kv_layers in the table"):
        BY_NAME[name].call("gpt-4", *rest)


@pytest.mark.parametrize("model", ["bert-base", "bert-large", "sdxl", "flux-dev", "dall-e-2"])
def test_encoders_and_image_models_keep_no_cache(model):
    assert xlcost.kv_cache_gb(model, 8192, 4) == 0
    assert xlcost.infer_memory(model) == pytest.approx(xlcost.weight_gb(model) + 0.85)
    assert xlcost.gpu_fit(model, "H100") == 1
