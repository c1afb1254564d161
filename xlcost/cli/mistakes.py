"""Errors of usage as one sentence: an unknown option, a missing argument."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer

from xlcost.errors import BadInput, nearest

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]  # ClickException, of the click that typer uses


def show(error: Any, words: Sequence[str]) -> int:
    """Print what is wrong with these words, or the help where there are none; gives the exit status."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return int(error.exit_code)
    print(f"xlcost: {sentence(error, words)}", file=sys.stderr)
    return 2


def sentence(error: Any, words: Sequence[str]) -> str:
    """What is wrong, and which --help to read."""
    where = f"; see {error.ctx.command_path} --help" if getattr(error, "ctx", None) else ""
    return "".join(letter if letter.isprintable() else "?" for letter in _text_of(error, words) + where)


def _text_of(error: Any, words: Sequence[str]) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return no_option(error.option_name, error.ctx)
    if kind == "MissingParameter" and error.param:
        return f"{error.param.name} is missing"
    if kind == "BadParameter" and error.param:
        value = _option_value(error.param.opts, words)
        number = "whole number" if "integer" in error.format_message() else "number"
        if value is not None:
            return f"{error.param.opts[0]}: '{value}' is no {number}"
    text = " ".join(error.format_message().split()).rstrip(".").replace(". Did you", "; did you")
    return text[:1].lower() + text[1:]


def no_option(name: str, context: Any) -> str:
    """The sentence that a command has no such option, with the nearest that it has."""
    known = [option for p in context.command.get_params(context) for option in p.opts if option.startswith("--")]
    return f"there is no option '{name}'{nearest(name, known)}"


def check_options(words: Sequence[str], context: Any) -> None:
    """Refuse arguments that begin with two minus signs as unknown options; with one they may be numbers."""
    for word in words:
        name = word.partition("=")[0]
        if name.startswith("--"):
            raise BadInput(f"{no_option(name, context)}; see {context.command_path} --help")


def _option_value(options: Sequence[str], words: Sequence[str]) -> str | None:
    """The value that was given to an option; None where it was not given."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in options:
            return value if equals else following
    return None
