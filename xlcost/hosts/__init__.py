"""A file for each host: the text it needs about the functions, written from the catalogue, and what a call shows.

Must not know a formula, a table or what a function computes: only specs and cells. Begin with com, the plainest.
"""
