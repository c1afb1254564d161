"""The user's own quotes: what a row may hold, since when and until when it counts, how it is added and taken out.

Knows the folder and the market; not how a command prints, nor where in a workbook quotes stand.
Begin at `store`, which adds and removes; `periods` is what the market knows of quotes.
"""
