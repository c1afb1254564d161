"""Many workbooks: a table of scenarios is read, and for each of them a template is filled.

It knows files, scenarios and results; it prints nothing, and no template by name where one is given.
Begin with scenarios.py (a row becomes inputs), then fill.py (inputs become a workbook).
"""
