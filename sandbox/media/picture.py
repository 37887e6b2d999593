"""Draws a picture: what was sent side by side, the mask in colour, the prompt on a plate."""

# pyright: reportUnknownMemberType=false
# Pillow describes parts of itself by numpy types, and numpy is not installed.

import threading
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from sandbox.media.video import MediaSpec, colour, covering, gradient, panel

FORMATS = {".jpg": "JPEG", ".png": "PNG"}


def save_picture(spec: MediaSpec, path: Path, _: threading.Event) -> None:
    """Write the picture in the format of its name; the file appears when it is whole."""
    picture = _collage(spec) if spec.pictures else gradient(spec)
    plate = panel(spec)
    left, top = (picture.width - plate.width) // 2, (picture.height - plate.height) // 2
    picture.paste(plate, (left, top), plate)
    draft = path.with_suffix(".draft")
    picture.save(draft, FORMATS[path.suffix])
    draft.replace(path)


def _collage(spec: MediaSpec) -> Image.Image:
    width, height = spec.size
    count = len(spec.pictures)
    collage = Image.new("RGB", spec.size)
    for nth, path in enumerate(spec.pictures):
        left, right = width * nth // count, width * (nth + 1) // count
        piece = covering(path, (max(right - left, 1), height))
        if spec.mask and nth == 0:
            _paint(piece, spec)
        collage.paste(piece, (left, 0))
    return collage


def _paint(piece: Image.Image, spec: MediaSpec) -> None:
    """Colour what the mask leaves open."""
    if spec.mask is None:
        return
    with Image.open(spec.mask) as mask:
        kept = ImageOps.fit(mask.convert("RGBA").getchannel("A"), piece.size)
    piece.paste(colour(spec.hue, 90, 55), (0, 0), ImageChops.invert(kept))
