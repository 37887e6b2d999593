"""Makes a video again in a child process, small enough for a chat and such that it plays there."""

# PyAV's own stubs are incomplete.
# pyright: reportUnknownMemberType=false

import asyncio
import logging
import os
import sys
import threading
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import JobError
from core.files.child import Turns, run_child
from core.files.media_info import sniff
from core.files.probe import probe
from core.media import Asset, MediaKind

# libav is imported where the child uses it: it would cost the bot 40 MB.
if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

log = logging.getLogger(__name__)

_turns = Turns(1)

# An encoder only aims at its bitrate, and the container needs room of its own.
_MARGIN = 0.07
_CONTAINER_BYTES = 4096
_SECOND_TRY = 0.9
_SMALLEST_SIDE = 240
_EVEN = 2
# Bits for each pixel and second, at the 30 frames that gateways make at most.
_WATCHABLE_BITS = 0.9
_GOOD_BITS = 4.5
_SOUND_SHARE = 0.1
_SOUND_BITS = range(32_000, 128_001)
_SOUND_RATE = 48_000
_FRAMES_PER_SECOND = Fraction(30)
_TIME_BASE = Fraction(1, 90_000)
_LYING = frozenset({90, -90})


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a video is made again. Bits are per second; the size is that of the shown picture."""

    width: int
    height: int
    video_bits: int
    audio_bits: int


def needs_conversion(asset: Asset) -> bool:
    """Tell whether a video is something else than the H.264 in MP4 that every chat plays."""
    playable = asset.mime == "video/mp4" and asset.codec == "h264"
    return asset.kind is MediaKind.VIDEO and not playable


def plan(asset: Asset, limit_bytes: int) -> Encoding | None:
    """Choose size and bitrates; None where nothing watchable would be small enough."""
    if not asset.seconds:
        return None
    room_bits = max((limit_bytes - _CONTAINER_BYTES) * 8 * (1 - _MARGIN), 0) / asset.seconds
    # Whether there is sound is not known here; without any, this is a little more margin.
    audio_bits = min(max(int(room_bits * _SOUND_SHARE), _SOUND_BITS[0]), _SOUND_BITS[-1])
    video_bits = room_bits - audio_bits
    short = min(asset.width, asset.height)
    affordable = max(video_bits, 0) / (asset.width * asset.height * _WATCHABLE_BITS)
    scale = min(affordable**0.5, 1)
    if short * scale < min(_SMALLEST_SIDE, short):
        return None
    width, height = _even(asset.width * scale), _even(asset.height * scale)
    enough = int(width * height * _GOOD_BITS)
    return Encoding(
        width=width,
        height=height,
        video_bits=min(int(video_bits), enough),
        audio_bits=audio_bits,
    )


def _even(pixels: float) -> int:
    return max(int(pixels) // _EVEN * _EVEN, _EVEN)


async def transcode(
    asset: Asset, limit_bytes: int, *, timeout_seconds: float = 900
) -> Asset | None:
    """Make a video again as `<stem>-fit.mp4`, at most `limit_bytes` large; one at a time.

    None where that is not possible. The original is left as it is.
    """
    encoding = plan(asset, limit_bytes)
    if encoding is None:
        return None
    target = asset.path.with_name(f"{asset.path.stem}-fit.mp4")
    fitted = None
    try:
        async with _turns.turn(), asyncio.timeout(timeout_seconds):
            fitted = await _make_again(asset.path, target, encoding, limit_bytes)
    except (TimeoutError, ChildProcessError, JobError) as error:
        reason = str(error) or "it takes too long"
        log.warning("%s could not be made again: %s", asset.path, reason)
    finally:
        if fitted is None:
            _remove(target)
    return fitted


async def _make_again(
    source: Path, target: Path, encoding: Encoding, limit_bytes: int
) -> Asset | None:
    for _ in range(2):
        await _ask_child(source, target, encoding)
        made = await probe(target, MediaKind.VIDEO)
        if made.size_bytes <= limit_bytes:
            return made
        less = encoding.video_bits * limit_bytes / made.size_bytes * _SECOND_TRY
        encoding = replace(encoding, video_bits=int(less))
    return None


def _remove(target: Path) -> None:
    for path in (target, target.with_suffix(".jpg")):
        path.unlink(missing_ok=True)


async def _ask_child(source: Path, target: Path, encoding: Encoding) -> None:
    numbers = (encoding.width, encoding.height, encoding.video_bits, encoding.audio_bits)
    await run_child(__name__, source, target, *numbers)


def encode(source: Path, target: Path, encoding: Encoding) -> None:
    """Make the video again in this process.

    Raises:
        OSError, ValueError: libav cannot read the one or write the other.
    """
    import av  # noqa: PLC0415 only the child pays for it

    with source.open("rb") as file:
        # The format is named, or a playlist could send libav to other files and hosts.
        demuxer = "matroska" if sniff(file.read(12)) == "video/webm" else "mov"
    with av.open(source, format=demuxer) as movie:
        rotation = next(movie.decode(movie.streams.video[0])).rotation
    with (
        av.open(source, format=demuxer) as movie,
        av.open(target, "w", format="mp4", options={"movflags": "+faststart"}) as copy,
    ):
        _convert(movie, copy, encoding, rotation)


def _convert(
    movie: "InputContainer", copy: "OutputContainer", encoding: Encoding, rotation: int
) -> None:
    from av.audio.frame import AudioFrame  # noqa: PLC0415 only the child pays for it
    from av.video.frame import VideoFrame  # noqa: PLC0415 idem

    film = _film(copy, movie.streams.video[0], encoding, rotation)
    sound = copy.add_stream("aac", _SOUND_RATE, layout="stereo") if movie.streams.audio else None
    if sound:
        sound.bit_rate = encoding.audio_bits
    for packet in movie.demux(movie.streams.video[:1] + movie.streams.audio[:1]):
        for frame in packet.decode():
            if isinstance(frame, VideoFrame):
                copy.mux(film.encode(_scaled(frame, film)))
            elif sound and isinstance(frame, AudioFrame):
                copy.mux(sound.encode(frame))
    copy.mux(film.encode())
    if sound:
        copy.mux(sound.encode())


def _film(
    copy: "OutputContainer", source: "VideoStream", encoding: Encoding, rotation: int
) -> "VideoStream":
    rate = source.average_rate or _FRAMES_PER_SECOND
    film = copy.add_stream("libx264", rate, options=_rate_control(encoding.video_bits))
    # A lying picture stays so, and players go on turning it.
    size = (encoding.width, encoding.height)
    film.width, film.height = size[::-1] if rotation in _LYING else size
    film.pix_fmt, film.bit_rate = "yuv420p", encoding.video_bits
    film.codec_context.time_base = source.time_base or _TIME_BASE
    if rotation:
        film.set_display_rotation(rotation)
    return film


def _scaled(frame: "VideoFrame", film: "VideoStream") -> "VideoFrame":
    scaled = frame.reformat(film.width, film.height, "yuv420p", interpolation="BICUBIC")
    scaled.pict_type = 0  # what was a key frame need not be one
    return scaled


def _rate_control(bits: int) -> dict[str, str]:
    """Hold the bitrate over every half second, or a short film would exceed it."""
    return {"preset": "veryfast", "maxrate": str(bits), "bufsize": str(bits // 2)}


def obey(arguments: list[str]) -> None:
    """Do what the arguments say."""
    source, target, *numbers = arguments
    width, height, video_bits, audio_bits = map(int, numbers)
    encoding = Encoding(width=width, height=height, video_bits=video_bits, audio_bits=audio_bits)
    encode(Path(source), Path(target), encoding)


def _end_with_parent() -> None:
    # Two of us would write into one file, should the bot be killed and started again.
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(10)  # the bot comes first
    obey(sys.argv[1:])
