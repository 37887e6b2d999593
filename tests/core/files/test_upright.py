"""A picture that a camera wrote lying goes to gateways upright, and does not tell where it was."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from core.errors import StorageError
from core.files.pictures import save_picture
from core.files.probe import probe_upright

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
SIDEWAYS = 6
RED, BLUE = (255, 0, 0), (0, 0, 255)
PLACE = {1: "N", 2: (48.0, 51.0, 29.0)}


def camera_notes(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Secretcam"
    exif.get_ifd(GPS).update(PLACE)
    return exif


def shot(path: Path, orientation: int, **more: Any) -> Path:
    """Save a picture whose upper half is red when it is shown as its note says."""
    scene = Image.new("RGB", (120, 80), BLUE)
    scene.paste(RED, (0, 0, 120, 40))
    turn = Image.Exif()
    turn[ORIENTATION] = {6: 8, 8: 6}.get(orientation, orientation)
    turned = Image.open(io.BytesIO(_bytes(scene, exif=turn)))
    lying = ImageOps.exif_transpose(turned)
    more = {"quality": 95, "exif": camera_notes(orientation), **more}
    lying.save(path, **more)
    return path


def _bytes(picture: Image.Image, **more: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", **more)
    return target.getvalue()


def near(picture: Image.Image, place: tuple[int, int], wanted: tuple[int, int, int]) -> bool:
    found = picture.convert("RGB").crop((*place, place[0] + 1, place[1] + 1)).tobytes()
    return all(abs(a - b) < 16 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(2, 9))
async def test_a_lying_picture_is_stored_upright(
    orientation: int, suffix: str, tmp_path: Path
) -> None:
    source = shot(tmp_path / f"cat.{suffix}", orientation)

    asset = await save_picture(source, tmp_path / "job", "in-1")

    with Image.open(asset.path) as stored:
        assert stored.getexif().get(ORIENTATION) in {None, 1}
        assert stored.size == (asset.width, asset.height) == (120, 80)
        assert near(stored, (60, 5), RED)
        assert near(stored, (60, 75), BLUE)
    assert asset.path.suffix == f".{suffix}"
    assert asset.size_bytes == asset.path.stat().st_size


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
async def test_what_a_camera_tells_is_gone_with_the_turn(suffix: str, tmp_path: Path) -> None:
    comment = {"comment": b"Secretcam"} if suffix == "jpg" else {}
    xmp = {} if suffix == "png" else {"xmp": b"<x:xmpmeta>Secretcam</x:xmpmeta>"}
    source = shot(tmp_path / f"cat.{suffix}", SIDEWAYS, **comment, **xmp)

    asset = await save_picture(source, tmp_path / "job", "in-1")

    assert b"Secretcam" in source.read_bytes()
    assert b"Secretcam" not in asset.path.read_bytes()
    with Image.open(asset.path) as stored:
        assert not stored.getexif()


async def test_colours_and_what_is_transparent_stay(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (40, 20), (*RED, 0)).quantize(4)
    picture.save(tmp_path / "a.png", exif=camera_notes(SIDEWAYS), icc_profile=b"a profile")

    asset = await save_picture(tmp_path / "a.png", tmp_path / "job", "in-1")

    with Image.open(asset.path) as stored:
        assert stored.info["icc_profile"] == b"a profile"
        assert stored.convert("RGBA").getchannel("A").getextrema() == (0, 0)


async def test_what_lies_right_is_not_touched(tmp_path: Path) -> None:
    source = shot(tmp_path / "cat.jpg", 1)

    asset = await save_picture(source, tmp_path / "job", "in-1")

    assert asset.path.read_bytes() == source.read_bytes()


async def test_the_size_limit_holds_after_the_turn(tmp_path: Path) -> None:
    noise = Image.effect_noise((600, 400), 200).convert("RGB")
    path = tmp_path / "cat.jpg"
    noise.save(path, quality=90, exif=camera_notes(SIDEWAYS))
    limit_bytes = path.stat().st_size

    asset = await probe_upright(path, limit_bytes)

    assert (asset.width, asset.height) == (400, 600)
    assert asset.size_bytes <= limit_bytes


async def test_a_full_disk_is_no_broken_picture(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "in-1.part").symlink_to("/dev/full")

    with pytest.raises(StorageError, match="No space left"):
        await save_picture(shot(tmp_path / "cat.jpg", SIDEWAYS), folder, "in-1")
