"""The command line, a file for each group of commands, and all that prints.

It reads arguments and prints results; computing, looking up and writing is done by other rooms, which print nothing.
Begin with main.py; heavy imports stand inside the commands, so that `xlcost calc` starts quickly.
"""
