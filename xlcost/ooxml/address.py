"""Where a cell stands: titles and columns as references write them."""

from __future__ import annotations

import re


def quoted_title(title: str) -> str:
    """A sheet's title as a reference writes it.

    >>> quoted_title("Prices"), quoted_title("P & L")
    ('Prices', "'P & L'")
    """
    return title if re.fullmatch(r"[A-Za-z_]\w*", title) else "'" + title.replace("'", "''") + "'"
