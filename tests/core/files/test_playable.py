"""What phones and browsers do not play is made again, and no more of it than that takes."""

# PyAV's own stubs are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image, ImageDraw

from core.files.media_info import look
from core.files.transcode import needs_conversion, transcode
from tests.fakes.movies import make_film, make_movie

LIMIT_BYTES = 10_000_000
RED, WHITE = (200, 30, 30), (255, 255, 255)

PLAYS: dict[str, dict[str, Any]] = {
    "high": {},
    "main": {"options": {"profile": "main"}},
    "baseline": {"options": {"profile": "baseline"}},
    "mute": {"sound": ""},
    "lying on its side": {"rotation": 90},
}
# What is wrong with the picture, and what with the sound alone.
ODD_PICTURES: dict[str, dict[str, Any]] = {
    "4:4:4": {"pixels": "yuv444p"},
    "4:2:2": {"pixels": "yuv422p"},
    "10 bit": {"pixels": "yuv420p10le"},
    "full range": {"pixels": "yuvj420p"},
    "a lossless profile": {"options": {"qp": "0"}},
    "wide pixels": {"pixel_ratio": Fraction(16, 11)},
    "narrow pixels": {"pixel_ratio": Fraction(10, 11)},
    "hevc": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
}
ODD_SOUNDS: dict[str, dict[str, Any]] = {
    "opus": {"sound": "libopus"},
    "ac-3": {"sound": "ac3"},
    "mp3": {"sound": "libmp3lame"},
    "opus, lying on its side": {"sound": "libopus", "rotation": 90},
}


def packets(path: Path, kind: str) -> list[bytes]:
    """The encoded pieces of a film's picture or sound."""
    with av.open(path) as movie:
        stream = next(stream for stream in movie.streams if stream.type == kind)
        return [bytes(packet) for packet in movie.demux(stream) if packet.size]


def first_frame(path: Path) -> Image.Image:
    with av.open(path) as movie:
        return next(movie.decode(video=0)).to_image()


def box_of_red(picture: Image.Image) -> tuple[int, int]:
    """The width and height of all that is red."""
    mask = picture.getchannel("G").point([255] * 128 + [0] * 128)
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    return right - left, bottom - top


def ball(shown: tuple[int, int], stored: tuple[int, int]) -> Image.Image:
    """Paint a round ball, as it is stored in pixels that are not square."""
    picture = Image.new("RGB", shown, WHITE)
    x, y = shown[0] // 2, shown[1] // 2
    ImageDraw.Draw(picture).ellipse((x - 60, y - 60, x + 60, y + 60), fill=RED)
    return picture.resize(stored)


@pytest.mark.parametrize("film", PLAYS.values(), ids=PLAYS)
def test_what_plays_everywhere_is_left_as_it_is(film: dict[str, Any], tmp_path: Path) -> None:
    assert not needs_conversion(look(make_film(tmp_path / "1.mp4", **film)))


@pytest.mark.parametrize("film", ODD_PICTURES.values(), ids=ODD_PICTURES)
async def test_an_odd_picture_is_encoded_again_and_its_sound_is_kept(
    film: dict[str, Any], tmp_path: Path
) -> None:
    odd = look(make_film(tmp_path / "1.mp4", **film))

    made = await transcode(odd, LIMIT_BYTES)

    assert needs_conversion(odd)
    assert made
    assert not needs_conversion(made)
    assert (made.codec, made.profile, made.pixels) == ("h264", "High", "yuv420p")
    assert packets(made.path, "audio") == packets(odd.path, "audio")


@pytest.mark.parametrize("film", ODD_SOUNDS.values(), ids=ODD_SOUNDS)
async def test_an_odd_sound_is_encoded_again_and_its_picture_is_kept(
    film: dict[str, Any], tmp_path: Path
) -> None:
    odd = look(make_film(tmp_path / "1.mp4", **film))

    made = await transcode(odd, LIMIT_BYTES)

    assert needs_conversion(odd)
    assert made
    assert not needs_conversion(made)
    assert made.sound == "aac"
    assert made.seconds == pytest.approx(1, abs=0.05)
    assert (made.width, made.height) == (odd.width, odd.height)
    assert packets(made.path, "video") == packets(odd.path, "video")


@pytest.mark.parametrize(
    ("name", "film"),
    [
        ("1.mov", {}),
        ("1.mov", {"rotation": -90}),
        ("1.mov", {"sound": ""}),
        ("1.mkv", {"options": {"bf": "0"}}),
    ],
)
async def test_another_container_is_all_that_is_changed(
    name: str, film: dict[str, Any], tmp_path: Path
) -> None:
    odd = look(make_film(tmp_path / name, **film))

    made = await transcode(odd, LIMIT_BYTES)

    assert needs_conversion(odd)
    assert made
    assert made.mime == "video/mp4"
    assert not needs_conversion(made)
    assert (made.width, made.height) == (odd.width, odd.height)
    assert made.seconds == pytest.approx(odd.seconds, abs=0.03)
    assert packets(made.path, "video") == packets(odd.path, "video")


async def test_what_cannot_be_copied_is_encoded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # Matroska does not tell when the first pictures are decoded.
    odd = look(make_film(tmp_path / "1.mkv", options={"bf": "2"}))

    made = await transcode(odd, LIMIT_BYTES)

    assert "could not be made again" in caplog.text
    assert made
    assert not needs_conversion(made)
    assert made.seconds == pytest.approx(1, abs=0.05)


async def test_what_plays_but_is_too_large_is_encoded(tmp_path: Path) -> None:
    noise = Image.effect_noise((320, 180), 200).convert("RGB")
    large = look(make_film(tmp_path / "1.mp4", paint=lambda _: noise))

    made = await transcode(large, large.size_bytes - 1)

    assert made
    assert made.size_bytes < large.size_bytes
    assert packets(made.path, "video") != packets(large.path, "video")


@pytest.mark.parametrize(
    ("ratio", "shown", "rotation"),
    [
        (Fraction(64, 45), (1024, 576), 0),
        (Fraction(8, 9), (720, 648), 0),
        (Fraction(64, 45), (1024, 576), 90),
    ],
)
async def test_a_ball_of_pixels_that_are_not_square_stays_round(
    ratio: Fraction, shown: tuple[int, int], rotation: int, tmp_path: Path
) -> None:
    paint = ball(shown, (720, 576))
    odd = look(
        make_film(
            tmp_path / "1.mp4",
            width=720,
            height=576,
            pixel_ratio=ratio,
            rotation=rotation,
            paint=lambda _: paint,
        )
    )

    made = await transcode(odd, LIMIT_BYTES)

    assert made
    assert made.thumbnail
    assert odd.thumbnail
    expected = shown[::-1] if rotation else shown
    assert (odd.width, odd.height) == (made.width, made.height) == expected
    assert made.square
    width, height = box_of_red(first_frame(odd.path))
    assert abs(width - height) > 10
    for picture in (first_frame(made.path), *map(Image.open, (made.thumbnail, odd.thumbnail))):
        width, height = box_of_red(picture)
        assert width == pytest.approx(height, abs=2)


async def test_a_pixel_that_cannot_be_meant_changes_no_size(tmp_path: Path) -> None:
    odd = look(make_film(tmp_path / "1.mp4", pixel_ratio=Fraction(100, 1)))

    made = await transcode(odd, LIMIT_BYTES)

    assert (odd.width, odd.height) == (320, 180)
    assert made
    assert (made.width, made.height, made.square) == (320, 180, True)


async def test_colours_in_full_range_stay_as_they_are(tmp_path: Path) -> None:
    odd = look(make_film(tmp_path / "1.mp4", pixels="yuvj420p", paint=lambda _: RED))

    made = await transcode(odd, LIMIT_BYTES)

    assert made
    pixel = first_frame(made.path).getpixel((160, 90))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) <= 4 for a, b in zip(pixel, RED, strict=True))


def test_what_an_earlier_version_has_looked_into_is_judged_as_it_was(tmp_path: Path) -> None:
    asset = look(make_movie(tmp_path / "1.mp4"))

    assert not needs_conversion(replace(asset, profile="", pixels="", sound=""))
