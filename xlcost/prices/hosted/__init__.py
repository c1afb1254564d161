"""Prices of hosted models, by the token: genai-prices' and rows of our own, as of a day up to the packaged edition.

Knows nothing of GPUs, of own quotes, or of the market that `as_if` names.
Begin at `api.quotes`; `models` says whose model a name means.
"""
