"""Hosted models by name: the provider and model that "gpt-4o", "azure/gpt-4o" or "azure:gpt-4o" means."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from xlcost.errors import NotInTable, nearest
from xlcost.facts.store import plain
from xlcost.facts.tables import packaged_rows
from xlcost.prices.hosted import genai

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

# A model without a provider's name has the price of the first that sells it: makers in this order, then
# those that host others' models, by id, and last resellers.
MAKERS = ("openai", "anthropic", "google", "deepseek", "mistral", "x-ai", "meta", "cohere", "moonshotai", "zai")
RESELLERS = ("cloudflare", "cursor", "github-copilot", "openrouter", "quicksilverpro")


@dataclass(frozen=True)
class NamedModel:
    """A model of our own rows, of which only the name is known."""

    id: str


@dataclass(frozen=True)
class Seller:
    """A provider that genai-prices lacks; its models are those of our own rows."""

    id: str
    sold: tuple[NamedModel, ...]
    models: tuple[ModelInfo, ...] = ()
    provider_match: None = None
    model_match: None = None
    fallback_model_providers: None = None

    def find_model(self, text: str) -> NamedModel | None:
        """A model by its name, with its maker's before it or without."""
        wanted = plain(text)
        named = (model for model in self.sold if wanted in (plain(model.id), plain(model.id.rpartition("/")[2])))
        return next(named, None)


@cache
def _rows() -> list[Any]:
    return packaged_rows("api_prices")


@cache
def _sellers(known: frozenset[str]) -> tuple[Seller, ...]:
    """The providers of our own rows that genai-prices does not know."""
    names = sorted({row.provider for row in _rows()} - known)
    sold = {name: dict.fromkeys(row.model for row in _rows() if row.provider == name) for name in names}
    return tuple(Seller(name, tuple(NamedModel(model) for model in sold[name])) for name in names)


@cache
def providers() -> tuple[Provider | Seller, ...]:
    """genai-prices' providers in the order in which a model is looked for, then those that it lacks."""
    data = genai.data()  # 1.5 MB: only when a price is wanted

    def place(provider: Provider) -> tuple[int, int, str]:
        if provider.id in MAKERS:
            return 0, MAKERS.index(provider.id), ""
        resells = provider.id in RESELLERS or provider.id.startswith("huggingface_")
        return 1 + resells, 0, provider.id

    return (*sorted(data.providers, key=place), *_sellers(frozenset(p.id for p in data.providers)))


@cache
def own_rows() -> dict[tuple[str, str], list[Any]]:
    """Our own rows by model, under genai-prices' name where it knows the model."""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in _rows():
        provider = next(p for p in providers() if p.id == row.provider)
        known = provider.find_model(row.model)
        found.setdefault((row.provider, known.id if known else row.model), []).append(row)
    return found


def _provider_and_model(text: str) -> tuple[Provider | Seller | None, str]:
    """The provider named before the first "/" or ":", or None, and the rest of the text."""
    name, model = (*re.split("[/:]", text, maxsplit=1), "")[:2]
    if not model:
        return None, text
    same = (p for p in providers() if plain(p.id) == plain(name))
    lower = name.strip().lower()
    like = (p for p in providers() if p.provider_match and p.provider_match.is_match(lower))
    return next(itertools.chain(same, like), None), model


def _models(provider: Provider | Seller) -> Iterator[str]:
    """Ids of a provider's models, genai-prices' and ours."""
    yield from (model.id for model in provider.models)
    yield from (model for maker, model in own_rows() if maker == provider.id)


def _same_id(provider: Provider | Seller, text: str) -> tuple[str, str] | None:
    """A provider's model of this id, if need be without regard to case, blanks, hyphens and points."""
    like = [model for model in _models(provider) if plain(model) == plain(text)]
    return (provider.id, text if text in like else like[0]) if like else None


def _of_provider(provider: Provider | Seller, text: str) -> tuple[str, str] | None:
    """A provider's model of this id, or of a name that genai-prices takes for it."""
    found = _same_id(provider, text)
    model = None if found else provider.find_model(text)
    return (provider.id, model.id) if model else found


def _sold_by(provider: Provider | Seller, text: str) -> tuple[str, str] | None:
    """The model as the provider sells it, or as its maker does where the provider sells at that price (as Azure)."""
    makers = [p for maker in provider.fallback_model_providers or () for p in providers() if p.id == maker]
    return next((found for p in (provider, *makers) if (found := _of_provider(p, text))), None)


@cache
def model_key(text: str) -> tuple[str, str]:
    """(provider, model) of a name as typed: "gpt-4o", "azure/gpt-4o", "azure:gpt-4o".

    Without a provider: the maker's own, then any host that lists it, then resellers (see MAKERS).
    """
    text = text.strip()
    provider, model = _provider_and_model(text)
    if provider and (one := _sold_by(provider, model)):
        return one
    lower = text.lower()
    order = sorted(providers(), key=lambda p: not (p.model_match and p.model_match.is_match(lower)))
    look = _same_id if "/" in text else _of_provider
    for provider in order:
        if one := look(provider, text):
            return one
    raise NotInTable(f"unknown api_model '{text}'{_nearest(text)}")


def _nearest(text: str) -> str:
    """The half sentence with the nearest known model, with its provider if one was named."""
    provider, _ = _provider_and_model(text)
    if provider:
        return nearest(text, [f"{provider.id}/{model}" for model in _models(provider)])
    return nearest(text, dict.fromkeys(model for p in providers() for model in _models(p)))
