"""Own quotes on the command line: taken whole or not at all, told before and after, read from workbooks, removed."""

import csv
import datetime as dt
import io
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from xlcost import gpu_price
from xlcost.errors import NotInTable, XlcostError
from xlcost.facts.store import GPUS
from xlcost.kit import quotes_sheet
from xlcost.kit.book import Book
from xlcost.kit.write import save
from xlcost.prices.current import as_if, packaged_offers, reset_market
from xlcost.prices.folder import OFFERS, QUOTES
from xlcost.prices.market import Market
from xlcost.prices.periods import EDITION
from xlcost.prices.quotes import lock
from xlcost.prices.quotes import store as quote_store
from xlcost.prices.quotes.effects import effects
from xlcost.prices.quotes.incoming import QuoteRows, from_csv
from xlcost.prices.quotes.periods import WORKBOOK_QUOTES
from xlcost.prices.quotes.schema import OwnQuote
from xlcost.quantities import TERMS

HEAD = "gpu,provider,term,usd_per_gpu_hour,off_list,as_of,from,until,source\n"
GOOD = "H100,CoreWeave,on_demand,2.05,,2026-10-20,,,Offer 4711\n"
KEPT = GOOD + "a100-80-sxm,,on_demand,1.11,,2026-10-01,,2027-10-30,Framework contract\n,AWS,1yr,,30%,2026-06-01,,,EDP\n"


@pytest.fixture
def command(folder, prices_command):
    """command(words...) runs xlcost prices, in a folder of its own: (exit status, stdout, stderr)."""
    return prices_command


@pytest.fixture
def table(tmp_path):
    """table(rows) writes a table of quotes and gives its path."""

    def write(rows, head=HEAD, encoding="utf-8"):
        path = tmp_path / "given.csv"
        path.write_bytes(rows if isinstance(rows, bytes) else (head + rows).encode(encoding))
        return path

    return write


@pytest.fixture
def kept(table, folder):
    """Three quotes are kept; gives the bytes of their file."""
    quote_store.add(from_csv(table(KEPT)))
    return (folder / QUOTES).read_bytes()


def cells(printed):
    """The rows of a printed table, by blanks of two or more."""
    return [[c.strip() for c in line.split("  ") if c.strip()] for line in printed.splitlines()]


# Adding


def test_what_is_added_is_what_a_cell_gets(command, table, folder):
    before = gpu_price("H100", "CoreWeave"), gpu_price("A100 80GB")
    listed = gpu_price("H100", "AWS", "on_demand", EDITION)
    status, out, err = command("add", table(KEPT))
    assert (status, err) == (0, "")
    assert out.startswith(f"3 quotes added to {folder / QUOTES}\n")
    assert (gpu_price("H100", "CoreWeave"), gpu_price("A100 80GB")) == (2.05, 1.11)
    day = str(EDITION)
    change = f"{(2.05 / before[0] - 1) * 100:+.1f}%"
    assert ["2", "h100-sxm", "CoreWeave", "on_demand", day, f"{before[0]:.4f}", "2.0500", change] in cells(out)
    (median,) = [row for row in cells(out) if row[:3] == ["3", "a100-80-sxm", "any"]]
    assert median[5:7] == [f"{before[1]:.4f}", "1.1100"]
    (off,) = [row for row in cells(out) if row[:4] == ["4", "h100-sxm", "AWS", "1yr"]]
    assert off[6] == f"{listed * 0.7:.4f}"


def test_dry_run_says_the_same_and_writes_nothing(command, table, folder):
    tried = command("add", table(KEPT), "--dry-run")
    assert not folder.exists()
    done = command("add", table(KEPT))
    assert tried[1] == done[1].replace("added to", "would be added to")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", ";"), ("utf-16", "\t"), ("utf-8", "\t")]
)
def test_files_as_spreadsheets_write_them(command, table, folder, encoding, separator):
    text = (HEAD + KEPT.replace("Framework contract", "Müller & Söhne, Zürich")).replace("\n", "\r\n")
    rows = csv.reader(io.StringIO(text.replace("Söhne, Z", "Söhne Z")))
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows(rows)
    assert command("add", table(written.getvalue().encode(encoding)))[0] == 0
    assert [quote.source for quote in quote_store.kept_quotes()] == ["Offer 4711", "Müller & Söhne Zürich", "EDP"]
    assert (folder / QUOTES).read_bytes().startswith("\ufeffgpu,".encode())  # Excel then reads the umlauts


def test_identical_rows_are_left_out_and_said(command, table, folder, kept):
    status, out, _ = command("add", table("H100,coreweave,on demand,2.05,,2026-10-20,2026-10-20,,Offer 4711\n"))
    assert status == 0
    assert out == (
        "line 2: left out, the same as number 1, which you keep\n" + f"no quote is new to {folder / QUOTES}\n"
    )
    assert (folder / QUOTES).read_bytes() == kept
    _, out, _ = command("add", table("H100,GCP,3yr,2,,2026-10-20,,,x\n" * 2))
    assert out.startswith("line 3: left out, the same as line 2\n1 quote added")


def test_a_new_provider_is_taken_and_said(command, table):
    _, out, _ = command("add", table("H100,Lamda,1yr,2,,2026-10-20,,,x\n"))
    assert "line 2: new provider 'Lamda'; did you mean 'Lambda'?\n" in out
    assert gpu_price("H100", "Lamda", "1yr") == 2.0
    _, out, _ = command("add", table("H100,LAMDA,3yr,1.5,,2026-10-20,,,x\n"))
    assert "new provider" not in out
    assert gpu_price("H100", "lamda", "1yr") == 2.0 and gpu_price("H100", "lamda", "3yr") == 1.5


def test_a_later_sighting_takes_the_place(command, table, kept):
    _, out, _ = command("add", table("H100,CoreWeave,on_demand,1.95,,2026-10-25,2026-10-20,,Corrected\n"))
    assert "2.0500  1.9500   -4.9%" in out
    _, out, _ = command("quotes")
    assert [row[-2] for row in cells(out)[1:5]] == ["replaced", "counts", "counts", "counts"]


def test_quotes_of_the_past_and_of_the_future_say_so(command, table):
    rows = "H100,GCP,1yr,5,,2025-10-01,,2025-12-31,past\nH100,GCP,1yr,6,,2026-10-01,2028-01-01,2028-12-31,future\n"
    _, out, _ = command("add", table(rows))
    assert "counted until 2025-12-31" in out and "counts from 2028-01-01" in out
    _, out, _ = command("quotes")
    assert [row[-2] for row in cells(out)[1:3]] == ["ended", "to come"]


def test_a_quote_of_after_the_edition_counts_at_once(command, table):
    day = EDITION + dt.timedelta(days=30)
    status, _, _ = command("add", table(f"H100,CoreWeave,on_demand,2,,{day},,,x\n"))
    assert (status, gpu_price("H100", "CoreWeave")) == (0, 2)


def test_more_quotes_than_a_workbook_takes(command, table):
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(WORKBOOK_QUOTES)]
    rows = "".join(f"H100,GCP,on_demand,2,,{day},,,x\n" for day in days)
    assert "a workbook takes" not in command("add", table(rows))[1]
    _, out, _ = command("add", table("H100,AWS,on_demand,2,,2026-10-01,,,x\n"))
    assert "501 of your quotes count on some day; a workbook takes 500" in out


@pytest.mark.parametrize(
    ("row", "caution"),
    [
        ("2026-05-01,,2026-06-30", "From 2026-05-01 number 1 no longer counts, although it names 2026-12-31"),
        ("2026-05-01,,2026-12-31", ""),
        ("2026-05-01,,", ""),  # to 2027-04-30
        ("2025-12-01,,2026-01-31", ""),  # the one that is there ends the new one
    ],
)
def test_a_quote_that_ends_a_longer_one_says_so(command, table, row, caution):
    quote_store.add(from_csv(table("H100,AWS,on_demand,3,,2026-01-15,,2026-12-31,framework\n")))
    _, out, _ = command("add", table(f"H100,AWS,on_demand,2,,{row},offer\n"), "--dry-run")
    assert ("no longer counts" in out) is bool(caution) and caution in out
    assert ("number 2, which follows it, ends on 2026-06-30" in out) is bool(caution)


def test_a_year_without_an_end_is_told_too(command, table):
    quote_store.add(from_csv(table("H100,AWS,on_demand,3,,2026-01-15,,,framework\n")))
    _, out, _ = command("add", table("H100,AWS,on_demand,2,,2026-05-01,,2026-06-30,offer\n"))
    assert "From 2026-05-01 number 1 no longer counts, although it would hold to 2027-01-14" in out


GERMAN = (  # what LibreOffice 7 in German saved, with and without quotation marks around what it shows
    """gpu;provider;term;usd_per_gpu_hour;off_list;as_of;from;until;source
H100;CoreWeave;on_demand;2,05;;20.10.2026;;;Angebot 4711
A100 80GB;;on_demand;1,11;;01.10.2026;;30.10.2027;Rahmenvertrag
;AWS;1yr;;30%;01.06.2026;;;EDP 12,5
""",
    """gpu;provider;term;usd_per_gpu_hour;off_list;as_of;from;until;source
H100;CoreWeave;on_demand;"2,05";;"20.10.2026";;;Angebot 4711
A100 80GB;;on_demand;"1,11";;"01.10.2026";;"30.10.2027";Rahmenvertrag
;AWS;1yr;;"30%";"01.06.2026";;;EDP 12,5
""",
)


@pytest.mark.parametrize("text", GERMAN)
def test_a_file_as_libreoffice_in_german_saves_it(command, table, text):
    status, _, err = command("add", table(text.encode()))
    assert (status, err) == (0, "")
    assert [
        (q.usd_per_gpu_hour, q.off_list, str(q.as_of), str(q.until), q.source) for q in quote_store.kept_quotes()
    ] == [
        (2.05, None, "2026-10-20", "None", "Angebot 4711"),
        (1.11, None, "2026-10-01", "2027-10-30", "Rahmenvertrag"),
        (None, 0.3, "2026-06-01", "None", "EDP 12,5"),
    ]


# Bad input: one sentence for each thing wrong, and nothing changes

LATE = f"{EDITION + dt.timedelta(days=184)}"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("H100,AWS,1yr,-2,,2026-10-01,,,x", "line 2, usd_per_gpu_hour: '-2'; a price lies above 0"),
        ("H100,AWS,1yr,nan,,2026-10-01,,,x", "line 2, usd_per_gpu_hour: 'nan' is no number"),
        ('H100,AWS,1yr,"2,5",,2026-10-01,,,x', "line 2, usd_per_gpu_hour: '2,5' is no number; write a decimal point"),
        (f"H100,AWS,1yr,2,,{LATE},,,x", f"line 2, as_of: {LATE} lies in the future of the data edition, {EDITION}; "),
        ("H100,AWS,1yr,2,,2026-13-01,,,x", "line 2, as_of: '2026-13-01' is no day of the calendar"),
        ("H100,AWS,1yr,2,,01.10.2026,,,x", "line 2, as_of: '01.10.2026' is no date; write it as 2026-10-31"),
        ("H100,AWS,1yr,2,,2026-10-01,,9999-12-31,x", "line 2, until: '9999-12-31' cannot be used; it takes a day from"),
        ("H100,AWS,1yr,2,,2026-10-01,,2026-09-30,x", "line 2, until: 2026-09-30 lies before 2026-10-01"),
        ("H10O,AWS,1yr,2,,2026-10-01,,,x", "line 2, gpu: 'H10O'; unknown gpu 'H10O'; did you mean 'h100-sxm'?"),
        ("H100,AWS,4yr,2,,2026-10-01,,,x", "line 2, term: '4yr'; it takes 'on_demand', 'spot', '1yr' or '3yr'"),
        ("H100,AWS,1yr,2,,2026-10-01,,,", "line 2, source: is blank"),
        ("H100,AWS,1yr,2,10%,2026-10-01,,,x", "line 2, a row takes either usd_per_gpu_hour or off_list"),
        (",AWS,1yr,,110%,2026-10-01,,,x", "line 2, off_list: '110%'; a discount lies between 0% and 100%"),
        (",Nobody Inc,1yr,,10%,2026-10-01,,,x", "line 2, off_list: the tables have no on_demand list price of 'Nobody"),
        (
            'H100,AWS,1yr,2,,2026-10-01,,,"=HYPERLINK(""http://x"")"',
            "begins as a formula, which a spreadsheet would run",
        ),
        ("H100,+AWS,1yr,2,,2026-10-01,,,x", "line 2, provider: '+AWS' begins as a formula"),
        ("H100,AWS,1yr,2,,2026-10-01,,,@SUM(A1)", "line 2, source: '@SUM(A1)' begins as a formula"),
        ("H100,AWS,1yr,2,,2026-10-01,,,＝cmd|x", "line 2, source: '＝cmd|x' begins as a formula"),
        ("H100,\u3000＠AWS,1yr,2,,2026-10-01,,,x", "line 2, provider: '＠AWS' begins as a formula"),
        ("H100,AWS,1yr,2,,2026-10-01,,,-2+3+cmd|' /C calc'!A0", "line 2, source: '-2+3+cmd|' /C calc'!A0' begins as"),
        ("H100,AWS,1yr,2,,2026-10-01,,,a\x07b", "line 2, source: holds characters that are no text"),
        (f"H100,AWS,1yr,2,,2026-10-01,,,{'x' * 300}", "line 2, source: "),
        ('H100,AWS,1yr,2,,2026-10-01,,,"open', "opened and never closed"),
        ("H100,AWS,1yr,2,,2026-10-01,,x", "line 2: has 8 cells; the first line names 9"),
        (
            "H100,CoreWeave,on_demand,1.9,,2026-10-20,,,y",
            "given already by number 1 (2.05); take that out first: xlcost",
        ),
        (",amazon,1yr,,20%,2026-06-01,,,y", "line 2, AWS, 1yr from 2026-06-01: given already by number 3 (30% off); "),
        ("H100,GCP,1yr,2,,2026-10-01,,,x\nH100,google,1yr,3,,2026-10-01,,,x", "given already by line 2 (2); keep one"),
    ],
)
def test_a_bad_row(command, table, folder, kept, row, sentence):
    status, out, err = command("add", table(KEPT + row + "\n"))
    assert (status, out) == (2, "")
    line = KEPT.count("\n") + 2
    assert sentence.replace("line 2,", f"line {line},").replace("line 2:", f"line {line}:").replace(
        "by line 2", f"by line {line}"
    ) in err.replace("\n", " ")
    assert "Traceback" not in err
    assert (folder / QUOTES).read_bytes() == kept
    assert sorted(path.name for path in folder.iterdir()) == [lock.LOCK, QUOTES]


def test_all_that_is_wrong_is_said_at_once(command, table, folder):
    rows = (
        GOOD
        + "H10O,AWS,1yr,-2,,2026-10-01,,,x\n"
        + f"H100,AWS,1yr,2,,{LATE},,,=x\n"
        + "H100,AWS,3yr,2,,2026-10-01,,,x\n"
        + "H100,AWS,3yr,3,,2026-10-01,,,x\n"
    )
    _, _, err = command("add", table(rows))
    said = [line.strip().split(":")[0] for line in err.splitlines()[1:]]
    assert said == [
        "line 3, gpu",
        "line 4, source",
        "line 6, h100-sxm, AWS, 3yr from 2026-10-01",
    ]
    assert err.startswith("xlcost: given.csv: nothing was taken\n")
    assert not folder.exists()


SLIPS = {  # a row with slips -> how the sentence of the first begins
    "H100,AWS,3yr,-3,,2026-10-01,2026-10-05,2026-10-04,x": ", usd_per_gpu_hour: '-3'",
    "H100,AWS,3yr,,,2026-10-01,,,": ", source: is blank",
    f"H100,AWS,3yr,nan,,{LATE},,,x": ", usd_per_gpu_hour: 'nan'",
    f"H10O,AWS,9yr,2,,{LATE},,2020-01-01,": ", gpu: 'H10O'",
    "H100,,3yr,,20%,2026-10-01,,2026-09-01,x": ", gpu: a discount holds for all",
    ",Nobody Inc,3yr,,120%,2026-10-01,,,x": ", off_list: '120%'",
    "H100,CoreWeave,on_demand,-1,,2026-10-20,,,y": ", usd_per_gpu_hour: '-1'",
    "H100,CoreWeave,on_demand,2.05,,2026-10-20,,,": ", source: is blank",
    "H100,AWS,3yr,2,,2026-10-01,,x": ": has 8 cells",
    "H100,AWS,3yr,2,,2026-10-01,,,x,,": ": has 11 cells",
    "H100,AWS,3yr,-3,,soon,,2026-10-04,=x": ", source: '=x' begins as a formula",
}


def test_the_first_slip_of_every_row_is_said(command, table, folder, kept):
    """Whatever else is wrong with its row, and with the others."""
    _, _, err = command("add", table("\n".join(SLIPS) + "\n"))
    said = [line.strip() for line in err.splitlines()[1:]]
    for line, (one, words) in enumerate(zip(said, SLIPS.values(), strict=True), 2):
        assert one.startswith(f"line {line}{words}")
    assert (folder / QUOTES).read_bytes() == kept


@pytest.mark.parametrize(("days", "taken"), [(92, True), (93, False)])
def test_the_last_day_that_is_taken_is_named(command, table, days, taken):
    last = EDITION + dt.timedelta(days=92)
    status, _, err = command("add", table(f"H100,AWS,1yr,2,,{EDITION + dt.timedelta(days=days)},,,x\n"))
    assert (status == 0) is taken
    assert (f"the last day taken is {last}" in err) is not taken


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "given.csv: the first line must name the columns: gpu, provider, term,"),
        (HEAD.encode(), "given.csv holds no row"),
        (b"gpu,term,price,as_of,source\nH100,1yr,2,2026-10-01,x\n", "there is no column 'price'"),
        (b"gpu,term,usd_per_gpu_hour,as_of\nH100,1yr,2,2026-10-01\n", "there is no column 'source'"),
        (bytes(range(256)), "given.csv is no UTF-8 text; save it as 'CSV UTF-8'"),
        ((HEAD + KEPT + "H100,Müller,1yr,2,,2026-10-01,,,x\n").encode("cp1252"), "is no UTF-8 text"),
        (b"gpu,term\x00\x00\x00", "given.csv is no text file"),
        (b"PK\x03\x04" + bytes(40), "given.csv is damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "given.csv is not an Excel workbook"),
    ],
)
def test_a_file_that_is_no_table(command, table, folder, kept, content, sentence):
    status, out, err = command("add", table(content))
    assert (status, out) == (2, "") and sentence in err and "Traceback" not in err
    assert (folder / QUOTES).read_bytes() == kept


def test_what_is_no_file(command, tmp_path, folder, kept):
    assert command("add", tmp_path / "nowhere.csv")[2] == f"xlcost: there is no file {tmp_path / 'nowhere.csv'}\n"
    assert command("add", tmp_path)[2] == f"xlcost: {tmp_path} is a folder, not a file\n"
    assert (folder / QUOTES).read_bytes() == kept


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no /dev/zero")
def test_an_endless_file(command):
    assert command("add", "/dev/zero")[2] == "xlcost: /dev/zero is not an ordinary file\n"


@pytest.mark.parametrize("name", ["large.csv", "large.xlsx"])
def test_two_hundred_megabytes(command, tmp_path, folder, kept, name):
    path = tmp_path / name
    path.touch()
    os.truncate(path, 200_000_000)  # sparse
    status, out, err = command("add", path)
    assert (status, out) == (2, "")
    assert err.startswith(f"xlcost: {path} has 200 MB; at most ")
    assert (folder / QUOTES).read_bytes() == kept


def test_more_rows_than_are_kept(command, table, folder, kept, monkeypatch):
    monkeypatch.setattr("xlcost.prices.quotes.incoming.MOST_QUOTES", 4)
    rows = "".join(f"H100,GCP,on_demand,{n},,2026-09-{n:02},,,x\n" for n in range(1, 4))
    assert command("add", table(rows))[2] == "xlcost: given.csv: nothing was taken; at most 4 quotes are kept\n"
    assert (folder / QUOTES).read_bytes() == kept


# Writing


@pytest.mark.parametrize("where", ["os.replace", "os.fsync", "xlcost.files.tempfile.mkstemp"])
@pytest.mark.parametrize("words", [["add"], ["remove", 2]])
def test_a_disk_that_is_full_changes_nothing(command, table, folder, kept, monkeypatch, where, words):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    more = [table("H100,GCP,1yr,2,,2026-10-01,,,x\n")] if words == ["add"] else []
    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        status, out, err = command(*words, *more)
    assert (status, out) == (2, "")
    assert err == f"xlcost: cannot write {folder / QUOTES}: No space left on device\n"
    assert (folder / QUOTES).read_bytes() == kept
    assert sorted(path.name for path in folder.iterdir()) == [lock.LOCK, QUOTES]


def test_a_place_that_cannot_be_written(command, table, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setenv("XLCOST_DATA", str(tmp_path / "file" / "kept"))
    status, _, err = command("add", table(KEPT))
    assert status == 2 and err.startswith(f"xlcost: cannot make the folder {tmp_path / 'file' / 'kept'} for your own")
    monkeypatch.setenv("XLCOST_DATA", "")
    assert command("add", table(KEPT))[2] == (
        "xlcost: there is no folder for your own tables: XLCOST_DATA is set to nothing\n"
    )


def test_a_broken_file_of_kept_quotes_is_not_written_over(command, table, folder, kept):
    broken = kept.replace(b"2.05", b"2,05")
    (folder / QUOTES).write_bytes(broken)
    reset_market()
    for words in (["add", table(GOOD)], ["remove", 1], ["quotes"]):
        status, _, err = command(*words)
        assert status == 2 and str(folder / QUOTES) in err and "mend it first" in err
    assert (folder / QUOTES).read_bytes() == broken


@pytest.mark.slow
def test_several_processes_lose_no_row(folder, tmp_path):
    tables = []
    for n in range(4):
        path = tmp_path / f"{n}.csv"
        path.write_text(HEAD + f"H100,GCP,on_demand,{n + 1},,2026-09-0{n + 1},,,x\n", encoding="utf-8")
        tables.append(path)
    running = [
        subprocess.Popen([sys.executable, "-m", "xlcost", "prices", "add", str(path)], stdout=subprocess.DEVNULL)
        for path in tables
    ]
    assert [process.wait(60) for process in running] == [0] * 4
    assert sorted(quote.usd_per_gpu_hour for quote in quote_store.kept_quotes()) == [1, 2, 3, 4]


def test_somebody_else_is_writing(command, table, folder, kept, monkeypatch):
    monkeypatch.setattr(lock, "TRIES", 1)
    with lock.lock(folder):
        status, _, err = command("add", table("H100,GCP,1yr,2,,2026-10-01,,,x\n"))
    assert status == 2
    assert err == f"xlcost: another xlcost is writing into {folder}; run this again when it is done\n"
    assert (folder / QUOTES).read_bytes() == kept


def test_a_process_that_died_locks_nobody_out(command, table, folder, kept):
    code = "import sys; from pathlib import Path; from xlcost.prices.quotes.lock import lock\n"
    code += "with lock(Path(sys.argv[1])): print('locked', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().strip() == b"locked"
        process.kill()
    assert command("add", table("H100,GCP,1yr,2,,2026-10-01,,,x\n"))[0] == 0


# Removing, listing, the example


def test_removing_tells_what_comes_back(command, folder, kept):
    with as_if(Market(packaged_offers())):
        listed = gpu_price("H100", "CoreWeave")
    status, out, _ = command("remove", 1)
    assert status == 0 and out.startswith(f"1 quote removed from {folder / QUOTES}\n")
    assert f"2.0500  {listed:.4f}" in out
    assert gpu_price("H100", "CoreWeave") == listed
    assert len(quote_store.kept_quotes()) == 2


def test_numbers_that_are_not_there(command, folder, kept):
    sentence = "xlcost: there is no quote number 9; you keep numbers 1 to 3 (xlcost prices quotes)\n"
    assert command("remove", 1, 9)[2] == sentence
    assert command("remove", 0)[0] == 2
    assert (folder / QUOTES).read_bytes() == kept
    assert command("remove", 1, 2, "--dry-run")[0] == 0
    assert (folder / QUOTES).read_bytes() == kept
    assert command("remove", 1, 2, 3)[0] == 0
    assert not (folder / QUOTES).exists()
    assert "you keep no quotes" in command("remove", 1)[2]
    assert command("quotes")[1].startswith("0 quotes in ")


def test_kept_quotes_with_numbers_days_and_place(command, folder, kept):
    _, out, _ = command("quotes")
    assert cells(out)[1] == [
        *("1", "h100-sxm", "CoreWeave", "on_demand", "2.05"),
        *("2026-10-20", "2026-10-20", "2027-10-19", "counts", "Offer 4711"),
    ]
    assert cells(out)[3][:5] == ["3", "all", "AWS", "1yr", "30% off"]
    assert f"3 quotes in {folder / QUOTES}; the last day known is {EDITION}" in out
    _, out, _ = command("quotes", "--format", "csv")
    parts = [(row["usd_per_gpu_hour"], row["off_list"]) for row in csv.DictReader(io.StringIO(out))]
    assert parts == [("2.05", ""), ("1.11", ""), ("", "0.3")]


def test_the_example_is_taken_as_it_is(command, tmp_path, folder):
    out = tmp_path / "quotes.csv"
    assert command("example", "--out", out)[0] == 0
    assert command("example")[1] == out.read_text(encoding="utf-8")
    assert next(csv.reader(io.StringIO(command("example")[1]))) == HEAD.strip().split(",")
    assert "is there already" in command("example", "--out", out)[2]
    status, said, _ = command("add", out)
    assert status == 0 and said.startswith("3 quotes added") and "new provider" not in said
    assert {quote.off_list is None for quote in quote_store.kept_quotes()} == {True, False}


# A workbook's table


@pytest.fixture
def workbook(folder, kept, tmp_path):
    """A workbook whose Prices sheet holds the three kept quotes, which are then kept no more."""
    book = Book("quotes", "test")
    sheet = book.sheet("Prices", "reference", dict.fromkeys("ABCDEFGHIJ", 12.0))
    quotes_sheet.quotes_table(book, sheet, 4, gpus=False)
    save(book, tmp_path / "book.xlsx")
    quote_store.remove([1, 2, 3])
    return tmp_path / "book.xlsx"


def changed(path, **cells):
    book = load_workbook(path)
    for ref, content in cells.items():
        book["Prices"][ref] = content
    book.save(path)


def test_the_table_of_a_workbook(command, workbook, folder, kept):
    status, out, _ = command("add", workbook)
    assert status == 0 and "3 quotes added" in out and "\n row  gpu" in out.replace("\nrow ", "\n row ")
    assert (folder / QUOTES).read_bytes() == kept
    assert "row 7: left out, the same as number 1" in command("add", workbook)[1]


def test_cells_of_a_workbook_as_people_fill_them(command, workbook):
    changed(
        workbook, E7=3, G7=46315, C8="median", F9="12.5%", I8=dt.date(2027, 1, 31), B12="h200", C12="GCP", D12="3yr"
    )
    changed(workbook, E12=1.75, G12=dt.datetime(2026, 10, 2), J12=4711)
    assert command("add", workbook)[0] == 0
    first, second, third, fourth = quote_store.kept_quotes()
    assert (first.usd_per_gpu_hour, first.as_of) == (3.0, dt.date(2026, 10, 20))
    assert (second.provider, second.until) == (None, dt.date(2027, 1, 31))
    assert third.off_list == 0.125
    assert (fourth.gpu, fourth.usd_per_gpu_hour, fourth.source) == ("h200-sxm", 1.75, "4711")


def test_what_is_wrong_in_a_workbook_has_the_rows_of_the_sheet(command, workbook, folder):
    changed(workbook, B7="H10O", E8=-1, J9="=1+1")
    status, out, err = command("add", workbook)
    assert (status, out) == (2, "")
    assert err.startswith(
        "xlcost: book.xlsx, sheet Prices: nothing was taken\n  row 9, source: its formula has no stored"
    )
    changed(workbook, J9="fine")
    _, _, err = command("add", workbook)
    assert err.splitlines()[0] == "xlcost: book.xlsx, sheet Prices: nothing was taken"
    assert [line.strip()[:10] for line in err.splitlines()[1:]] == ["row 7, gpu", "row 8, usd"]
    assert not (folder / QUOTES).exists()


def test_workbooks_without_a_table(command, workbook, tmp_path):
    book = load_workbook(workbook)
    book["Prices"]["G6"] = "seen"
    book.save(tmp_path / "headless.xlsx")
    assert "row 6 does not name the column 'as_of'" in command("add", tmp_path / "headless.xlsx")[2]
    book.defined_names["Quotes_gpu"].attr_text = "Prices!$B:$B"
    book.save(tmp_path / "wide.xlsx")
    assert "Quotes_gpu" in command("add", tmp_path / "wide.xlsx")[2]
    book.defined_names["Quotes_gpu"].attr_text = "#REF!"
    book.save(tmp_path / "lost.xlsx")
    assert "has no table of your own quotes" in command("add", tmp_path / "lost.xlsx")[2]
    for row in range(7, 31):
        for column in "BCDEFGHIJ":
            changed_cell = book["Prices"][f"{column}{row}"]
            changed_cell.value = None
    book["Prices"]["G6"] = "as_of"
    book.defined_names["Quotes_gpu"].attr_text = "Prices!$B$7:$B$30"
    book.save(tmp_path / "blank.xlsx")
    assert "the table of your own quotes is blank" in command("add", tmp_path / "blank.xlsx")[2]


# Laws over random quotes

DAYS = st.dates(dt.date(2024, 1, 1), EDITION + dt.timedelta(days=183))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30).filter(
    lambda text: text[0] not in "=+-@"
)
PRICES = st.floats(0.01, 9999).map(lambda usd: round(usd, 6))
QUOTES_OF = st.builds(
    dict,
    gpu=st.sampled_from([row["id"] for row in GPUS.rows]),
    provider=st.one_of(st.just(""), st.sampled_from(["AWS", "GCP", "CoreWeave"]), WORDS),
    term=st.sampled_from(TERMS),
    usd_per_gpu_hour=PRICES.map(str),
    as_of=DAYS.map(str),
    source=WORDS,
)
DISCOUNTS = st.builds(
    dict,
    provider=st.sampled_from(["AWS", "GCP", "Azure"]),
    term=st.sampled_from(TERMS),
    off_list=st.floats(0.01, 0.99).map(str),
    as_of=DAYS.map(str),
    until=st.one_of(st.just(""), st.just("2099-12-31")),
    source=WORDS,
)
ROWS = st.lists(st.one_of(QUOTES_OF, DISCOUNTS), min_size=1, max_size=6)
SLOWLY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def a_folder():
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLCOST_DATA", place)
        reset_market()
        try:
            yield Path(place)
        finally:
            patch.undo()
            reset_market()


def given_rows(rows):
    return QuoteRows("random", list(enumerate(rows, 2)))


@pytest.mark.slow
@SLOWLY
@given(ROWS, ROWS)
def test_added_and_removed_gives_the_same_bytes(first, second):
    with a_folder() as place:
        try:
            quote_store.add(given_rows(first))
        except XlcostError:
            assume(False)  # two random rows of the same offer and day
        before, count = (place / QUOTES).read_bytes(), len(quote_store.kept_quotes())
        try:
            change = quote_store.add(given_rows(second))
        except XlcostError:
            assert (place / QUOTES).read_bytes() == before
            return
        assert len(quote_store.kept_quotes()) == count + len(change.changed)
        quote_store.remove(range(count + 1, len(quote_store.kept_quotes()) + 1))
        assert (place / QUOTES).read_bytes() == before


@pytest.mark.slow
@SLOWLY
@given(ROWS)
def test_kept_quotes_are_read_as_they_were_given(rows):
    with a_folder() as place:
        try:
            change = quote_store.add(given_rows(rows))
        except XlcostError:
            assume(False)
        assert quote_store.kept_quotes() == change.after
        again = [OwnQuote.model_validate(cells) for _, cells in from_csv(place / QUOTES).rows]
        assert again == change.after
        assert quote_store.add(from_csv(place / QUOTES)).changed == {}


@pytest.mark.slow
@SLOWLY
@given(ROWS)
def test_told_prices_are_those_of_gpu_price(rows):
    """Before and after, asked in a cell as of the day told."""
    with a_folder():
        try:
            trial = effects(quote_store.add(given_rows(rows), dry_run=True), 100)
        except XlcostError:
            assume(False)
        before = [asked(one) for one in trial]
        quote_store.add(given_rows(rows))
        assert [one.after for one in trial] == [asked(one) for one in trial]
        known = [(one.before, price) for one, price in zip(trial, before, strict=True) if one.day <= EDITION]
        assert [told for told, _ in known] == [price for _, price in known]


def asked(one):
    try:
        return gpu_price(one.gpu, None if one.provider == "any" else one.provider, one.term, one.day)
    except NotInTable:
        return None


def test_trying_leaves_merged_offers_in_place(command, table, folder):
    """A trial takes the offers of newer editions along."""
    folder.mkdir()
    columns = "gpu,provider,term,usd_per_gpu_hour,instance,gpus,region,basis,as_of,source,checked,notes\n"
    offer = f"h100-sxm,Newcomer,on_demand,4,,1,,instance,{EDITION},a page,yes,\n"
    (folder / OFFERS).write_text(columns + offer, encoding="utf-8")
    reset_market()
    _, out, _ = command("add", table(",Newcomer,1yr,,50%,2026-10-01,,,x\nH100,Newcomer,on_demand,3,,2026-10-01,,,x\n"))
    assert "4.0000  3.0000  -25.0%" in out
    assert "new provider" not in out and "2.0000" in out
    assert (folder / OFFERS).read_text(encoding="utf-8") == columns + offer
