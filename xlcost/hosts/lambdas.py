"""Named LAMBDAs: every function with a native form as a defined name, for Excel without any add-in.

A name takes what the function takes in a cell: ids and aliases, sizes such as "70B", blanks for "left out". Its text
is the native formula over the arguments, each first read by a name XLCOST.*, which refuses what the word refuses.
Formulas are written here as Excel shows them; `file_text` gives the form in which a file stores them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from xlcost.function import FunctionSpec, Parameter
from xlcost.hosts.let import common_parts
from xlcost.native import Tracer, formula, literal
from xlcost.quantities import Choice, Date, Flag, Key, ModelWord, Number, Word

LONGEST = 8192  # characters of a formula that Excel takes
LONGEST_COMMENT = 255
MARK = "(xlcost)"  # ends the comment of every name of ours
NEW_FUNCTIONS = re.compile(r"\b(LAMBDA|LET|ISOMITTED|XMATCH|NUMBERVALUE)(?=\()")
IDS = {"gpu": "GPUs_id", "precision": "Precisions_id", "region": "Regions_id"}
REPLACEMENTS = {  # function in the native formula -> our name called instead
    r"INDEX(?=\(\w+_table,)": "XLCOST.FIELD",
    "INDEX": "XLCOST.AT",
    "MAX": "XLCOST.LARGER",
    "MIN": "XLCOST.SMALLER",
}


@dataclass(frozen=True)
class Name:
    """A defined name: its LAMBDA as the file stores it, and what Excel shows beside it."""

    name: str
    text: str
    comment: str


@dataclass(frozen=True)
class Reader:
    """A name that reads an argument: its parameters, what it does with them, and in a sentence what it gives."""

    takes: str
    body: str
    gives: str


WITHOUT_DIGITS = functools.reduce(lambda text, digit: f'SUBSTITUTE({text},"{digit}","")', "0123456789", "u_")
READERS = {
    "SIZE": Reader(
        "text",
        'LET(t_,TRIM(text),s_,IFERROR(XMATCH(RIGHT(t_),{"k","m","b","t","%"}),0),'
        "n_,IF(s_=0,t_,TRIM(LEFT(t_,LEN(t_)-1))),"
        'u_,IF(ISNUMBER(XMATCH(LEFT(n_),{"+","-"})),MID(n_,2,99),n_),'
        f"r_,{WITHOUT_DIGITS},"
        "IF(ISNUMBER(text),text,"
        'IF(ISNUMBER(XMATCH("0"&r_,{"0","0.","0e","0.e","0e+","0.e+","0e-","0.e-"}))*(LEN(u_)>LEN(r_)),'
        'NUMBERVALUE(n_,"."," ")*10^(3*IF(s_=5,0,s_))/IF(s_=5,100,1),#VALUE!)))',
        "A number, or text such as 70B, 15T, 8k or 35% as a number; any other sign, or a blank inside, is refused.",
    ),
    "NUMBER": Reader(
        "value,low,high",
        "LET(n_,XLCOST.SIZE(value),IF((n_>=low)*(n_<=high),n_,#VALUE!))",
        "A number, or text such as 8k, from low to high.",
    ),
    "ABOVE": Reader(
        "value,low,high",
        "LET(n_,XLCOST.SIZE(value),IF((n_>low)*(n_<=high),n_,#VALUE!))",
        "A number above low, at most high.",
    ),
    "WHOLE": Reader(
        "value,low,high",
        "LET(n_,XLCOST.SIZE(value),IF((n_>=low)*(n_<=high)*(n_=INT(n_)),n_,#VALUE!))",
        "A whole number from low to high.",
    ),
    "FLAG": Reader(
        "value",
        'IF(ISLOGICAL(value),IF(value,1,0),IF((TRIM(value)="1")+(TRIM(value)="true"),1,'
        'IF((TRIM(value)="0")+(TRIM(value)="false"),0,#VALUE!)))',
        "TRUE or FALSE, as 1 or 0.",
    ),
    "CHOICE": Reader(
        "value,choices",
        "IFERROR(INDEX(choices,XMATCH(TRIM(value),choices)),#VALUE!)",
        "One of a few texts, whatever its case.",
    ),
    "DAY": Reader(
        "value",
        "LET(t_,TRIM(value),n_,IF(ISNUMBER(value),INT(value),DATE(LEFT(t_,4),MID(t_,6,2),RIGHT(t_,2))),"
        "IF((n_>=36526)*(n_<73051)*(ISNUMBER(value)+("
        't_=YEAR(n_)&"-"&RIGHT("0"&MONTH(n_),2)&"-"&RIGHT("0"&DAY(n_),2))),n_,#VALUE!))',
        "A date cell, or text such as 2023-04-07, as the number of the day; from 2000 to 2099.",
    ),
    "ID": Reader(
        "ids,noun,value",
        'IF(ISTEXT(value)*(TRIM(value)<>""),IFERROR(INDEX(ids,XMATCH(TRIM(value),ids)),INDEX(Aliases_id,XMATCH('
        'noun&"/"&SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(value," ",""),"-",""),"_",""),Aliases_key))),#VALUE!)',
        "An id as the table spells it, from an id or an alias; blanks, hyphens, underscores and case do not matter.",
    ),
    "TEXT": Reader(
        "value",
        'IF(ISTEXT(value)*(TRIM(value)<>""),TRIM(value),#VALUE!)',
        "A text that is not blank.",
    ),
    "MODEL": Reader(
        "value",
        "LET(n_,XLCOST.SIZE(value),IF(ISNUMBER(n_),IF((n_>=1E+6)*(n_<=1E+18),n_,#VALUE!),"
        'XLCOST.ID(Models_id,"model",value)))',
        "A model's id, or the parameters of a size such as 70B.",
    ),
    "PROVIDER": Reader(
        "value",
        'IFERROR(XLCOST.ID(Prices_provider,"provider",value),XLCOST.ID(Quotes_provider,"provider",value))',
        "A provider as the price table or the quotes spell it.",
    ),
    "AT": Reader(
        "column,row",
        'LET(v_,INDEX(column,row),IF(v_="n/a",NA(),v_))',
        "A row of a table's column; #N/A where the table has nothing.",
    ),
    "FIELD": Reader(
        "table,row,column",
        'LET(v_,INDEX(table,row,column),IF(v_="n/a",NA(),v_))',
        "A row and column of a table; #N/A where the table has nothing.",
    ),
    "LARGER": Reader("a,b", "IF(a>b,a,b)", "The larger of two, cell by cell over ranges, which MAX is not."),
    "SMALLER": Reader("a,b", "IF(a<b,a,b)", "The smaller of two, cell by cell over ranges, which MIN is not."),
}


def names(functions: Iterable[FunctionSpec], taken: Collection[str] = ()) -> list[Name]:
    """The names that a workbook needs: the readers, then the functions that have a native form.

    `taken` are the workbook's own names in lower case: no argument is called like one of them.
    """
    readers = [
        Name(f"XLCOST.{name}", file_text(r.takes.split(","), (), r.body, taken), f"{r.gives} {MARK}")
        for name, r in READERS.items()
    ]
    return readers + [_name(spec, taken) for spec in functions if spec.native]


def _name(spec: FunctionSpec, taken: Collection[str]) -> Name:
    required = [p.name for p in spec.parameters if p.required]
    optional = [p.name for p in spec.parameters if not p.required]
    return Name(spec.name, file_text(required, optional, body(spec), taken), comment(spec))


def comment(spec: FunctionSpec) -> str:
    """The comment of a name, which Excel shows while it is typed."""
    room = LONGEST_COMMENT - len(MARK) - 1
    text = spec.summary if len(spec.summary) <= room else spec.summary[: room - 3].rpartition(" ")[0] + " ..."
    return f"{text} {MARK}"


def body(spec: FunctionSpec) -> str:
    """The formula of a name: each argument read once, repeated parts computed once.

    >>> from xlcost.catalogue import spec_of
    >>> print(body(spec_of("TRAIN_FLOPS"))[:62])
    LET(m_,XLCOST.MODEL(model),t_,XLCOST.NUMBER(tokens,0,1E+18),me
    """
    short = short_names(spec)
    text = formula(spec, {p.name: _tracer(p, short[p.name]) for p in spec.parameters}).text
    text = re.sub(r"(?<!=0,)\bNA\(\)", "#NUM!", text)  # no result, where a missing price is #N/A
    for name, ours in REPLACEMENTS.items():
        text = re.sub(rf"\b{name}\(", f"{ours}(", text)
    text = re.sub(r"\bMATCH\((\w+),(\w+_columns),0\)", r"XMATCH(\1,\2)", text)  # a name of a column, no pattern
    pairs, text = common_parts(text)
    for p in reversed(spec.parameters):  # the first argument that cannot be read is the error
        text = f"IF(ISERROR({short[p.name]}),{short[p.name]},{text})"
    read = [(short[p.name], _read(p)) for p in spec.parameters]
    return f"LET({','.join(f'{name},{value}' for name, value in [*read, *pairs])},{text})"


def short_names(spec: FunctionSpec) -> dict[str, str]:
    """Argument -> the short name of its value after it is read."""
    short: dict[str, str] = {}
    for p in spec.parameters:
        sizes = (p.name[:i] + "_" for i in range(1, len(p.name) + 1))
        short[p.name] = next(name for name in sizes if name not in short.values())
    return short


def _tracer(p: Parameter, text: str) -> Tracer:
    if isinstance(p.word, ModelWord):
        return Tracer(text, is_number=Tracer(f"ISNUMBER({text})"))
    return Tracer(text, left_out=Tracer(f'{text}=""') if p.default is None else None)


def _read(p: Parameter) -> str:
    """The formula that reads an argument; the default where it is left out or blank."""
    taken = reader(p.word, p.name)
    if p.required:
        return taken
    default = '""' if p.default is None else literal(p.default)
    return f'IF(ISOMITTED({p.name}),{default},IF({p.name}="",{default},{taken}))'


def reader(word: Word, text: str) -> str:
    """The call that reads an argument, within the bounds of its word."""
    if isinstance(word, Flag):
        return f"XLCOST.FLAG({text})"
    if isinstance(word, Number):
        above = word.above >= word.low
        kind = "WHOLE" if word.whole else "ABOVE" if above else "NUMBER"
        return f"XLCOST.{kind}({text},{literal(word.above if above else word.low)},{literal(word.high)})"
    if isinstance(word, ModelWord):
        return f"XLCOST.MODEL({text})"
    if isinstance(word, Choice):
        choices = ",".join(f'"{choice}"' for choice in word.choices)
        return f"XLCOST.CHOICE({text},{{{choices}}})"
    if isinstance(word, Date):
        return f"XLCOST.DAY({text})"
    if isinstance(word, Key) and word.table == "provider":
        return f"XLCOST.PROVIDER({text})"
    if isinstance(word, Key) and word.table in IDS:
        return f'XLCOST.ID({IDS[word.table]},"{word.table}",{text})'
    return f"XLCOST.TEXT({text})"


def file_text(required: Iterable[str], optional: Iterable[str], text: str, taken: Collection[str] = ()) -> str:
    """A LAMBDA as a file stores it: marks before its own names, before the optional ones and before new functions.

    >>> file_text(["a"], ["b"], 'IF(ISOMITTED(b),a,LET(k_1,a&"a",k_1))')
    '_xlfn.LAMBDA(_xlpm.a,_xlop.b,IF(_xlfn.ISOMITTED(_xlpm.b),_xlpm.a,_xlfn.LET(_xlpm.k_1,_xlpm.a&"a",_xlpm.k_1)))'
    >>> file_text(["tax"], [], "2*tax", {"tax"})
    '_xlfn.LAMBDA(_xlpm.the_tax,2*_xlpm.the_tax)'
    """
    required, optional = list(required), list(optional)
    own = re.compile(rf"(?<![.\w])({'|'.join([*required, *optional])}|[a-z]+_\d*)(?![.\w(])")
    pieces = text.split('"')
    for i in range(0, len(pieces), 2):  # every other piece stands in quotes
        marked = own.sub(lambda match: f"_xlpm.{_free_name(match[1], taken)}", pieces[i])
        pieces[i] = NEW_FUNCTIONS.sub(r"_xlfn.\1", marked)
    declared = [f"_xlpm.{_free_name(name, taken)}" for name in required]
    declared += [f"_xlop.{_free_name(name, taken)}" for name in optional]
    return f"_xlfn.LAMBDA({','.join([*declared, ''])}{chr(34).join(pieces)})"


def _free_name(name: str, taken: Collection[str]) -> str:
    return _free_name(f"the_{name}", taken) if name in taken else name
