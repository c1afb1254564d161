"""The entry of the command line: an error is one sentence on stderr, with exit status 2.

The parser of commands (typer) takes as long to import as numpy, and loads pydantic when it reads options; a calculation
with the options of its own does not need it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from xlcost.errors import XlcostError


def main() -> None:
    """Run the command that the words of the command line name."""
    try:
        status = _status(sys.argv[1:])
        if sys.stdout:
            sys.stdout.flush()
    except XlcostError as error:
        print(f"xlcost: {error}", file=sys.stderr)
        status = 2
    except BrokenPipeError:  # whoever read the output has stopped
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except OSError as error:  # a full disk behind stdout
        print(f"xlcost: cannot write the output: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status if isinstance(status, int) else 0)


def _status(words: Sequence[str]) -> object:
    calculation = calculation_in(words)
    if calculation:
        from xlcost.cli.calc import print_answer

        name, arguments, options = calculation
        print_answer(name, arguments, **options)
        return 0
    from xlcost.cli.app import status_of

    return status_of(words)


FLAGS = {"--json": "as_json", "--explain": "explain"}


def calculation_in(words: Sequence[str]) -> tuple[str, list[str], dict[str, Any]] | None:
    """The function, its arguments and options of a calculation; None where the parser must read the words.

    >>> calculation_in(["calc", "POWER_COST", "1000", "1", "--json"])
    ('POWER_COST', ['1000', '1'], {'as_json': True})
    >>> calculation_in(["calc", "POWER_COST", "--help"]) is None
    True
    """
    if not words or words[0] != "calc":
        return None
    plain: list[str] = []
    options: dict[str, Any] = {}
    rest = list(reversed(words[1:]))
    while rest:
        word = rest.pop()
        if word in FLAGS:
            options[FLAGS[word]] = True
        elif word == "--currency" and rest and not rest[-1].startswith("-"):
            options["currency"] = rest.pop()
        elif word.startswith("-"):
            return None
        else:
            plain.append(word)
    return (plain[0], plain[1:], options) if plain else None


if __name__ == "__main__":
    main()
