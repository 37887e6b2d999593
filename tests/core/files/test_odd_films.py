"""What no gateway should make: films of an hour, of no frames, with edit lists; and bombs."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core.errors import FaultKind, JobError
from core.files.media_info import look
from core.files.probe import probe
from core.media import MediaKind
from tests.fakes.movies import make_empty, make_movie

_HOUR = 3600
_EDIT = struct.Struct(">IiI")


def edited(path: Path, *edits: tuple[int, int]) -> Path:
    """Replace the edit list of an MP4: how many milliseconds of it are shown, from which tick."""
    content = bytearray(path.read_bytes())
    at = content.index(b"elst") - 4
    (size,) = struct.unpack_from(">I", content, at)
    listed = b"".join(_EDIT.pack(*edit, 0x10000) for edit in edits)
    box = struct.pack(">I4sII", 16 + len(listed), b"elst", 0, len(edits)) + listed
    content[at : at + size] = box
    for parent in (b"edts", b"trak", b"moov"):
        place = content.rindex(parent, 0, at) - 4
        (whole,) = struct.unpack_from(">I", content, place)
        struct.pack_into(">I", content, place, whole + len(box) - size)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("edits", "seconds"),
    [
        ([(500, 2048)], 0.5),
        ([(_HOUR * 1000, -1), (2000, 2048)], 2),
        ([(2000, 2048)] * 1000, 2),
    ],
    ids=["a part of it", "an hour of nothing first", "a thousand times"],
)
async def test_an_edit_list_makes_no_film_longer_than_it_is(
    tmp_path: Path, edits: list[tuple[int, int]], seconds: float
) -> None:
    film = edited(make_movie(tmp_path / "film.mp4", 64, 64, 2.0), *edits)

    found = await probe(film, MediaKind.VIDEO)

    assert found.seconds == pytest.approx(seconds, abs=0.2)


@pytest.mark.parametrize("edit", [(0, 0), (2000, 2**30)], ids=["nothing", "what is not there"])
async def test_an_edit_list_that_shows_nothing_leaves_no_media(
    tmp_path: Path, edit: tuple[int, int]
) -> None:
    film = edited(make_movie(tmp_path / "film.mp4", 64, 64, 2.0), edit)

    with pytest.raises(JobError) as raised:
        await probe(film, MediaKind.VIDEO)

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA


async def test_a_film_of_no_frames_is_no_media(tmp_path: Path) -> None:
    with pytest.raises(JobError) as raised:
        await probe(make_empty(tmp_path / "none.mp4"), MediaKind.VIDEO)

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA


@pytest.mark.slow
async def test_a_film_of_an_hour_is_looked_into_like_any(tmp_path: Path) -> None:
    film = make_movie(tmp_path / "hour.mp4", 32, 32, _HOUR, fps=1)

    found = await probe(film, MediaKind.VIDEO)

    assert found.seconds == pytest.approx(_HOUR, abs=2)


def test_a_gif_that_promises_a_wall_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "1.gif"
    path.write_bytes(b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(100))

    with pytest.raises(JobError) as raised:
        look(path)

    assert (raised.value.fault.kind, raised.value.fault.detail) == (
        FaultKind.NOT_MEDIA,
        "image/gif",
    )


async def test_a_png_whose_words_unfold_to_100_megabytes_are_not_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "1.png"
    Image.new("L", (16, 16)).save(path)
    squeezer = zlib.compressobj(1)
    packed = b"".join(squeezer.compress(bytes(1_000_000)) for _ in range(100))
    words = b"Comment\0\0" + packed + squeezer.flush()
    content = path.read_bytes()
    chunk = b"zTXt" + words
    box = struct.pack(">I", len(words)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(content[:33] + box + content[33:])  # behind the header

    with pytest.raises(JobError) as raised:
        await probe(path, MediaKind.IMAGE)

    assert raised.value.fault.kind in {FaultKind.NOT_MEDIA, FaultKind.OVERSIZED}
