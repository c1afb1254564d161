"""Pure arithmetic: numbers, arrays or tracers in, the same out. No table, no name, no date."""
