"""Takes in a person's video, to be looked at by a model: checked before anything is sent."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from core.errors import JobError, UserError
from core.files import frames
from core.files.disk import disk_errors, unfinished
from core.files.media_info import EXTENSIONS, sniff
from core.files.probe import PICTURES, probe
from core.media import Asset, MediaKind

FRAMES = 8
_MOMENTS = TypeAdapter(list[tuple[float, Path]])


def is_video(path: Path) -> bool:
    """Whether a file begins like a video that we know."""
    try:
        with path.open("rb") as file:
            return sniff(file.read(12)).startswith("video/")
    except OSError:
        return False


async def save_video(source: Path, folder: Path, name: str) -> Asset:
    """Check a video and keep it as `folder/name.<what it is>`, also when the source is deleted.

    Raises:
        UserError: it cannot be used.
        StorageError: the disk is broken or full.
    """
    mime = await asyncio.to_thread(_mime_of, source)
    target = folder / f"{name}{EXTENSIONS[mime]}"
    with disk_errors(ordered=False), unfinished(target.with_suffix(".part")) as part:
        await asyncio.to_thread(_keep, source, part)
        part.replace(target)
    try:
        return await probe(target, MediaKind.VIDEO, PICTURES)
    except JobError as error:
        target.unlink(missing_ok=True)
        raise UserError("video-broken", name=source.name) from error


def _mime_of(source: Path) -> str:
    with source.open("rb") as file:
        return sniff(file.read(12))


def _keep(source: Path, target: Path) -> None:
    """However large it is: where both are on one disk nothing is copied."""
    try:
        target.hardlink_to(source.resolve())
    except OSError:
        shutil.copyfile(source, target)


async def frames_of(video: Asset) -> Sequence[tuple[float, Asset]]:
    """Pictures of a video, evenly spaced, and the second of each.

    Raises:
        UserError: there are none.
    """
    try:
        answer = await PICTURES.run(frames.__name__, video.path, FRAMES)
    except (TimeoutError, ChildProcessError):
        answer = b"[]"
    found = _MOMENTS.validate_python(json.loads(answer))
    if not found:
        raise UserError("video-broken", name=video.path.name)
    return [(second, await probe(path, MediaKind.IMAGE, PICTURES)) for second, path in found]
