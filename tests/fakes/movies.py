"""Real, small video files, made with libav."""

# PyAV's own stubs are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
from PIL import Image

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.video.stream import VideoStream

Paint = Callable[[float], tuple[int, int, int] | Image.Image]


def make_movie(
    path: Path,
    width: int = 320,
    height: int = 180,
    seconds: float = 2.0,
    *,
    fps: int = 12,
    rotation: int = 0,
    paint: Paint = lambda second: (40 * int(second) % 256, 120, 200),
    options: dict[str, str] | None = None,
) -> Path:
    """Write a video as the path's suffix says; `paint` gives a moment's colour or picture."""
    codec = "libvpx-vp9" if path.suffix == ".webm" else "libx264"
    with av.open(path, "w", options=options or {}) as movie:
        stream = movie.add_stream(codec, rate=Fraction(fps))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if rotation:
            stream.set_display_rotation(rotation)
        for index in range(round(seconds * fps)):
            painted = paint(index / fps)
            if not isinstance(painted, Image.Image):
                painted = Image.new("RGB", (width, height), painted)
            movie.mux(stream.encode(av.VideoFrame.from_image(painted)))
        movie.mux(stream.encode())
    return path


def make_film(
    path: Path,
    *,
    width: int = 320,
    height: int = 180,
    seconds: float = 1.0,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound: str = "aac",
    pixel_ratio: Fraction | None = None,
    rotation: int = 0,
    paint: Paint = lambda _: (40, 120, 200),
    options: dict[str, str] | None = None,
) -> Path:
    """Write a video as some gateway may have encoded it; "" is no sound."""
    with av.open(path, "w") as movie:
        film = cast("VideoStream", movie.add_stream(codec, 12, options=options or {}))
        film.width, film.height, film.pix_fmt = width, height, pixels
        if pixel_ratio:
            film.codec_context.sample_aspect_ratio = pixel_ratio
        if rotation:
            film.set_display_rotation(rotation)
        tone = None
        if sound:
            tone = cast("AudioStream", movie.add_stream(sound, 48_000, layout="stereo"))
        for index in range(round(seconds * 12)):
            painted = paint(index / 12)
            if not isinstance(painted, Image.Image):
                painted = Image.new("RGB", (width, height), painted)
            movie.mux(film.encode(av.VideoFrame.from_image(painted).reformat(format=pixels)))
        for number in range(int(seconds * 48_000) // 960 if tone else 0):
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=960)
            frame.rate, frame.pts = 48_000, number * 960
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            movie.mux(tone.encode(frame) if tone else [])
        for stream in filter(None, (film, tone)):
            movie.mux(stream.encode())
    return path


def make_sound(path: Path, seconds: float = 0.02, *, codec: str = "") -> Path:
    """Write silence as the path's suffix says, without any picture."""
    codec = codec or ("libopus" if path.suffix == ".ogg" else "aac")
    samples = "flt" if codec == "libopus" else "fltp"
    with av.open(path, "w") as movie:
        stream = movie.add_stream(codec, rate=48_000)
        assert isinstance(stream, av.AudioStream)
        for number in range(round(seconds * 50)):
            frame = av.AudioFrame(format=samples, layout="stereo", samples=960)
            frame.rate, frame.pts = 48_000, number * 960
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            movie.mux(stream.encode(frame))
        movie.mux(stream.encode())
    return path


def make_empty(path: Path) -> Path:
    """Write an MP4 with a track of video and not one frame."""
    with av.open(path, "w") as movie:
        stream = movie.add_stream("libx264", rate=Fraction(8))
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        movie.start_encoding()
    return path
