"""A picture from a user is either good or refused with the words for it."""

import os
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from core.errors import Detail, StorageError, UserError
from core.files.pictures import save_picture
from core.media import MediaKind
from tests.fakes.movies import make_movie


def draw(path: Path, width: int = 64, height: int = 48, *, orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    noise = Image.effect_noise((width, height), 90).convert("RGB")
    noise.save(path, exif=exif)
    return path


async def refusal(source: Path) -> tuple[str, Mapping[str, Detail]]:
    """Save what cannot be used: nothing may stay behind."""
    folder = source.parent / "job"
    with pytest.raises(UserError) as raised:
        await save_picture(source, folder, "input")
    assert files(folder) == []
    return raised.value.key, raised.value.details


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    ("given", "mime", "saved"),
    [
        ("cat.jpeg", "image/jpeg", "input.jpg"),
        ("cat.png", "image/png", "input.png"),
        ("cat.webp", "image/webp", "input.webp"),
    ],
)
async def test_a_good_picture_is_copied(tmp_path: Path, given: str, mime: str, saved: str) -> None:
    source = draw(tmp_path / given)

    asset = await save_picture(source, tmp_path / "job", "input")

    assert asset.path == tmp_path / "job" / saved
    assert asset.path.read_bytes() == source.read_bytes()
    assert files(tmp_path / "job") == [asset.path]
    assert (asset.kind, asset.mime) == (MediaKind.IMAGE, mime)
    assert (asset.width, asset.height) == (64, 48)
    assert asset.size_bytes == asset.path.stat().st_size
    assert len(asset.sha256) == 64


async def test_a_picture_is_judged_by_its_bytes(tmp_path: Path) -> None:
    source = draw(tmp_path / "cat.png").rename(tmp_path / "cat.jpg")

    asset = await save_picture(source, tmp_path / "job", "input")

    assert (asset.mime, asset.path.suffix) == ("image/png", ".png")


async def test_a_picture_that_lies_on_its_side_is_measured_upright(tmp_path: Path) -> None:
    source = draw(tmp_path / "cat.jpg", 64, 48, orientation=6)

    asset = await save_picture(source, tmp_path / "job", "input")

    assert (asset.width, asset.height) == (48, 64)


async def test_the_smallest_and_a_large_picture_are_good(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    Image.new("1", (8000, 6250)).save(tmp_path / "large.png")

    small = await save_picture(draw(tmp_path / "small.png", 16, 16), folder, "small")
    large = await save_picture(tmp_path / "large.png", folder, "large")

    assert (small.width, large.width) == (16, 8000)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
async def test_a_truncated_picture_is_broken(tmp_path: Path, suffix: str) -> None:
    source = draw(tmp_path / f"cat.{suffix}", 200, 200)
    source.write_bytes(source.read_bytes()[:-3000])

    assert await refusal(source) == ("picture-broken", {"name": f"cat.{suffix}"})


async def test_a_picture_of_noise_behind_its_first_bytes_is_broken(tmp_path: Path) -> None:
    source = tmp_path / "cat.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000))

    assert await refusal(source) == ("picture-broken", {"name": "cat.png"})


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "picture-empty"),
        (b"GIF89a" + bytes(90), "picture-gif"),
        (b"\x00\x00\x00\x1cftypheic" + bytes(90), "picture-heic"),
        (b"\x00\x00\x00\x1cftypmif1" + bytes(90), "picture-heic"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(90), "picture-heic"),
        (b"\x00\x00\x00\x14ftypqt  " + bytes(90), "picture-video"),
        (b"\x1a\x45\xdf\xa3" + bytes(90), "picture-video"),
        (b"%PDF-1.7" + bytes(90), "picture-not-image"),
        (b"BM" + bytes(90), "picture-not-image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture-not-image"),
        (b"x", "picture-not-image"),
    ],
)
async def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes, key: str) -> None:
    source = tmp_path / "cat.jpg"
    source.write_bytes(content)

    assert await refusal(source) == (key, {"name": "cat.jpg"})


async def test_a_real_video_is_refused(tmp_path: Path) -> None:
    source = make_movie(tmp_path / "cat.mp4", 64, 64, 0.5)

    assert await refusal(source) == ("picture-video", {"name": "cat.mp4"})


@pytest.mark.parametrize("path", ["gone.jpg", "file/gone.jpg"])
async def test_a_missing_file_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UserError) as raised:
        await save_picture(tmp_path / path, tmp_path / "job", "input")

    assert (raised.value.key, raised.value.details) == ("picture-missing", {"name": "gone.jpg"})


async def test_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()

    assert await refusal(tmp_path / "cats") == ("picture-directory", {"name": "cats"})


async def test_what_can_only_be_waited_for_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cat.jpg")

    assert await refusal(tmp_path / "cat.jpg") == ("picture-unreadable", {"name": "cat.jpg"})


async def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").symlink_to("cat.jpg")

    assert await refusal(tmp_path / "cat.jpg") == ("picture-unreadable", {"name": "cat.jpg"})


async def test_a_file_over_20_megabytes_is_refused(tmp_path: Path) -> None:
    source = draw(tmp_path / "cat.jpg")
    with source.open("ab") as file:
        file.truncate(20_000_001)

    assert await refusal(source) == (
        "picture-too-large",
        {"name": "cat.jpg", "size_mb": 21, "limit_mb": 20},
    )


@pytest.mark.parametrize("size", [(8000, 6251), (12000, 12000), (20000, 20000)])
async def test_too_many_pixels_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    source = tmp_path / "bomb.png"
    Image.new("1", size).save(source)

    assert await refusal(source) == (
        "picture-too-many-pixels",
        {"name": "bomb.png", "limit_megapixels": 50},
    )


@pytest.mark.parametrize("size", [(15, 400), (400, 15)])
async def test_too_few_pixels_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    source = draw(tmp_path / "dot.png", *size)

    assert await refusal(source) == (
        "picture-too-small",
        {"name": "dot.png", "width": size[0], "height": size[1], "limit_px": 16},
    )


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "input.part").symlink_to("/dev/full")

    with pytest.raises(StorageError, match="No space left"):
        await save_picture(draw(tmp_path / "cat.jpg"), tmp_path, "input")

    assert files(tmp_path) == [tmp_path / "cat.jpg"]


async def test_a_folder_that_cannot_be_is_the_operators_affair(tmp_path: Path) -> None:
    source = draw(tmp_path / "cat.jpg")

    with pytest.raises(StorageError):
        await save_picture(source, source / "job", "input")
