"""What a spreadsheet would read as a cell."""

import re


def is_cell_address(name):
    """A1 to XFD1048576, or R1C1, in any of their short forms."""
    letters = re.fullmatch(r"([A-Z]{1,3})[0-9]+", name)
    within = letters and (len(letters[1]) < 3 or letters[1] <= "XFD")
    return bool(within or re.fullmatch(r"R[0-9]*(C[0-9]*)?|C[0-9]*", name))
