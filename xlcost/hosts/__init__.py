"""One file a host: what it reads about the functions, written from the catalogue, and what a call shows there.

Must not know a formula, a table or what a function computes: only specs and cells. Begin with com, the plainest.
"""
