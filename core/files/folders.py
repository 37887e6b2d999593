"""The folders of jobs in MEDIA_DIR: found, set aside at one stroke, and deleted."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

# As our ids are written. What has another name was put there by somebody else.
_OURS = re.compile(r"[0-9a-f]{32}")
_GONE = ".gone"
_LENT = re.compile(r"cliprelay-[a-z0-9_]{8}")
_PART = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder with a name of ours, and when its contents changed last."""

    name: str
    changed_at: float


def folders_in(media_dir: Path) -> Sequence[Folder]:
    """All folders of jobs and questions that are there.

    Raises:
        OSError: the folder cannot be read.
    """
    return [
        Folder(name=entry.name, changed_at=entry.stat(follow_symlinks=False).st_mtime)
        for entry in _entries(media_dir)
        if _OURS.fullmatch(entry.name)
    ]


def set_aside(folder: Path) -> None:
    """Take a folder away, at one stroke, so that nobody ever sees the half of it.

    Raises:
        OSError: it cannot be moved.
    """
    with suppress(FileNotFoundError):
        folder.rename(folder.with_name(folder.name + _GONE))


def delete_set_aside(media_dir: Path, *names: str) -> None:
    """Delete what was set aside: by these names, or without any all of it.

    Raises:
        OSError: something cannot be deleted; it is found again the next time.
    """
    meant = [name + _GONE for name in names] or [
        entry.name
        for entry in _entries(media_dir)
        if entry.name.endswith(_GONE) and _OURS.fullmatch(entry.name.removesuffix(_GONE))
    ]
    for name in meant:
        with suppress(FileNotFoundError):
            shutil.rmtree(media_dir / name)


def delete_parts(folders: Iterable[Path], before: float) -> int:
    """Delete what processes that are gone had begun to write there; gives how much."""
    deleted = 0
    for folder in folders:
        with suppress(FileNotFoundError):
            for entry in os.scandir(folder):
                if entry.name.endswith(_PART) and entry.stat().st_mtime < before:
                    Path(entry.path).unlink(missing_ok=True)
                    deleted += 1
    return deleted


def delete_lent(before: float) -> int:
    """Delete folders for files that were fetched by processes that are gone; gives how many."""
    deleted = 0
    for entry in _entries(Path(gettempdir())):
        status = entry.stat(follow_symlinks=False)
        is_ours = _LENT.fullmatch(entry.name) and status.st_uid == os.getuid()
        if is_ours and status.st_mtime < before:
            shutil.rmtree(entry.path, ignore_errors=True)
            deleted += 1
    return deleted


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield entry
