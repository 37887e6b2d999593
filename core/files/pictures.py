"""Takes in users' pictures, checked before anything is sent or paid."""

import asyncio
import shutil
import stat
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path
from weakref import WeakValueDictionary

from core.errors import FaultKind, JobError, StorageError, UserError
from core.files.disk import disk_errors, unfinished
from core.files.media_info import EXTENSIONS, MEGAPIXELS, sniff
from core.files.probe import probe_upright
from core.media import Asset

_LIMIT_MB = 20
LIMIT_BYTES = _LIMIT_MB * 1_000_000
_LEAST_PIXELS = 16

_REFUSED = {
    "": "picture-not-image",
    "image/gif": "picture-gif",
    "image/heic": "picture-heic",
    "image/avif": "picture-heic",
    "video/mp4": "picture-video",
    "video/quicktime": "picture-video",
    "video/webm": "picture-video",
}

# Whose picture is looked into now: nobody fills the pool alone.
_owners = WeakValueDictionary[Hashable, asyncio.Lock]()


def check_size(name: str, size_bytes: int) -> None:
    """Raise UserError for a picture that is too large."""
    if size_bytes > LIMIT_BYTES:
        raise too_large(name, size_bytes)


def too_large(name: str, size_bytes: int) -> UserError:
    """The refusal of a picture of about that size."""
    size_mb = max(-(-size_bytes // 1_000_000), _LIMIT_MB + 1)
    return UserError("picture-too-large", name=name, size_mb=size_mb, limit_mb=_LIMIT_MB)


async def save_picture(source: Path, folder: Path, name: str, *, owner: Hashable = None) -> Asset:
    """Check a JPEG, PNG or WebP file and copy it, upright, to `folder/name.<what it is>`.

    Those of one owner are looked into one after the other.
    Raises UserError for a file that cannot be used, StorageError for a broken or full disk.
    """
    turn = _owners.setdefault(owner, asyncio.Lock())
    mime = await asyncio.to_thread(_judge, source)
    with disk_errors(ordered=False), unfinished(folder / f"{name}.part") as part:
        await asyncio.to_thread(shutil.copyfile, source, part)
        async with turn:
            asset = await _looked_into(part, source.name)
        return replace(asset, path=part.replace(part.with_suffix(EXTENSIONS[mime])))


def copied(asset: Asset, folder: Path) -> Asset:
    """Copy what came along with an earlier order, so that each has its own for its own time.

    Raises:
        FileNotFoundError: it is not kept any more.
        StorageError: it cannot be written.
    """
    with disk_errors(ordered=False):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            path = shutil.copy2(asset.path, folder / asset.path.name)
        except FileNotFoundError as error:
            gone = error
        else:
            return replace(asset, path=path)
    raise gone


def _judge(source: Path) -> str:
    """Give the MIME type of a file that looks like a usable picture."""
    try:
        status = source.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UserError("picture-directory", name=source.name)
        # Nothing is opened that waits for a writer or never ends.
        if not stat.S_ISREG(status.st_mode):
            raise UserError("picture-unreadable", name=source.name)
        with source.open("rb") as file:
            head = file.read(12)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError("picture-missing", name=source.name) from error
    except OSError as error:
        raise UserError("picture-unreadable", name=source.name) from error
    if not status.st_size:
        raise UserError("picture-empty", name=source.name)
    check_size(source.name, status.st_size)
    mime = sniff(head)
    if refusal := _REFUSED.get(mime):
        raise UserError(refusal, name=source.name)
    return mime


async def _looked_into(path: Path, name: str) -> Asset:
    try:
        asset = await probe_upright(path, LIMIT_BYTES)
    except JobError as error:
        if error.fault.kind is FaultKind.DISK_FULL:
            raise StorageError(f"Cannot write to {path}: {error.fault.detail}") from error
        if error.fault.kind is FaultKind.OVERSIZED:
            raise UserError(
                "picture-too-many-pixels", name=name, limit_megapixels=MEGAPIXELS
            ) from error
        raise UserError("picture-broken", name=name) from error
    check_size(name, asset.size_bytes)  # turned, it may have become larger
    if min(asset.width, asset.height) < _LEAST_PIXELS:
        raise UserError(
            "picture-too-small",
            name=name,
            width=asset.width,
            height=asset.height,
            limit_px=_LEAST_PIXELS,
        )
    return asset
