"""`python -m bots` is `cliprelay`."""

from bots.cli import main

main()
