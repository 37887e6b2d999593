"""Small copies are small, look like what they are of, and cost nothing where they fail."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from core.files.child import Pool
from core.files.media_info import look
from core.files.small import SIDE_PIXELS, make_small, needs_small, small_path
from tests.fakes.movies import make_movie

RED, BLUE = (220, 30, 20), (20, 40, 210)


def halves(mode: str = "RGB", size: tuple[int, int] = (3840, 2160)) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def saved(path: Path, picture: Image.Image, **options: object) -> Path:
    picture.save(path, **options)  # pyright: ignore[reportArgumentType]
    return path


def near(found: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(int(one) - other) < 40 for one, other in zip(found, wanted, strict=True))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


@pytest.mark.parametrize(
    ("name", "mode"),
    [("1.jpg", "RGB"), ("1.png", "RGB"), ("1.webp", "RGB"), ("1.png", "P"), ("1.jpg", "CMYK")],
)
async def test_a_picture_becomes_small_and_looks_the_same(
    tmp_path: Path, name: str, mode: str
) -> None:
    original = saved(tmp_path / name, halves(mode))
    done = await make_small(original)

    assert done
    with Image.open(tmp_path / "1-small.webp") as small:
        assert (small.format, small.size) == ("WEBP", (SIDE_PIXELS, SIDE_PIXELS * 9 // 16))
        shown = small.convert("RGB")
    assert near(shown.getpixel((20, 20)), RED)
    assert near(shown.getpixel((SIDE_PIXELS - 20, 20)), BLUE)
    assert names_in(tmp_path) == sorted((name, "1-small.webp"))


async def test_4k_of_noise_is_light(tmp_path: Path) -> None:
    noise = Image.effect_noise((3840, 2160), 60).convert("RGB")
    original = saved(tmp_path / "1.png", noise)
    await make_small(original)

    assert original.stat().st_size > 10_000_000
    assert small_path(original).stat().st_size < 150_000


async def test_what_can_be_seen_through_stays_so(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (2000, 1000), (*RED, 0))
    clear.paste((*BLUE, 255), (1000, 0, 2000, 1000))
    await make_small(saved(tmp_path / "1.png", clear))

    with Image.open(tmp_path / "1-small.webp") as small:
        assert [small.getpixel((x, 9))[3] for x in (9, 700)] == [0, 255]  # type: ignore[index]


async def test_a_picture_that_lies_on_its_side_is_upright_and_tells_nothing_else(
    tmp_path: Path,
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the sensor's right is up
    exif[0x010F] = "a camera"
    await make_small(saved(tmp_path / "1.jpg", halves(), exif=exif))

    with Image.open(tmp_path / "1-small.webp") as small:
        assert small.size == (SIDE_PIXELS * 9 // 16, SIDE_PIXELS)
        assert not small.getexif()
        shown = small.convert("RGB")
    assert near(shown.getpixel((20, 20)), RED)
    assert near(shown.getpixel((20, SIDE_PIXELS - 20)), BLUE)


async def test_colours_are_read_as_the_original_says(tmp_path: Path) -> None:
    made = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    profile = ImageCms.ImageCmsProfile(made).tobytes()  # pyright: ignore[reportUnknownArgumentType]
    await make_small(saved(tmp_path / "1.png", halves(), icc_profile=profile))

    with Image.open(tmp_path / "1-small.webp") as small:
        assert small.info.get("icc_profile") == profile


@pytest.mark.parametrize("rotation", [0, 90])
async def test_of_a_video_it_is_a_frame_as_it_is_shown(tmp_path: Path, rotation: int) -> None:
    film = make_movie(tmp_path / "1.mp4", 1280, 720, 0.4, rotation=rotation, paint=lambda _: RED)
    asset = look(film)
    done = await make_small(film)

    assert (done, needs_small(asset)) == (True, True)
    with Image.open(tmp_path / "1-small.webp") as small:
        wanted = (asset.width * SIDE_PIXELS // 1280, asset.height * SIDE_PIXELS // 1280)
        assert small.size == wanted
        assert near(small.convert("RGB").getpixel((9, 9)), RED)


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def truncated(folder: Path) -> Path:
    path = saved(folder / "1.png", Image.effect_noise((600, 600), 60).convert("RGB"))
    path.write_bytes(path.read_bytes()[:-9000])
    return path


def deep_grey(folder: Path) -> Path:
    """Of 16 bits, which would become white."""
    return saved(folder / "1.png", Image.new("I;16", (2000, 1000), 30_000))


def gone(folder: Path) -> Path:
    return folder / "1.png"


@pytest.mark.parametrize("broken", [truncated, deep_grey, gone])
async def test_what_cannot_be_made_small_leaves_nothing_behind(
    tmp_path: Path, broken: Callable[[Path], Path]
) -> None:
    original = broken(tmp_path)
    before = names_in(tmp_path)

    assert not await make_small(original)
    assert names_in(tmp_path) == before


async def test_what_cannot_be_put_in_its_place_is_cleared_up(tmp_path: Path) -> None:
    original = saved(tmp_path / "1.png", halves())
    small_path(original).mkdir()

    assert not await make_small(original)
    assert names_in(tmp_path) == ["1-small.webp", "1.png"]


async def test_a_folder_that_was_deleted_is_not_made_again(tmp_path: Path) -> None:
    original = tmp_path / "job" / "1.png"

    assert not await make_small(original)
    assert not original.parent.exists()


async def test_one_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    original = tmp_path / "1.png"
    os.mkfifo(original)  # nobody ever writes there
    pool = Pool(at_once=1, seconds=0.2, cpu_seconds=5)
    done = await asyncio.wait_for(make_small(original, pool), 90)

    assert not done
    assert names_in(tmp_path) == ["1.png"]


def test_what_is_light_is_shown_as_it_is(tmp_path: Path) -> None:
    light = look(saved(tmp_path / "1.png", halves(size=(640, 480))))
    tiny = look(make_movie(tmp_path / "2.mp4", 64, 64, 0.2))

    assert not needs_small(light)
    assert needs_small(replace(light, size_bytes=200_000))
    assert needs_small(replace(light, width=3840))
    assert not needs_small(tiny)
    assert needs_small(replace(tiny, thumbnail=None))
