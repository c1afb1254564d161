"""python -m xlcost: the command line."""

from xlcost.cli.main import main

main()
