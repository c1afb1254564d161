"""The table of own quotes on the Prices sheet: cells to fill in, and formulas beside them.

The formulas follow the rules of `prices.quotes.periods`: a row counts from its first day until its last one, a year,
or the next row of the same offer. A row that cannot count is left out and says why.
"""

from __future__ import annotations

from typing import Any

from xlcost.errors import BadInput
from xlcost.facts.store import GPUS, plain
from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.native import Tracer
from xlcost.prices.current import current_market
from xlcost.prices.periods import MEDIAN, VALID_DAYS
from xlcost.prices.quotes.periods import COLUMNS, WORKBOOK_QUOTES, Span, source
from xlcost.quantities import TERMS, excel_serial

ROWS = 24  # of the blank table
UNLISTED = "counts; Prices lists no such provider"
SPARE = 6  # blank rows under many quotes
DERIVED = ("offer", "counts from", "counts until", "provider meant", "shown as", "row", "state", "first day")
NAMES = dict(zip(("gpu", "usd", "off", "from", "until", "provider", "source", "row", "term"), "BEFLMNOPD", strict=True))
INCOMPLETE = "left out: incomplete, of two kinds, or with a gpu, term, price or day that cannot be"
DOUBLE = "left out: another row has the same offer and first day"
LEFT_OUT = 'SUMPRODUCT(--(LEFT(Quotes_state,8)="left out"))'
NEVER = 1_000_000  # later than any day that a spreadsheet knows
FORMATS = {"E": styles.USD4, "F": '0.0%_);(0.0%);"–"_)', "G": styles.DATE, "H": styles.DATE, "I": styles.DATE}
HELP = (
    "A price beats the packaged rows of its gpu, provider and term; without provider it holds wherever none is named "
    "(median). off_list: a share off the provider's on-demand list prices, for a term, gpu left blank. From blank = "
    "as_of (a day after the data edition counts from that on); until blank = a year."
)
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "B": ("An id of the GPUs sheet", {"type": "list", "formula1": "GPUs_id"}),
    "D": ("on_demand, spot, 1yr or 3yr", {"type": "list", "formula1": f'"{",".join(TERMS)}"'}),
    "E": ("US dollars per GPU-hour", {"type": "decimal", "operator": "greaterThan", "formula1": "0"}),
    "F": ("Above 0%, below 100%", {"type": "decimal", "operator": "between", "formula1": "0.001", "formula2": "1"}),
    **{c: ("A date", {"type": "date", "operator": "greaterThan", "formula1": "40000"}) for c in "GHI"},
}  # fmt: skip


def quotes_table(book: Book, sheet: Sheet, top: int, *, gpus: bool) -> int:
    """Put the table at row `top`; gives the row below it. `gpus` says whether the book has a GPUs sheet."""
    rows = counting_quotes()
    size = max(ROWS, len(rows) + SPARE)
    first, last = top + 3, top + 2 + size
    sheet.section(top, "Your own quotes")
    sheet.put(f"B{top + 1}", HELP, styles.NOTE)
    for column, text in zip("BCDEFGHIJKLMNOPQR", (*COLUMNS, *DERIVED), strict=True):
        left = column in "BCDJ"
        sheet.put(
            f"{column}{top + 2}", text, styles.TABLE_HEAD.but(across="left" if left else "right", indent=int(left))
        )
    for n in range(size):
        _row(sheet, n, first, last, rows[n] if n < len(rows) else None, gpus=gpus)
    for column, (message, rule) in RULES.items():
        if column != "B" or gpus:
            sheet.allow(f"{column}{first}:{column}{last}", "Own quote", message, blank=True, **rule)
    for name, column in NAMES.items():
        book.name(f"Quotes_{name}", sheet, f"{column}{first}:{column}{last}")
    book.name("Quotes_state", sheet, f"Q{first}:Q{last}")
    count_text = f'COUNTIF(L{first}:L{last},">0")&" count, "&{LEFT_OUT}&" left out"'
    sheet.put(
        f"J{top}",
        Tracer(count_text, value=lambda: f"{len(rows)} count, {quotes_left_out(book).value:g} left out"),
        styles.SECTION.but(size=9, ink=styles.MUTED),
    )
    return last + 1


def counting_quotes() -> tuple[Span, ...]:
    """The user's quotes that count on some day, with those days; an error if a workbook cannot hold them."""
    found = current_market().spans
    if len(found) > WORKBOOK_QUOTES:
        raise BadInput(
            f"quotes: a workbook takes {WORKBOOK_QUOTES} of your own quotes and you keep {len(found)}; "
            "remove those that have ended (xlcost prices quotes, xlcost prices remove)"
        )
    return found


def _row(sheet: Sheet, n: int, first: int, last: int, span: Any, *, gpus: bool) -> None:
    """Put a row: the cells to fill in, and the formulas beside them."""
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
    for column, text, value in _derived(n, r, first, last, span, gpus=gpus):
        sheet.put(f"{column}{r}", Tracer(text, value=lambda value=value: value), look)  # type: ignore[misc]
    content, look = sheet.cells[f"Q{r}"]
    sheet.put(f"Q{r}", Tracer(content.text, value=lambda: state(sheet, r, first, last, gpus=gpus)), look)


def _wrong(r: int, *, gpus: bool) -> str:
    """The formula that is TRUE where a row cannot count; pasting allows this in spite of validation."""
    unknown = f"AND(NOT(ISBLANK(B{r})),COUNTIF(GPUs_id,B{r})=0)," if gpus else ""
    term = ",".join(f'D{r}<>"{term}"' for term in TERMS)
    return (
        f"OR(COUNT(E{r}:F{r})<>1,COUNT(G{r})=0,ISBLANK(J{r}),ISBLANK(B{r})<>ISBLANK(E{r}),"
        f"AND(ISBLANK(C{r}),ISBLANK(E{r})),{unknown}AND({term}),AND(COUNT(E{r})=1,E{r}<=0),"
        f"AND(COUNT(F{r})=1,OR(F{r}<=0,F{r}>=1)),AND(COUNT(I{r})=1,I{r}<IF(ISBLANK(H{r}),G{r},H{r})))"
    )


def is_wrong(cells: dict[str, Any], *, gpus: bool) -> bool:
    """Whether a row cannot count, by the values of its cells."""
    price, off, seen, first, last = (cells[column] for column in "EFGHI")
    given = [n for n in (price, off) if isinstance(n, (int, float))]
    ids = {row["id"] for row in GPUS.rows}
    return (
        len(given) != 1
        or not isinstance(seen, (int, float))
        or cells["J"] is None
        or (cells["B"] is None) != (price is None)
        or (cells["C"] is None and price is None)
        or (gpus and cells["B"] is not None and cells["B"] not in ids)
        or cells["D"] not in TERMS
        or (given == [price] and price <= 0)
        or (given == [off] and not 0 < off < 1)
        or (isinstance(last, (int, float)) and last < (seen if first is None else first))
    )


def state(sheet: Sheet, r: int, first: int, last: int, *, gpus: bool) -> str:
    """The state of a row, from the current values of its cells."""
    cells = _cells(sheet, r)
    if all(value is None for value in cells.values()):
        return "empty"
    if is_wrong(cells, gpus=gpus):
        return INCOMPLETE
    key = _offer_and_first_day(cells)
    others = ((row, _cells(sheet, row)) for row in range(first, last + 1))
    same = [(-o["G"], row) for row, o in others if not is_wrong(o, gpus=gpus) and _offer_and_first_day(o) == key]
    return _counts(cells["C"] or MEDIAN) if min(same)[1] == r else DOUBLE


def _cells(sheet: Sheet, r: int) -> dict[str, Any]:
    """What somebody filled in, by column."""
    return {column: sheet.value(f"{column}{r}") for column in "BCDEFGHIJ"}


def _offer_and_first_day(cells: dict[str, Any]) -> tuple[Any, ...]:
    """The offer of a row that is not wrong, and the first day on which it counts."""
    begins = min(cells["G"], excel_serial(current_market().edition_day)) if cells["H"] is None else cells["H"]
    return cells["B"], cells["C"] or MEDIAN, cells["D"], begins


def quotes_left_out(book: Book) -> Tracer:
    """The number of filled rows that do not count."""
    return Tracer(LEFT_OUT, value=lambda: float(sum(s.startswith("left out") for s in book.column("Quotes_state"))))


def _counts(whose: str) -> str:
    return "counts" if plain(whose) in current_market().names else UNLISTED


def _inputs(quote: Any) -> list[Any]:
    if quote is None:
        return [None] * len(COLUMNS)
    provider = None if quote.provider is None else current_market().spelling(quote.provider)
    days = (quote.as_of, quote.start, quote.until)
    return [quote.gpu, provider, quote.term, quote.usd_per_gpu_hour, quote.off_list, *days, quote.source]


def _derived(n: int, r: int, first: int, last: int, span: Any, *, gpus: bool) -> list[tuple[str, str, Any]]:
    """(column, formula, value) of the formulas beside a row."""
    all_from, all_offers, all_seen = (f"{c}${first}:{c}${last}" for c in "RKG")
    same = f"({all_offers}=K{r})*({all_from}=R{r})"
    newer = f"SUMPRODUCT({same}*(({all_seen}>G{r})+({all_seen}=G{r})*(ROW({all_seen})<ROW())))"
    following = f"{NEVER}-SUMPRODUCT(MAX(({all_offers}=K{r})*({all_from}>R{r})*({NEVER}-{all_from})))"
    ends = f"IF(ISBLANK(I{r}),R{r}+{VALID_DAYS},I{r}+1)"
    day = f'YEAR(G{r})&"-"&RIGHT("0"&MONTH(G{r}),2)&"-"&RIGHT("0"&DAY(G{r}),2)'
    whom = f'IF(ISBLANK(C{r}),"",C{r}&", ")'
    shown = f'"own quote, "&{day}&", "&{whom}&J{r}&IF(ISBLANK(F{r}),"",", "&ROUND(F{r}*100,6)&"% off list")'
    states = (
        f'IF(COUNTA(B{r}:J{r})=0,"empty",IF(L{r}>0,IF(COUNTIF(Prices_provider,N{r})=0,'
        f'"{UNLISTED}","counts"),IF({_wrong(r, gpus=gpus)},'
        f'"{INCOMPLETE}",'
        f'"{DOUBLE}")))'
    )
    market, quote = current_market(), span[0] if span else None
    start, end = (excel_serial(day) for day in span[1:]) if span else (0.0, 0.0)
    whose = market.spelling(quote.provider) if quote else MEDIAN
    key = f"{quote.gpu or ''}|{whose}|{quote.term}" if quote else f"|{MEDIAN}|"
    return [
        ("K", f'IF(ISBLANK(B{r}),"",B{r})&"|"&N{r}&"|"&IF(ISBLANK(D{r}),"",D{r})', key),
        ("L", f"IF(R{r}=0,0,IF({newer}>0,0,R{r}))", start),
        ("M", f"IF(L{r}=0,0,MIN({ends},{following}))", end),
        ("N", f'IF(ISBLANK(C{r}),"{MEDIAN}",C{r})', whose),
        ("O", f'IF(L{r}=0,"–",{shown})', source(quote, whose) if quote else "–"),
        ("P", f"ROW()-{first - 1}", float(n + 1)),
        ("Q", states, None),
        (
            "R",
            f"IF({_wrong(r, gpus=gpus)},0,IF(ISBLANK(H{r}),MIN(G{r},{excel_serial(market.edition_day):.0f}),H{r}))",
            start,
        ),
    ]
