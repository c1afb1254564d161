"""The templates, one folder each, as data: inputs, lines, months, checks, words. `packaged` says which are shipped.

A blueprint knows keys, functions and sentences; no cell's address, no file, no other blueprint.
Begin with docs/template.md, a whole one on a page, then compute_plan/blueprint.py.
"""
