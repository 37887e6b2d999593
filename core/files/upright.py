"""Turns a person's picture upright; run as a process of its own by `core.files.probe`.

Cameras write a picture as the sensor lay and note how to turn it. Not every model reads the note.
"""

import io
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.files.disk import disk_errors
from core.files.media_info import ORIENTATION, answer, look
from core.media import Asset

# Pillow is imported where the child uses it: it would cost the bot 40 MB.
if TYPE_CHECKING:
    from PIL.Image import Image

# As good as the size limit lets it be.
_QUALITIES = {"JPEG": (95, 85, 75), "WEBP": (95, 85, 75), "PNG": (0,)}
_LYING = range(2, 9)
# How the pixels are to be read. All else that a file tells (place, time, camera) is left out.
_KEPT = ("icc_profile", "transparency")


def take_in(path: Path, limit_bytes: int) -> Asset:
    """Probe a picture; one that lies on its side is replaced by an upright copy.

    It may still be larger than the limit. Raises what `look` raises, and JobError(DISK_FULL).
    """
    found = look(path)
    content = _turned(path, limit_bytes)
    if content is None:
        return found
    with disk_errors():
        path.write_bytes(content)
    return look(path)


def _turned(path: Path, limit_bytes: int) -> bytes | None:
    from PIL import Image, ImageOps  # noqa: PLC0415 only the child pays for it

    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
        if picture.getexif().get(ORIENTATION) not in _LYING:
            return None
        form = str(picture.format)
        upright = ImageOps.exif_transpose(picture)
    kept = {name: upright.info[name] for name in _KEPT if name in upright.info}
    upright.info = {}
    content = b""
    for quality in _QUALITIES[form]:
        content = _saved(upright, form, {**kept, "quality": quality})
        if len(content) <= limit_bytes:
            break
    return content


def _saved(picture: "Image", form: str, options: dict[str, Any]) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


if __name__ == "__main__":
    # Pillow warns of pictures that it refuses in the end, or that we do.
    warnings.simplefilter("ignore")
    limit = int(sys.argv[2])
    sys.stdout.buffer.write(answer(Path(sys.argv[1]), lambda path: take_in(path, limit)))
