"""One market answers for everybody; as if there were another one, all that is made meanwhile answers from that."""

import datetime as dt

import pytest
from openpyxl import load_workbook

from plans import compute_plan
from xlcost import gpu_price, price_source, price_table, train_cost
from xlcost.batch.fill import fill
from xlcost.batch.scenarios import scenarios_in
from xlcost.blueprints.compute_plan.blueprint import COMPUTE_PLAN
from xlcost.errors import BadInput, NotInTable
from xlcost.functions.lists import data_as_of
from xlcost.kit.build import build
from xlcost.kit.write import save
from xlcost.prices.check import findings
from xlcost.prices.compare import differences, offer_filter
from xlcost.prices.current import as_if, current_market, packaged_offers, reset_market
from xlcost.prices.market import Market
from xlcost.prices.periods import EDITION
from xlcost.prices.quotes.periods import COLUMNS
from xlcost.prices.quotes.schema import OwnQuote
from xlcost.quantities import excel_serial

LATER = EDITION + dt.timedelta(days=20)
QUOTE = OwnQuote(gpu="H100", term="on_demand", usd_per_gpu_hour=1.5, as_of=EDITION, source="Offer 4711 by mail")
OFFER = next(row for row in packaged_offers() if (row.gpu, row.term) == ("h100-sxm", "on_demand"))
CHANGED = {"provider": "Newcomer", "usd_per_gpu_hour": 1.25, "source": "newcomer.example/gpus"}


def newcomer(day):
    """The same offer of a provider that nobody knows, cheaper, on a day."""
    return type(OFFER)(**vars(OFFER) | CHANGED | {"as_of": day})


def test_as_if_prices_are_those_of_the_other_market():
    listed, cost = gpu_price("H100"), train_cost("7B", "1T", "H100")
    with as_if(current_market().with_quotes([QUOTE])) as market:
        assert current_market() is market
        assert gpu_price("H100") == 1.5
        assert train_cost("7B", "1T", "H100") == pytest.approx(train_cost("7B", "1T", "H100", 1.5)) != cost
        with as_if(market.with_quotes([])):
            assert gpu_price("H100") == listed
        assert gpu_price("H100") == 1.5
    assert (gpu_price("H100"), train_cost("7B", "1T", "H100")) == (listed, cost)


def test_what_fails_inside_leaves_the_market_as_it_was():
    market = current_market()
    with pytest.raises(NotInTable), as_if(Market(())):
        gpu_price("H100")
    assert current_market() is market


def test_offers_and_edition_of_the_other_market():
    with as_if(Market((*packaged_offers(), newcomer(LATER)))):
        assert data_as_of() == excel_serial(LATER)
        assert gpu_price("H100", "newcomer") == 1.25
        assert price_source("H100", "Newcomer") == f"{LATER}, Newcomer {OFFER.instance}, newcomer.example/gpus"
        assert "Newcomer" in {row[1] for row in price_table("H100")[1:]}
    with pytest.raises(NotInTable, match="unknown provider 'Newcomer'"):
        gpu_price("H100", "Newcomer")


@pytest.mark.parametrize(("edition", "first"), [(EDITION, EDITION), (LATER, LATER), (LATER + dt.timedelta(9), LATER)])
def test_a_quote_of_after_the_edition_counts_from_that_day_on(edition, first):
    market = Market(packaged_offers(), (QUOTE.model_copy(update={"as_of": LATER}),), edition)
    assert [start for _, start, _ in market.spans] == [first]


def test_comparing_and_checking_take_a_market():
    market = current_market().with_quotes([QUOTE.model_copy(update={"provider": "AWS"})])
    keeps = offer_filter("H100", "AWS", "on_demand")
    (one,) = differences(dt.date(2026, 10, 1), EDITION, keeps, market)
    assert (one.before, one.after) == (gpu_price("H100", "AWS", as_of="2026-10-01"), 1.5)
    with as_if(market):
        assert differences(dt.date(2026, 10, 1), EDITION, keeps) == [one]
        inside = findings(EDITION)
    assert findings(EDITION, market=market) == inside != findings(EDITION)


SCENARIO = """\
file,Model,Train_Tokens,Requests_Day,Train_Gpu,Price_Date
as_if,llama-3.1-8b,1e9,0,h100-sxm,2026-11-01
"""
MARKETS = {
    "a quote": Market(packaged_offers(), (QUOTE,)),
    "an offer": Market((*packaged_offers(), newcomer(EDITION))),
}


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def shown_quotes(path):
    """The rows of the reader's own quotes on the Prices sheet that are filled in."""
    head, *rows = (row[1:10] for row in cells(load_workbook(path, data_only=True)["Prices"])[5:30])
    assert tuple(head) == COLUMNS
    return [row for row in rows if any(row)]


def shown_offers(path):
    """(provider, source) of the packaged prices on the Prices sheet."""
    rows = cells(load_workbook(path, data_only=True)["Prices"])
    head = next(number for number, row in enumerate(rows) if row[4] == "usd")
    return {(row[2], row[9]) for row in rows[head + 1 :] if row[2]}


@pytest.mark.slow
@pytest.mark.parametrize("name", MARKETS)
def test_a_scenario_filled_inside_shows_that_market(tmp_path, name):
    (scenario,) = scenarios_in(SCENARIO, "scenarios.csv")
    outside = fill(tmp_path, scenario)
    assert shown_quotes(tmp_path / "as_if.xlsx") == []
    with as_if(MARKETS[name]):
        inside = fill(tmp_path, scenario)
        usd = gpu_price("H100")
    assert inside.figures["training"] / outside.figures["training"] == pytest.approx(usd / gpu_price("H100")) != 1
    _check_sheet(tmp_path / "as_if.xlsx", name)


@pytest.mark.slow
@pytest.mark.parametrize("name", MARKETS)
def test_a_template_made_inside_shows_that_market(tmp_path, name):
    with as_if(MARKETS[name]):
        save(compute_plan(), tmp_path / "plan.xlsx")
    _check_sheet(tmp_path / "plan.xlsx", name)


def _check_sheet(path, name):
    market = MARKETS[name]
    assert shown_offers(path) == {(p.provider, p.source) for p in market.periods}
    expected = [["h100-sxm", None, "on_demand", 1.5, None, None, None, "Offer 4711 by mail"]] if market.quotes else []
    assert [row[:5] + row[6:] for row in shown_quotes(path)] == expected


def test_quotes_that_cannot_be_read_hide_no_edition(folder):
    """Only what needs the quotes says so."""
    folder.mkdir()
    (folder / "quotes.csv").write_text("gpu,term\nH100,1yr\n", encoding="utf-8")
    reset_market()
    assert data_as_of() == excel_serial(EDITION)
    with pytest.raises(BadInput, match="your own tables in"):
        gpu_price("H100")


def test_the_folder_is_read_anew_when_it_has_changed(folder):
    listed = gpu_price("H100")
    folder.mkdir()
    (folder / "quotes.csv").write_text(
        f"gpu,term,usd_per_gpu_hour,as_of,source\nH100,on_demand,1.5,{EDITION},Offer\n", encoding="utf-8"
    )
    assert gpu_price("H100") == listed
    reset_market()
    assert gpu_price("H100") == 1.5


def test_a_book_keeps_the_market_that_it_was_made_in():
    """Its cells are computed when somebody asks, which may be outside."""
    with as_if(MARKETS["a quote"]):
        inside, cost = compute_plan({"Price_Date": EDITION}), gpu_price("H100")
    price = inside.values()["Calculation"][next(r for r, v in labels(inside).items() if v == "Price of a GPU-hour")]
    assert price == cost == 1.5
    listed, outside = gpu_price("H100"), build(COMPUTE_PLAN, {"Price_Date": EDITION})
    with as_if(MARKETS["a quote"]):  # a cell that is asked inside another market keeps its own
        assert outside.cells["train_listed"].value == listed


def labels(book):
    """Cell of a value -> the label beside it."""
    return {f"D{ref[1:]}": content for ref, (content, _) in book["Calculation"].cells.items() if ref[0] == "B"}
