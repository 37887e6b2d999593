"""A disk of its own, a few megabytes small, that a test really fills."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PIECE = bytes(4096)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """Where the disk is."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self, *, leaving_bytes: int = 0) -> None:
        """Take all of its room, or all but so much."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(_PIECE)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            file.truncate(max(file.tell() - leaving_bytes, 0))

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    @asynccontextmanager
    async def read_only(self) -> AsyncGenerator[None]:
        """Let nothing be written while the block runs; nothing there may be open for that."""
        assert not await _done("mount", "-o", "remount,ro", str(self.folder))
        try:
            yield
        finally:
            await _done("mount", "-o", "remount,rw", str(self.folder))


@asynccontextmanager
async def small_disk(folder: Path, size_mb: int = 8) -> AsyncGenerator[SmallDisk]:
    """Mount it while the block runs; the test is skipped where that is not allowed."""
    await asyncio.to_thread(folder.mkdir)
    options = f"size={size_mb}m"
    if os.geteuid() or await _done("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)):
        pytest.skip("only root may mount a disk")
    try:
        yield SmallDisk(folder)
    finally:
        await _done("umount", "--lazy", str(folder))


async def _done(*command: str) -> int:
    process = await asyncio.create_subprocess_exec(*command)
    return await process.wait()
