"""Prices of hosted models, by the token: from genai-prices and our own rows, as of a day up to the packaged edition.

Knows nothing of GPUs, of own quotes, or of the market that `as_if` names.
Begin at `api.price_history`; `models` finds the provider and model that a name means.
"""
