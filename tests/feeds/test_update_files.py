"""xlcost prices update: bad files, bad addresses and a stopped machine change nothing; tables of a checkout grow."""

import csv
import datetime as dt
import io
import os
import subprocess
import sys
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from urllib.response import addinfourl

import pytest

from catalogues import AWS, CATALOGUE, DAY, FOLDER, GCP
from xlcost.cli import main as cli
from xlcost.facts import schema
from xlcost.feeds import catalogue, formats
from xlcost.feeds import read as feed_read
from xlcost.prices.current import reset_market
from xlcost.prices.periods import EDITION

PACKAGED = Path(schema.__file__).with_name("gpu_prices.csv")
GOOD = "p5.4xlarge,us-east-1,7.00,10,100,1,H100,80,False\n"
SKY = "InstanceType,AcceleratorName,AcceleratorCount,Price,SpotPrice,Region\n"
BAD = {  # text of a file -> words of the sentence
    "a formula as instance": (
        CATALOGUE + GOOD + '"=HYPERLINK(""x"")",us,1,1,1,1,H100,80,False\n',
        "begins as a formula",
    ),
    "a formula as gpu": (CATALOGUE + "a,us,1,1,1,1,@SUM(A1),80,False\n", "line 2, gpu: '@SUM\\(A1\\)' begins as"),
    "a formula as region": (SKY + "a,H100,1,2,1,+cmd|x\n", "line 2, region:"),
    "control characters": (CATALOGUE + "a\x1b[2J,us,1,1,1,1,H100,80,False\n", "characters that are no text"),
    "a line break in a name": (CATALOGUE + '"a\nb",us,1,1,1,1,H100,80,False\n', "characters that are no text"),
    "not a number": (CATALOGUE + "a,us,nan,1,1,1,H100,80,False\n", "line 2, price: 'nan' is no number"),
    "infinite": (CATALOGUE + "a,us,inf,1,1,1,H100,80,False\n", "'inf' is no number"),
    "overflowing": (CATALOGUE + "a,us,1e999,1,1,1,H100,80,False\n", "'1e999' is no number"),
    "a decimal comma": (CATALOGUE + 'a,us,"7,00",1,1,1,H100,80,False\n', "'7,00' is no number"),
    "words as count": (SKY + "a,H100,eight,2,1,us\n", "acceleratorcount: 'eight' is no number"),
    "spot neither true nor false": (CATALOGUE + "a,us,1,1,1,1,H100,80,maybe\n", "it takes True or False"),
    "a price below 0": (
        CATALOGUE + "a,us,-55,1,1,1,H100,80,False\na,eu,60,1,1,1,H100,80,False\n",
        "line 2, price: '-55' is below 0",
    ),
    "a spot price below 0": (SKY + "a,H100,1,2,-1,us\na,H100,1,2,1,eu\n", "line 2, spotprice: '-1' is below 0"),
    "a host below 0": (
        SKY + "a2-highgpu-1g,,,-1,1,us\n,A100,1,2,1,us\n",
        "line 3, host_price: '-1' is below 0",
    ),
    "a wide formula": (CATALOGUE + "＝cmd,us,1,1,1,1,H100,80,False\n", "line 2, instance: '＝cmd' begins as"),
    "a short line": (CATALOGUE + GOOD + "a,us,1\n", "line 3: has 3 cells; the first line names 9"),
    "an open quote": (CATALOGUE + 'a,"us,1,1,1,1,H100,80,False\n', "is broken as CSV"),
    "a column twice": (CATALOGUE.replace("cpu", "price") + GOOD, "the column 'price' stands twice"),
    "no rows": (CATALOGUE, "holds no row"),
    "nothing": ("", "fit no format that is known"),
    "another table": ("a,b\n1,2\n", "fit no format that is known"),
    "binary": ("\x00\x01", "is no text file"),
    "a long field": (CATALOGUE + f"{'a' * 200_000},us,1,1,1,1,H100,80,False\n", "field larger than field limit"),
}


@pytest.fixture
def untouched(update, folder):
    """Refused, and what the folder held before is there byte for byte; gives the sentence."""
    assert update(AWS, "--as-of", DAY, "--yes")[0] == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def call(*words):
        status, out, err = update(*words)
        assert (status, out) == (2, "")
        assert err.startswith("xlcost: ")
        assert "Traceback" not in err
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        return err

    return call


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_a_sentence_and_changes_nothing(untouched, tmp_path, name):
    text, words = BAD[name]
    file = tmp_path / "aws.csv"
    file.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(untouched(file, "--as-of", DAY, "--yes"))


def test_all_errors_of_a_file_at_once(untouched, tmp_path):
    file = tmp_path / "aws.csv"
    file.write_text(CATALOGUE + "a,us,nan,1,1,x,H100,80,perhaps\n" * 10)
    err = untouched(file, "--as-of", DAY, "--yes")
    assert "line 2, price" in err
    assert "line 7, gpu_count" in err
    assert err.rstrip().endswith("and 10 more")
    file.write_text(CATALOGUE + "a,us,1\n" + GOOD + "a,us,nan,1,1,1,H100,80,False\na,us,1,1,1,1,H100,80,False,,\n")
    assert [line.split(":")[0].strip() for line in untouched(file, "--as-of", DAY, "--yes").splitlines()[1:]] == [
        "line 2",
        "line 4, price",
        "line 5",
    ]


OURS = "gpu,provider,term,usd_per_gpu_hour,instance,gpus,region,basis,as_of,source,checked,notes\n"


def test_errors_of_a_table_of_ours_at_once(untouched, tmp_path):
    file = tmp_path / "prices.csv"
    row = "h100-sxm,AWS,on_demand,5,,1,,instance,2026-10-30,aws.example/prices,yes,\n"
    wrong = [
        ("h100-sxm", "h1000"),
        ("h100-sxm", "H100"),
        ("2026-10-30", "2036-10-30"),
        ("AWS", "median"),
        (",5,", ",1e6,"),
    ]
    file.write_text(OURS + "".join(row.replace(*pair) for pair in wrong))
    err = untouched(file, "--yes")
    for words in (
        "line 2, gpu: unknown gpu 'h1000'",
        "line 3, gpu: 'H100' is a name; write the id h100-sxm",
        "line 4, as-of: 2036-10-30 lies more than 92 days after",
        "line 5, provider: 'median' is no provider",
        "line 6, usd_per_gpu_hour: 1e+06 is more than 10,000",
    ):
        assert words in err
    file.write_text(OURS + row.replace(",5,", ",-5,") + row.replace("aws.example/prices", "=A1"))
    err = untouched(file, "--yes")
    assert "line 2, usd_per_gpu_hour" in err
    assert "line 3, source: '=A1' begins as a formula" in err
    slips = row.replace(",5,", ",-5,").replace("2026-10", "2036-10").replace("AWS", "median").replace("sxm", "sxn")
    file.write_text(OURS + slips + "h100-sxm,AWS\n" + row.replace("yes", "perhaps"))
    said = untouched(file, "--yes").splitlines()[1:]
    assert [line.split(":")[0].strip() for line in said] == ["line 2, usd_per_gpu_hour", "line 3", "line 4, checked"]


WHOLE = OURS.replace("instance,", "usd_per_instance_hour,instance,", 1)


def of_ours(term="on_demand", usd="6.9", whole="55.2", source="aws.example/prices", region="us"):
    return f"h100-sxm,AWS,{term},{usd},{whole},p5.48xlarge,8,{region},instance,2026-10-30,{source},yes,\n"


@pytest.mark.parametrize(("whole", "taken"), [("55.2", True), ("55.7", True), ("", True), ("56", False), ("99", False)])
def test_the_price_of_an_instance_is_that_of_its_gpus(update, tmp_path, whole, taken):
    file = tmp_path / "prices.csv"
    file.write_text(WHOLE + of_ours(whole=whole))
    status, _, err = update(file, "--dry-run")
    assert (status == 0) is taken
    assert taken or f"line 2, usd_per_instance_hour: {whole} is not 8 x 6.9 = 55.2, the price of its gpus" in err


SOURCES = {
    "https://aws.amazon.com/ec2/pricing": True,
    "lambda.ai/pricing": True,
    "github.com/dstackai/gpuhunt prices.json @3584151": True,
    "aws/vms.csv (SkyPilot catalogue)": True,
    "Offer 4711 by mail": True,
    "Price list, November": True,
    "a colleague": False,
    "vendor page": False,
    "datasheet": False,
    "AWS": False,
    "x.y/z": False,
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_a_page_a_path_or_a_document(update, tmp_path, source):
    file = tmp_path / "prices.csv"
    file.write_text(WHOLE + of_ours(source=f'"{source}"'))
    status, _, err = update(file, "--dry-run")
    assert (status == 0) is SOURCES[source]
    assert SOURCES[source] or f"line 2, source: '{source}' names no page, path or document" in err


@pytest.mark.parametrize(
    ("other", "odd"),
    [
        ({"term": "1yr", "usd": "7"}, True),
        ({"term": "spot", "usd": "6.95"}, True),
        ({"term": "3yr", "usd": "6.9"}, False),
        ({"term": "1yr", "usd": "5"}, False),
        ({"term": "1yr", "usd": "7", "region": ""}, True),
        ({"term": "1yr", "usd": "7", "region": "eu"}, False),  # dearer there, as may be
    ],
)
def test_dearer_than_on_demand_waits_for_a_yes(update, tmp_path, other, odd):
    file = tmp_path / "prices.csv"
    file.write_text(WHOLE + of_ours() + of_ours(**({"whole": ""} | other)))
    out = update(file, "--dry-run")[1]
    assert out.count("2 new rows" if not odd else "1 new row:") == 1
    assert ("Suspicious, left out (--accept-outliers takes them)" in out) is odd
    assert ("times 6.9000 (on demand that day)" in out) is odd
    assert "2 new rows" in update(file, "--dry-run", "--accept-outliers")[1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "is packed; unpack it"),
        (b"\x1f\x8brest", "is packed; unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook; open it"),
        (b"price\xff", "is no UTF-8 text"),
        (b' \n[{"gpu": "h100-sxm"}]', "is JSON; give the same table as CSV"),
    ],
)
def test_files_that_are_no_text(untouched, tmp_path, data, words):
    file = tmp_path / "aws.csv"
    file.write_bytes(data)
    assert words in untouched(file, "--as-of", DAY)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("prices.xlsx", "is a workbook; open it, save the sheet with the prices as CSV UTF-8, and give that file"),
        ("prices.json", "is JSON; give the same table as CSV, such as xlcost tables gpu_prices --format csv prints"),
        ("prices.csv", "holds the offers of one day, as xlcost prices export writes them, without the day of each"),
    ],
)
def test_what_prices_export_writes_is_not_taken(untouched, tmp_path, monkeypatch, capsys, name, words):
    out = tmp_path / name
    monkeypatch.setattr(sys, "argv", ["xlcost", "prices", "export", "--out", str(out)])
    with pytest.raises(SystemExit):
        cli.main()
    capsys.readouterr()
    err = untouched(out, "--yes")
    assert err.startswith(f"xlcost: {name} {words}")
    assert err.count("\n") == 1


def test_sizes(untouched, tmp_path, monkeypatch):
    huge = tmp_path / "aws.csv"
    with huge.open("wb") as target:
        target.truncate(200_000_000)
    assert "has 200 MB; at most 64 MB are read" in untouched(huge, "--as-of", DAY)
    monkeypatch.setattr(formats, "MOST_ROWS", 5)
    huge.write_text(CATALOGUE + GOOD * 6)
    assert "has more than 5 rows" in untouched(huge, "--as-of", DAY)
    monkeypatch.setattr(catalogue, "MOST_OFFERS", 1)
    huge.write_text(CATALOGUE + GOOD + GOOD.replace("p5", "p6"))
    assert "has more than 1 different offers" in untouched(huge, "--as-of", DAY)


@pytest.mark.parametrize(
    ("count", "price", "why"),
    [
        ("0.125", "1", "is a share of a chip"),
        ("0", "1", "counts 0 chips"),
        ("1e9", "1", "chips"),
        ("1", "1e6", "costs"),
    ],
)
def test_absurd_numbers_are_left_out(update, tmp_path, count, price, why):
    file = tmp_path / "aws.csv"
    file.write_text(f"{CATALOGUE}a,us,{price},1,1,{count},H100,80,False\nb,us,0,1,1,1,H100,80,True\n")
    status, out, _ = update(file, "--as-of", DAY, "--yes")
    assert status == 0
    assert why in out.partition("Not understood, left out: 1 offer")[2]
    assert "1 price blank or zero" in out
    assert out.endswith("nothing was written\n")


def test_a_price_is_never_overwritten(untouched, tmp_path):
    file = tmp_path / "aws.csv"
    file.write_text(CATALOGUE + GOOD.replace("7.00", "6.50"))
    err = untouched(file, "--as-of", DAY, "--yes")
    assert f"AWS h100-sxm on_demand p5.4xlarge is 7 on {DAY} already; the file says 6.5" in err


REFUSED = {
    "no day": ((AWS,), "add --as-of"),
    "no date": ((AWS, "--as-of", "soon"), "as-of: 'soon' is no date"),
    "no day of the calendar": ((AWS, "--as-of", "2026-02-30"), "is no date"),
    "the future": ((AWS, "--as-of", DAY + dt.timedelta(days=184)), "more than 92 days after"),
    "a slip in the provider": ((AWS, "--as-of", DAY, "--provider", "AWW"), "did you mean 'AWS'?"),
    "the median": ((AWS, "--as-of", DAY, "--provider", "median", "--new-provider"), "is no provider"),
    "a formula as provider": ((AWS, "--as-of", DAY, "--provider", "=A1", "--new-provider"), "is no provider"),
    "a formula as source": ((AWS, "--as-of", DAY, "--source", "=A1"), "source:"),
    "a blank source": ((AWS, "--as-of", DAY, "--source", " "), "source: is blank"),
    "a wrong format": ((AWS, "--as-of", DAY, "--format", "gpuhunt"), "has a column 'instance_name'"),
    "an unknown format": ((AWS, "--as-of", DAY, "--format", "json"), "format: 'json' is not known"),
    "a pair that is none": ((AWS, "--as-of", DAY, "--gpu", "H100"), "'H100' is no pair"),
    "an id that is none": ((AWS, "--as-of", DAY, "--gpu", "H100=h1000"), "unknown gpu 'h1000'"),
    "a day for a table of ours": ((PACKAGED, "--as-of", DAY), "leave out --as-of"),
    "no file": (("nowhere.csv", "--as-of", DAY), "there is no file"),
    "nothing": ((), "give a file or an https address"),
    "nobody to ask": ((GCP, "--as-of", DAY), "add --yes to write"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(update, folder, name):
    words, expected = REFUSED[name]
    status, _, err = update(*words)
    assert status == 2
    assert expected in err
    assert not folder.exists()


def test_whose_prices_a_file_holds_must_be_known(untouched, tmp_path):
    file = tmp_path / "lambda" / "prices.csv"
    file.parent.mkdir()
    file.write_text(CATALOGUE + GOOD)
    assert "does not say whose prices it holds; add --provider" in untouched(file, "--as-of", DAY)


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False), ("", False)])
def test_a_person_is_asked(update, folder, monkeypatch, answer, written):
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or answer)
    status, out, _ = update(AWS, "--as-of", DAY)
    assert status == 0
    assert "AWS (so the path says)" in out
    assert asked[0].startswith("Write ")
    assert (folder / "offers.csv").exists() is written
    assert out.endswith("nothing was written\n") is not written


def test_a_dry_run_writes_nothing(update, folder):
    assert update(AWS, "--as-of", DAY, "--dry-run", "--yes")[0] == 0
    assert not folder.exists()


def test_updates_are_taken_back_one(update, folder):
    update(AWS, "--as-of", DAY, "--yes")
    first = (folder / "offers.csv").read_bytes()
    update(GCP, "--as-of", DAY, "--yes")
    assert (folder / "offers.csv").read_bytes() != first
    assert f"DATA_AS_OF is now {DAY}" in update("--undo")[1]
    assert (folder / "offers.csv").read_bytes() == first
    status, out, err = update("--undo")
    assert (status, out) == (2, "")
    assert err == (
        "xlcost: there is no update to take back: only the last one can be, once; all merged rows stand in "
        f"{folder / 'offers.csv'}\n"
    )
    (folder / "offers.csv").unlink()
    reset_market()
    update(AWS, "--as-of", DAY, "--yes")
    assert f"DATA_AS_OF is now {EDITION}" in update("--undo")[1]
    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert update("--undo")[2] == "xlcost: there is no update to take back: none is merged\n"


@pytest.mark.slow
@pytest.mark.parametrize("syncs", [1, 2])
def test_killed_while_it_writes_the_old_file_is_whole(update, folder, syncs):
    """The process ends at once, first while the copy is written, then while the new file is."""
    update(AWS, "--as-of", DAY, "--yes")
    before = (folder / "offers.csv").read_bytes()
    script = f"""
import os, sys
left = [{syncs}]
def die(handle):
    left[0] -= 1
    if not left[0]:
        os._exit(9)
os.fsync = die
sys.argv = ["xlcost", "prices", "update", {str(GCP)!r}, "--as-of", {str(DAY)!r}, "--yes"]
from xlcost.cli.main import main
main()
"""
    ended = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, check=False)
    assert ended.returncode == 9
    assert (folder / "offers.csv").read_bytes() == before
    assert update(GCP, "--as-of", DAY, "--yes")[0] == 0  # and the next one does it


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("backwards", [False, True], ids=["columns", "columns backwards"])
def test_a_table_of_a_checkout_grows_by_lines(update, folder, tmp_path, end, backwards):
    rows = list(csv.reader(io.StringIO(PACKAGED.read_text(encoding="utf-8"))))
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(row[::-1] if backwards else row for row in rows)
    table = tmp_path / "gpu_prices.csv"
    table.write_bytes(text.getvalue().encode())
    before = table.read_bytes().splitlines(keepends=True)
    status, out, _ = update(AWS, "--as-of", DAY, "--yes", "--into", table)
    after = table.read_bytes().splitlines(keepends=True)
    assert status == 0
    assert f"EDITION in periods.py must be {DAY} or later" in out
    assert [line for line in after if line in set(before)] == before
    added = [line for line in after if line not in set(before)]
    assert f"{len(added)} rows written" in out
    assert len(added) == 11 - 1  # all of AWS but the spot price of p5.4xlarge, which is suspicious
    assert all(line.endswith(end.encode()) for line in after)
    found = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    keys = [(*(r[c] for c in ("gpu", "provider", "term", "as_of")), float(r["usd_per_gpu_hour"])) for r in found]
    assert keys == sorted(keys)
    assert not folder.exists()
    assert "0 new rows" in update(AWS, "--as-of", DAY, "--yes", "--into", table)[1]


def test_a_table_in_an_order_of_its_own_grows_at_its_end(update, tmp_path):
    head, *lines = PACKAGED.read_bytes().splitlines(keepends=True)
    table = tmp_path / "gpu_prices.csv"
    table.write_bytes(b"".join([head, *lines[::-1]]).rstrip(b"\n"))
    before = table.read_bytes()
    assert update(AWS, "--as-of", DAY, "--yes", "--into", table)[0] == 0
    assert table.read_bytes().startswith(before + b"\n")


# Addresses: urllib does its work, only what lies beyond the network is played.
PLACE = "https://prices.example/catalogs/aws/vms.csv"


@pytest.fixture
def web(monkeypatch):
    """web[address] = (status, headers, body) or an error to raise; `web.asked` are the addresses that were opened."""
    pages = type("Web", (dict,), {})()
    pages.asked = []

    def https_open(self, request):
        pages.asked.append(request.full_url)
        answer = pages[request.full_url]
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        message = Message()
        for name, value in headers.items():
            message[name] = value
        found = addinfourl(io.BytesIO(body), message, request.full_url, status)
        found.msg = "played"
        return found

    monkeypatch.setattr(urllib.request.HTTPSHandler, "https_open", https_open)
    monkeypatch.setattr(urllib.request, "getproxies", dict)
    return pages


def test_an_address_is_read_and_cited_without_its_query(update, folder, web):
    web[PLACE + "?token=secret"] = (200, {}, AWS.read_bytes())
    status, out, err = update(PLACE + "?token=secret", "--as-of", DAY, "--yes")
    assert (status, err) == (0, "")
    assert "AWS (so the path says)" in out
    written = (folder / "offers.csv").read_text(encoding="utf-8")
    assert "prices.example/catalogs/aws/vms.csv (SkyPilot catalogue)" in written
    assert "secret" not in written


def test_redirects_lead_to_https_only(update, folder, web):
    web[PLACE] = (302, {"Location": "https://elsewhere.example/aws.csv"}, b"")
    web["https://elsewhere.example/aws.csv"] = (200, {}, (FOLDER / "gpuhunt/verda.csv").read_bytes())
    assert update(PLACE, "--as-of", DAY, "--dry-run", "--provider", "Verda")[0] == 0
    for wrong in ("http://elsewhere.example/aws.csv", "file:///etc/hostname", "ftp://elsewhere.example/a"):
        web[PLACE] = (302, {"Location": wrong}, b"")
        web.asked.clear()
        status, _, err = update(PLACE, "--as-of", DAY, "--yes")
        assert status == 2
        assert err.startswith("xlcost: ")
        assert ("cannot be opened" in err) is not wrong.startswith("file")  # urllib itself does not follow there
        assert web.asked == [PLACE]
    assert not folder.exists()


ANSWERS = {
    "not found": ((404, {}, b""), "answers 404"),
    "in a circle": ((302, {"Location": PLACE}, b""), "answers 302"),
    "too much": ((200, {}, b"x" * 2000), "no more are read"),
    "broken off": ((200, {"Content-Length": "900"}, b"x" * 800), "broke off after 800 of 900 bytes"),
    "a page": ((200, {}, b"<html>Sign in</html>"), "fit no format"),
    "no network": (urllib.error.URLError("no route"), "cannot reach https://prices.example/catalogs/aws/vms.csv"),
    "no answer": (TimeoutError("timed out"), "timed out"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_that_are_no_catalogue(untouched, web, monkeypatch, name):
    monkeypatch.setattr(feed_read, "LARGEST", 1000)
    web[PLACE], words = ANSWERS[name]
    assert words in untouched(PLACE, "--as-of", DAY, "--yes")


@pytest.mark.parametrize(
    "address",
    [
        "http://prices.example/aws.csv",
        "file:///etc/hostname",
        "file:/etc/hostname",
        "ftp://prices.example/aws.csv",
        "data:text/csv,a",
        "https://",
        "https://me:secret@prices.example/aws.csv",
        "https://prices.example:99999/aws.csv",
        "https://[::1/aws.csv",
    ],
)
def test_addresses_that_are_not_opened(untouched, web, address):
    assert "secret" not in untouched(address, "--as-of", DAY, "--yes")
    assert not web.asked
