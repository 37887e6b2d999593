"""Which databases have files in a folder: what one of them does not know may be another's.

Each is a line of a file in that folder: the path of its own file or, on a server, its name. Lines
are only ever added: of several that start at once, one that wrote anew would forget another.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

log = logging.getLogger(__name__)

NAME = ".databases"


def claimed(folder: Path, database: str) -> Callable[[], bool]:
    """Write down that this database has files there.

    Args:
        folder: where the files are.
        database: its name; "" of one that outlives no start.

    Returns:
        Tells whether it is the only one that has files there, of those that are still there
        themselves. It raises OSError where nobody can say.
    """
    if not database:
        return lambda: False
    try:
        if database not in _claims(folder):
            with (folder / NAME).open("a", encoding="utf-8") as end:
                end.write(f"{database}\n")
    except OSError as error:  # as on a full disk, which keeps nobody from starting
        log.warning("what is of nobody in %s is not deleted: %s", folder, error)
    return partial(_is_alone, folder, database)


def _is_alone(folder: Path, database: str) -> bool:
    there = {each for each in _claims(folder) if not each.startswith("/") or Path(each).exists()}
    return there == {database}


def _claims(folder: Path) -> Sequence[str]:
    try:
        return (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
