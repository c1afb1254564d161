"""A table of scenarios becomes workbooks: what is wrong with it is a sentence, what somebody changed stays."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

import xlcost
from xlcost.batch.fill import fill
from xlcost.batch.scenarios import scenarios_in
from xlcost.blueprints import packaged
from xlcost.cli.demo import run
from xlcost.errors import BadInput
from xlcost.ooxml import package
from xlcost.ooxml.values import read_parts

HEADER = "file,Price_Date,Requests_Day,Model,Train_Tokens\n"


def line(file, model="gpt-3", tokens="1", date="2026-10-31", requests="0"):
    return f"{file},{date},{requests},{model},{tokens}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + line("a", model="gpt-9"), "line 2: unknown model 'gpt-9'; did you mean"),
        (HEADER + line("a", date="2022-01-01"), "scenario 'a': no on_demand price of 'h100-sxm' on 2022-01-01"),
        (HEADER + line("a", tokens="-5"), "line 2: Train_Tokens: '-5' cannot be used"),
        (HEADER + line("a", tokens='"1,5"'), "write a decimal point"),
        (HEADER + line("a", tokens='"15,000,000"'), "write it without commas"),
        (HEADER + line("a", tokens=""), "line 2: Train_Tokens: is blank"),
        (HEADER + line("../a"), "cannot be a file name"),
        (HEADER + line("a") + line("a"), "line 3: file: 'a' stands twice"),
        (HEADER + "a,gpt-3\n", "more or fewer cells"),
        ("name\nx\n", "'file' among them"),
        ("file;Model\na;gpt-3\n", "there is no column 'Price_Date' (Prices as of)"),
        ("file,Model\na,gpt-3\n", "there is no column 'Price_Date' (Prices as of)"),
        (HEADER[:-1] + ",Modell\n" + line("a")[:-1] + ",x\n", "no input 'Modell'; did you mean 'Model'?"),
        (HEADER, "holds no scenario"),
    ],
)
def test_bad_scenarios_are_sentences(text, sentence, tmp_path):
    with pytest.raises((BadInput, xlcost.NotInTable), match=re.escape(sentence)):
        for scenario in scenarios_in(text, "scenarios.csv"):
            fill(tmp_path, scenario)
    assert not list(tmp_path.iterdir())


def test_a_table_as_a_german_spreadsheet_saves_it(tmp_path):
    heads, cells = "file,Price_Date,Requests_Day,Model,Train_Tokens,Run_Mfu", "a,31.10.2026,0,gpt-3,1000,0.25"
    text = f"{heads}\n{cells}\n".replace(",", ";").replace("0.25", "0,25")
    english = f"{heads}\n{cells}\n".replace("31.10.2026", "2026-10-31")
    assert scenarios_in(text, "s.csv") == scenarios_in(english, "s.csv")


@pytest.mark.slow
def test_demo_keeps_what_somebody_changed(tmp_path):
    run(tmp_path)
    plans = sorted(tmp_path.glob("*.xlsx"))
    before = {path: path.read_bytes() for path in plans}
    run(tmp_path)
    assert {path: path.read_bytes() for path in plans} == before
    book = load_workbook(plans[1])
    book["Inputs"]["D6"] = "changed"
    book.save(plans[1])
    changed = plans[1].read_bytes()
    with pytest.raises(BadInput, match="was changed since it was made; name another folder, or give --overwrite"):
        run(tmp_path)
    assert plans[1].read_bytes() == changed
    run(tmp_path, overwrite=True)
    assert plans[1].read_bytes() == before[plans[1]]


@pytest.mark.slow
def test_a_formula_smuggled_into_a_text_stays_text(tmp_path):
    text = HEADER[:-1] + ",Project\n" + line("x")[:-1] + ',"=HYPERLINK(""http://bad"",""x"")"\n'
    fill(tmp_path, scenarios_in(text, "s.csv")[0])
    cell = load_workbook(tmp_path / "x.xlsx")["Inputs"]["D6"]
    assert cell.value.startswith("=HYPERLINK")
    assert cell.data_type != "f" or '<c r="D6"' not in formula_cells(tmp_path / "x.xlsx")


def formula_cells(path):
    parts = read_parts(path)
    part = next(sheet.part for sheet in package.sheets(parts) if sheet.title == "Inputs")
    return " ".join(re.findall(r'<c r="\w+"[^>]*><f>', parts[part].decode()))


@pytest.mark.slow
def test_other_names_of_a_thing_are_written_as_the_tables_spell_them(tmp_path, engines):
    """What the table of scenarios calls H100 must be found by the workbook's own MATCH."""
    text = HEADER[:-1] + ",Train_Gpu,Serve_Gpu,Train_Provider,Serve_Precision\n"
    text += line("x", model="Llama 3.1 70B", tokens="1e9", requests="1000")[:-1] + ",H100,h100 sxm,Amazon,FP8\n"
    (scenario,) = scenarios_in(text, "s.csv")
    named = {name: scenario.inputs[name] for name in ("Model", "Train_Gpu", "Serve_Gpu", "Train_Provider")}
    assert list(named.values()) == ["llama-3.1-70b", "h100-sxm", "h100-sxm", "AWS"]
    result = fill(tmp_path, scenario)
    for engine in ("LibreOffice", "IronCalc"):
        found = engines[engine](tmp_path / "x.xlsx")
        assert found["Checks"]["E4"] == result.status == "ALL OK"
        assert found["Summary"]["Q7"] == pytest.approx(result.figures["total"], rel=1e-9)


@pytest.mark.slow
def test_own_table_of_scenarios(tmp_path, capsys):
    table = tmp_path / "my.csv"
    table.write_text("\ufeff" + HEADER + line("one") + line("two", model="llama-3.1-8b"), encoding="utf-8")
    run(tmp_path / "out", table)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {packaged.ARTICLE, "one.xlsx", "two.xlsx"}
    assert "3 workbooks in" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    for out in (blocked, blocked / "below"):
        with pytest.raises(BadInput, match="out: "):
            run(out)
    assert blocked.read_text() == "x"


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a file system that refuses writing")
def test_a_read_only_folder_stays_empty():
    with pytest.raises(BadInput, match=r"out: cannot write into /proc"):
        run(Path("/proc/xlcost"))
