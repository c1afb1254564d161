"""The user's own quotes: what a row may hold, from when until when it counts, how it is added and removed.

Knows the folder and the market; not how a command prints, nor where in a workbook quotes stand.
Begin at `store`, which adds and removes; `periods` is what the market needs of quotes.
"""
