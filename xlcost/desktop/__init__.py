"""The user's machine: the Excel and Calc add-ins as files, Excel's start folder, and the checks of `xlcost doctor`.

Knows Windows paths, the registry and the formats of add-ins; neither workbooks of readers nor the command line.
Begin with `xlam.build` (the Excel add-in), `oxt.extension` (the Calc one) and `doctor.examine`.
"""
