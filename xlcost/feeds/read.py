"""Reading a newer edition: from a CSV file or an https address, within limits, and by no other scheme."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from xlcost.csv_tables import text_of
from xlcost.errors import BadInput
from xlcost.files import LARGEST, read_bytes

SECONDS = 30  # without an answer
CHUNK = 1 << 20
ZIP, GZIP, COMPOUND = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
IN_WORKBOOKS = (b"xl/workbook", b"opendocument.spreadsheet")  # a name, or the type, in a zip's plain text
SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)  # a single letter is a drive


class Source:
    """A file's text, its name, and the parts of its path from the last to the first; `label` is how it is cited."""

    def __init__(self, text: str, parts: list[str], label: str = "") -> None:
        self.text = text
        self.parts = [part for part in reversed(parts) if part.strip("/\\")]
        self.name = self.parts[0]
        folder = f"{self.parts[1]}/" if self.name.startswith("vms.") and len(self.parts) > 1 else ""
        self.label = label or folder + self.name


def source(place: str) -> Source:
    """The file at a path or an https address."""
    if SCHEME.match(place) and not Path(place).exists():
        address = checked_address(place)
        parts = [address.netloc, *filter(None, unquote(address.path).split("/"))]
        return Source(_text(parts[-1], _answer(place)), parts, address.netloc + address.path)
    path = Path(place).expanduser()
    return Source(_text(path.name, read_bytes(path)), list(path.absolute().parts))


def _text(name: str, data: bytes) -> str:
    """The text of a CSV file; an error for a workbook, an archive or JSON, with what to do."""
    if data.startswith(COMPOUND) or (data.startswith(ZIP) and any(word in data for word in IN_WORKBOOKS)):
        raise BadInput(
            f"{name} is a workbook; open it, save the sheet with the prices as CSV UTF-8, and give that file"
        )
    if data.startswith((ZIP, GZIP)):
        raise BadInput(f"{name} is packed; unpack it and give the CSV file in it")
    text = text_of(data, name)
    if text.lstrip().startswith(("{", "[")):
        raise BadInput(
            f"{name} is JSON; give the same table as CSV, such as xlcost tables gpu_prices --format csv prints"
        )
    return text


def checked_address(address: str) -> Any:
    """The parts of an https address; others, and those with a password, are not opened."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"'{address[:80]}' is no address: {error}") from None
    if parts.scheme.lower() != "https" or not host or port == 0:
        raise BadInput(f"'{address[:80]}' cannot be opened; it takes a file, or an address that begins with https://")
    if "@" in parts.netloc:
        raise BadInput("an address with a user name or password is not opened; fetch the file and give its path")
    return parts


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https only."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        checked_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opener() -> urllib.request.OpenerDirector:
    """An opener of https addresses only: no files, no ftp, no data: addresses."""
    director = urllib.request.OpenerDirector()
    director.addheaders = [("User-Agent", "xlcost"), ("Accept-Encoding", "identity")]
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        director.add_handler(handler)
    return director


def _answer(address: str) -> bytes:
    """The answer's bytes, up to the limit."""
    shown = address.partition("?")[0]
    try:
        with opener().open(address, timeout=SECONDS) as answer:
            return _all_of(answer, shown)
    except urllib.error.HTTPError as error:
        error.close()
        raise BadInput(f"{shown} answers {error.code} {error.msg}") from None
    except urllib.error.URLError as error:
        raise BadInput(f"cannot reach {shown}: {error.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"cannot read {shown}: {error or type(error).__name__}") from None


def _all_of(answer: Any, shown: str) -> bytes:
    data = bytearray()
    while chunk := answer.read(CHUNK):
        data += chunk
        if len(data) > LARGEST:
            raise BadInput(f"{shown} has more than {LARGEST / 1e6:,.0f} MB; no more are read")
    promised = answer.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) != len(data):
        raise BadInput(f"{shown} broke off after {len(data):,} of {int(promised):,} bytes; run the command again")
    return bytes(data)
