"""Files that hosts load: modules rendered from the catalogue (tools/render.py), and both sides of the Calc add-in.

Must not compute or convert anything: that is done in hosts and cells. Begin with udfs.py, three lines a function.
"""
