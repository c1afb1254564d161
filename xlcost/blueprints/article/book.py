"""The article's workbook: each claim beside a formula that computes it."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import numpy as np

from xlcost.blueprints.article.claims import CLAIMS, INPUTS, RATES, Claim, train_cost
from xlcost.kit import styles
from xlcost.kit.book import Book, Sheet
from xlcost.kit.cells import Cells, not_a_number, sum_over
from xlcost.kit.checks import Check, checks_sheet, light
from xlcost.kit.cover import cover
from xlcost.kit.inputs import input_values, inputs_sheet
from xlcost.kit.lines import Calls, Formulas, named_cell
from xlcost.kit.lookup_sheets import add_tables
from xlcost.kit.source_list import sources_sheet
from xlcost.native import Tracer, call, where

HOLDS, ROUNDED, WRONG = "holds", "holds, rounded", "does not hold"
PURPOSE = "The article's own figures. Change the cream cells; column E keeps what was published."
NEAR, FAR = 0.05, 0.25  # up to here "holds", up to here "holds, rounded"


def article_book() -> Book:
    """The workbook, all of its sheets."""
    book = Book("Navigating the High Cost of AI Compute, recomputed", "Every figure of the article, live")
    x, _, rows = _calculation(book)
    checks_sheet(book, _checks(_published_verdicts(), rows), x)
    book.arrange("Claims")
    add_tables(book)
    sources_sheet(book, SOURCES)
    cover(
        book,
        "The cost of AI compute, recomputed",
        "Andreessen Horowitz, April 2023: every figure beside a live formula",
        "Prices as of 7 April 2023   ·   nothing to install: plain formulas",
        [
            "Which of the article's figures follow from its own rules?",
            "Where is it wrong, and what is the right figure?",
            "What did an A100 cost where, on 7 April 2023?",
            "What would a run cost at the utilisation that runs reach?",
        ],
        [
            "Read Claims, row by row.",
            "Change Inputs: everything follows.",
            "Checks says whether inputs are as published.",
        ],
    )
    book.arrange("Cover")
    for title, ref in (("Claims", "J1"), ("Inputs", "F1"), ("Rates", "F1")):
        light(book, book[title], ref)
    return book


def _calculation(book: Book) -> tuple[Cells, list[Tracer], list[int]]:
    """Inputs, rates and claims: the cells by key, the verdicts, and the rows of the claims."""
    x = Cells(book, inputs_sheet(book, INPUTS, input_values(INPUTS, {}), PURPOSE, published=True), 0)
    _rates(book, x)
    return x, *_claims(book, x)


def _published_verdicts() -> list[str]:
    """The verdicts on the article's own figures, as computed from the published inputs."""
    _, verdicts, _ = _calculation(Book("", ""))
    return [verdict.value for verdict in verdicts]


def _rates(book: Book, x: Cells) -> None:
    widths = {"A": 1.5, "B": 36, "C": 13, "D": 16, "E": 54, "F": 70}
    about = "April 2023 prices and chip figures, looked up live"
    sheet = book.sheet("Rates", "calc", widths, freeze="D5", about=about)
    sheet.heading("Rates", "Prices and chip figures that the claims use, looked up as of the date on Inputs.")
    for column, text in (("B", "Figure"), ("C", "Unit"), ("D", "Value"), ("E", "The same in a cell"), ("F", "Source")):
        sheet.put(f"{column}4", text, styles.HEAD if column == "D" else styles.HEAD_LEFT)
    for row, (name, label, unit, look, compute, note) in enumerate(RATES, 5):
        content = compute(Formulas(), x)
        sheet.put(f"B{row}", label, styles.LABEL)
        sheet.put(f"C{row}", unit, styles.UNIT)
        reference = sheet.put(f"D{row}", content, styles.LINK.but(format=look))
        sheet.put(f"E{row}", "=" + compute(Calls(), x).text, styles.NOTE.but(italic=False))
        basis = note if isinstance(note, str) else note(Formulas(), x)
        sheet.put(f"F{row}", basis, styles.NOTE.but(wrap=True))
        sheet.heights[row] = 15 if isinstance(note, str) else 26
        book.name(name, sheet, f"D{row}")
        x[name] = named_cell(name, reference)


HEADS = (
    ("B", "#"),
    ("C", "The article says"),
    ("D", "Its figure"),
    ("E", "Live result"),
    ("F", "Unit"),
    ("G", "Difference"),
    ("H", "Verdict"),
    ("I", "The same with the add-in"),
    ("J", "Why"),
)


def _claims(book: Book, x: Cells) -> tuple[list[Tracer], list[int]]:
    widths = {"A": 1.5, "B": 4, "C": 50, "D": 15, "E": 15, "F": 10.5, "G": 11, "H": 15, "I": 46, "J": 46}
    about = "Each figure of the article beside a live formula"
    sheet = book.sheet("Claims", "output", widths, freeze="D5", repeat_rows="1:4", zoom=85, about=about)
    sheet.heading("Claims", "Each figure of the article, a formula on the Inputs, and whether the two agree.")
    for column, text in HEADS:
        style = styles.HEAD if column in "DEG" else styles.HEAD_LEFT
        sheet.put(f"{column}4", text, style.but(across="center") if column == "H" else style)
    verdicts, rows, row, number = [], [], 5, 0
    for title, group in CLAIMS:
        sheet.section(row, title)
        for claim in group:
            row, number = row + 1, number + 1
            verdicts.append(_claim_row(sheet, row, number, claim, x))
            rows.append(row)
        row += 2
    column = f"H{rows[0]}:H{rows[-1]}"
    sheet.tints.append((column, f'H{rows[0]}="{WRONG}"', styles.BAD_INK, styles.BAD_FILL))
    sheet.tints.append((column, f'LEFT(H{rows[0]},5)="{HOLDS}"', styles.OK_INK, styles.OK_FILL))
    return verdicts, rows


def _claim_row(sheet: Sheet, row: int, number: int, claim: Claim, x: Cells) -> Tracer:
    ours = claim.kind == "ours"
    label = styles.LABEL.but(wrap=True, italic=claim.text.startswith("Ours"))
    figure = styles.CALC.but(format=claim.format)
    sheet.put(f"B{row}", number, styles.UNIT)
    sheet.put(f"C{row}", claim.text, label)
    says = sheet.put(f"D{row}", "–" if ours else claim.says, figure.but(ink=styles.MUTED))
    live = sheet.put(f"E{row}", claim.compute(Formulas(), x), figure.but(bold=True))
    sheet.put(f"F{row}", claim.unit, styles.UNIT)
    percent = styles.CALC.but(format='+0.0%_);-0.0%_);"–"_)')
    typed = claim.compute(Calls(), _named_only(x))
    lines = 1 + max(len(claim.text) // 52, len(claim.why) // 54, len(typed.text) // 52)
    sheet.heights[row] = 13.5 * lines + 4
    sheet.put(f"I{row}", "=" + typed.text, styles.NOTE.but(italic=False, wrap=True, size=8.5))
    sheet.put(f"J{row}", claim.why, styles.NOTE.but(wrap=True))
    light = styles.CALC.but(across="center", bold=True, format=None)
    if ours:
        sheet.put(f"G{row}", "–", percent.but(ink=styles.MUTED))
        return sheet.put(f"H{row}", "right figure", light.but(ink=styles.MUTED, bold=False))
    difference = sheet.put(f"G{row}", live / says - 1, percent)
    return sheet.put(f"H{row}", _verdict(claim, live, says, difference), light)


def _named_only(x: Cells) -> Cells:
    """The cells as names without values, as a user types them."""
    return Cells(x.book, {name: Tracer(name) for name in x}, x.months)


def _verdict(claim: Claim, live: Any, says: Tracer, difference: Tracer) -> Any:
    if claim.kind == "at least":
        return where(live >= says, f"{HOLDS} (more)", WRONG)
    if claim.kind == "at most":
        return where(live <= says, f"{HOLDS} (less)", WRONG)
    size = call("ABS", difference, value=abs)
    if claim.kind == "order":  # within a factor of ten
        distance = call("ABS", call("LOG10", live / says, value=np.log10), value=abs)
        return where(distance <= 1, f"{HOLDS} (order)", WRONG)
    return where(size <= NEAR, HOLDS, where(size <= FAR, ROUNDED, WRONG))


def _checks(verdicts: list[str], rows: list[int]) -> tuple[Check, ...]:
    return (
        Check(
            "Inputs are the article's own",
            _changed_inputs,
            0,
            "An input was changed: the article's figures are column E",
        ),
        Check(
            "No error among the results",
            lambda x: not_a_number(sum_over(_claim_cells(x, "E", rows))),
            0,
            "A price or an id was not found: look for the first error",
        ),
        Check(
            "The implied rate and the flat rate give $560,000 within 1 %",
            lambda x: train_cost("Rate")(Formulas(), x) / 560000 - 1,
            0.01,
            "Rate changed",
        ),
        *(_verdict_count(verdict, verdicts, rows) for verdict in (HOLDS, f"{HOLDS} (*)", ROUNDED, WRONG)),
    )


def _changed_inputs(x: Cells) -> Tracer:
    """The number of inputs that differ from the published value beside them."""
    sheet = x.book["Inputs"]
    rows = sorted(int(ref[1:]) for ref in sheet.inputs)
    given, published = (f"Inputs!${column}${rows[0]}:${column}${rows[-1]}" for column in "DE")

    def value() -> float:
        return float(sum(sheet.value(f"D{row}") != sheet.value(f"E{row}") for row in rows))

    return Tracer(f"SUMPRODUCT(--({given}<>{published}))", value=value)


def _claim_cells(x: Cells, column: str, rows: list[int]) -> Tracer:
    """A column of the claims as a range, with the values of its cells."""
    sheet = x.book["Claims"]
    return Tracer(
        f"Claims!${column}${rows[0]}:${column}${rows[-1]}",
        value=lambda: [sheet.value(f"{column}{row}") for row in rows],
    )


def _verdict_count(verdict: str, verdicts: list[str], rows: list[int]) -> Check:
    """A check that as many claims have a verdict as when the workbook was made."""
    now = sum(fnmatch(v, verdict) for v in verdicts)

    def value(x: Cells) -> Any:
        cells = _claim_cells(x, "H", rows)
        found = Tracer(
            f'COUNTIF({cells.text},"{verdict}")', value=lambda: sum(fnmatch(v, verdict) for v in cells.value)
        )
        return found - now

    return Check(f'"{verdict}": {now} claims, as when this workbook was made', value, 0, "A verdict changed")


SOURCES = [
    ("The article", "Guido Appenzeller, Matt Bornstein, Martin Casado: Navigating the High Cost of AI Compute, "
     "Andreessen Horowitz, 27 April 2023. Sentences are given in short; its three tables were pictures."),
    ("Prices", "Each row of Prices names date, provider, instance and page. April 2023: the cloud GPU table of "
     "Full Stack Deep Learning (MIT licence), in force on 7 April 2023."),
    ("Chips", "Each row of GPUs names its source: Epoch AI (CC-BY 4.0), NVIDIA aiconfigurator (Apache-2.0), vendors' "
     "pages. Peaks are dense. Doubtful cells are marked in the accelerator table of the package."),
    ("FLOP rules", "Kaplan et al. 2020, arXiv:2001.08361: two operations per parameter and token forward, four "
     "backward; attention is left out, 3 % for GPT-3 at 2,048 tokens."),
    ("Training memory", "Korthikanti et al. 2022, arXiv:2205.05198; Narayanan et al. 2021, arXiv:2104.04473."),
    ("Utilisation", "0.34: the median of whole runs that publish it (Epoch AI); P10 0.25, P90 0.49."),
    ("Verdicts", "holds: within 5 %. holds, rounded: within 25 %. Claims of the form \"over\" or \"at most\" hold on "
     "their side; orders of magnitude within a factor of ten. Right figures of ours carry no verdict."),
    ("Not computable", "\"More than 80 % of capital\", \"demand outstrips supply by 10\", \"$50 million a year\" for "
     "an own data centre, \"4.5 billion pages\", \"10x gains\": stated without a source or a rule, left out."),
    ("Limits", "Unverified: the GPU-only rate at GCP (2.934), the launch price and 16-bit-accumulate peak of the "
     "RTX 3080 Ti. All amounts in US dollars without tax."),
]  # fmt: skip
