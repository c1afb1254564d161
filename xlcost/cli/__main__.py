"""python -m xlcost.cli: the command line."""

from xlcost.cli.main import main

main()
