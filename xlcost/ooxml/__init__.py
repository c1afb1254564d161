"""A workbook file, part by part: its links, sheets, names, cells and styles; what does not change stays byte for byte.

Knows the format only: no cost, no table or sheet of xlcost's; callers pass in what is specific to those.
Begin with `open` (a file, checked), `package` (its parts and links) and `xml` (how a part is changed).
"""
