"""Draws and encodes a video: a still backdrop once, only what moves per frame."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# PyAV and Pillow describe parts of themselves by numpy types, and numpy is not installed.

import math
import tempfile
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageOps

from sandbox.media.fonts import font_for, wrap

WHITE = (255, 255, 255, 255)
STILL_PIXELS = 320
MOST_LINES = 8
RIM = 178  # Pillow's radial gradient reaches 255 in the corners; this is the middle of an edge
RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What a video shows.

    Attributes:
        hue: of its colours, 0..359.
        pictures: the first is the backdrop, the second is faded in; in a picture, side by side.
        mask: where the first may be changed: its transparent parts.
    """

    size: tuple[int, int]
    fps: int
    frames: int
    text: str
    label: str
    hue: int
    pictures: tuple[Path, ...] = ()
    mask: Path | None = None


class Scene:
    """A shot with everything painted that stands still."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._short = min(shot.size)
        self._backdrops = _backdrops(shot)
        self._glow = _glow(self._short)
        self._panel = panel(shot)
        self._font = font_for("0", max(8, self._short // 24))

    def frame(self, index: int) -> Image.Image:
        """One picture of the film."""
        part = index / max(1, self._shot.frames - 1)
        picture = self._backdrop(part)
        for turn, hue in ((0.0, 40), (math.pi, 320)):
            self._shine(picture, 2 * math.pi * part * 2 + turn, hue)
        width, height = self._shot.size
        left, top = (width - self._panel.width) // 2, (height - self._panel.height) // 2
        picture.paste(self._panel, (left, top), self._panel)
        self._count(picture, index, part)
        return picture

    def _backdrop(self, part: float) -> Image.Image:
        first, *rest = self._backdrops
        return Image.blend(first, rest[0], part) if rest else first.copy()

    def _shine(self, picture: Image.Image, angle: float, hue: int) -> None:
        """A soft light on a figure of eight."""
        width, height = self._shot.size
        x = width * (0.5 + 0.4 * math.cos(angle)) - self._glow.width / 2
        y = height * (0.5 + 0.35 * math.sin(2 * angle)) - self._glow.height / 2
        picture.paste(colour(self._shot.hue + hue, 90, 65), (int(x), int(y)), self._glow)

    def _count(self, picture: Image.Image, index: int, part: float) -> None:
        width, height = self._shot.size
        margin, bar = self._short // 24, max(2, self._short // 90)
        draw = ImageDraw.Draw(picture)
        count = f"{index + 1:04d} / {self._shot.frames:04d}   {index / self._shot.fps:05.2f} s"
        draw.text((margin, height - 3 * margin), count, font=self._font, fill=WHITE)
        draw.rectangle((0, height - bar, int(width * part), height), fill=WHITE)


def encode(shot: Shot, path: Path, stop: threading.Event) -> None:
    """Write the video; the file appears when it is whole. Nothing appears after a stop."""
    scene = Scene(shot)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with av.open(str(draft), "w", format="mp4", options={"movflags": "+faststart"}) as file:
            stream = file.add_stream("libx264", rate=shot.fps)
            stream.width, stream.height = shot.size
            stream.pix_fmt = "yuv420p"
            stream.options = {"preset": "ultrafast", "crf": "26"}
            for index in range(shot.frames):
                if stop.is_set():
                    return
                frame = av.VideoFrame.from_image(scene.frame(index))
                frame.pts, frame.time_base = index, Fraction(1, shot.fps)
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
        draft.replace(path)


def save_still(shot: Shot, path: Path, _: threading.Event) -> None:
    """Write a small picture of the video."""
    still = Scene(shot).frame(shot.frames // 3)
    still.thumbnail((STILL_PIXELS, STILL_PIXELS))
    draft = path.with_suffix(".draft")
    still.save(draft, "WEBP")
    draft.replace(path)


def _backdrops(shot: Shot) -> tuple[Image.Image, ...]:
    if not shot.pictures:
        return (gradient(shot),)
    return tuple(covering(path, shot.size) for path in shot.pictures)


def covering(path: Path, size: tuple[int, int]) -> Image.Image:
    """A picture, cut so that it fills the size."""
    with Image.open(path) as picture:
        return ImageOps.fit(picture.convert("RGB"), size)


def gradient(shot: Shot) -> Image.Image:
    """Three colours from corner to corner."""
    down = Image.linear_gradient("L")
    across = down.transpose(Image.Transpose.ROTATE_90)
    slope = ImageChops.add(down, across, scale=2).resize(shot.size)
    first, middle, last = (colour(shot.hue + turn, 65, 30) for turn in (0, 50, 110))
    return ImageOps.colorize(slope, first, last, mid=middle)


def _glow(short: int) -> Image.Image:
    """A mask that is brightest in its middle."""
    size = max(8, short * 3 // 4)
    distance = Image.radial_gradient("L")
    fade = [int(220 * max(0.0, 1 - far / RIM) ** 1.6) for far in range(256)]
    return distance.point(fade).resize((size, size))


def panel(shot: Shot) -> Image.Image:
    """The text on a dark plate that lets the backdrop through."""
    width, short = shot.size[0], min(shot.size)
    font, small = font_for(shot.text, max(8, short // 15)), font_for("a", max(8, short // 28))
    lines = wrap(shot.text, font, width * 0.8, MOST_LINES)
    gap, step = short // 24, max(8, short // 15) * 4 // 3
    longest = max((*map(font.getlength, lines), small.getlength(shot.label)))
    size = (min(width, int(longest) + 2 * gap), step * (len(lines) + 1) + 2 * gap)
    panel = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(panel)
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), gap, fill=(0, 0, 0, 120))
    for nth, line in enumerate(lines):
        draw.text((gap, gap + nth * step), line, font=font, fill=WHITE)
    place = (gap, gap + len(lines) * step + step // 4)
    draw.text(place, shot.label, font=small, fill=(255, 255, 255, 170))
    return panel


def colour(hue: int, saturation: int, lightness: int) -> RGB:
    """A colour by what people see of it."""
    red, green, blue = ImageColor.getrgb(f"hsl({hue % 360},{saturation}%,{lightness}%)")[:3]
    return red, green, blue
