"""Finds out how long speech is; run as a process of its own by `core.files.sounds`."""

import json
import sys
from pathlib import Path

_STARTS = {
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"ID3": "mp3",
    b"#!AMR": "amr",
    b"\x1a\x45\xdf\xa3": "matroska",
}
# Frames without anything before them; the bits that differ say only which kind of frame.
_FRAMES = {b"\xff\xfb": "mp3", b"\xff\xf3": "mp3", b"\xff\xf2": "mp3", b"\xff\xfa": "mp3"}
_ADTS = {b"\xff\xf1": "aac", b"\xff\xf9": "aac"}
# Where a packet is as long as the container says.
_TOLD_BY_HEADERS = {"mov", "matroska"}
_AAC_SAMPLES = 1024
# A list of what is to be played is a header, too.
_ALL_OF_IT = {"ignore_editlist": "1"}


def demuxer_of(head: bytes) -> str:
    """Who reads a file that begins with these 12 bytes; "" where it is unknown."""
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    starts = {**_STARTS, **_FRAMES, **_ADTS}
    return next((name for start, name in starts.items() if head.startswith(start)), "")


def seconds_of(path: Path) -> float | None:
    """How long the sound in a file is; None where nobody can tell.

    Counted by its packets, each as long as its codec has it: what a header says costs nothing to
    write, and in some formats that is also how long each packet is.
    """
    import av  # noqa: PLC0415 only the child pays for it
    from av.error import FFmpegError  # noqa: PLC0415 idem

    with path.open("rb") as file:
        demuxer = demuxer_of(file.read(12))
    if not demuxer:
        return None
    try:
        # The format is named, or a playlist could send libav to other files and hosts.
        with av.open(path, format=demuxer, options=_ALL_OF_IT) as sound:
            stream = sound.streams.audio[0]
            codec = stream.codec_context
            # All that telephones record; to decode hours of it takes longer than anybody waits.
            size = max(codec.frame_size, _AAC_SAMPLES) if codec.name == "aac" else 0
            counts = demuxer in _TOLD_BY_HEADERS and not size
            packets = ticks = samples = 0
            for packet in sound.demux(stream):
                packets += bool(packet.size)
                ticks += packet.duration or 0
                samples += sum(frame.samples for frame in packet.decode()) if counts else 0
            told = float(ticks * (stream.time_base or 0))
            counted = max(samples, packets * size) / (codec.sample_rate or 1)
            return max(told, counted) or None
    except (FFmpegError, IndexError):
        return None


if __name__ == "__main__":
    print(json.dumps(seconds_of(Path(sys.argv[1]))))  # noqa: T201 - what the parent reads
