"""The user's machine: the Excel and Calc add-ins as files, where Excel loads its own, and what is wrong there.

Knows Windows paths, the registry and the formats of add-ins; neither workbooks of readers nor the command line.
Begin with `xlam.build` (the Excel add-in), `oxt.extension` (the Calc one) and `doctor.examine`.
"""
