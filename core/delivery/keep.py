"""Keeps what came inside an answer: on our disk before any row names it, never in a row."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import JobError
from core.files.disk import disk_errors, unfinished
from core.files.media_info import EXTENSIONS, sniff
from core.media import RemoteAsset

_UNKNOWN = ".bin"


async def keep(results: Sequence[RemoteAsset], folder: Path) -> tuple[RemoteAsset, ...]:
    """Write each result's own bytes to `folder/<its number>.<what it is>` and name that instead.

    Raises JobError(DISK_FULL), maybe billed, or StorageError.
    """
    try:
        return tuple([await _kept(each, folder, str(n)) for n, each in enumerate(results, 1)])
    except JobError as error:
        raise JobError(replace(error.fault, maybe_billed=True)) from error


async def _kept(result: RemoteAsset, folder: Path, name: str) -> RemoteAsset:
    if result.data is None:
        return result
    path = await asyncio.to_thread(_write, result.data, folder, name)
    return replace(result, data=None, file=path)


def _write(data: bytes, folder: Path, name: str) -> Path:
    with disk_errors(), unfinished(folder / f"{name}.part") as part:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return part.replace(part.with_suffix(EXTENSIONS.get(sniff(data[:12]), _UNKNOWN)))
