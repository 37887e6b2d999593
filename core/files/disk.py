"""Files on our disk while they are written: whole or not at all, and what a full disk means."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from core.errors import Fault, FaultKind, JobError, StorageError

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors() -> Generator[None]:
    """Turn file system errors into our own."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise JobError(Fault(kind=FaultKind.DISK_FULL, detail=error.strerror or "")) from error
        place = error.filename or "the disk"
        raise StorageError(f"Cannot write to {place}: {error.strerror}") from error


@contextmanager
def unfinished(part: Path) -> Generator[Path]:
    """Lend a temporary file name; the file is removed unless it has been renamed by the end."""
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """See whether files can be written there, or the folder can be made; leaves nothing behind.

    Raises:
        StorageError: they cannot.
    """
    path = folder.absolute()
    existing = next(each for each in (path, *path.parents) if os.path.lexists(each))
    try:
        with TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise StorageError(f"Cannot write to {existing}: {error.strerror}") from error
