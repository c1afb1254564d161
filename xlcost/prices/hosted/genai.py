"""genai-prices where there is no web: it imports a web client to fetch newer prices, which is never done here."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

CLIENT = "httpx2"


def data() -> Any:
    """The packaged data of genai-prices, also in a browser's Python, where its web client cannot be imported."""
    try:
        import httpx2  # noqa: F401
    except (ImportError, RuntimeError):
        return _data_without_client()
    from genai_prices import data

    return data


def _data_without_client() -> Any:
    sys.modules[CLIENT] = ModuleType(CLIENT)
    try:
        from genai_prices import data
    finally:
        del sys.modules[CLIENT]
    return data
