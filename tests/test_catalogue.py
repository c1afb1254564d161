"""Every public function keeps its contract, fits every host, and its example holds. The rooms import one way only."""

import doctest
import importlib
import itertools
import keyword
import pickle
import pkgutil
import re
from pathlib import Path

import pytest
from openpyxl.utils import FORMULAE

import xlcost
from addresses import is_cell_address
from samples import agrees, plain_cells
from xlcost import functions
from xlcost.catalogue import BY_NAME, FUNCTIONS
from xlcost.errors import XlcostError
from xlcost.function import REQUIRED, FunctionSpec, shown_default
from xlcost.hosts.arguments import argument_help
from xlcost.hosts.reference import default_text
from xlcost.quantities import Flag
from xlcost.sources import Assumed, Source

PACKAGE = Path(xlcost.__file__).parent
each_function = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)

# The contract: names, order and defaults as agreed; EXPLAIN and NATIVE_FORMULA with names VBA does not reserve.
CONTRACT = """
Models:
MODEL_PARAMS(model, [kind="total"])
MODEL_SPEC(model, field)
MODEL_LIST([contains=""])
PARAM_COUNT(layers, hidden, heads, kv_heads, ffn, vocab, [gated=TRUE], [tied=FALSE])
Compute:
INFER_FLOPS(model, input_tokens, [output_tokens=0], [method="rule"])
TRAIN_FLOPS(model, tokens, [method="rule"], [context])
TRAIN_MFU(model, tokens_per_second, gpu, gpus, [precision="bf16"], [method="full"], [context])
Memory:
WEIGHT_GB(model, [precision="bf16"])
KV_CACHE_GB(model, context, [batch=1], [precision="bf16"])
INFER_MEMORY(model, [precision="bf16"], [context=4096], [batch=1], [kv_precision])
TRAIN_MEMORY(model, [method="full"], [gpus=1], [zero=0], [micro_batch=1], [context=4096], [recompute="selective"], \
[tensor_parallel=1], [pipeline_parallel=1])
GPU_FIT(model, gpu, [task="infer"], [precision="bf16"], [context=4096], [batch=1])
GPU_MAX_CONTEXT(model, gpu, [gpus=1], [precision="bf16"], [batch=1])
GPU_RANK(model, [task="infer"], [precision="bf16"], [context=4096], [batch=1], [provider], [term="on_demand"], [as_of])
GPUs and prices:
GPU_SPEC(gpu, field)
GPU_LIST([contains=""])
GPU_PRICE(gpu, [provider], [term="on_demand"], [as_of])
PRICE_TABLE([gpu], [provider], [term], [as_of])
PRICE_SOURCE(gpu, [provider], [term="on_demand"], [as_of])
API_PRICE(api_model, [kind="output"], [as_of])
API_COST(api_model, input_tokens, output_tokens, [cached_tokens=0], [requests=1], [as_of])
Time:
TRAIN_HOURS(model, tokens, gpu, gpus, [mfu], [precision="bf16"])
TRAIN_GPU_HOURS(model, tokens, gpu, [mfu], [precision="bf16"])
INFER_TTFT(model, gpu, input_tokens, [gpus=1], [batch=1], [precision="bf16"])
INFER_TPOT(model, gpu, context, [gpus=1], [batch=1], [precision="bf16"])
INFER_LATENCY(model, gpu, input_tokens, output_tokens, [gpus=1], [batch=1], [precision="bf16"])
INFER_THROUGHPUT(model, gpu, input_tokens, output_tokens, [gpus=1], [batch], [precision="bf16"])
Cost:
TRAIN_COST(model, tokens, gpu, [price], [mfu], [goodput=1], [precision="bf16"])
TUNE_COST(model, tokens, gpu, [method="lora"], [price], [mfu])
INFER_COST(model, gpu, input_tokens, output_tokens, [price], [gpus], [batch], [utilisation], [precision="bf16"])
TOKEN_COST(price, tokens_per_second, [gpus=1], [utilisation=1])
BREAKEVEN_REQUESTS(fixed_cost, api_cost, [marginal_cost=0])
OWN_GPU_HOUR(gpu, [capex], [years], [utilisation], [electricity], [pue], [opex], [residual])
OWN_BREAKEVEN(gpu, [price], [capex], [years], [electricity], [pue])
Energy:
ENERGY_KWH(gpu, gpu_hours, [load], [pue])
POWER_COST(watts, hours, [electricity], [pue])
CARBON_KG(kwh, [region])
Scaling:
CHINCHILLA_TOKENS(model)
CHINCHILLA_PARAMS(flops)
CHINCHILLA_LOSS(params, tokens)
Planning:
FLEET_GPUS(model, gpu, requests_per_second, input_tokens, output_tokens, [peak_ratio=1], [max_load], [batch], \
[precision="bf16"])
COMMIT_GPUS(demand, on_demand_price, committed_price)
COMMIT_COST(demand, committed, on_demand_price, committed_price)
Risk:
TRAIN_COST_RANGE(model, tokens, gpu, [price], [percentiles={0.1,0.5,0.9}])
INFER_COST_RANGE(model, gpu, input_tokens, output_tokens, [price], [percentiles])
Audit:
EXPLAIN(function_name, [arguments, ...])
NATIVE_FORMULA(function_name)
XLCOST_VERSION()
DATA_AS_OF()
""".strip()
CATEGORIES = {}  # signature -> category
for line in CONTRACT.split("\n"):
    if line.endswith(":"):
        category = line.removesuffix(":")
    else:
        CATEGORIES[line] = category

VBA_WORDS = """
abs addressof and any array as attribute base boolean byref byte byval call case cbool cbyte ccur cdate cdbl cdec cint
clng clnglng clngptr compare const csng cstr currency cvar cverr date debug decimal declare defbool defbyte defcur
defdate defdbl defint deflng defobj defsng defstr defvar dim do doevents double each else elseif empty end enum eqv
erase error event exit explicit false fix for friend function get global gosub goto if imp implements in input int
integer is lbound len lenb let lib like line lock long longlong longptr loop lset me mid midb mod module name new next
not nothing null object on open option optional or output paramarray preserve print private property psetbool public
put raiseevent random randomize read redim rem resume return rset seek select set sgn shared single spc static step
stop string sub tab then time to true type typeof ubound unlock until variant wend while width with withevents write xor
"""
LATER_BUILT_INS = """
BYCOL BYROW CHOOSECOLS CHOOSEROWS CONCAT COPILOT DROP EXPAND FIELDVALUE FILTER GROUPBY HSTACK IFS IMAGE LAMBDA LET
MAKEARRAY MAP MAXIFS MINIFS PERCENTOF PIVOTBY PY RANDARRAY REDUCE REGEXEXTRACT REGEXREPLACE REGEXTEST RTD SCAN SEQUENCE
SHEET SHEETS SINGLE SORT SORTBY STOCKHISTORY SWITCH TAKE TEXTAFTER TEXTBEFORE TEXTJOIN TEXTSPLIT TOCOL TOROW TRANSLATE
TRIMRANGE UNIQUE VALUETOTEXT VSTACK WRAPCOLS WRAPROWS XLOOKUP XMATCH TRUE FALSE
"""


def split_signature(text):
    """[(name, optional, default as it is shown, or None)] of a signature as the contract writes it."""
    parts = []
    for part in filter(None, re.search(r"\((.*)\)", text)[1].replace(", ...]", "]").split(", ")):
        name, given, default = part.strip("[]").partition("=")
        parts.append((name, part.startswith("["), default.strip('"') if given else None))
    return parts


def test_every_function_of_the_contract_is_registered():
    """And every other one that is written."""
    contract = [text.partition("(")[0] for text in CATEGORIES]
    written = {spec.name for module in pkgutil.iter_modules(functions.__path__) for spec in written_in(module.name)}
    assert len(contract) == len(set(contract)) == 49
    assert set(contract) <= set(BY_NAME)
    assert written <= set(BY_NAME)


def written_in(module):
    public = vars(importlib.import_module(f"xlcost.functions.{module}")).values()
    return [value.spec for value in public if isinstance(getattr(value, "spec", None), FunctionSpec)]


@pytest.mark.parametrize("text", CATEGORIES, ids=lambda text: text.partition("(")[0])
def test_contract(text):
    spec = BY_NAME[text.partition("(")[0]]
    expected = split_signature(text)
    assert [p.name for p in spec.parameters] == [name for name, _, _ in expected]
    assert [p.name for p in spec.parameters if p.rest] == re.findall(r"\[(\w+), \.\.\.\]", text)
    for p, (name, optional, default) in zip(spec.parameters, expected, strict=True):
        assert p.required != optional, name
        if default is not None:
            assert shown_default(p) == default, name


def test_categories():
    """As in the contract, and each in one place."""
    found = {text: BY_NAME[text.partition("(")[0]].category for text in CATEGORIES}
    assert found == CATEGORIES
    assert len([category for category, _ in itertools.groupby(spec.category for spec in FUNCTIONS)]) == 11


@each_function
def test_signature_as_a_reader_sees_it(spec):
    assert [name for name, _, _ in split_signature(spec.signature)] == [p.name for p in spec.parameters]
    assert [optional for _, optional, _ in split_signature(spec.signature)] == [not p.required for p in spec.parameters]


@each_function
def test_name_is_free_in_spreadsheets(spec):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]{2,30}", spec.name)
    assert spec.name not in FORMULAE | set(LATER_BUILT_INS.split())
    assert not is_cell_address(spec.name)


@pytest.mark.parametrize(
    ("name", "address"),
    [("A1", True), ("XFD1", True), ("XFE1", False), ("FLOPS1", False), ("R1C1", True), ("RC", True), ("ROI", False)],
)
def test_what_counts_as_a_cell_address(name, address):
    assert is_cell_address(name) is address


@each_function
def test_parameter_names_suit_vba_and_python(spec):
    names = [p.name for p in spec.parameters]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert name not in VBA_WORDS.split(), name
        assert not keyword.iskeyword(name), name
        assert not is_cell_address(name.upper()), name


@each_function
def test_texts_fit_into_the_function_wizard(spec):
    first, _, rest = spec.doc.partition("\n")
    assert 10 < len(first) <= 255
    assert first.endswith(".")
    assert not rest or rest.startswith("\n"), "a blank line after the first"
    for p in spec.parameters:
        assert len(argument_help(p)) < 255, f"{p.name}: may be cut off"


@each_function
def test_help_says_what_each_argument_is_and_what_stands_for_it(spec):
    """Its own meaning, the default as it is typed, and "left out" only where it may be."""
    assert len({p.word.meaning for p in spec.parameters}) == len(spec.parameters)
    for p in spec.parameters:
        helps = (argument_help(p), default_text(p))
        assert not any(re.search(r"default\s*\)?$", text) for text in helps), p.name
        assert "=]" not in spec.signature
        if p.required:
            assert "left out" not in helps[0], p.name
        if isinstance(p.word, Flag) and not p.required:
            assert {re.search(r"default (\w+)", text)[1] for text in helps} <= {"TRUE", "FALSE"}, p.name


def test_an_argument_left_out_of_a_list_keeps_all():
    for p in BY_NAME["PRICE_TABLE"].parameters[:3]:
        assert p.word.meaning.endswith("; left out: all of them"), p.name


@each_function
def test_example_holds(spec):
    """By order and by name; plain values, of a table the first rows."""
    assert set(spec.example_arguments) <= {p.name for p in spec.parameters}
    found = spec.call(*spec.example_cells)
    assert agrees(found, spec.example["returns"], rel=1e-12)
    assert plain_cells(found)
    if not spec.variadic:
        assert spec.call(**spec.example_arguments) == found


@each_function
def test_a_spec_goes_to_another_process(spec):
    assert pickle.loads(pickle.dumps(spec)) is spec


@each_function
def test_a_table_has_a_heading(spec):
    """Texts, each of them once; a row of results has none."""
    if spec.returns.unit == "table":
        heading, *rows = spec.call(*spec.example_cells)
        assert all(type(text) is str and text for text in heading)
        assert len(set(heading)) == len(heading)
        assert rows


@each_function
def test_sources(spec):
    assert isinstance(spec.source, Source)
    for p in spec.parameters:
        if isinstance(p.default, Assumed):
            assert isinstance(p.default.source, Source), p.name
            assert p.default.why, p.name


@each_function
def test_a_default_that_is_an_assumption_says_so(spec):
    """A share, a price or a ratio by default is an assumption, unless it is 0 or 1 and changes nothing."""
    for p in spec.parameters:
        doubtful = p.word.unit in ("share", "ratio", "years") or "USD" in p.word.unit
        if doubtful and p.default not in (REQUIRED, None, 0, 1):
            assert isinstance(p.default, Assumed), p.name


@each_function
def test_every_word_has_unit_and_meaning(spec):
    for word in (*(p.word for p in spec.parameters), spec.returns):
        assert word.name, spec.name
        assert word.unit, word.name
        assert word.meaning, word.name


def test_public_names_are_the_catalogue():
    public = {name: getattr(xlcost, name) for name in xlcost.__all__}
    errors = {name for name, value in public.items() if isinstance(value, type) and issubclass(value, XlcostError)}
    assert set(public) - errors == {spec.python_name for spec in FUNCTIONS}
    assert errors == {"BadInput", "NoResult", "NotInTable", "XlcostError"}
    assert list(xlcost.__all__) == sorted(xlcost.__all__)
    assert set(xlcost.__all__) <= set(dir(xlcost))
    for spec in FUNCTIONS:
        assert public[spec.python_name].spec is spec
    assert len(BY_NAME) == len(FUNCTIONS)
    assert not hasattr(xlcost, "train_cots")


MODULES = sorted(m.name for m in pkgutil.walk_packages([str(PACKAGE)], "xlcost.") if not m.name.endswith("__main__"))


@pytest.mark.parametrize("name", ["xlcost", *MODULES])
def test_doctests(name):
    module = importlib.import_module(name)
    globs = {name: getattr(module, name) for name in dir(module)}
    assert doctest.testmod(module, globs=globs).failed == 0
