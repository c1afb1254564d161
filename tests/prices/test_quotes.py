"""The user's own quotes: what beats what, for how long, and the same in a workbook."""

import csv
import datetime as dt
import random
from contextlib import ExitStack

import pytest

from plans import compute_plan
from xlcost import gpu_price, price_source, price_table, train_cost
from xlcost.catalogue import spec_of
from xlcost.errors import NotInTable, XlcostError
from xlcost.functions.lists import data_as_of
from xlcost.kit.book import Book
from xlcost.kit.lookup_sheets import add_tables
from xlcost.kit.write import save
from xlcost.native import Tracer, cell, constant, formula
from xlcost.prices.current import as_if, current_market
from xlcost.prices.periods import EDITION
from xlcost.prices.quotes.schema import OwnQuote
from xlcost.quantities import excel_serial

HEAD = "gpu,provider,term,usd_per_gpu_hour,off_list,as_of,from,until,source\n"
QUOTES = """\
H100,CoreWeave,on_demand,2.05,,2026-10-20,,,Offer 4711
H100,CoreWeave,on_demand,1.95,,2026-10-25,2026-10-28,2026-12-31,Offer 4712
a100-80-sxm,,on_demand,1.11,,2026-10-01,,2026-10-30,Framework contract
H100,amazon,3yr,2.5,,2026-10-01,,,Three years
H100,google,3yr,2.6,,2026-10-01,,,Three years
,AWS,1yr,,30%,2026-06-01,,,EDP contract 12
,AWS,1yr,,35%,2026-10-01,,,EDP contract 13
,AWS,3yr,,40%,2026-10-01,,,EDP contract 13
"""


def quotes(text):
    """Own quotes from the lines of their table."""
    return [OwnQuote.model_validate(row) for row in csv.DictReader((HEAD + text).splitlines())]


@pytest.fixture
def own():
    """own(text): from then on prices are as if these were the quotes that are kept."""
    with ExitStack() as stack:
        yield lambda text: stack.enter_context(as_if(current_market().with_quotes(quotes(text))))


def test_a_quote_beats_the_packaged_row(own):
    listed, others = gpu_price("H100", "GCP", "3yr", "2026-10-31"), gpu_price("H100", "Lambda")
    own(QUOTES)
    assert gpu_price("H100", "GCP", "3yr", "2026-10-31") == 2.6 != listed
    assert price_source("H100", "aws", "3yr", "2026-10-31") == "own quote, 2026-10-01, AWS, Three years"
    assert gpu_price("H100", "Lambda") == others


def test_a_later_quote_ends_an_earlier_one(own):
    own(QUOTES)
    days = ("2026-10-20", "2026-10-27", "2026-10-28", "2026-12-31")
    assert [gpu_price("H100", "CoreWeave", as_of=day) for day in days] == [2.05, 2.05, 1.95, 1.95]
    with pytest.raises(NotInTable, match="after the data edition"):
        gpu_price("H100", "CoreWeave", as_of="2027-01-01")


def test_a_quote_without_provider_holds_where_none_is_named(own):
    market, cost = gpu_price("A100 80GB", as_of="2026-10-31"), train_cost("7B", "1T", "H100")
    own(QUOTES)
    assert gpu_price("A100 80GB", as_of="2026-10-30") == 1.11
    assert gpu_price("A100 80GB", as_of="2026-10-31") == market
    assert price_source("A100 80GB", as_of="2026-10-30") == "own quote, 2026-10-01, Framework contract"
    assert train_cost("7B", "1T", "H100") == cost  # CoreWeave's quote does not move the median
    own("H100,,on_demand,1.5,,2026-10-20,,,Mine\n")
    assert train_cost("7B", "1T", "H100") == pytest.approx(train_cost("7B", "1T", "H100", 1.5))


def test_a_discount_is_off_the_list_price_of_the_day(own):
    listed = {day: gpu_price("H100", "AWS", as_of=day) for day in ("2026-09-30", "2026-10-01")}
    own(QUOTES)
    assert gpu_price("H100", "AWS", "1yr", "2026-09-30") == pytest.approx(listed["2026-09-30"] * 0.70)
    assert gpu_price("H100", "AWS", "1yr", "2026-10-01") == pytest.approx(listed["2026-10-01"] * 0.65)
    assert gpu_price("H100", "AWS", as_of="2026-10-01") == listed["2026-10-01"]
    told = price_source("H100", "AWS", "1yr", "2026-10-01")
    assert told.startswith("own quote, 2026-10-01, AWS, EDP contract 13, 35% off list: ")
    assert told.endswith(price_source("H100", "AWS", as_of="2026-10-01"))
    assert gpu_price("H100", "AWS", "3yr", "2026-10-01") == 2.5  # a price beats a discount
    with pytest.raises(NotInTable, match="your discount is off the on_demand list price"):
        gpu_price("mi300x", "AWS", "1yr", "2026-10-01")


def test_quotes_in_the_table_of_offers(own):
    own(QUOTES)
    rows = {tuple(row[:3]): row[3] for row in price_table("h100-sxm", as_of="2026-10-31")[1:]}
    assert rows["h100-sxm", "CoreWeave", "on_demand"] == 1.95
    assert rows["h100-sxm", "AWS", "3yr"] == 2.5
    assert len(rows) == len(price_table("h100-sxm", as_of="2026-10-31")) - 1


def test_a_quote_of_after_the_edition_counts_at_once_and_moves_nothing_else(own):
    listed = gpu_price("H100", "Lambda")
    own(
        "H100,CoreWeave,on_demand,2.05,,2026-11-15,,,Offer\nH100,CoreWeave,on_demand,1.95,,2026-11-20,,,Better\n"
        "H100,CoreWeave,3yr,1.5,,2026-11-15,2027-01-01,,Contract\n"
    )
    assert data_as_of() == excel_serial(EDITION)
    assert gpu_price("H100", "CoreWeave") == 1.95
    assert gpu_price("H100", "Lambda") == listed
    with pytest.raises(NotInTable, match="after the data edition"):
        gpu_price("H100", "Lambda", as_of="2026-11-15")
    with pytest.raises(NotInTable, match="no 3yr price"):
        gpu_price("H100", "CoreWeave", "3yr")
    assert gpu_price("H100", "CoreWeave", "3yr", "2027-01-01") == 1.5


SHEET_ROWS = """\
H100,CoreWeave,on_demand,2.05,,2026-10-20,,,Correct
h100-sxm,CoreWeave,on_demand,2.05,,2026-10-20,2026-10-20,,First
h100-sxm,CoreWeave,on_demand,1.95,,2026-10-21,2026-10-20,,Corrected
h100-sxm,Azure,on demand,2.05,,2026-10-20,,,Term
h100-sxm,Azure,on_demand,-2.05,,2026-10-20,,,Negative
h100-sxm,Azure,spot,2,,2026-10-20,,2026-10-19,Ends before
,AWS,1yr,,1.5,2026-10-20,,,Too much off
h100-sxm,amazon,spot,2,,2026-10-20,,,Alias
h100-sxm,Lambda,3yr,2,,2026-11-20,,,After the edition
"""
STATES = ["left out", "left out", "counts", "left out", "left out", "left out", "left out", "counts; Prices", "counts"]


@pytest.mark.slow
def test_what_somebody_pastes_into_the_sheet_says_whether_it_counts(engines, tmp_path):
    """Pasting goes past the lists: a row that cannot count is left out and lights the check."""
    made = compute_plan()
    values = made.values()
    columns = "BCDEFGHIJ"
    for n, line in enumerate(SHEET_ROWS.splitlines()):
        for column, text in zip(columns, line.split(","), strict=True):
            number = column in "EF" and text
            day = column in "GHI" and text
            kept = float(text) if number else excel_serial(dt.date.fromisoformat(text)) if day else text or None
            values["Prices"][f"{column}{7 + n}"] = kept
    save(made, tmp_path / "plan.xlsx", values)
    for engine in engines.values():
        found = engine(tmp_path / "plan.xlsx")
        states = [found["Prices"][f"Q{7 + n}"] for n in range(len(STATES))]
        assert [state[: len(wanted)] for state, wanted in zip(states, STATES, strict=True)] == STATES
        assert states[-1] == states[2] == "counts"
        assert found["Prices"]["L15"] == excel_serial(EDITION)
        lit = [ref for ref, value in found["Checks"].items() if value == "CHECK" or value == 6]
        assert found["Checks"]["E4"] != "ALL OK", lit


def test_workbook_equals_python(own, engines, tmp_path):
    """GPU_PRICE and PRICE_SOURCE over random offers, with the quotes on the workbook's own Prices sheet."""
    own(QUOTES)
    dice, book, expected = random.Random(4), Book("quotes", "test"), {}
    sheet = book.sheet("Asked", "calc", {"A": 10})
    for row in range(1, 151):
        gpu, who = dice.choice(["h100-sxm", "a100-80-sxm", "a10"]), dice.choice(["AWS", "CoreWeave", "median"])
        term, day = dice.choice(["on_demand", "1yr", "3yr"]), dt.date(2026, 9, 20) + dt.timedelta(dice.randrange(42))
        for name in ("GPU_PRICE", "PRICE_SOURCE"):
            spec, given = spec_of(name), {"gpu": gpu, "provider": who, "term": term, "as_of": day}
            ref = f"{'A' if name == 'GPU_PRICE' else 'B'}{row}"
            for column, content in zip("CDEF", given.values(), strict=True):
                sheet.put(f"{column}{row}", content)
            sheet.put(ref, formula(spec, dict(zip(given, (cell(f"{c}{row}") for c in "CDEF"), strict=True))))
            try:
                expected[ref] = spec.call(**given)
            except XlcostError:
                expected[ref] = None
    add_tables(book)
    path = tmp_path / "book.xlsx"
    prices_sheet = next(s for s in book.sheets if s.title == "Prices")
    save(book, path, {"Prices": {ref: constant(prices_sheet.cells[ref][0]) for ref in prices_sheet.inputs}})
    assert sum(value is not None for value in expected.values()) > 80
    assert sum("own quote" in str(value) for value in expected.values()) > 20
    for engine in engines.values():
        found = engine(path)
        wrong = {
            ref: (value, found["Asked"].get(ref))
            for ref, value in expected.items()
            if not same(value, found["Asked"].get(ref))
        }
        assert not wrong
        for ref, (content, _) in prices_sheet.cells.items():
            if isinstance(content, Tracer):
                assert same(content.value, found["Prices"].get(ref, "")), (ref, content.text)


def same(python, cell):
    if python is None:
        return isinstance(cell, dict)
    return cell == (python if isinstance(python, str) else pytest.approx(python, rel=1e-9))


def test_fields_of_a_quote():
    assert list(OwnQuote.model_fields) == [
        "gpu",
        "provider",
        "term",
        "usd_per_gpu_hour",
        "off_list",
        "as_of",
        "start",
        "until",
        "source",
    ]
