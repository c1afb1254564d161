"""How our workbooks are built: sheets, looks, lines, months, checks, cover. It knows where cells stand and print.

It knows no template: that is data, given to it, and no cell's address comes from outside.
Begin with blueprint.py (what a template may say), then build.py (in which order the sheets are made).
"""
