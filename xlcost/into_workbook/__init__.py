"""Changes to a reader's workbook: named functions, their sheet, xlwings Lite, tables put in; values-only copies.

Knows how a file is changed (ooxml) and how sheets of ours are made (kit); no template, no command line.
Begin with `lambdas.put_lambdas` (open, change, write), then `lookup` (the table sheets that formulas need).
"""
