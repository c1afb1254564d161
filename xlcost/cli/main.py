"""The entry of the command line: an error is one sentence on stderr, with exit status 2.

The parser of commands (typer) takes as long to import as numpy; a calculation without options does not need it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

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
    if needs_no_parser(words):
        from xlcost.cli.calc import print_answer

        print_answer(words[1], words[2:])
        return 0
    from xlcost.cli.app import status_of

    return status_of(words)


def needs_no_parser(words: Sequence[str]) -> bool:
    """Whether these are a function and its arguments, without any option.

    >>> needs_no_parser(["calc", "POWER_COST", "1000", "1"]), needs_no_parser(["calc", "POWER_COST", "--json"])
    (True, False)
    """
    return words[:1] == ["calc"] and len(words) > 1 and not any(word.startswith("-") for word in words)


if __name__ == "__main__":
    main()
