"""The reader's own quotes on the Prices sheet: cells to fill in, and beside them what each row comes to.

The same rules as `tables.quotes`, in formulas: a row counts from its first day until its last, a year, or the next
row of the same offer. A row that cannot count is left out and says why.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlcost.errors import BadInput
from xlcost.native import Tracer
from xlcost.quantities import excel_serial
from xlcost.tables.periods import MEDIAN, VALID_DAYS
from xlcost.tables.quotes import by_offer, source, spans, spelled
from xlcost.workbook import styles
from xlcost.workbook.sheet import Book, Sheet

ROWS = 24
COLUMNS = ("gpu", "provider", "term", "usd_per_gpu_hour", "off_list", "as_of", "from", "until", "source")
DERIVED = ("offer", "counts from", "counts until", "provider meant", "shown as", "row", "state")
NAMES = dict(zip(("gpu", "usd", "off", "from", "until", "provider", "source", "row", "term"), "BEFLMNOPD", strict=True))
LEFT_OUT = 'SUMPRODUCT(--(LEFT(Quotes_state,8)="left out"))'
NEVER = 1_000_000  # later than any day that a spreadsheet knows
FORMATS = {"E": styles.USD4, "F": '0.0%_);(0.0%);"–"_)', "G": styles.DATE, "H": styles.DATE, "I": styles.DATE}
HELP = (
    "A price beats the packaged rows of its gpu, provider and term; without provider it holds wherever none is named "
    "(median). off_list: a share off the provider's on-demand list prices, for a term, gpu left blank. From blank = "
    "as_of; until blank = a year."
)
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "B": ("An id of the GPUs sheet", {"type": "list", "formula1": "GPUs_id"}),
    "D": ("on_demand, spot, 1yr or 3yr", {"type": "list", "formula1": '"on_demand,spot,1yr,3yr"'}),
    "E": ("US dollars per GPU-hour", {"type": "decimal", "operator": "greaterThan", "formula1": "0"}),
    "F": ("Above 0%, below 100%", {"type": "decimal", "operator": "between", "formula1": "0.001", "formula2": "1"}),
    **{c: ("A date", {"type": "date", "operator": "greaterThan", "formula1": "40000"}) for c in "GHI"},
}  # fmt: skip


def quotes_table(book: Book, sheet: Sheet, top: int, *, gpus: bool) -> int:
    """Put the table at row `top`; gives the row below it. `gpus`: the book has the names of the GPUs sheet."""
    first, last = top + 3, top + 2 + ROWS
    sheet.section(top, "Your own quotes")
    sheet.put(f"B{top + 1}", HELP, styles.NOTE)
    for column, text in zip("BCDEFGHIJKLMNOPQ", (*COLUMNS, *DERIVED), strict=True):
        left = column in "BCDJ"
        sheet.put(
            f"{column}{top + 2}", text, styles.TABLE_HEAD.but(across="left" if left else "right", indent=int(left))
        )
    rows = stored()
    for n in range(ROWS):
        _row(sheet, n, first, last, rows[n] if n < len(rows) else None)
    for column, (message, rule) in RULES.items():
        if column != "B" or gpus:
            sheet.allow(f"{column}{first}:{column}{last}", "Own quote", message, blank=True, **rule)
    for name, column in NAMES.items():
        book.name(f"Quotes_{name}", sheet, f"{column}{first}:{column}{last}")
    book.name("Quotes_state", sheet, f"Q{first}:Q{last}")
    told = f'COUNTIF(Q{first}:Q{last},"counts")&" count, "&{LEFT_OUT}&" left out"'
    sheet.put(
        f"J{top}",
        Tracer(told, value=lambda: f"{len(rows)} count, 0 left out"),
        styles.SECTION.but(size=9, ink=styles.MUTED),
    )
    return last + 1


def stored() -> list[tuple[Any, dt.date, dt.date]]:
    """The user's quotes that count, with the days from and until which they do."""
    found = [span for discounts in (False, True) for group in by_offer(discounts=discounts) for span in spans(group)]
    if len(found) > ROWS:
        raise BadInput(
            f"quotes: a workbook takes {ROWS} of your own quotes and you keep {len(found)}; "
            "remove those that have ended (xlcost prices quotes, xlcost prices remove)"
        )
    return found


def _row(sheet: Sheet, n: int, first: int, last: int, span: Any) -> None:
    """The cells to fill in, and the formulas beside them."""
    r = first + n
    quote = span[0] if span else None
    for column, value in zip("BCDEFGHIJ", _inputs(quote), strict=True):
        left = column in "BCDJ"
        look = styles.INPUT.but(
            format=FORMATS.get(column, styles.GENERAL), across="left" if left else "right", size=9.5
        )
        sheet.put(f"{column}{r}", value, look.but(indent=int(left)))
        sheet.inputs.add(f"{column}{r}")
    look = styles.TABLE_CELL.but(ink=styles.MUTED)
    for column, text, value in _derived(n, r, first, last, span):
        sheet.put(f"{column}{r}", Tracer(text, value=lambda value=value: value), look)  # type: ignore[misc]


def _inputs(quote: Any) -> list[Any]:
    if quote is None:
        return [None] * len(COLUMNS)
    provider = None if quote.provider is None else spelled(quote.provider)
    days = (quote.as_of, quote.start, quote.until)
    return [quote.gpu, provider, quote.term, quote.usd_per_gpu_hour, quote.off_list, *days, quote.source]


def _derived(n: int, r: int, first: int, last: int, span: Any) -> list[tuple[str, str, Any]]:
    """(column, formula, value) of what a row comes to."""
    begins = f"IF(ISBLANK(H{r}),G{r},H{r})"
    above = f"SUMPRODUCT((K${first - 1}:K{r - 1}=K{r})*(L${first - 1}:L{r - 1}={begins}))"
    incomplete = (
        f"OR(COUNT(E{r}:F{r})<>1,ISBLANK(D{r}),COUNT(G{r})=0,ISBLANK(J{r}),ISBLANK(B{r})<>ISBLANK(E{r}),"
        f"AND(ISBLANK(C{r}),ISBLANK(E{r})))"
    )
    all_from, all_offers = f"L${first}:L${last}", f"K${first}:K${last}"
    following = f"{NEVER}-SUMPRODUCT(MAX(({all_offers}=K{r})*({all_from}>L{r})*({NEVER}-{all_from})))"
    ends = f"IF(ISBLANK(I{r}),L{r}+{VALID_DAYS},I{r}+1)"
    day = f'YEAR(G{r})&"-"&RIGHT("0"&MONTH(G{r}),2)&"-"&RIGHT("0"&DAY(G{r}),2)'
    whom = f'IF(ISBLANK(C{r}),"",C{r}&", ")'
    shown = f'"own quote, "&{day}&", "&{whom}&J{r}&IF(ISBLANK(F{r}),"",", "&ROUND(F{r}*100,6)&"% off list")'
    state = (
        f'IF(COUNTA(B{r}:J{r})=0,"empty",IF(L{r}>0,"counts",IF({incomplete},"left out: incomplete, or of two kinds",'
        f'"left out: a row above has the same offer and first day")))'
    )
    quote = span[0] if span else None
    start, end = (excel_serial(day) for day in span[1:]) if span else (0.0, 0.0)
    whose = spelled(quote.provider) if quote else MEDIAN
    key = f"{quote.gpu or ''}|{whose}|{quote.term}" if quote else f"|{MEDIAN}|"
    return [
        ("K", f'IF(ISBLANK(B{r}),"",B{r})&"|"&N{r}&"|"&IF(ISBLANK(D{r}),"",D{r})', key),
        ("L", f"IF({incomplete},0,IF({above}>0,0,{begins}))", start),
        ("M", f"IF(L{r}=0,0,MIN({ends},{following}))", end),
        ("N", f'IF(ISBLANK(C{r}),"{MEDIAN}",C{r})', whose),
        ("O", f'IF(L{r}=0,"–",{shown})', source(quote) if quote else "–"),
        ("P", f"ROW()-{first - 1}", float(n + 1)),
        ("Q", state, "counts" if quote else "empty"),
    ]
