"""A catalogue's name of an accelerator -> an id of the accelerators table. Doubtful names are not guessed.

First by an instance of the same provider that the tables know, then by the table's names with the memory as a check.
Where SXM, PCIe and the like differ, the line must say which it is, or the provider must be known for one of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from xlcost.errors import BadInput, nearest
from xlcost.facts.store import GPUS, plain
from xlcost.feeds.catalogue import Chip

FORM = re.compile(r"(sxm|pcie|nvl|srv|ws)\d?")  # form factors of one chip
FORM_WORD = re.compile(r"(sxm|pcie|nvl)(?!ink)")
EXTRA_NAMES = {"h100mega": "h100-sxm", "rtx6000": "quadro-rtx6000"}
CLUTTER = {"nvidia", "nvlink", "tesla", "amd", "geforce", ""}
MEMORY_OFF = 0.1  # GB or GiB, with or without what the driver keeps: 40 and 80 stay apart, and so do 80 and 94
Known = tuple[str, str]  # id, instance as our table spells it


class Unclear(Exception):
    """A name that was not understood; the text says why."""


def ids_by_name(pairs: Iterable[str]) -> dict[str, str]:
    """Plain name -> id, of pairs such as H100=h100-pcie."""
    ids = {}
    for pair in pairs:
        name, equals, key = pair.partition("=")
        if not equals or not plain(name):
            raise BadInput(f"gpu: '{pair}' is no pair; write the catalogue's name = our id, such as H100=h100-pcie")
        ids[plain(name)] = GPUS.id(key.strip())
    return ids


class Names:
    """The chips that a provider's catalogue means, found with the help of the provider's existing rows."""

    def __init__(self, rows: Iterable[Any], given: Mapping[str, str]) -> None:
        self.given = given
        self.sold: set[str] = set()
        self.instances: dict[str, set[Known]] = defaultdict(set)
        for row in rows:
            self.sold.add(row.gpu)
            if row.instance:
                self.instances[plain_instance(row.instance)].add((row.gpu, row.instance))

    def match(self, chip: Chip, instance: str) -> Known:
        """(id, instance as our table spells it) of a line; raises Unclear."""
        given = self.given.get(plain(chip.name))
        if given and not _fits(chip, GPUS.rows[GPUS.row_number(given)]):
            given = None
        ours = self.instances.get(plain_instance(instance), set()) if instance else set()
        same = {gpu for gpu, _ in ours}
        gpu = given or (self._of_instance(chip, instance, same) if len(same) == 1 else self._by_name(chip, instance))
        _check_memory(chip, gpu)
        return gpu, min((spelled for one, spelled in ours if one == gpu), default=instance)

    def _of_instance(self, chip: Chip, instance: str, same: set[str]) -> str:
        (gpu,) = same
        named = _alias(chip)
        if named and _kind(named) != _kind(gpu) and not _says_less(chip, gpu):
            raise Unclear(f"the tables know {instance} with {gpu}; if it is one, add --gpu {chip.name}={gpu}")
        return gpu

    def _by_name(self, chip: Chip, instance: str) -> str:
        gpu = _alias(chip)
        if gpu is None:
            raise Unclear(f"unknown gpu{nearest(chip.name, (row['id'] for row in GPUS.rows))}")
        alike = [row["id"] for row in GPUS.rows if _kind(row["id"]) == _kind(gpu) and _fits(chip, row)]
        if len(alike) < 2 or any(form in plain(chip.name) for form in _forms(gpu)):
            return gpu
        said = _forms_in(f"{chip.hint} {instance}")
        for some in ([one for one in alike if _forms(one) & said], [one for one in alike if one in self.sold]):
            if len(some) == 1:
                return str(some[0])
        raise Unclear(f"may be {' or '.join(alike)}; say which with --gpu {chip.name}=ID")


def plain_instance(name: str) -> str:
    """An instance as it is compared: Azure's names with and without their first word."""
    return re.sub(r"^standard", "", plain(name))


def _words(name: str) -> list[str]:
    """The words of a chip's name, memory as 80gb, without vendor and brand names."""
    parts = [re.sub(r"^(\d+)g$", r"\1gb", part) for part in re.split(r"[\s_-]+", name.lower())]
    return [part for part in parts if part not in CLUTTER]


def _alias(chip: Chip) -> str | None:
    """The id that the accelerators table has for the name, with its memory if that is a name of its own."""
    parts = _words(chip.name)
    wordings = [parts]
    if chip.memory:
        wordings.insert(0, [*parts, f"{round(chip.memory)}gb"])
    for words in wordings:
        text = plain("".join(words))
        row = GPUS.index.get(text, _in_any_order().get(frozenset(words)))
        if text in EXTRA_NAMES:
            return EXTRA_NAMES[text]
        if row is not None:
            return str(GPUS.rows[row]["id"])
    return None


def _says_less(chip: Chip, gpu: str) -> bool:
    """Whether a name is the chip's without memory and form factor: A100 of a100-40-sxm."""
    words, of_gpu = _words(chip.name), set(gpu.split("-"))
    return set(words) <= of_gpu and all(word.isdigit() or FORM.fullmatch(word) for word in of_gpu - set(words))


@cache
def _in_any_order() -> dict[frozenset[str], int]:
    """Words of an id or alias -> row number."""
    return {
        frozenset(re.split(r"[\s_-]+", text.lower())): number
        for number, row in enumerate(GPUS.rows)
        for text in (row["id"], *row["aliases"])
    }


@cache
def _forms(gpu: str) -> set[str]:
    return {found[1] for part in gpu.split("-") if (found := FORM.fullmatch(part))}


@cache
def _kind(gpu: str) -> str:
    """The id without the form factor: a100-80 of a100-80-sxm."""
    return "-".join(part for part in gpu.split("-") if not FORM.fullmatch(part))


def _forms_in(text: str) -> set[str]:
    return {found[1] for word in re.split(r"[\s_.-]+", text.lower()) if (found := FORM_WORD.match(word))}


def _fits(chip: Chip, row: Any) -> bool:
    return chip.memory is None or bool(abs(chip.memory / row["memory_gb"] - 1) <= MEMORY_OFF)


def _check_memory(chip: Chip, gpu: str) -> None:
    row = GPUS.rows[GPUS.row_number(gpu)]
    if not _fits(chip, row):
        raise Unclear(f"has {chip.memory:g} GB; {gpu} has {row['memory_gb']:g}")
