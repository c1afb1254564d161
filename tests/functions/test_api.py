"""Hosted models: published prices, another implementation's sums, and what a date, a name or a tier changes."""

import csv
import datetime as dt
import itertools
import json
import os
import random
import subprocess
import sys
from decimal import Decimal

import pytest
from genai_prices import Usage
from genai_prices.data import providers as theirs

from places import DATA
from xlcost.cells import Failure, over_cells
from xlcost.errors import BadInput, NotInTable
from xlcost.facts.tables import packaged_rows
from xlcost.function import describe
from xlcost.functions.api import api_cost, api_price
from xlcost.prices.hosted import api, models
from xlcost.prices.periods import EDITION

CALLS = {"API_PRICE": api_price, "API_COST": api_cost}
with (DATA / "published_api.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = list(csv.DictReader(file))
LISTED = {(row.provider, model): row.as_of for row in packaged_rows("api_listed") for model in row.models}
NOON = dt.time(12, tzinfo=dt.UTC)


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["id"])
def test_published(row):
    function = CALLS[row["call"]]
    assert describe(function).returns.unit == row["unit"]
    found = function(**json.loads(row["arguments"]))
    assert found == pytest.approx(float(row["published"]), rel=1e-9, abs=float(row["tolerance"])), row["note"]


@pytest.mark.parametrize("function", CALLS.values(), ids=CALLS)
def test_example(function):
    spec = describe(function)
    assert spec.call(**spec.example_arguments) == pytest.approx(spec.example["returns"], rel=1e-12)


def priced():
    """Models that genai-prices charges by input and output tokens and nothing else, listed by the data edition."""
    known = {"input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok"}
    for provider in theirs:
        for model in provider.models:
            listed = LISTED.get((provider.id, model.id))
            price = model.get_prices(dt.datetime.combine(EDITION, NOON))
            kinds = {key for key, value in vars(price).items() if value is not None}
            if (
                listed
                and listed <= EDITION
                and {"input_mtok", "output_mtok"} <= kinds <= known | {"web_searches_kcount"}
            ):
                yield provider, model


PRICED = list(priced())


@pytest.mark.slow
def test_against_genai_prices_own_sums():
    """Its calculator and our arithmetic agree on every such model: tiers, cached tokens, cents."""
    assert len(PRICED) > 1000
    dice = random.Random(5)
    for provider, model in PRICED:
        prompt = dice.choice((0, 1000, 100_000, 128_000, 200_000, 200_001, 300_000, 600_000, 2_000_000))
        cached = dice.randint(0, prompt)
        answer = dice.randint(0, 5000)
        usage = Usage(input_tokens=prompt, cache_read_tokens=cached, output_tokens=answer)
        moment = dt.datetime.combine(EDITION, NOON)
        expected = model.calc_price(usage, provider, genai_request_timestamp=moment).total_price
        name = f"{provider.id}:{model.id}"
        assert models.model_key(name) == (provider.id, model.id)
        found = api_cost(name, prompt, answer, cached)
        assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-15), name


@pytest.mark.slow
@pytest.mark.parametrize("hour", [0, 3, 9, 23])
def test_answers_do_not_depend_on_the_hour(hour):
    """DeepSeek charges by the time of day; noon UTC holds. The date alone decides, whatever the clock says."""
    code = (
        "import xlcost.functions.api as a;"
        "print(a.api_price('deepseek-chat'), a.api_price('deepseek-v4-pro', 'input', '2026-10-01'))"
    )
    place = {"TZ": f"UTC{hour - 12:+d}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | place, check=True
    )
    assert done.stdout.split() == ["1.1", "0.66"]


def test_noon_is_the_standard_price():
    """0.27 and 1.10 are DeepSeek's list prices of 2025; half of it was charged from 16:30 to 00:30 UTC."""
    assert api_price("deepseek-chat", "input", "2025-08-01") == 0.27
    assert api_price("deepseek-chat", "output", "2025-08-01") == 1.1


def test_no_network_and_no_load_before_it_is_wanted():
    code = (
        "import socket, sys\n"
        "def never(*_): raise AssertionError('network')\n"
        "socket.socket.connect = never\n"
        "import xlcost, xlcost.functions.api as a\n"
        "assert 'genai_prices.data' not in sys.modules\n"
        "print(a.api_price('gpt-4o'))\n"
        "assert 'genai_prices.data' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "10.0"


# Dates.


def test_a_price_never_comes_before_the_first_one_known():
    with pytest.raises(NotInTable, match="'openai/gpt-4o' on 2024-05-01; the first known is of 2025-06-22"):
        api_price("gpt-4o", "output", "2024-05-01")
    with pytest.raises(NotInTable, match=r"the first known is of 2023-04-07$"):
        api_price("gpt-3.5-turbo", "output", "2023-04-06")
    assert api_price("gpt-3.5-turbo", "output", "2023-04-07") == 2


def test_our_rows_hold_a_year_and_end_with_the_next_price():
    assert api_price("gpt-4", "input", "2024-04-05") == 30
    with pytest.raises(NotInTable, match="the first known is of 2023-04-07, the next of 2025-06-22"):
        api_price("gpt-4", "input", "2024-04-06")
    assert api_price("gpt-4", "input", "2025-06-22") == 30
    assert [api_price("gpt-3.5-turbo", "input", day) for day in ("2023-06-12", "2023-06-13", "2024-01-25")] == [
        2,
        1.5,
        0.5,
    ]


def test_a_dated_change_holds_from_its_day():
    """Sonnet 4.6 lost its tier for long prompts on 13 March 2026."""
    assert api_cost("claude-sonnet-4-6", 300_000, 0, as_of="2026-03-12") == pytest.approx(0.3 * 6)
    assert api_cost("claude-sonnet-4-6", 300_000, 0, as_of="2026-03-13") == pytest.approx(0.3 * 3)


def test_a_change_dated_before_the_first_listing_is_known_from_its_own_day():
    assert api_price("o3", "output", "2025-06-10") == 8
    with pytest.raises(NotInTable, match="2025-06-10"):
        api_price("o3", "output", "2025-06-09")


def test_prices_end_with_the_data_edition():
    assert api_price("gpt-4o", "output", EDITION) == api_price("gpt-4o")
    with pytest.raises(NotInTable, match="after the data edition"):
        api_price("gpt-4o", "output", EDITION + dt.timedelta(days=1))


def test_every_timeline_is_in_order():
    for provider, model in PRICED[::7]:
        periods = api.price_history(provider.id, model.id)
        assert periods, model.id
        for one, following in itertools.pairwise(periods):
            assert one.start < one.end <= following.start
        assert periods[-1].end <= EDITION + dt.timedelta(days=1)
        assert all(one.source.startswith(one.start.isoformat()) or one.source[:4].isdigit() for one in periods)


# Names.


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("gpt-4o", ("openai", "gpt-4o")),
        ("GPT 4o", ("openai", "gpt-4o")),
        ("openai/gpt-4o", ("openai", "gpt-4o")),
        ("openai:gpt-4o", ("openai", "gpt-4o")),
        ("azure/gpt-4o", ("openai", "gpt-4o")),  # Azure asks OpenAI's price
        ("azure/curie", ("azure", "curie")),
        ("text-curie-001", ("openai", "curie")),
        ("Claude Sonnet 4.5", ("anthropic", "claude-sonnet-4-5")),
        ("google/claude-sonnet-4-5", ("google", "claude-sonnet-4-5")),
        ("anthropic/claude-sonnet-4.5", ("anthropic", "claude-sonnet-4-5")),
        ("openrouter/anthropic/claude-sonnet-4.5", ("openrouter", "anthropic/claude-sonnet-4.5")),
        ("grok-4", ("x-ai", "grok-4-0709")),
    ],
)
def test_whose_price(text, key):
    assert models.model_key(text) == key


def test_makers_before_hosts_before_resellers():
    for name in ("gpt-4o", "claude-sonnet-4-5", "gemini-2.5-pro", "mistral-large", "deepseek-chat", "command-r"):
        assert models.model_key(name)[0] in models.MAKERS
    hosts = [provider.id for provider in models.providers()]
    assert hosts[: len(models.MAKERS)] == list(models.MAKERS)
    assert hosts.index("together") < hosts.index("cloudflare") < hosts.index("openrouter")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("gpt-4oo", "gpt-4o"), ("openai/gpt-4oo", "openai/gpt-4o"), ("opeani/gpt-4o", "openai/gpt-4o")],
)
def test_an_unknown_model_is_told_the_nearest(text, meant):
    with pytest.raises(NotInTable, match=f"unknown api_model '{text}'; did you mean '{meant}'"):
        api_price(text)


def test_a_provider_without_the_model_is_never_another_provider():
    with pytest.raises(NotInTable, match="unknown api_model"):
        api_price("groq/gpt-4o")


# Kinds, tiers, tokens.


def test_kinds():
    kinds = {kind: api_price("claude-sonnet-4-5", kind) for kind in api.KINDS}
    assert kinds == {
        "input": 3.0,
        "output": 15.0,
        "cached": 0.3,
        "cache_write": 3.75,
        "batch_input": 1.5,
        "batch_output": 7.5,
    }


def test_a_kind_that_is_not_sold_names_those_that_are():
    with pytest.raises(NotInTable, match="kind: 'openai/text-embedding-3-small' has no price of output; it has input"):
        api_price("text-embedding-3-small")
    with pytest.raises(BadInput, match="did you mean 'output'"):
        api_price("gpt-4o", "outputs")


def test_a_tier_holds_for_all_tokens_of_a_large_prompt():
    """Gemini 2.5 Pro: 1.25 in and 10 out up to 200,000 tokens, 2.5 and 15 above."""
    assert api_cost("gemini-2.5-pro", 200_000, 1000) == pytest.approx(0.2 * 1.25 + 0.001 * 10)
    assert api_cost("gemini-2.5-pro", 200_001, 1000) == pytest.approx(0.200001 * 2.5 + 0.001 * 15)


def test_cached_tokens_are_part_of_the_input():
    """2.5 in, 1.25 cached."""
    assert api_cost("gpt-4o", 1000, 0, 400) == pytest.approx((600 * 2.5 + 400 * 1.25) / 1e6)
    with pytest.raises(BadInput, match="cached_tokens"):
        api_cost("gpt-4o", 1000, 0, 1001)
    assert api_cost("gpt-4", 1000, 0, 400) == pytest.approx(1000 * 30 / 1e6), "no price of its own: as input"


def test_embeddings_cost_input_only():
    assert api_cost("text-embedding-3-small", 1e6, 0) == pytest.approx(0.02)
    with pytest.raises(NotInTable, match="no price of output"):
        api_cost("text-embedding-3-small", 1e6, 1)


def test_a_fee_per_request_is_paid_per_request():
    """Sonar Pro: 3 in, 15 out, and a fee per 1,000 requests."""
    fee = next(
        m for p in theirs if p.id == "perplexity" for m in p.models if m.id == "sonar-pro"
    ).prices.requests_kcount
    fee = fee.base if hasattr(fee, "base") else fee
    assert isinstance(fee, Decimal)
    assert api_cost("sonar-pro", 1000, 500, 0, 1000) == pytest.approx(1000 * (0.003 + 0.0075) + float(fee))


def test_cost_follows_tokens_and_requests():
    one = api_cost("gpt-4o", 1000, 500)
    assert api_cost("gpt-4o", 2000, 1000) == pytest.approx(2 * one)
    assert api_cost("gpt-4o", 1000, 500, 0, 30) == pytest.approx(30 * one)
    assert api_cost("gpt-4o", 0, 0) == 0
    assert api_cost("gpt-4o", "1k", "0.5k") == one


# Ranges.


def test_a_range_equals_its_cells():
    spec = describe(api_cost)
    rows = [
        ("gpt-4o", 1000.0, 500.0, 100.0, None, None),
        ("gpt-3.5-turbo", 3000.0, 1000.0, None, 10.0, "2023-04-07"),
        ("gemini-2.5-pro", 300_000.0, 1000.0, 1000.0, 2.0, None),
        ("no such model", 1.0, 1.0, None, None, None),
        ("gpt-4o", 10.0, 1.0, 11.0, None, None),
        ("gpt-4o", 10.0, 1.0, 0.0, None, "2020-01-01"),
        (None, 10.0, 1.0, 0.0, None, None),
    ]
    found = over_cells(spec, tuple([[value] for value in column] for column in zip(*rows, strict=True)))
    for row, (value,) in zip(rows, found, strict=True):
        alone = over_cells(spec, row)
        if isinstance(alone, Failure):
            assert value.code == alone.code, row
        else:
            assert value == pytest.approx(alone, rel=1e-12), row
    assert [v.code for (v,) in found[3:]] == ["#N/A", "#VALUE!", "#N/A", "#VALUE!"]


def test_kinds_across_models_down():
    table = over_cells(describe(api_price), ([["gpt-4o"], ["claude-sonnet-4-5"]], [["input", "cached", "output"]]))
    assert table == [[2.5, 1.25, 10.0], [3.0, 0.3, 15.0]]


# The tables.


def test_first_listings_are_models_that_genai_prices_has_or_had():
    days = {row.as_of for row in packaged_rows("api_listed")}
    assert min(days) >= dt.date(2025, 6, 21), "its first commit"
    assert max(days) <= EDITION
    have = {(provider.id, model.id) for provider in theirs for model in provider.models}
    assert sum(key in have for key in LISTED) > 0.95 * len(LISTED)


def test_own_rows_do_not_repeat_what_genai_prices_has():
    for row in packaged_rows("api_prices"):
        key = models.model_key(f"{row.provider}/{row.model}") if row.provider else None
        assert LISTED.get(key, dt.date.max) > row.as_of, row.model
