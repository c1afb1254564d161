"""What is put into a reader's workbook, or taken out of it: functions by name, their sheet, Lite, tables, values only.

Knows how a file is changed (ooxml) and how sheets of ours are made (kit); no template, no command line.
Begin with `lambdas.put_lambdas` (open, change, write), then `lookup` (the table sheets that formulas need).
"""
