"""Files on our disk while they are written: whole or not at all, and what a full disk means."""

import asyncio
import errno
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from core.errors import Fault, FaultKind, JobError, StorageError
from core.media import Asset

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What has to be so on our disks for anything new to be ordered.

    Attributes:
        folders: where `least_bytes` have to be free.
        files: which have to be there as they were when this was made; else what is stored now
            would be lost with the process.
    """

    folders: tuple[Path, ...] = ()
    least_bytes: int = 0
    files: tuple[Path, ...] = ()
    _identities: tuple[object, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Remember which files these are."""
        object.__setattr__(self, "_identities", tuple(map(_identity, self.files)))

    def objection(self) -> str:
        """Why nothing new is to be ordered; "" where it may. Takes no time.

        Raises:
            StorageError: a file is not the same any more.
        """
        for path, identity in zip(self.files, self._identities, strict=True):
            if _identity(path) != identity:
                raise StorageError(f"{path} was deleted or replaced while the bot ran; restart it")
        for folder in self.folders:
            if _free_bytes(folder) < self.least_bytes:
                least = f"{self.least_bytes / 1e6:,.0f} MB"
                return f"less than {least} (MIN_FREE_MB) are free in {folder}"
        return ""

    @property
    def free_bytes(self) -> float:
        """What is free in the folder with the least room; infinity where nobody can say."""
        return min(map(_free_bytes, self.folders), default=float("inf"))


def _identity(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _free_bytes(folder: Path) -> float:
    with suppress(OSError):  # whoever writes there finds out what is wrong
        # It is not made yet, or a start of the bot could not be judged before the first.
        there = next(each for each in (folder, *folder.parents) if each.exists())
        return shutil.disk_usage(there).free
    return float("inf")


@contextmanager
def disk_errors(*, ordered: bool = True) -> Generator[None]:
    """Turn file system errors into our own; where nothing is `ordered` there is no job to fail.

    Raises:
        JobError: the disk is full.
        StorageError: anything else.
    """
    try:
        yield
    except OSError as error:
        if ordered and error.errno in _DISK_FULL:
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


async def are_kept(assets: Sequence[Asset]) -> bool:
    """Whether all of these files are there."""
    return await asyncio.to_thread(lambda: all(asset.path.exists() for asset in assets))


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
