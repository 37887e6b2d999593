"""A picture is cut to a size from its middle, and lies right."""

import io
from pathlib import Path

import pytest
from PIL import Image

from core.errors import FaultKind, JobError
from core.files.crop import crop, cut

RED, WHITE, BLUE = (255, 0, 0), (255, 255, 255), (0, 0, 255)
UPSIDE_DOWN = 3


def near(made: Image.Image, place: tuple[int, int], wanted: tuple[int, int, int]) -> bool:
    found = made.crop((*place, place[0] + 1, place[1] + 1)).tobytes()
    return all(abs(a - b) < 12 for a, b in zip(found, wanted, strict=True))


def halves(path: Path, **options: object) -> Path:
    """Save a picture that is red above and blue below."""
    picture = Image.new("RGB", (300, 300), RED)
    picture.paste(BLUE, (0, 150, 300, 300))
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


async def test_the_middle_of_a_picture_is_cut_out_in_a_child(tmp_path: Path) -> None:
    made = opened(await crop(halves(tmp_path / "a.png"), 320, 180))

    assert (made.format, made.size) == ("JPEG", (320, 180))
    assert near(made, (160, 10), RED)
    assert near(made, (160, 170), BLUE)


def test_what_is_too_much_is_cut_off_and_nothing_is_squeezed(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    picture = Image.new("RGB", (300, 300), RED)
    picture.paste(BLUE, (0, 50, 300, 250))
    picture.save(path)

    made = opened(cut(path, 320, 180))

    assert near(made, (160, 3), BLUE)
    assert near(made, (160, 176), BLUE)


def test_a_turned_picture_is_turned_back(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = UPSIDE_DOWN

    made = opened(cut(halves(tmp_path / "a.jpg", exif=exif), 100, 100))

    assert near(made, (50, 10), BLUE)
    assert 0x0112 not in made.getexif()


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGBA", (50, 50), (255, 0, 0, 0)),
        Image.new("LA", (50, 50), (0, 0)),
        Image.new("RGBA", (50, 50), (255, 0, 0, 0)).quantize(2),
    ],
    ids=["RGBA", "LA", "P"],
)
def test_what_is_transparent_becomes_white(tmp_path: Path, picture: Image.Image) -> None:
    path = tmp_path / "a.png"
    picture.save(path)

    made = opened(cut(path, 40, 40))

    assert near(made, (20, 20), WHITE)


async def test_what_is_no_picture_is_a_failure_before_anything_is_paid(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no picture")

    with pytest.raises(JobError) as caught:
        await crop(path, 100, 100)

    assert caught.value.fault.kind is FaultKind.NOT_MEDIA
    assert not caught.value.fault.maybe_billed
