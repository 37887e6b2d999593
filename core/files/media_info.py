"""Looks into a picture or video; run as a process of its own by `core.files.probe`.

It imports little: a process that starts for each file should start soon.
"""

import hashlib
import json
import mmap
import re
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.errors import Fault, FaultKind, JobError
from core.media import Asset, MediaKind

# Pillow and libav are imported where the child uses them: they would cost the bot 40 MB.
if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image

# What is accepted, and how such a file is named.
EXTENSIONS = {
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}
MEGAPIXELS = 50

_STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"\x1a\x45\xdf\xa3": "video/webm",
}
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"avif": "image/avif",
    b"avis": "image/avif",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heic"),
}
DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "matroska"}

ORIENTATION = 0x0112
_LYING = range(5, 9)
# A picture in ten scans is usual. Each costs as much as a whole picture, and has only 30 bytes.
_SCANS = 100
_SEGMENTS = 5000
# Stuffed zeros and restarts are in the middle of a scan.
_MARKER = re.compile(rb"\xff+([\x02-\xcf\xd9-\xfe])")
_END, _SCAN = 0xD9, 0xDA
# Wider or narrower pixels are a mistake or an attack, not a picture.
_PIXEL_RATIOS = (Fraction(1, 4), Fraction(4))
THUMBNAIL_PIXELS = 320
_THUMBNAIL_SECOND = 1.0
_FRAMES_PER_MOMENT = 120
_DARK = 16


def sniff(head: bytes) -> str:
    """Tell a file's MIME type from its first 12 bytes; "" if it is unknown."""
    for start, mime in _STARTS.items():
        if head.startswith(start):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _BRANDS.get(head[8:12], "video/mp4") if head[4:8] == b"ftyp" else ""


def look(path: Path) -> Asset:
    """Look into a file in this process; raises what `core.files.probe.probe` raises."""
    with path.open("rb") as file:
        mime = sniff(file.read(12))
        file.seek(0)
        if mime not in EXTENSIONS:
            raise not_media(mime or "neither a picture nor a video that we know")
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    asset = _movie(path, mime) if mime in DEMUXERS else _picture(path, mime)
    return replace(asset, sha256=sha256)


def answer(path: Path, look: Callable[[Path], Asset] = look) -> bytes:
    """Look into a file and give what the parent reads: an Asset or a Fault as JSON."""
    found: Asset | Fault
    try:
        found = look(path)
    except JobError as error:
        found = error.fault
    except MemoryError:
        found = not_media("it takes too much memory to look into").fault
    return json.dumps(asdict(found), default=str).encode()


def not_media(detail: str) -> JobError:
    """The fault of a file that cannot be shown."""
    return JobError(Fault(kind=FaultKind.NOT_MEDIA, detail=detail))


def _check_pixels(width: int, height: int) -> None:
    if width * height > MEGAPIXELS * 1_000_000:
        detail = f"{width} x {height} pixels"
        raise JobError(Fault(kind=FaultKind.OVERSIZED, detail=detail))


def _check_scans(path: Path) -> None:
    """Refuse a JPEG that would take minutes to decode."""
    scans = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = 2
        for _ in range(_SEGMENTS):
            marker = _MARKER.search(content, place)
            if marker is None or marker[1][0] == _END:
                return
            scans += marker[1][0] == _SCAN
            if scans > _SCANS:
                break
            place = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2])
    raise not_media("the picture is in too many pieces")


def _picture(path: Path, mime: str) -> Asset:
    from PIL import Image  # noqa: PLC0415 only the child pays for it

    if mime == "image/jpeg":
        _check_scans(path)
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
            width, height = picture.size
            _check_pixels(width, height)
            picture.load()
            lying = picture.getexif().get(ORIENTATION) in _LYING
    except Image.DecompressionBombError as error:
        raise JobError(Fault(kind=FaultKind.OVERSIZED, detail="too many pixels")) from error
    except (OSError, SyntaxError) as error:
        raise not_media("the picture is broken") from error
    return Asset(
        kind=MediaKind.IMAGE,
        path=path,
        mime=mime,
        size_bytes=path.stat().st_size,
        width=height if lying else width,
        height=width if lying else height,
    )


def _movie(path: Path, mime: str) -> Asset:
    import av  # noqa: PLC0415 only the child pays for it
    from av.error import FFmpegError  # noqa: PLC0415 idem

    try:
        # The format is named, or a playlist could send libav to other files and hosts.
        with av.open(path, format=DEMUXERS[mime]) as movie:
            if not movie.streams.video:
                raise not_media("there is no picture in the video")
            stream = movie.streams.video[0]
            width, height = shown_size(stream)
            _check_pixels(width, height)
            seconds = length_seconds(movie, stream)
            frame, small = best_frame(movie, stream, seconds, (width, height))
            sound = movie.streams.audio[0].codec_context if movie.streams.audio else None
    except MemoryError:
        raise  # libav's own is an FFmpegError, too
    except FFmpegError as error:
        raise not_media("the video is broken") from error
    lying = frame.rotation in {90, -90}
    return Asset(
        kind=MediaKind.VIDEO,
        path=path,
        mime=mime,
        size_bytes=path.stat().st_size,
        width=height if lying else width,
        height=width if lying else height,
        seconds=seconds,
        codec=stream.codec_context.codec.canonical_name,
        profile=stream.profile or "",
        pixels=stream.codec_context.pix_fmt or "",
        square=(stream.sample_aspect_ratio or 1) == 1,
        sound=sound.codec.canonical_name if sound else "",
        thumbnail=_save_thumbnail(small, path.with_suffix(".jpg")),
    )


def shown_size(stream: "VideoStream") -> tuple[int, int]:
    """The size in square pixels, at which nothing is lost."""
    width, height = stream.width, stream.height
    ratio = stream.sample_aspect_ratio or Fraction(1)
    if not _PIXEL_RATIOS[0] <= ratio <= _PIXEL_RATIOS[1]:
        return width, height
    return round(width * max(ratio, 1)), round(height * max(1 / ratio, 1))


def length_seconds(movie: "InputContainer", stream: "VideoStream") -> float:
    """Read the length from the header, or from the packets when a live recorder left it out."""
    if movie.duration:
        return movie.duration / 1_000_000
    ends = (
        (packet.pts + (packet.duration or 0)) * packet.time_base
        for packet in movie.demux(stream)
        if packet.pts is not None
    )
    if seconds := max(ends, default=0):
        return float(seconds)
    raise not_media("the video has no length")


def best_frame(
    movie: "InputContainer",
    stream: "VideoStream",
    seconds: float,
    shown: tuple[int, int],
    side: int = THUMBNAIL_PIXELS,
) -> tuple["VideoFrame", "Image"]:
    """Take the first frame that is not dark, or the brightest if all are, and shrink it."""
    frames: list[tuple[VideoFrame, Image]] = []
    for second in (min(_THUMBNAIL_SECOND, seconds / 2), seconds / 2, seconds * 0.8):
        if frame := frame_at(movie, stream, second):
            frames.append((frame, shrunk(frame, shown, side)))
            if _light(frames[-1][1]) >= _DARK:
                break
    if not frames:
        raise not_media("no frame of the video can be decoded")
    return max(frames, key=lambda pair: _light(pair[1]))


def frame_at(movie: "InputContainer", stream: "VideoStream", second: float) -> "VideoFrame | None":
    """The frame that is shown at that second, or the last before it; None where there is none."""
    from av.error import FFmpegError  # noqa: PLC0415 only the child pays for it

    latest = None
    with suppress(FFmpegError):
        movie.seek(int(second * 1_000_000))
    with suppress(FFmpegError):
        for latest in islice(movie.decode(stream), _FRAMES_PER_MOMENT):
            if (latest.time or 0) >= second:
                break
    return latest


def shrunk(frame: "VideoFrame", shown: tuple[int, int], side: int) -> "Image":
    """A frame as it is shown, with sides of at most so many pixels."""
    scale = min(side / max(shown), 1)
    size = {"width": _scaled(shown[0], scale), "height": _scaled(shown[1], scale)}
    picture = cast("Image", frame.to_image(**size))  # pyright: ignore[reportUnknownMemberType] untyped
    return picture.rotate(frame.rotation, expand=True)


def _scaled(pixels: int, scale: float) -> int:
    return max(round(pixels * scale), 1)


def _light(picture: "Image") -> float:
    from PIL import ImageStat  # noqa: PLC0415 only the child pays for it

    return ImageStat.Stat(picture.convert("L")).mean[0]


def _save_thumbnail(picture: "Image", path: Path) -> Path | None:
    """Save a small JPEG; if the disk is full, the video does without."""
    try:
        picture.save(path, "JPEG", quality=85)
    except OSError:
        path.unlink(missing_ok=True)
        return None
    return path


if __name__ == "__main__":
    # Pillow warns of pictures that it refuses in the end, or that we do.
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(answer(Path(sys.argv[1])))
