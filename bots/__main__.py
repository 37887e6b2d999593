"""The way in: `cliprelay`, and `python -m bots`."""

import gc


def main() -> None:
    """Run the command line.

    What is imported here stays: looking for garbage in it again and again finds none, and takes a
    fifth of the start.
    """
    gc.disable()
    from bots.cli.main import main as run  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
