"""`python -m bots` is `cliprelay`."""

from bots.cli.main import main

main()
