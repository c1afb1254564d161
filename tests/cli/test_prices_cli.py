"""xlcost prices: what is listed, shown, compared, exported and reported agrees with the tables and with cells."""

import csv
import datetime as dt
import io
import itertools
import json
import os
import random
import re
import shlex
import statistics
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from places import ROOT
from xlcost import gpu_price, price_table
from xlcost.cli import price_list
from xlcost.cli.output import FORMATS, Column, Grid, csv_text, harmless
from xlcost.facts import schema
from xlcost.prices import check
from xlcost.prices.current import as_if, packaged_offers
from xlcost.prices.market import Market
from xlcost.prices.periods import EDITION
from xlcost.prices.quotes.schema import OwnQuote

TABLES = Path(schema.__file__).parent
DAYS = ["2023-04-07", "2024-12-31", str(EDITION)]
HEAD = "gpu,provider,term,usd_per_gpu_hour,off_list,as_of,from,until,source\n"


@pytest.fixture
def command(prices_command):
    """command(words...) runs xlcost prices: (exit status, stdout, stderr)."""
    return prices_command


@pytest.fixture
def good(command):
    """What is printed when all is well."""

    def call(*words):
        status, out, err = command(*words)
        assert (status, err) == (0, "")
        return out

    return call


@pytest.fixture
def rows(good):
    """The rows of a command as CSV."""
    return lambda *words: list(csv.DictReader(io.StringIO(good(*words, "--format", "csv"))))


def with_quotes(text):
    """The packaged market with own quotes from the lines of their table."""
    rows = csv.DictReader((HEAD + text).splitlines())
    return Market(packaged_offers(), tuple(OwnQuote.model_validate(row) for row in rows))


@pytest.fixture
def quoted():
    """Prices are as if three quotes of one's own were kept."""
    with as_if(
        with_quotes(
            "H100,CoreWeave,on_demand,2.05,,2026-04-01,2026-10-01,,Offer\n"
            "H100,,on_demand,1.5,,2026-10-20,,,Framework\n,AWS,3yr,,40%,2026-10-01,,2026-10-15,EDP\n"
        )
    ):
        yield


@cache
def packaged(name):
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sightings(day):
    """(gpu, provider, term) -> day seen and dollars, straight from the packaged file."""
    seen = defaultdict(lambda: defaultdict(list))
    for row in packaged("gpu_prices.csv"):
        if row["as_of"] <= day:
            offer = row["gpu"], row["provider"], row["term"]
            seen[offer][row["as_of"]].append((row["basis"] == "gpu_only", float(row["usd_per_gpu_hour"])))
    found = {}
    for offer, days in seen.items():
        last = max(days)
        if dt.date.fromisoformat(day) - dt.date.fromisoformat(last) < dt.timedelta(days=365):
            found[offer] = last, min(days[last])[1]
    return found


def offer(row):
    return row["gpu"], row["provider"], row["term"]


# list


@pytest.mark.parametrize("day", DAYS)
def test_listed_offers_are_those_of_the_packaged_file(rows, day):
    listed = {offer(row): (row["from"], float(row["usd_per_gpu_hour"])) for row in rows("list", "--as-of", day)}
    assert listed == sightings(day)


@pytest.mark.parametrize("day", DAYS)
def test_a_listed_price_is_that_of_a_cell(rows, day):
    listed = rows("list", "--as-of", day)
    for row in random.Random(day).sample(listed, 20):
        assert float(row["usd_per_gpu_hour"]) == gpu_price(*offer(row), day)
    assert [(row["gpu"], float(row["usd_per_gpu_hour"])) for row in listed] == sorted(
        (row["gpu"], float(row["usd_per_gpu_hour"])) for row in listed
    )


def test_filters(rows):
    every = rows("list")
    for option, column, typed, held in (
        ("--gpu", "gpu", "A100 80GB", "a100-80-sxm"),
        ("--provider", "provider", "amazon", "AWS"),
        ("--term", "term", "spot", "spot"),
    ):
        assert rows("list", option, typed) == [row for row in every if row[column] == held]
    assert [offer(row) for row in rows("list", "--gpu", "H100", "--provider", "aws", "--term", "on_demand")] == [
        ("h100-sxm", "AWS", "on_demand")
    ]


def test_json_says_the_same_with_its_days(good, rows):
    whole = json.loads(good("list", "--gpu", "L4", "--as-of", "2026-10-31", "--format", "json"))
    assert (whole["as_of"], whole["data_edition"]) == ("2026-10-31", str(EDITION))
    texts = [{key: str(value) for key, value in row.items()} for row in whole["offers"]]
    assert texts == rows("list", "--gpu", "L4", "--as-of", "2026-10-31")
    assert {type(row["usd_per_gpu_hour"]) for row in whole["offers"]} == {float}


def test_own_quotes_are_marked(rows, good, quoted):
    own = {offer(row): row for row in rows("list", "--gpu", "H100") if row["own"]}
    assert {key: row["own"] for key, row in own.items()} == {
        ("h100-sxm", "CoreWeave", "on_demand"): "own quote",
        ("h100-sxm", "any", "on_demand"): "own quote",
    }
    line = next(line for line in good("list", "--gpu", "H100").splitlines() if "CoreWeave" in line)
    assert re.split(r"\s{2,}", line) == [
        *("h100-sxm", "CoreWeave", "on_demand", "2.0500", "2026-10-01", "own quote"),
        "2026-04-01, CoreWeave, Offer",
    ]


def test_without_own_quotes_there_is_no_mark(good):
    assert "own" not in good("list", "--gpu", "H100").splitlines()[0]


# What a terminal, a pipe and a spreadsheet get


def piped(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "xlcost", "prices", *words],
        capture_output=True,
        check=True,
        env={**os.environ, "COLUMNS": "80", **environment},
    ).stdout


def test_a_pipe_gets_whole_lines_without_colours():
    out = piped("list", "--gpu", "H100", FORCE_COLOR="1", PYTHONIOENCODING="ascii").decode("ascii")
    assert "\x1b" not in out and "..." not in out
    lines = out.splitlines()
    for source in (row[5] for row in price_table("h100-sxm")[1:]):
        end = source.rpartition(", ")[2].encode("ascii", "replace").decode()
        assert any(line.endswith(end) for line in lines)
    assert max(map(len, lines)) > 120


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize("width", [80, 132])
@pytest.mark.parametrize("words", ["list --gpu H100", "show H100", "check", "diff 2026-01-01 2026-10-31 --gpu A100"])
def test_a_window_gets_lines_that_fit(width, words):
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "xlcost", "prices", *words.split()],
        stdout=theirs,
        env={**os.environ, "COLUMNS": str(width), "TERM": "xterm"},
    )
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 65536):
            text += part
    except OSError:
        pass  # the other end has closed
    os.close(ours)
    assert process.wait() == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).splitlines()
    assert max(map(len, lines)) <= width
    assert any("h100-sxm" in line or "a100-80-sxm" in line for line in lines)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
CELLS = st.one_of(TEXTS, st.sampled_from(["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"]))
COLUMNS = (Column("text"), Column("usd", "usd"), Column("day", "day"))
GRIDS = st.lists(st.tuples(CELLS, st.floats(0.01, 1e4), st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1))))


@given(GRIDS)
def test_csv_read_back_is_the_rows_and_runs_nothing(table):
    text = csv_text(Grid(COLUMNS, table)).removeprefix("\ufeff")
    head, *back = csv.reader(io.StringIO(text, newline=""))
    assert head == ["text", "usd", "day"]
    assert [(row[0], float(row[1]), dt.date.fromisoformat(row[2])) for row in back] == [
        (harmless(row[0]), *row[1:]) for row in table
    ]
    assert not any(row[0].lstrip().startswith(("=", "+", "-", "@")) for row in back)
    assert all(row[0].lstrip("'") in " ".join(text.splitlines()) for row, (text, *_) in zip(back, table, strict=True))


# show


def test_specification_is_the_packaged_row(good):
    shown = json.loads(good("show", "H100", "--format", "json"))
    told = {row["field"]: row["value"] for row in shown["specification"]}
    row = next(row for row in packaged("accelerators.csv") if row["id"] == "h100-sxm")
    assert set(told) == {field for field, text in row.items() if text}
    assert (told["name"], told["memory_gb"], told["source"]) == (row["name"], float(row["memory_gb"]), row["source"])


@pytest.mark.parametrize("term", ["on_demand", "3yr"])
def test_history_is_what_cells_get(good, term):
    spans = json.loads(good("show", "H100", "--term", term, "--format", "json"))["history"]
    for span in spans:
        for day in (span["from"], span["until"]):
            assert gpu_price("H100", None, term, day) == span["usd_per_gpu_hour"]
    assert all(one["until"] < other["from"] for one, other in itertools.pairwise(spans))
    for one, other in itertools.pairwise(spans):
        change = (other["usd_per_gpu_hour"] / one["usd_per_gpu_hour"] - 1) * 100
        assert other["change_percent"] == pytest.approx(change, abs=1e-6)


def test_shown_offers_name_their_source(good):
    out = good("show", "A10", "--as-of", "2023-04-07")
    assert "Lambda    on_demand     0.6000  2023-04-07  github.com/the-full-stack/website (MIT)" in out
    assert (
        out.startswith("field ") and "\nOffers on 2023-04-07\n" in out and "\nMedian of the market, on_demand\n" in out
    )


def test_a_gpu_without_price_is_shown_all_the_same(good):
    out = good("show", "cerebras-wse3")
    assert "Offers on 2026-11-01\nnone\n" in out and "on_demand\nnone\n" in out


# diff


def test_differences_are_those_of_the_two_lists(rows):
    first, second = "2025-12-31", "2026-10-31"
    before, after = (
        {offer(row): float(row["usd_per_gpu_hour"]) for row in rows("list", "--as-of", day)} for day in (first, second)
    )
    told = {offer(row): row for row in rows("diff", first, second)}
    assert set(told) == {*before, *after}
    for key, row in told.items():
        usd = before.get(key), after.get(key)
        assert (row["usd_before"], row["usd_after"]) == tuple("" if one is None else str(one) for one in usd)
        if None in usd:
            assert row["state"] == ("new" if usd[0] is None else "gone") and row["change_percent"] == ""
        else:
            assert float(row["change_percent"]) == pytest.approx((usd[1] / usd[0] - 1) * 100, abs=1e-6)
            assert row["state"] == ("changed" if abs(usd[1] / usd[0] - 1) >= 0.0005 else "same")


def test_medians_of_both_days(good):
    whole = json.loads(good("diff", "2025-12-31", "2026-10-31", "--gpu", "H100", "--format", "json"))
    assert {row["term"] for row in whole["medians"]} == {row["term"] for row in whole["offers"]}
    for row in whole["medians"]:
        for key, day in (("usd_before", "2025-12-31"), ("usd_after", "2026-10-31")):
            if row[key] is not None:
                assert row[key] == gpu_price("H100", None, row["term"], day)


def test_a_diff_to_read(good):
    out = good("diff", "2023-10-31", "2024-10-31", "--gpu", "a100-40-sxm", "--provider", "Lambda")
    before, after = (gpu_price("a100-40-sxm", "Lambda", "on_demand", day) for day in ("2023-10-31", "2024-10-31"))
    assert f"{before:.4f}      {after:.4f}" in out and f"{(after / before - 1) * 100:+.1f}%" in out
    assert re.search(r"^Offers: 1 changed, 0 new, 0 gone, 0 same$", out, re.MULTILINE)


# export


@pytest.mark.parametrize(("kind", "read"), [("csv", str.splitlines), ("json", json.loads)])
def test_an_exported_text_is_that_of_the_list(good, tmp_path, kind, read):
    path = tmp_path / f"prices.{kind}"
    assert str(path) in good("export", "--gpu", "H100", "--out", path)
    assert read(path.read_text(encoding="utf-8")) == read(good("list", "--gpu", "H100", "--format", kind))


def test_exported_workbook(good, rows, tmp_path, quoted):
    path = tmp_path / "prices.XLSX"
    good("export", "--gpu", "H100", "--out", path)
    sheet = load_workbook(path)["Prices"]
    head, *body = [[cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=4)]
    listed = rows("list", "--gpu", "H100")
    assert head == list(listed[0])
    assert [[row[0], row[3], str(row[4].date()), row[6]] for row in body] == [
        [row["gpu"], float(row["usd_per_gpu_hour"]), row["from"], row["source"]] for row in listed
    ]
    assert all(sheet.cell(r, 6).is_date for r in range(5, 5 + len(body)))
    assert sheet.auto_filter.ref == f"B4:H{4 + len(body)}"
    assert sheet.freeze_panes == "C5"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    again = tmp_path / "again.xlsx"
    good("export", "--gpu", "H100", "--out", again)
    assert again.read_bytes() == path.read_bytes()


def test_a_workbook_runs_no_text(tmp_path):
    texts = ["=1+1", "+1", "-1", "@A1", "plain"]
    data = price_list.workbook_bytes(Grid((Column("text"), Column("usd", "usd")), [(t, 1.0) for t in texts]), "test")
    cells = [row[1] for row in load_workbook(io.BytesIO(data))["Prices"].iter_rows(min_row=5)]
    assert [cell.value for cell in cells] == [f"'{t}" for t in texts[:4]] + ["plain"]
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_file_that_is_there_stays(command, good, tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("mine", encoding="utf-8")
    assert command("export", "--out", path)[2] == (
        f"xlcost: {path} is there already; name another file, or add --overwrite\n"
    )
    assert path.read_text(encoding="utf-8") == "mine"
    good("export", "--gpu", "H100", "--out", path, "--overwrite")
    assert path.read_text(encoding="utf-8").startswith("gpu,provider,")
    assert [other.name for other in tmp_path.iterdir()] == ["prices.csv"]


# check


def test_gaps_are_those_of_the_packaged_files(rows):
    day, found = str(EDITION), rows("check")
    live, ever = sightings(day), {(r["gpu"], r["provider"], r["term"]) for r in packaged("gpu_prices.csv")}
    of = defaultdict(list)
    for row in found:
        of[row["finding"]].append(row)
    chips = {row["id"] for row in packaged("accelerators.csv")}
    assert {row["gpu"] for row in of["gpu"]} == chips - {gpu for gpu, _, _ in live}
    sellers = {who for _, who, _ in live}
    assert {row["provider"] for row in of["provider"]} == {who for _, who, _ in ever} - sellers
    assert {offer(row) for row in of["offer"]} == {o for o in ever - set(live) if o[1] in sellers}


@pytest.mark.parametrize("ratio", [1.5, 3.0])
def test_outliers_against_the_median_of_the_list(rows, ratio):
    by_gpu = defaultdict(list)
    for row in rows("list"):
        by_gpu[row["gpu"], row["term"]].append((offer(row), float(row["usd_per_gpu_hour"])))
    far = set()
    for offers in by_gpu.values():
        middle = statistics.median(usd for _, usd in offers)
        if len(offers) >= 3:
            far |= {one for one, usd in offers if usd > ratio * middle or usd < middle / ratio}
    told = {offer(row) for row in rows("check", "--ratio", ratio) if row["finding"] == "outlier"}
    assert told == far


def test_dearer_than_on_demand_at_the_same_provider(rows):
    listed = next(r for r in rows("list") if r["term"] == "on_demand" and r["provider"] == "AWS")
    usd, offer_of = float(listed["usd_per_gpu_hour"]), f"{listed['gpu']},AWS"
    quotes = f"{offer_of},3yr,{usd * 1.2},,2026-10-01,,,x\n{offer_of},1yr,{usd},,2026-10-01,,,x\n"
    with as_if(with_quotes(quotes)):
        told = [row for row in rows("check") if row["finding"] == "dearer" and row["provider"] != "median"]
        offers = {offer(row): float(row["usd_per_gpu_hour"]) for row in rows("list")}
    dear = {o for o, own in offers.items() if own > offers.get((*o[:2], "on_demand"), own) * 1.0005}
    assert {offer(row) for row in told} == dear >= {(listed["gpu"], "AWS", "3yr")}
    assert f"1.2 x {usd:,.4f}, on demand" in {row["what"] for row in told}


def test_dearer_medians_with_those_who_make_them(rows):
    by_gpu = defaultdict(dict)
    for (gpu, _, term), (_, usd) in sightings(str(EDITION)).items():
        by_gpu[gpu].setdefault(term, []).append(usd)
    dear = {}
    for gpu, terms in by_gpu.items():
        for term in set(terms) - {"on_demand"}:
            usd, of = statistics.median(terms[term]), statistics.median(terms.get("on_demand", [1e9]))
            if usd > of * 1.0005:
                dear[gpu, term] = f"; medians of {len(terms[term])} and {len(terms['on_demand'])} sellers"
    told = {
        (row["gpu"], row["term"]): row["what"]
        for row in rows("check")
        if (row["finding"], row["provider"]) == ("dearer", "median")
    }
    assert set(told) == set(dear) and dear
    assert all(told[key].endswith(sellers) for key, sellers in dear.items())


@pytest.mark.parametrize("days", [60, 180])
def test_old_prices(rows, days):
    old = {
        offer(row) for row in rows("list") if (EDITION - dt.date.fromisoformat(row["from"])) > dt.timedelta(days=days)
    }
    assert {offer(row) for row in rows("check", "--older", days) if row["finding"] == "old"} == old


def test_own_quotes_grow_old_by_the_day_they_were_given_and_end(rows, quoted):
    told = {(row["finding"], row["provider"]): row for row in rows("check") if row["finding"] in ("old", "quote")}
    assert told["old", "CoreWeave"]["day"] == "2026-04-01"
    assert told["quote", "AWS"]["day"] == "2026-10-15" and "number 3" in told["quote", "AWS"]["what"]


def test_counts_and_the_strict_status(command):
    status, out, _ = command("check")
    assert status == 0
    counts = {heading: int(count) for count, heading in re.findall(r"^ +(\d+)  (.+)$", out, re.MULTILINE)}
    assert list(counts) == list(check.KINDS.values())
    assert counts == {
        heading: sum(f.kind == kind for f in check.findings(EDITION)) for kind, heading in check.KINDS.items()
    }
    assert command("check", "--strict")[0] == 1


# Mistakes


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("list --gpu H10O", "unknown gpu 'H10O'; did you mean 'h100-sxm'?"),
        ("list --provider Lamda", "unknown provider 'Lamda'; did you mean 'Lambda'?"),
        ("list --term 2yr", "term: '2yr' is not known; it takes"),
        ("list --as-of 2020-01-01", "no such offer on 2020-01-01; the table has some from 2023-04-01 to "),
        ("list --as-of 2030-01-01", "as_of: 2030-01-01 lies after the data edition of 2026-11-01"),
        ("list --as-of 31.10.2026", "as_of: '31.10.2026' is no date; write it as 2026-10-31"),
        ("list --as-of 2026-02-30", "as_of: '2026-02-30' is no date"),
        ("list --format cvs", "format: 'cvs' is not known; did you mean 'csv'?; it takes table, csv, json"),
        ("show H100 --format csv", "format: 'csv' cannot hold the three tables of show"),
        ("show H100 --term 2yr", "term: '2yr' is not known; it takes on_demand, spot, 1yr, 3yr"),
        ("show H10O", "unknown gpu 'H10O'; did you mean 'h100-sxm'?"),
        ("show H100 --as-of 2030-01-01", "as_of: 2030-01-01 lies after the data edition"),
        (
            "diff 2023-03-31 2026-10-31",
            "the first day: 2023-03-31 cannot be used; the tables know prices from 2023-04-01",
        ),
        ("diff 2025-10-31 2026-11-02", "the second day: 2026-11-02 cannot be used; "),
        ("diff 2026-10-31 2026-10-31", "diff: 2026-10-31 does not come after 2026-10-31; name the earlier day first"),
        ("diff 2025-10-31 2026-10-31 --provider nobody", "unknown provider 'nobody'"),
        ("check --ratio 1", "ratio: 1 cannot be used; it takes a number above 1 to 1000"),
        ("check --ratio nan", "ratio: nan cannot be used"),
        ("check --older -1", "older: -1 cannot be used; it takes days from 0 to 365"),
        ("check --as-of 2027-01-01", "as_of: 2027-01-01 cannot be used; the tables know prices from"),
        ("export --out prices.pdf", "out: 'prices.pdf' must end in .csv, .json or .xlsx"),
        ("export --out nowhere/prices.csv", "cannot write nowhere/prices.csv: No such file or directory"),
        ("export --out nowhere/prices.xlsx", "there is no folder nowhere"),
    ],
)
def test_mistakes(command, words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = command(*words.split())
    assert (status, out) == (2, "")
    assert err.startswith(f"xlcost: {sentence}") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_days_of_a_diff_when_own_quotes_reach_further(command, quoted):
    """The quote of 2026-10-20, which names no end, holds for a year."""
    assert command("diff", "2025-10-31", "2027-01-01")[2] == (
        "xlcost: the second day: 2027-01-01 cannot be used; the tables know prices from 2023-04-01 to 2026-11-01, "
        "and after that only quotes of your own, to 2027-10-19\n"
    )


def test_formats_are_named_where_they_are_asked_for(good):
    for name in ("list", "diff", "check", "quotes"):
        assert ", ".join(FORMATS[:-1]) + f" or {FORMATS[-1]}" in " ".join(good(name, "--help").split())


def test_defaults_of_check_are_stated(good):
    text = " ".join(good("check", "--help").split())
    assert f"[default: {check.RATIO}]" in text and f"[default: {check.OLD}]" in text


# The page


PAGE = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_commands_of_the_page_run_in_their_order(tmp_path, monkeypatch, command, folder):
    monkeypatch.chdir(tmp_path)
    lines = [line.partition("#")[0].strip() for line in re.findall(r"^xlcost prices .*", PAGE, re.MULTILINE)]
    for line in lines:
        if "update" not in line:  # needs a newer edition
            status, out, err = command(*shlex.split(line)[2:])
            assert (status, err) == (0, "") and out.strip(), line
    assert len(lines) > 8


def test_every_command_has_a_place_on_the_page():
    from xlcost.cli.prices import app

    for one in app.registered_commands:
        name = one.name or one.callback.__name__
        assert f"xlcost prices {name}" in PAGE, name


def test_columns_of_quotes_are_explained():
    for column in HEAD.strip().split(","):
        assert f"| `{column}` |" in PAGE
