"""Takes pictures out of a video; run as a process of its own by `core.files.videos`."""

import json
import sys
from pathlib import Path

from core.errors import JobError
from core.files.media_info import DEMUXERS, frame_at, not_media, shown_size, shrunk, sniff

_SIDE_PIXELS = 768


def take(path: Path, count: int) -> list[tuple[float, str]]:
    """Save evenly spaced frames beside the video; gives the second and the file of each.

    Raises:
        JobError: no frame can be decoded.
    """
    import av  # noqa: PLC0415 only the child pays for it
    from av.error import FFmpegError  # noqa: PLC0415 idem

    with path.open("rb") as file:
        mime = sniff(file.read(12))
    found: list[tuple[float, str]] = []
    try:
        with av.open(path, format=DEMUXERS[mime]) as movie:
            stream = movie.streams.video[0]
            seconds = (movie.duration or 0) / 1_000_000
            for number in range(count):
                # In the middle of each part: first and last frames are often black.
                second = seconds * (number + 0.5) / count
                if frame := frame_at(movie, stream, second):
                    target = path.with_name(f"{path.stem}-frame-{number + 1}.jpg")
                    picture = shrunk(frame, shown_size(stream), _SIDE_PIXELS)
                    picture.save(target, "JPEG", quality=85)
                    found.append((second, str(target)))
    except (FFmpegError, KeyError, IndexError) as error:
        raise not_media("the video is broken") from error
    if not found:
        raise not_media("no frame of the video can be decoded")
    return found


if __name__ == "__main__":
    try:
        print(json.dumps(take(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201 - what the parent reads
    except (JobError, MemoryError):
        print("[]")  # noqa: T201 - idem
