"""Pure arithmetic: numbers, arrays or tracers in, the same out; each formula a few lines, with the unit of its result.

Must not know a table, a name or a date: what it needs comes as an argument. Begin with flops, duration and cost.
"""
