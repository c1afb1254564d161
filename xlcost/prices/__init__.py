"""What GPUs and hosted models cost on a day: `market` answers, `periods` turns sightings into prices.

Knows the packaged rows, the user's folder and its quotes; no function, no workbook, nothing of newer editions' formats.
Begin at `market.Market`; `current` says which market answers, and how another one answers for a while.
"""
