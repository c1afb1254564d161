"""The data of genai-prices, without the web client that it imports to fetch newer prices, which is never done."""

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
