"""The public functions: names become numbers (models, GPUs, prices), then formulas compute.

Must not know a host or a cell: what comes in are values as words read them, or tracers. Begin with training.
"""
