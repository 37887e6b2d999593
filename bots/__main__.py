"""The way in: `cliprelay`, and `python -m bots`."""

from bots.imports import kept_imports


def main() -> None:
    """Run the command line."""
    with kept_imports():
        from bots.cli.main import main as run  # noqa: PLC0415 - see above

    run()


if __name__ == "__main__":
    main()
