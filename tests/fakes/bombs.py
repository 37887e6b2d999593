"""Small files that promise far more than they hold."""

import struct
from pathlib import Path

from PIL import Image

from tests.fakes.movies import make_movie


def many_scans(path: Path, scans: int, width: int = 640, height: int = 480) -> Path:
    """Write a JPEG that is drawn over and over: each scan costs as much as the whole picture."""
    Image.new("L", (width, height), 128).save(path, progressive=True)
    content = path.read_bytes()
    *_, last = content[:-2].split(b"\xff\xda")
    path.write_bytes(content[:-2] + (b"\xff\xda" + last) * scans + b"\xff\xd9")
    return path


def many_samples(path: Path, samples: int) -> Path:
    """Write an MP4 that says that it has so many pictures, each of the same size."""
    fragments = {"movflags": "frag_keyframe+empty_moov"}
    make_movie(path, 16, 16, 0.5, fps=2, options=fragments)
    content = bytearray(path.read_bytes())
    struct.pack_into(">I", content, content.index(b"trun") + 8, samples)
    path.write_bytes(content)
    return path
