"""Re-encodes a video; run as a process of its own by `core.files.transcode`."""

# PyAV's own stubs are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.files.media_info import sniff

# libav is imported where the child uses it: it would cost the bot 40 MB.
if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    AnyPacket = Packet[Any]

_THREADS = 4
_SOUND_RATE = 48_000
_FRAMES_PER_SECOND = Fraction(30)
_TIME_BASE = Fraction(1, 90_000)
_LYING = frozenset({90, -90})
_LIMITED = 1  # the usual range of brightness, in libav's numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a video is re-encoded. The size is that of the picture as it is shown.

    Bits are per second; 0 where picture or sound is taken over as it is.
    """

    width: int
    height: int
    video_bits: int
    audio_bits: int


def encode(source: Path, target: Path, encoding: Encoding) -> None:
    """Re-encode the video in this process.

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
        tracks = list(_tracks(movie, copy, encoding, rotation))
        for packet in movie.demux([track.source for track in tracks]):
            (track,) = (each for each in tracks if each.source is packet.stream)
            copy.mux(track.take(packet))
        for track in tracks:
            copy.mux(track.end())


def _tracks(
    movie: "InputContainer", copy: "OutputContainer", encoding: Encoding, rotation: int
) -> "Iterator[_Copied | _Encoded]":
    picture = movie.streams.video[0]
    if encoding.video_bits:
        film = _film(copy, picture, encoding, rotation)
        yield _Encoded(picture, partial(_encode_scaled, film))
    else:
        yield _Copied(picture, copy)
    for sound in movie.streams.audio[:1]:
        if encoding.audio_bits:
            made = copy.add_stream("aac", _SOUND_RATE, layout="stereo")
            made.bit_rate = encoding.audio_bits
            yield _Encoded(sound, made.encode)
        else:
            yield _Copied(sound, copy)


class _Copied:
    """A video or audio stream that is copied unchanged."""

    def __init__(self, source: "VideoStream | AudioStream", copy: "OutputContainer") -> None:
        self.source = source
        self._made = copy.add_stream_from_template(source)

    def take(self, packet: "AnyPacket") -> "Sequence[AnyPacket]":
        if not packet.size:  # the end is a packet, too
            return ()
        if packet.dts is None:
            raise ValueError("the order of the pictures is not told, so they cannot be copied")
        packet.stream = self._made
        return (packet,)

    def end(self) -> "Sequence[AnyPacket]":
        return ()


class _Encoded:
    """A video or audio stream that is re-encoded."""

    def __init__(
        self, source: "VideoStream | AudioStream", encode: "Callable[[Any], Sequence[AnyPacket]]"
    ) -> None:
        self.source = source
        self._encode = encode

    def take(self, packet: "AnyPacket") -> "Sequence[AnyPacket]":
        return [made for frame in packet.decode() for made in self._encode(frame)]

    def end(self) -> "Sequence[AnyPacket]":
        return self._encode(None)


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
    film.codec_context.thread_count = _THREADS
    _keep_colours(source.codec_context, film.codec_context)
    if rotation:
        film.set_display_rotation(rotation)
    return film


def _keep_colours(source: "VideoCodecContext", film: "VideoCodecContext") -> None:
    film.color_range = _LIMITED
    if (source.pix_fmt or "").startswith("yuv"):
        film.colorspace = source.colorspace
        film.color_primaries = source.color_primaries
        film.color_trc = source.color_trc


def _encode_scaled(film: "VideoStream", frame: "VideoFrame | None") -> "Sequence[AnyPacket]":
    if frame is None:
        return film.encode()
    scaled = frame.reformat(
        film.width, film.height, "yuv420p", interpolation="BICUBIC", dst_color_range=_LIMITED
    )
    scaled.pict_type = 0  # what was a key frame need not be one
    return film.encode(scaled)


def _rate_control(bits: int) -> dict[str, str]:
    """Hold the bitrate over every half second, or a short film would exceed it."""
    return {"preset": "veryfast", "maxrate": str(bits), "bufsize": str(bits // 2)}


def obey(arguments: list[str]) -> None:
    """Do what the arguments say."""
    source, target, *numbers = arguments
    width, height, video_bits, audio_bits = map(int, numbers)
    encoding = Encoding(width=width, height=height, video_bits=video_bits, audio_bits=audio_bits)
    encode(Path(source), Path(target), encoding)


if __name__ == "__main__":
    obey(sys.argv[1:])
