"""A copy of any workbook that holds values only, for sending out, with a sheet that says where they come from.

Knows which parts compute, follow cells or lead outside; it computes nothing and changes no source.
Begin with `copy.snapshot`; `values_only` and `shapes` change single parts, `provenance` writes the sheet.
"""
