"""How our workbooks are built: sheets, looks, lines, months, checks, cover; where cells stand and how they print.

It knows no template: a template is data that is passed in, without any cell address.
Begin with blueprint.py (what a template may say), then build.py (in which order the sheets are made).
"""
