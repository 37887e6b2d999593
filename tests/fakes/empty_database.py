"""A database of this version with nothing in it, made once for all tests of a process."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fakes.old_database import make_old_database


def lay_database(path: Path) -> None:
    """Put it there, unless there is one: to migrate each anew takes longer than most tests.

    How a start makes one is tested where databases are.
    """
    if not path.exists():
        path.write_bytes(_empty())


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        make_old_database(path, "head")
        return path.read_bytes()
