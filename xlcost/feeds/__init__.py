"""Newer editions of the table of GPU prices: read from a file or an https address, turned into rows, compared, added.

Knows the formats of public catalogues and the existing rows; prints nothing and asks nothing.
Begin at `update.proposal`; a new format of catalogues is one file, as `catalogue` says.
"""
