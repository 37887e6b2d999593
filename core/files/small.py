"""Small copies of pictures and videos, for pages that show many; made in a child process."""

import logging
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from core.errors import JobError
from core.files.child import Pool
from core.files.media_info import (
    DEMUXERS,
    THUMBNAIL_PIXELS,
    best_frame,
    length_seconds,
    shown_size,
    sniff,
)
from core.media import Asset, MediaKind

# Pillow is imported where the child uses it: it would cost the bot 40 MB.
if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

# Nobody waits for it, so everybody else comes first.
SMALL = Pool(at_once=1, seconds=60, cpu_seconds=20, niceness=15)
SIDE_PIXELS = 720
"""The longer side of a small copy: sharp in a card on most screens."""

_LIGHT_BYTES = 150_000
# What is shown as it is: to make it smaller again would save nothing.
_FEW_PIXELS = 1200
_QUALITY = 80
# All others would be told wrongly, such as 16 bits of grey, which Pillow makes white.
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_WITHOUT_ALPHA = frozenset({"1", "L", "RGB", "CMYK", "YCbCr"})
_PROFILED = frozenset({"P", "RGB", "RGBA"})


def small_path(original: Path) -> Path:
    """Where lies the small copy of a file, if there is one: beside it, and deleted with it."""
    return original.with_name(f"{original.stem}-small.webp")


def needs_small(asset: Asset) -> bool:
    """Whether a page of many is better off with a small copy; of a video that is its poster."""
    if asset.kind is MediaKind.VIDEO:
        return asset.thumbnail is None or max(asset.width, asset.height) > THUMBNAIL_PIXELS
    is_light = asset.size_bytes <= _LIGHT_BYTES and max(asset.width, asset.height) <= _FEW_PIXELS
    return asset.kind is MediaKind.IMAGE and not is_light


async def make_small(original: Path, pool: Pool = SMALL) -> bool:
    """Make the small copy of a file; False where that cannot be done, which costs nothing else."""
    target = small_path(original)
    # Another process may have the same folder. Ours to clear up: a child may be killed.
    part = target.with_suffix(f".{uuid4().hex[:12]}.part")
    try:
        await pool.run(__name__, original, part)
        part.replace(target)
    except (TimeoutError, ChildProcessError, OSError) as error:
        reason = str(error) or "it takes too long"
        log.warning("%s has no small copy: %s", original, reason)
        return False
    finally:
        part.unlink(missing_ok=True)
    return True


def shrink(original: Path, target: Path) -> None:
    """Write a small copy as WebP, which keeps what can be seen through.

    Raises:
        JobError, OSError, ValueError: it cannot be read or written.
    """
    with original.open("rb") as file:
        mime = sniff(file.read(12))
    picture, profile = _still(original) if mime not in DEMUXERS else (_frame(original, mime), None)
    picture.save(target, "WEBP", quality=_QUALITY, icc_profile=profile)


def _still(path: Path) -> "tuple[Image, bytes | None]":
    from PIL import Image, ImageOps  # noqa: PLC0415 only the child pays for it

    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        mode, profile = picture.mode, picture.info.get("icc_profile")
        if mode not in _MODES:
            raise ValueError(f"pixels of {mode}")
        # A JPEG is not even decoded at its full size.
        picture.draft("RGB", (SIDE_PIXELS, SIDE_PIXELS))
        is_opaque = mode in _WITHOUT_ALPHA and "transparency" not in picture.info
        small = picture.convert("RGB" if is_opaque else "RGBA")
        small.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
        upright = ImageOps.exif_transpose(small)
    # Neither place nor camera goes along.
    upright.info = {}
    return upright, profile if mode in _PROFILED else None


def _frame(path: Path, mime: str) -> "Image":
    import av  # noqa: PLC0415 only the child pays for it

    # The format is named, or a playlist could send libav to other files and hosts.
    with av.open(path, format=DEMUXERS[mime]) as movie:
        stream = movie.streams.video[0]
        seconds = length_seconds(movie, stream)
        return best_frame(movie, stream, seconds, shown_size(stream), SIDE_PIXELS)[1]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    try:
        shrink(Path(sys.argv[1]), Path(sys.argv[2]))
    except (JobError, MemoryError):
        sys.exit(1)
