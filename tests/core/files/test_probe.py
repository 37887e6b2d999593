"""What is found in a file, and that a hostile one is only the child's trouble."""

import asyncio
import hashlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from PIL import Image

from core.errors import FaultKind, JobError
from core.files.media_info import answer, look, sniff
from core.files.probe import RESULTS, probe
from core.media import MediaKind
from tests.fakes.forks import forks
from tests.fakes.movies import make_movie, make_sound

ROOT = Path(__file__).parents[3]
BLACK, RED, WHITE = (0, 0, 0), (250, 0, 0), (250, 250, 250)


def save_picture(path: Path, width: int = 64, height: int = 48, orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (width, height), (200, 80, 40)).save(path, exif=exif)
    return path


def make_pipe(path: Path) -> Path:
    """Make a file whose reader waits until somebody writes."""
    os.mkfifo(path)
    return path


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    return make_pipe(tmp_path / "clip.mp4")


async def reader_of(pipe: Path) -> IO[bytes]:
    """Return when the child has opened the pipe; it waits as long as the answer is open."""
    return await asyncio.to_thread(pipe.open, "wb")


async def python(*arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output


def refusal(path: Path) -> JobError:
    with pytest.raises(JobError) as raised:
        look(path)
    return raised.value


def colour(path: Path) -> tuple[int, ...]:
    """Give the middle pixel of a thumbnail."""
    with Image.open(path) as picture:
        pixel = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    return tuple(map(int, pixel))


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81", "video/webm"),
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBP", "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"\x00\x00\x00\x1cftypheic", "image/heic"),
        (b"\x00\x00\x00\x1cftypmif1", "image/heic"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"RIFF\x10\x00\x00\x00WAVE", ""),
        (b"<!DOCTYPE html>", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_tell_the_type(head: bytes, mime: str) -> None:
    assert sniff(head) == mime


async def test_a_video_is_looked_into_by_a_child(tmp_path: Path) -> None:
    path = make_movie(tmp_path / "clip.mp4", 640, 360, 2.5)

    asset = await probe(path, MediaKind.VIDEO)

    assert asset == look(path)
    assert (asset.width, asset.height, asset.seconds) == (640, 360, 2.5)
    assert (asset.kind, asset.mime, asset.codec) == (MediaKind.VIDEO, "video/mp4", "h264")
    assert asset.path == path
    assert asset.size_bytes == path.stat().st_size
    assert asset.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert asset.thumbnail == tmp_path / "clip.jpg"


async def test_a_picture_is_looked_into_by_a_child(tmp_path: Path) -> None:
    path = save_picture(tmp_path / "still.png", 100, 60)

    asset = await probe(path, MediaKind.IMAGE)

    assert asset == look(path)
    assert (asset.width, asset.height, asset.seconds) == (100, 60, None)
    assert (asset.kind, asset.mime, asset.thumbnail) == (MediaKind.IMAGE, "image/png", None)
    assert not path.with_suffix(".jpg").exists()


@pytest.mark.parametrize(
    ("suffix", "mime", "codec"),
    [("mov", "video/quicktime", "h264"), ("webm", "video/webm", "vp9")],
)
def test_other_containers_are_known(tmp_path: Path, suffix: str, mime: str, codec: str) -> None:
    asset = look(make_movie(tmp_path / f"clip.{suffix}"))

    assert (asset.mime, asset.codec) == (mime, codec)
    assert (asset.width, asset.height, asset.seconds) == (320, 180, 2.0)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize(("orientation", "size"), [(3, (64, 48)), (5, (48, 64)), (8, (48, 64))])
def test_a_picture_is_measured_as_people_see_it(
    tmp_path: Path, suffix: str, orientation: int, size: tuple[int, int]
) -> None:
    asset = look(save_picture(tmp_path / f"still.{suffix}", orientation=orientation))

    assert (asset.width, asset.height) == size


@pytest.mark.parametrize(
    ("rotation", "size", "light"),
    [
        (0, (320, 180), (20, 90)),
        (90, (180, 320), (90, 300)),
        (-90, (180, 320), (90, 20)),
        (180, (320, 180), (300, 90)),
    ],
)
def test_a_video_is_measured_and_shown_as_people_see_it(
    tmp_path: Path, rotation: int, size: tuple[int, int], light: tuple[int, int]
) -> None:
    light_left = Image.new("RGB", (320, 180))
    light_left.paste((250, 250, 250), (0, 0, 160, 180))
    path = make_movie(tmp_path / "clip.mp4", rotation=rotation, paint=lambda _: light_left)

    asset = look(path)

    assert (asset.width, asset.height) == size
    assert asset.thumbnail
    with Image.open(asset.thumbnail) as thumbnail:
        assert thumbnail.size == size
        dark = (size[0] - light[0], size[1] - light[1])
        assert [thumbnail.convert("L").getpixel(at) for at in (light, dark)] == [
            pytest.approx(250, abs=9),
            pytest.approx(0, abs=9),
        ]


def test_a_thumbnail_is_small_whatever_the_video_shows(tmp_path: Path) -> None:
    noise = Image.effect_noise((1280, 720), 200).convert("RGB")
    asset = look(make_movie(tmp_path / "clip.mp4", 1280, 720, 1, paint=lambda _: noise))

    assert asset.thumbnail
    assert asset.thumbnail.stat().st_size < 200_000
    with Image.open(asset.thumbnail) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (320, 180))


def test_a_thumbnail_is_not_black_when_there_is_light_later(tmp_path: Path) -> None:
    dark_until_3 = make_movie(
        tmp_path / "late.mp4", seconds=4, paint=lambda second: WHITE if second >= 3 else BLACK
    )
    asset = look(dark_until_3)

    assert asset.thumbnail
    assert min(colour(asset.thumbnail)) > 200


def test_a_thumbnail_is_from_a_second_in(tmp_path: Path) -> None:
    asset = look(
        make_movie(
            tmp_path / "clip.mp4", seconds=6, paint=lambda second: WHITE if second >= 1 else RED
        )
    )

    assert asset.thumbnail
    assert colour(asset.thumbnail)[1] > 200


def test_an_all_black_video_has_a_thumbnail(tmp_path: Path) -> None:
    asset = look(make_movie(tmp_path / "night.mp4", paint=lambda _: BLACK))

    assert asset.thumbnail
    assert max(colour(asset.thumbnail)) < 8


def test_a_video_of_one_frame_is_a_video(tmp_path: Path) -> None:
    asset = look(make_movie(tmp_path / "clip.mp4", seconds=0.5, fps=2))

    assert asset.seconds == 0.5
    assert asset.thumbnail


def test_a_length_that_a_live_recorder_left_out_is_counted(tmp_path: Path) -> None:
    asset = look(make_movie(tmp_path / "clip.webm", seconds=2, options={"live": "1"}))

    assert asset.seconds == pytest.approx(2, abs=0.1)


def test_a_video_without_length_is_no_media(tmp_path: Path) -> None:
    path = make_movie(tmp_path / "clip.mp4", options={"movflags": "frag_keyframe+empty_moov"})
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moof") - 4])

    error = refusal(path)

    assert error.fault.kind is FaultKind.NOT_MEDIA
    assert error.fault.detail == "the video has no length"


def test_a_video_without_a_decodable_frame_is_no_media(tmp_path: Path) -> None:
    path = make_movie(tmp_path / "clip.mp4", options={"movflags": "faststart"})
    content = path.read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start] + bytes(len(content) - start))

    error = refusal(path)

    assert error.fault.kind is FaultKind.NOT_MEDIA
    assert error.fault.detail == "no frame of the video can be decoded"


def test_sound_alone_is_no_media(tmp_path: Path) -> None:
    error = refusal(make_sound(tmp_path / "song.mp4"))

    assert error.fault.kind is FaultKind.NOT_MEDIA
    assert error.fault.detail == "there is no picture in the video"


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x00\x00\x18ftypmp42" + bytes(500),
        b"\x1a\x45\xdf\xa3" + bytes(500),
        b"\xff\xd8\xff\xe0" + bytes(500),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"RIFF\x10\x00\x00\x00WEBP" + bytes(500),
        b"GIF89a" + bytes(500),
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"",
    ],
)
def test_what_only_begins_like_media_is_no_media(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip"
    path.write_bytes(content)

    assert refusal(path).fault.kind is FaultKind.NOT_MEDIA


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_a_truncated_picture_is_no_media(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"still.{suffix}"
    Image.effect_noise((200, 200), 100).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:-2000])

    assert refusal(path).fault.kind is FaultKind.NOT_MEDIA


def test_a_picture_that_is_garbled_inside_is_no_media(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    Image.effect_noise((400, 400), 100).save(path)
    first, second, *rest = path.read_bytes().split(b"IDAT")
    path.write_bytes(b"IDAT".join([first, second]) + b"IDAT".join([b"\x95TAD", *rest]))

    assert refusal(path).fault.kind is FaultKind.NOT_MEDIA


@pytest.mark.parametrize("size", [(8000, 6251), (20000, 20000)])
def test_a_picture_that_is_a_bomb_is_too_large(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", size).save(path)

    assert refusal(path).fault.kind is FaultKind.OVERSIZED


async def test_the_childs_refusal_is_ours(tmp_path: Path) -> None:
    path = tmp_path / "page.mp4"
    path.write_bytes(b"<!DOCTYPE html>")

    with pytest.raises(JobError) as raised:
        await probe(path, MediaKind.VIDEO)

    assert raised.value.fault == refusal(path).fault


async def test_a_picture_in_place_of_a_video_is_no_media(tmp_path: Path) -> None:
    path = save_picture(tmp_path / "clip.mp4.png")

    with pytest.raises(JobError) as raised:
        await probe(path, MediaKind.VIDEO)

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA
    assert raised.value.fault.detail == "image/png instead of video"


async def test_a_child_that_fails_is_no_media(tmp_path: Path) -> None:
    with pytest.raises(JobError) as raised:
        await probe(tmp_path / "missing.mp4", MediaKind.VIDEO)

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA
    assert raised.value.fault.detail == "core.files.media_info ended with code 1"


async def test_a_child_that_crashes_is_no_media(waiting: Path) -> None:
    job = asyncio.create_task(probe(waiting, MediaKind.VIDEO))
    with await reader_of(waiting):
        (child,) = forks()
        child.kill()
        with pytest.raises(JobError) as raised:
            await job

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA
    assert raised.value.fault.detail == "core.files.media_info ended with code -9"


async def test_a_child_that_takes_too_long_is_killed(waiting: Path) -> None:
    with pytest.raises(JobError) as raised:
        await probe(waiting, MediaKind.VIDEO, pool=replace(RESULTS, seconds=0.05))

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA
    assert raised.value.fault.detail == "looking into the file takes too long"
    assert forks() == []


async def test_cancelling_kills_the_child(waiting: Path) -> None:
    job = asyncio.create_task(probe(waiting, MediaKind.VIDEO))
    with await reader_of(waiting):
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    assert forks() == []


async def test_no_more_than_two_children_work_at_once(tmp_path: Path) -> None:
    pipes = [make_pipe(tmp_path / f"{number}.mp4") for number in range(3)]
    jobs = [asyncio.create_task(probe(pipe, MediaKind.VIDEO)) for pipe in pipes]

    with await reader_of(pipes[0]), await reader_of(pipes[1]):
        working = len(forks())
    with await reader_of(pipes[2]):
        pass
    results = await asyncio.gather(*jobs, return_exceptions=True)

    assert working == 2
    assert [type(result) for result in results] == [JobError] * 3


def test_the_child_answers_with_one_line(tmp_path: Path) -> None:
    path = save_picture(tmp_path / "still.png")
    (tmp_path / "page").touch()

    good, bad = answer(path), answer(tmp_path / "page")

    assert json.loads(good)["width"] == 64
    assert json.loads(bad)["kind"] == FaultKind.NOT_MEDIA
    assert b"\n" not in good + bad


async def test_the_bot_itself_does_not_load_the_decoders() -> None:
    ours = "core.delivery.download, core.files.pictures, core.files.probe"
    code = f"import {ours}, sys; print(*sys.modules)"

    modules = set((await python("-c", code)).decode().split())

    assert "core.files.probe" in modules
    assert not {"av", "PIL"} & modules


def test_a_full_disk_costs_only_the_thumbnail(tmp_path: Path) -> None:
    path = make_movie(tmp_path / "clip.mp4")
    path.with_suffix(".jpg").symlink_to("/dev/full")

    asset = look(path)

    assert asset.thumbnail is None
    assert list(tmp_path.iterdir()) == [path]
