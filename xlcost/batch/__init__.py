"""Many workbooks: a table of scenarios is read, and a template is filled for each of them.

It knows files, scenarios and results; it prints nothing. The template is an argument, by default the compute plan.
Begin with scenarios.py (a row becomes inputs), then fill.py (inputs become a workbook).
"""
