"""The command line, a file for each group of commands, and all that prints.

It reads words and prints answers; what is computed, looked up or written stands in other rooms, which print nothing.
Begin with main.py; heavy imports stand inside the commands, so that `xlcost calc` starts quickly.
"""
