"""xlwings' VBA module turned into a class with the procedures that our module calls, and those that they need.

A formula, or a click on a shape, can call any procedure in a standard module of a loaded add-in, but none in a
class. So cells cannot reach xlwings' procedures, and those that are not needed are left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from xlcost.desktop.ovba import class_attributes

TWO_HEADS = re.compile(
    r'^#If App = "Microsoft Excel" Then\n((?:Function|Sub) .*\n)#Else\n(?:Function|Sub) .*\n#End If\n', re.M
)
PROCEDURE = re.compile(r"^(?:(?:Public|Private) )?((Function|Sub) (\w+)\(.*?^End \2 *\n)", re.MULTILINE | re.DOTALL)
DECLARED = re.compile(r"^( *)(?:Public )?(?=Declare |Const )", re.MULTILINE)
NAME = re.compile(r"^Attribute VB_Name = .*\n")
COMMENT = re.compile(r"^\s*'.*$", re.MULTILINE)
CHANGED = "'CHANGED for xlcost: a class, which cells cannot call, without what the add-in does not need.\n"


def class_source(source: str, name: str, public: Collection[str]) -> str:
    """The module as the class `name` with these procedures public; a ValueError where it cannot be one."""
    source = NAME.sub("", TWO_HEADS.sub(r"\1", source.replace("\r\n", "\n")))
    bodies = {found[3]: found[1] for found in PROCEDURE.finditer(source)}
    if missing := sorted(set(public) - bodies.keys()):
        raise ValueError(f"it has no procedure {', '.join(missing)}")
    first = PROCEDURE.search(source)
    start = first.start() if first else 0
    head = DECLARED.sub(r"\1Private ", source[:start])
    if left := re.search(r"(?m)^ *(?:Public|Global) .*", head):
        raise ValueError(f"a class cannot have its line {left[0].strip()!r}")
    needed = _needed(bodies, public)

    def procedure(found: re.Match[str]) -> str:
        if found[3] not in needed:
            return ""
        return f"{'Public' if found[3] in public else 'Private'} {found[1]}"

    return class_attributes(name) + CHANGED + head + PROCEDURE.sub(procedure, source[start:])


def _needed(bodies: Mapping[str, str], public: Collection[str]) -> set[str]:
    """The names of the public procedures and of all that they call, directly or not; VBA ignores case."""
    known = {name.lower(): name for name in bodies}
    found: set[str] = set()
    new = set(public)
    while new:
        found |= new
        words = {word.lower() for name in new for word in re.findall(r"\w+", COMMENT.sub("", bodies[name]))}
        new = {known[word] for word in words & known.keys()} - found
    return found
