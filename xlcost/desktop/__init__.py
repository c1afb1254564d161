"""The user's machine: the Excel add-in, where it is put, and what is wrong there."""
