"""`python -m centralita`: the same as the command `centralita`."""

from centralita.cli import main

main()
