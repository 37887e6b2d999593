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
class MediaSpec:
    """What a video or picture shows, and how large it is.

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


class FrameRenderer:
    """Draws the frames of one video; what stands still is painted once."""

    def __init__(self, spec: MediaSpec) -> None:
        self._spec = spec
        self._short = min(spec.size)
        self._backdrops = _backdrops(spec)
        self._glow = _glow(self._short)
        self._panel = panel(spec)
        self._font = font_for("0", max(8, self._short // 24))

    def frame(self, index: int) -> Image.Image:
        """One frame of the video."""
        part = index / max(1, self._spec.frames - 1)
        picture = self._backdrop(part)
        for turn, hue in ((0.0, 40), (math.pi, 320)):
            self._shine(picture, 2 * math.pi * part * 2 + turn, hue)
        width, height = self._spec.size
        left, top = (width - self._panel.width) // 2, (height - self._panel.height) // 2
        picture.paste(self._panel, (left, top), self._panel)
        self._count(picture, index, part)
        return picture

    def _backdrop(self, part: float) -> Image.Image:
        first, *rest = self._backdrops
        return Image.blend(first, rest[0], part) if rest else first.copy()

    def _shine(self, picture: Image.Image, angle: float, hue: int) -> None:
        """A soft light on a figure of eight."""
        width, height = self._spec.size
        x = width * (0.5 + 0.4 * math.cos(angle)) - self._glow.width / 2
        y = height * (0.5 + 0.35 * math.sin(2 * angle)) - self._glow.height / 2
        picture.paste(colour(self._spec.hue + hue, 90, 65), (int(x), int(y)), self._glow)

    def _count(self, picture: Image.Image, index: int, part: float) -> None:
        width, height = self._spec.size
        margin, bar = self._short // 24, max(2, self._short // 90)
        draw = ImageDraw.Draw(picture)
        count = f"{index + 1:04d} / {self._spec.frames:04d}   {index / self._spec.fps:05.2f} s"
        draw.text((margin, height - 3 * margin), count, font=self._font, fill=WHITE)
        draw.rectangle((0, height - bar, int(width * part), height), fill=WHITE)


def encode(spec: MediaSpec, path: Path, stop: threading.Event) -> None:
    """Write the video; the file appears when it is whole. Nothing appears after a stop."""
    renderer = FrameRenderer(spec)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with av.open(str(draft), "w", format="mp4", options={"movflags": "+faststart"}) as file:
            stream = file.add_stream("libx264", rate=spec.fps)
            stream.width, stream.height = spec.size
            stream.pix_fmt = "yuv420p"
            stream.options = {"preset": "ultrafast", "crf": "26"}
            for index in range(spec.frames):
                if stop.is_set():
                    return
                frame = av.VideoFrame.from_image(renderer.frame(index))
                frame.pts, frame.time_base = index, Fraction(1, spec.fps)
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
        draft.replace(path)


def save_still(spec: MediaSpec, path: Path, _: threading.Event) -> None:
    """Write a small picture of the video."""
    still = FrameRenderer(spec).frame(spec.frames // 3)
    still.thumbnail((STILL_PIXELS, STILL_PIXELS))
    draft = path.with_suffix(".draft")
    still.save(draft, "WEBP")
    draft.replace(path)


def _backdrops(spec: MediaSpec) -> tuple[Image.Image, ...]:
    if not spec.pictures:
        return (gradient(spec),)
    return tuple(covering(path, spec.size) for path in spec.pictures)


def covering(path: Path, size: tuple[int, int]) -> Image.Image:
    """A picture, cut so that it fills the size."""
    with Image.open(path) as picture:
        return ImageOps.fit(picture.convert("RGB"), size)


def gradient(spec: MediaSpec) -> Image.Image:
    """Three colours from corner to corner."""
    down = Image.linear_gradient("L")
    across = down.transpose(Image.Transpose.ROTATE_90)
    slope = ImageChops.add(down, across, scale=2).resize(spec.size)
    first, middle, last = (colour(spec.hue + turn, 65, 30) for turn in (0, 50, 110))
    return ImageOps.colorize(slope, first, last, mid=middle)


def _glow(short: int) -> Image.Image:
    """A mask that is brightest in its middle."""
    size = max(8, short * 3 // 4)
    distance = Image.radial_gradient("L")
    fade = [int(220 * max(0.0, 1 - far / RIM) ** 1.6) for far in range(256)]
    return distance.point(fade).resize((size, size))


def panel(spec: MediaSpec) -> Image.Image:
    """The text on a dark plate that lets the backdrop through."""
    width, short = spec.size[0], min(spec.size)
    font, small = font_for(spec.text, max(8, short // 15)), font_for("a", max(8, short // 28))
    lines = wrap(spec.text, font, width * 0.8, MOST_LINES)
    gap, step = short // 24, max(8, short // 15) * 4 // 3
    longest = max((*map(font.getlength, lines), small.getlength(spec.label)))
    size = (min(width, int(longest) + 2 * gap), step * (len(lines) + 1) + 2 * gap)
    panel = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(panel)
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), gap, fill=(0, 0, 0, 120))
    for nth, line in enumerate(lines):
        draw.text((gap, gap + nth * step), line, font=font, fill=WHITE)
    place = (gap, gap + len(lines) * step + step // 4)
    draw.text(place, spec.label, font=small, fill=(255, 255, 255, 170))
    return panel


def colour(hue: int, saturation: int, lightness: int) -> RGB:
    """A colour by what people see of it."""
    red, green, blue = ImageColor.getrgb(f"hsl({hue % 360},{saturation}%,{lightness}%)")[:3]
    return red, green, blue
