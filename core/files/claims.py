"""Which databases have files in a folder: what one of them does not know may be another's.

Each is a line of a file in that folder: the path of its own file or, on a server, its name.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

log = logging.getLogger(__name__)

NAME = ".databases"


def claimed(folder: Path, database: str) -> Callable[[], bool]:
    """Write down that this database has files there, and take out those that are gone.

    Args:
        folder: where the files are.
        database: its name; "" of one that outlives no start.

    Returns:
        Tells whether it is the only one that has files there. It raises OSError where nobody can
        say.
    """
    if not database:
        return lambda: False
    try:
        _claim(folder, database)
    except OSError as error:  # as on a full disk, which keeps nobody from starting
        log.warning("what is of nobody in %s is not deleted: %s", folder, error)
    return partial(_is_alone, folder, database)


def _claim(folder: Path, database: str) -> None:
    claims, file = _claims(folder), folder / NAME
    there = [each for each in claims if not each.startswith("/") or Path(each).exists()]
    if there != claims:
        file.write_text("".join(f"{each}\n" for each in there), encoding="utf-8")
    if database not in there:
        # Nobody else's line is written over: another one may be doing the same.
        with file.open("a", encoding="utf-8") as end:
            end.write(f"{database}\n")


def _is_alone(folder: Path, database: str) -> bool:
    return set(_claims(folder)) == {database}


def _claims(folder: Path) -> Sequence[str]:
    try:
        return (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
