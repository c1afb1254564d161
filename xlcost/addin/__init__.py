"""GENERATED modules that hosts load: udfs.py for xlwings."""
