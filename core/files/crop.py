"""Crops a picture to a size in a child process, where a hostile file can do no harm."""

import io
import sys
import warnings
from pathlib import Path

from core.errors import Fault, FaultKind, JobError
from core.files.child import Pool

_QUALITY = 95
_POOL = Pool(at_once=2, seconds=60, cpu_seconds=15)


async def crop(path: Path, width: int, height: int) -> bytes:
    """Give the middle of a picture, scaled to `width` x `height`, as an upright JPEG.

    Raises:
        JobError: NOT_MEDIA, the picture cannot be read.
    """
    try:
        return await _POOL.run(__name__, path, width, height)
    except (TimeoutError, ChildProcessError) as error:
        detail = f"{path.name} cannot be cut to {width} x {height}"
        raise JobError(Fault(kind=FaultKind.NOT_MEDIA, detail=detail)) from error


def cut(path: Path, width: int, height: int) -> bytes:
    """Crop a picture in this process; transparency becomes white."""
    # It would cost the bot 40 MB.
    from PIL import Image, ImageOps  # noqa: PLC0415 only the child pays for it

    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    ground = Image.new("RGBA", (width, height), "white")
    ground.alpha_composite(ImageOps.fit(upright, (width, height)))
    target = io.BytesIO()
    ground.convert("RGB").save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(cut(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
