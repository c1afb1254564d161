"""Each host is a rendering of the catalogue: functions in, text or rows out."""
