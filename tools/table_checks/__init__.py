"""What must hold of the packaged tables beyond a row's own schema. Each check takes rows, and gives those that are
wrong with the reason: `check(rows)`, or `check(rows, rows_of_another_table)`. CHECKS in check_tables.py lists them."""
