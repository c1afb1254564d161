"""Packaged facts, each with its source and day: chips, models, prices, places, runs; exchange rates; look-ups by id.

Knows no formula, no function and nothing of a reader's own tables. rows.py says what a row holds; begin there.
"""
