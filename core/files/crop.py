"""Cuts a picture to a size in a child process, where a hostile file hurts nobody else."""

import asyncio
import io
import sys
import warnings
from pathlib import Path

from core.errors import Fault, FaultKind, JobError
from core.files.child import run_child

_QUALITY = 95


async def crop(path: Path, width: int, height: int, *, timeout_seconds: float = 60) -> bytes:
    """Give the middle of a picture, scaled to `width` x `height`, as a JPEG that lies right.

    Raises:
        JobError: NOT_MEDIA, the picture cannot be read.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            return await run_child(__name__, path, width, height)
    except (TimeoutError, ChildProcessError) as error:
        detail = f"{path.name} cannot be cut to {width} x {height}"
        raise JobError(Fault(kind=FaultKind.NOT_MEDIA, detail=detail)) from error


def cut(path: Path, width: int, height: int) -> bytes:
    """Cut a picture in this process; what is transparent becomes white."""
    # It would cost the bot 40 MB.
    from PIL import Image, ImageOps  # noqa: PLC0415 only the child pays for it

    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    ground = Image.new("RGBA", upright.size, "white")
    ground.alpha_composite(upright)
    target = io.BytesIO()
    ImageOps.fit(ground.convert("RGB"), (width, height)).save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(cut(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
