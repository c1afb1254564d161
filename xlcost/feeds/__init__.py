"""Newer editions of the table of GPU prices: read from a file or an address, understood, compared, added.

Knows the formats of public catalogues and the rows that are there; not how a command shows or asks.
Begin at `update.proposal`; a new format of catalogues is one file, as `catalogue` says.
"""
