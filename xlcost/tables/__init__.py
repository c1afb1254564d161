"""Facts with source and date: packaged CSVs, their schemas, and the look-ups."""
