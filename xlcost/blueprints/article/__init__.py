"""The article of April 2023, recomputed: each claim beside a live formula."""
