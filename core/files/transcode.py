"""Re-encodes a video in a child process, so that it plays in a chat and fits its limit."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.errors import JobError
from core.files import encode
from core.files.child import Pool
from core.files.encode import Encoding
from core.files.probe import probe
from core.media import Asset, MediaKind

log = logging.getLogger(__name__)

# The bot comes first.
FILMS = Pool(at_once=1, seconds=900, cpu_seconds=1800, memory_bytes=2_000_000_000, niceness=10)
# What takes longer, even on a slow machine, is not as long as it says.
_START_SECONDS = 60
_SECONDS_PER_SECOND = 20

# What phones and browsers decode; "" is what an earlier version has not asked.
_PROFILES = frozenset({"", "Baseline", "Constrained Baseline", "Main", "High"})
_PIXELS = frozenset({"", "yuv420p"})
_SOUNDS = frozenset({"", "aac"})

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


def needs_conversion(asset: Asset) -> bool:
    """Tell whether a video is anything other than what every chat can play.

    That is an MP4 of 8-bit 4:2:0 H.264 in square pixels, with AAC or without sound.
    """
    playable = asset.mime == "video/mp4" and _picture_plays(asset) and asset.sound in _SOUNDS
    return asset.kind is MediaKind.VIDEO and not playable


def _picture_plays(asset: Asset) -> bool:
    usual = asset.profile in _PROFILES and asset.pixels in _PIXELS
    return asset.codec == "h264" and usual and asset.square


def plans(asset: Asset, limit_bytes: int) -> Iterator[Encoding]:
    """List the ways to make an asset fit and play, the one that loses least first."""
    full = plan(asset, limit_bytes)
    if asset.size_bytes <= limit_bytes:
        plays = asset.sound in _SOUNDS
        audio_bits = 0 if plays else _SOUND_BITS[-1]
        if _picture_plays(asset):
            size = {"width": asset.width, "height": asset.height}
            yield Encoding(**size, video_bits=0, audio_bits=audio_bits)
        elif full and plays:
            yield replace(full, audio_bits=0)
    if full:
        yield full


def plan(asset: Asset, limit_bytes: int) -> Encoding | None:
    """Choose size and bitrates; None if nothing watchable would be small enough."""
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


def fitted_path(original: Path) -> Path:
    """Where lies what `transcode` makes of a file."""
    return original.with_name(f"{original.stem}-fit.mp4")


async def transcode(asset: Asset, limit_bytes: int, pool: Pool = FILMS) -> Asset | None:
    """Make a video again as `<stem>-fit.mp4`, at most `limit_bytes` large; one at a time.

    What plays in every chat, picture or sound, is taken over as it is where the size allows it.
    None where that is not possible. The original is left as it is.
    """
    target = fitted_path(asset.path)
    fitted = None
    try:
        fitted = await _make_again(asset, target, limit_bytes, pool)
    finally:
        if fitted is None:
            _remove(target)
    return fitted


async def _make_again(asset: Asset, target: Path, limit_bytes: int, pool: Pool) -> Asset | None:
    made = encoding = None
    for encoding in plans(asset, limit_bytes):
        made = await _try(asset, target, encoding, pool)
        if made and _is_good(made, limit_bytes):
            return made
    if made and encoding and encoding.video_bits:
        less = encoding.video_bits * limit_bytes / made.size_bytes * _SECOND_TRY
        made = await _try(asset, target, replace(encoding, video_bits=int(less)), pool)
        return made if made and _is_good(made, limit_bytes) else None
    return None


def _is_good(made: Asset, limit_bytes: int) -> bool:
    return made.size_bytes <= limit_bytes and not needs_conversion(made)


async def _try(asset: Asset, target: Path, encoding: Encoding, pool: Pool) -> Asset | None:
    numbers = (encoding.width, encoding.height, encoding.video_bits, encoding.audio_bits)
    seconds = min(_START_SECONDS + _SECONDS_PER_SECOND * (asset.seconds or 0), pool.seconds)
    try:
        await pool.run(encode.__name__, asset.path, target, *numbers, seconds=seconds)
        return await probe(target, MediaKind.VIDEO)
    except (TimeoutError, ChildProcessError, JobError) as error:
        reason = str(error) or "it takes too long"
        log.warning("%s could not be made again: %s", asset.path, reason)
    return None


def _remove(target: Path) -> None:
    for path in (target, target.with_suffix(".jpg")):
        path.unlink(missing_ok=True)
