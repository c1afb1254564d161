"""The project of xlwings Lite in a workbook file: a web extension whose properties hold the files as JSON text."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from xlcost.errors import BadInput
from xlcost.hosts.lite import MAIN, requirements
from xlcost.ooxml import package
from xlcost.ooxml.package import LINKS, Parts
from xlcost.ooxml.parts import free_id, free_name, links_with, types_with, without_links
from xlcost.ooxml.xml import attribute_edit, attribute_value, find, with_edits, with_entry

STORE_ID = "wa200008175"  # of the add-in in Microsoft's store
IMPORT = "xlcost.addin.lite"
CODE, NEEDS = "main.py", "requirements.txt"
PANES_LINK = "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes"
EXTENSION_LINK = "http://schemas.microsoft.com/office/2011/relationships/webextension"
PANES_TYPE = "application/vnd.ms-office.webextensiontaskpanes+xml"
EXTENSION_TYPE = "application/vnd.ms-office.webextension+xml"
WE = "http://schemas.microsoft.com/office/webextensions/webextension/2010/11"
WETP = "http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11"
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OWN_LINE = re.compile(r"(?:xlcost\b|.*/xlcost-).*")


def extension(parts: Parts) -> str:
    """The name of the part with the xlwings Lite project; "" where there is none."""
    for pane in _panes(parts):
        for link in package.links(parts, pane):
            if link.kind == "webextension" and link.target in parts:
                references = ElementTree.fromstring(parts[link.target]).iter(f"{{{WE}}}reference")
                if any((entry.get("id") or "").lower() == STORE_ID for entry in references):
                    return link.target
    return ""


def _panes(parts: Parts) -> list[str]:
    return [
        link.target for link in package.links(parts) if link.kind == "webextensiontaskpanes" and link.target in parts
    ]


def project(parts: Parts) -> dict[str, str]:
    """File name -> text of the project's files; empty where there is no project."""
    found = extension(parts)
    if not found:
        return {}
    files = {}
    for entry in ElementTree.fromstring(parts[found]).iter(f"{{{WE}}}property"):
        try:
            value = json.loads(entry.get("value") or "")
        except ValueError:
            continue
        if isinstance(value, str):
            files[entry.get("name") or ""] = value
    return files


def with_project(source: Path, parts: Parts, line: str) -> Parts:
    """The workbook with the project added, or with the requirement of an existing one renewed."""
    found, files = extension(parts), project(parts)
    if not found:
        return _with_extension(parts, line)
    if IMPORT not in files.get(CODE, ""):
        raise BadInput(
            f"{source} holds an xlwings Lite project already; add 'from {IMPORT} import *' to its main.py and "
            f"'{line}' to its requirements.txt there"
        )
    lines = [text for text in files.get(NEEDS, "").splitlines() if not OWN_LINE.fullmatch(text)]
    return parts | {found: _with_file(parts[found], NEEDS, "\n".join([*lines, line]) + "\n")}


def _with_file(xml: bytes, name: str, content: str) -> bytes:
    """The project's part with this file added or replaced."""
    found = find(xml, "properties", "property")
    for element in found:
        if element.name == "property" and element.attributes.get("name") == name:
            return with_edits(xml, [attribute_edit(xml, element, value=json.dumps(content))])
    place = next(e for e in found if e.name == "properties")
    entry = f'<{place.prefix}property name="{name}" value="{attribute_value(json.dumps(content))}"/>'
    return with_entry(xml, place, entry)


def _with_extension(parts: Parts, line: str) -> Parts:
    name = free_name(parts, "xl/webextensions/webextension{}.xml")
    panes = next(iter(_panes(parts)), "")
    if not panes:
        panes = "xl/webextensions/taskpanes.xml"
        empty = f'{HEADER}<wetp:taskpanes xmlns:wetp="{WETP}"></wetp:taskpanes>'.encode()
        parts = parts | {panes: empty, package.links_name(""): links_with(parts, "", PANES_LINK, f"/{panes}")}
    number = free_id(parts, panes)
    (root,) = find(parts[panes], "taskpanes")
    pane = (
        f'<{root.prefix}taskpane dockstate="right" visibility="0" width="355" row="3">'
        f'<{root.prefix}webextensionref xmlns:r="{LINKS}" r:id="{number}"/></{root.prefix}taskpane>'
    )
    return parts | {
        name: _extension_xml({CODE: MAIN, NEEDS: requirements(line)}).encode(),
        panes: with_entry(parts[panes], root, pane),
        package.links_name(panes): links_with(parts, panes, EXTENSION_LINK, f"/{name}"),
        package.CONTENT_TYPES: types_with(parts[package.CONTENT_TYPES], {panes: PANES_TYPE, name: EXTENSION_TYPE}),
    }


def _extension_xml(files: Mapping[str, str]) -> str:
    """The XML of the project as a web extension of the store's add-in; the same files give the same id."""
    code = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(files)).hex
    number = "-".join((code[:8], code[8:12], code[12:16], code[16:20], code[20:])).upper()
    properties = "".join(
        f'<we:property name="{name}" value="{attribute_value(json.dumps(content))}"/>'
        for name, content in files.items()
    )
    return (
        f'{HEADER}<we:webextension xmlns:we="{WE}" id="{{{number}}}">'
        f'<we:reference id="{STORE_ID}" version="1.0.0.0" store="en-US" storeType="OMEX"/><we:alternateReferences>'
        f'<we:reference id="{STORE_ID}" version="1.0.0.0" store="{STORE_ID.upper()}" storeType="OMEX"/>'
        f"</we:alternateReferences><we:properties>{properties}"
        '<we:property name="Office.AutoShowTaskpaneWithDocument" value="true"/></we:properties><we:bindings/>'
        f'<we:snapshot xmlns:r="{LINKS}"/><we:extLst><a:ext xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/'
        'main" uri="{D87F86FE-615C-45B5-9D79-34F1136793EB}"><we:containsCustomFunctions/></a:ext></we:extLst>'
        "</we:webextension>"
    )


def without_extension(parts: Parts, name: str) -> Parts:
    """The workbook without this part, and without task panes where none is left."""
    result = dict(parts)
    for pane in _panes(parts):
        ids = {link.id for link in package.links(parts, pane) if link.target == name}
        shown = [e for e in find(parts[pane], "taskpane", "webextensionref") if e.name == "webextensionref"]
        gone = [e.parent.removal for e in shown if e.parent and ids & set(e.attributes.values())]
        result[pane] = with_edits(parts[pane], gone)
    empty = {pane for pane in _panes(result) if not find(result[pane], "taskpane")}
    return without_links(result, lambda link: link.target == name or link.target in empty)[0]
