"""Files: read whole within a limit, zipped into the same bytes anywhere, written whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from xlcost.errors import BadInput

LARGEST = 64_000_000  # bytes
ZIP_DATE = (2026, 11, 1, 0, 0, 0)


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """The file's bytes; a BadInput where it cannot be read or is too large."""
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder, not a file")
        size = path.stat().st_size
        if size > largest:
            raise BadInput(f"{path} has {size / 1e6:,.0f} MB; at most {largest / 1e6:,.0f} MB are read")
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}") from None
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from None


def zip_file(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a zip file, in their order; the same parts give the same bytes on every system."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0o600 << 16
            archive.writestr(info, content, compresslevel=6)
    return buffer.getvalue()


def zip_parts(file: bytes | Path) -> dict[str, bytes]:
    """The parts of a zip file by name, in their order; a zipfile.BadZipFile where it is none."""
    with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_whole(target: Path, content: bytes | str) -> None:
    """Write a temporary file and move it to the target, which so holds the old content or the new, never a part."""
    data = content.encode() if isinstance(content, str) else content
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(suffix=".tmp", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        os.replace(temporary, target)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    except BaseException:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise
