"""The border to whatever brings files from the disk of one machine to that of another."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from core.media import Asset


class Files(Protocol):
    """The files that no gateway gives again, and those that a page shows on any machine."""

    async def keep(self, owner: str, paths: Iterable[Path]) -> bool:
        """Let other machines have these; what is too large for that stays where it is.

        Gives whether they can have all of them.

        Args:
            owner: the id of the job or the answer whose folder they lie in.
            paths: whole, and never changed; others can name only what is within MEDIA_DIR.

        Raises:
            StorageError: they cannot be kept now.
        """
        ...

    async def fetch(self, paths: Iterable[Path]) -> None:
        """Bring those here that are missing, as far as they are kept.

        Raises:
            StorageError: they cannot be read or written now.
            JobError: the disk is full.
        """
        ...

    async def had(self, paths: Iterable[Path]) -> Collection[Path]:
        """Those that are here, or that `fetch` would bring; raises StorageError."""
        ...

    async def forget(self, owners: Sequence[str]) -> None:
        """Delete what was kept of these; raises StorageError."""
        ...

    async def prune(self, before: float | None) -> int:
        """Delete what belongs to nothing any more, or to a job that ended before; gives how many.

        Args:
            before: seconds since 1970; None where nothing that has ended is too old.

        Raises:
            StorageError: not all could be deleted.
        """
        ...


class FilesHere:
    """There is one machine: what is on its disk is all there is."""

    async def keep(self, owner: str, paths: Iterable[Path]) -> bool:
        """It lies where it is needed."""
        del owner, paths
        return True

    async def fetch(self, paths: Iterable[Path]) -> None:
        """There is nowhere to get it from."""

    async def had(self, paths: Iterable[Path]) -> Collection[Path]:
        """Those that are here."""
        return await asyncio.to_thread(here_of, paths)

    async def forget(self, owners: Sequence[str]) -> None:
        """It goes with its folder."""

    async def prune(self, before: float | None) -> int:
        """It goes with its folder."""
        del before
        return 0


def here_of(paths: Iterable[Path]) -> frozenset[Path]:
    """Those that are on the disk of this machine."""
    return frozenset(path for path in paths if path.exists())


def paths_of(assets: Iterable[Asset]) -> tuple[Path, ...]:
    """Where they lie."""
    return tuple(asset.path for asset in assets)
