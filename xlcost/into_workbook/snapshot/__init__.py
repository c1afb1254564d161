"""A copy of any workbook that holds values only, for sending out, with a sheet that says where they come from.

Knows which parts of a workbook compute, follow cells or link to data outside; the source file is not changed.
Begin with `copy.snapshot`; `values_only` and `shapes` change single parts, `provenance` writes the sheet.
"""
