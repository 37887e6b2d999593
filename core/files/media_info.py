"""Looks into a picture or video; run as a process of its own by `core.files.probe`.

It imports little: a process that starts for each file should start soon.
"""

import hashlib
import json
import sys
import warnings
from contextlib import suppress
from dataclasses import asdict, replace
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
_DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "matroska"}


_ORIENTATION = 0x0112
_LYING = range(5, 9)
_THUMBNAIL_PIXELS = 320
_THUMBNAIL_SECOND = 1.0
_FRAMES_PER_MOMENT = 120
_DARK = 16


def sniff(head: bytes) -> str:
    """Tell a file's MIME type by its first 12 bytes; "" for one that we don't know."""
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
    asset = _movie(path, mime) if mime in _DEMUXERS else _picture(path, mime)
    return replace(asset, sha256=sha256)


def answer(path: Path) -> bytes:
    """Look into a file and give what the parent reads: an Asset or a Fault as JSON."""
    found: Asset | Fault
    try:
        found = look(path)
    except JobError as error:
        found = error.fault
    return json.dumps(asdict(found), default=str).encode()


def not_media(detail: str) -> JobError:
    """The fault of a file that cannot be shown."""
    return JobError(Fault(kind=FaultKind.NOT_MEDIA, detail=detail))


def _check_pixels(width: int, height: int) -> None:
    if width * height > MEGAPIXELS * 1_000_000:
        detail = f"{width} x {height} pixels"
        raise JobError(Fault(kind=FaultKind.OVERSIZED, detail=detail))


def _picture(path: Path, mime: str) -> Asset:
    from PIL import Image  # noqa: PLC0415 only the child pays for it

    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
            width, height = picture.size
            _check_pixels(width, height)
            picture.load()
            lying = picture.getexif().get(_ORIENTATION) in _LYING
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
        with av.open(path, format=_DEMUXERS[mime]) as movie:
            if not movie.streams.video:
                raise not_media("there is no picture in the video")
            stream = movie.streams.video[0]
            _check_pixels(stream.width, stream.height)
            seconds = _length_seconds(movie, stream)
            frame = _best_frame(movie, stream, seconds)
    except FFmpegError as error:
        raise not_media("the video is broken") from error
    lying = frame.rotation in {90, -90}
    return Asset(
        kind=MediaKind.VIDEO,
        path=path,
        mime=mime,
        size_bytes=path.stat().st_size,
        width=stream.height if lying else stream.width,
        height=stream.width if lying else stream.height,
        seconds=seconds,
        codec=stream.codec_context.codec.canonical_name,
        thumbnail=_save_thumbnail(frame, path.with_suffix(".jpg")),
    )


def _length_seconds(movie: "InputContainer", stream: "VideoStream") -> float:
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


def _best_frame(movie: "InputContainer", stream: "VideoStream", seconds: float) -> "VideoFrame":
    """Take a frame that is not dark; the lightest, if all are."""
    frames: list[VideoFrame] = []
    for second in (min(_THUMBNAIL_SECOND, seconds / 2), seconds / 2, seconds * 0.8):
        if frame := _frame_at(movie, stream, second):
            frames.append(frame)
            if _light(frame) >= _DARK:
                break
    if not frames:
        raise not_media("no frame of the video can be decoded")
    return max(frames, key=_light)


def _frame_at(
    movie: "InputContainer", stream: "VideoStream", second: float
) -> "VideoFrame | None":
    from av.error import FFmpegError  # noqa: PLC0415 only the child pays for it

    latest = None
    with suppress(FFmpegError):
        movie.seek(int(second * 1_000_000))
    with suppress(FFmpegError):
        for latest in islice(movie.decode(stream), _FRAMES_PER_MOMENT):
            if (latest.time or 0) >= second:
                break
    return latest


def _small(frame: "VideoFrame") -> "Image":
    picture = cast("Image", frame.to_image())  # pyright: ignore[reportUnknownMemberType] untyped
    picture.thumbnail((_THUMBNAIL_PIXELS, _THUMBNAIL_PIXELS))
    return picture.rotate(frame.rotation, expand=True)


def _light(frame: "VideoFrame") -> float:
    from PIL import ImageStat  # noqa: PLC0415 only the child pays for it

    return ImageStat.Stat(_small(frame).convert("L")).mean[0]


def _save_thumbnail(frame: "VideoFrame", path: Path) -> Path | None:
    """Save a small JPEG; the video is good without it, should the disk be full."""
    try:
        _small(frame).save(path, "JPEG", quality=85)
    except OSError:
        path.unlink(missing_ok=True)
        return None
    return path


if __name__ == "__main__":
    # Pillow warns of pictures that it refuses in the end, or that we do.
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(answer(Path(sys.argv[1])))
