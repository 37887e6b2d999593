"""A video is made again so that it fits and plays, and nobody else pays for that."""

# PyAV's own stubs are incomplete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import os
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.files.encode import Encoding, encode, obey
from core.files.media_info import look
from core.files.transcode import FILMS, needs_conversion, plan, transcode
from core.media import Asset, MediaKind
from tests.fakes.forks import forks
from tests.fakes.movies import make_movie

ROOT = Path(__file__).parents[3]
CLIP = Asset(
    kind=MediaKind.VIDEO,
    path=Path("1.mp4"),
    mime="video/mp4",
    codec="h264",
    size_bytes=60_000_000,
    width=720,
    height=1280,
    seconds=15.0,
)
CLIPS = st.builds(
    replace,
    st.just(CLIP),
    width=st.integers(2, 4096),
    height=st.integers(2, 4096),
    seconds=st.floats(0.1, 3600),
)
LIMITS = st.integers(0, 100_000_000)
SMALL = Encoding(width=160, height=90, video_bits=80_000, audio_bits=48_000)


def noise(width: int, height: int) -> Callable[[float], Image.Image]:
    """Paint what no encoder can make small."""
    source = random.Random(1)
    return lambda _: Image.frombytes("RGB", (width, height), source.randbytes(width * height * 3))


def make_noise(path: Path, seconds: float = 1.0, rotation: int = 0) -> Path:
    return make_movie(path, 320, 240, seconds, rotation=rotation, paint=noise(320, 240))


def make_talkie(path: Path, seconds: float = 1.0) -> Path:
    """Write a film with a sound that is as long, in six channels."""
    with av.open(path, "w") as movie:
        film = movie.add_stream("libx264", 12)
        film.width, film.height, film.pix_fmt = 320, 180, "yuv420p"
        sound = movie.add_stream("aac", 44_100, layout="5.1")
        for _ in range(int(12 * seconds)):
            movie.mux(film.encode(av.VideoFrame(320, 180, "yuv420p")))
        for number in range(int(44_100 * seconds) // 1024):
            frame = av.AudioFrame(format="fltp", layout="5.1", samples=1024)
            frame.rate, frame.pts = 44_100, number * 1024
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            movie.mux(sound.encode(frame))
        for stream in (film, sound):
            movie.mux(stream.encode())
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def waiting(path: Path) -> Asset:
    """A film whose reader waits until somebody writes."""
    os.mkfifo(path)
    return replace(CLIP, path=path)


async def reader_of(asset: Asset) -> IO[bytes]:
    """Return when the child has opened the film; it waits as long as the answer is open."""
    return await asyncio.to_thread(asset.path.open, "wb")


@given(CLIPS, LIMITS)
def test_what_is_planned_is_smaller_than_the_limit_and_watchable(clip: Asset, limit: int) -> None:
    encoding = plan(clip, limit)

    if encoding is not None:
        bits = (encoding.video_bits + encoding.audio_bits) * (clip.seconds or 0)
        assert bits / 8 + 4096 <= limit * 0.95 + 4096 * 0.05
        assert encoding.video_bits >= 0.85 * encoding.width * encoding.height
        assert min(encoding.width, encoding.height) >= min(240, clip.width, clip.height) - 1


@given(CLIPS, LIMITS)
def test_a_picture_is_never_enlarged_nor_bent_nor_odd(clip: Asset, limit: int) -> None:
    encoding = plan(clip, limit)

    if encoding is not None:
        scale = max(encoding.width / clip.width, encoding.height / clip.height)
        assert (encoding.width % 2, encoding.height % 2) == (0, 0)
        assert encoding.width <= clip.width
        assert encoding.height <= clip.height
        assert abs(encoding.width - clip.width * scale) <= 2 * max(clip.width / clip.height, 1)
        assert abs(encoding.height - clip.height * scale) <= 2 * max(clip.height / clip.width, 1)


@given(CLIPS, LIMITS, LIMITS)
def test_more_room_never_makes_it_worse(clip: Asset, limit: int, more: int) -> None:
    small, large = plan(clip, limit), plan(clip, limit + more)

    if small is not None:
        assert large is not None
        assert large.video_bits >= small.video_bits
        assert large.width >= small.width


def test_a_usual_video_keeps_its_size_in_fifty_megabytes() -> None:
    encoding = plan(CLIP, 50_000_000)

    assert encoding is not None
    assert (encoding.width, encoding.height, encoding.audio_bits) == (720, 1280, 128_000)
    assert encoding.video_bits > 4_000_000


def test_a_long_video_becomes_smaller_before_it_is_given_up() -> None:
    long = replace(CLIP, seconds=1800.0)

    encoding = plan(long, 50_000_000)

    assert encoding is not None
    assert 240 <= encoding.width < 720
    made_bytes = (encoding.video_bits + encoding.audio_bits) * 1800 / 8
    assert 46_000_000 < made_bytes < 47_500_000
    assert plan(replace(CLIP, seconds=36_000.0), 50_000_000) is None


def test_a_picture_is_not_made_again() -> None:
    picture = replace(CLIP, kind=MediaKind.IMAGE, mime="image/png", codec="", seconds=None)

    assert plan(picture, 1_000_000) is None
    assert not needs_conversion(picture)


@pytest.mark.parametrize(
    ("mime", "codec", "needed"),
    [
        ("video/mp4", "h264", False),
        ("video/mp4", "hevc", True),
        ("video/quicktime", "h264", True),
        ("video/webm", "vp9", True),
    ],
)
def test_only_h264_in_mp4_plays_everywhere(mime: str, codec: str, *, needed: bool) -> None:
    assert needs_conversion(replace(CLIP, mime=mime, codec=codec)) is needed


async def test_a_video_is_made_to_fit_and_the_original_stays(tmp_path: Path) -> None:
    original = look(make_noise(tmp_path / "1.mp4"))

    fitted = await transcode(original, 100_000)

    assert original.size_bytes > 400_000
    assert fitted
    assert fitted == look(tmp_path / "1-fit.mp4")
    assert fitted.size_bytes <= 100_000
    assert (fitted.width, fitted.height, fitted.codec) == (320, 240, "h264")
    assert fitted.seconds == pytest.approx(1.0, abs=0.1)
    assert fitted.thumbnail == tmp_path / "1-fit.jpg"
    assert look(original.path) == original


async def test_a_film_that_chats_do_not_play_is_converted(tmp_path: Path) -> None:
    strange = look(make_movie(tmp_path / "1.webm", 321, 181, 1.0))

    fitted = await transcode(strange, 10_000_000)

    assert fitted
    assert not needs_conversion(fitted)
    assert (fitted.width, fitted.height) == (320, 180)


async def test_a_first_result_that_is_too_large_is_made_once_more(tmp_path: Path) -> None:
    short = look(make_noise(tmp_path / "1.mp4", seconds=1 / 12))
    encoding = plan(short, 8_000)
    assert encoding
    encode(short.path, tmp_path / "first.mp4", encoding)

    fitted = await transcode(short, 8_000)

    assert (tmp_path / "first.mp4").stat().st_size > 8_000
    assert fitted
    assert fitted.size_bytes <= 8_000


async def test_what_stays_too_large_leaves_nothing_behind(tmp_path: Path) -> None:
    original = look(make_movie(tmp_path / "1.mp4", 64, 64, 40.0))
    lying_header = replace(original, seconds=0.1)

    assert plan(lying_header, 5_000)
    assert await transcode(lying_header, 5_000) is None
    assert names(tmp_path) == {"1.mp4", "1.jpg"}


async def test_what_nobody_could_watch_is_not_even_tried(tmp_path: Path) -> None:
    job = asyncio.create_task(transcode(waiting(tmp_path / "1.mp4"), 4_000))

    assert await job is None
    assert names(tmp_path) == {"1.mp4"}


def test_the_copy_starts_at_once_and_plays_everywhere(tmp_path: Path) -> None:
    source = make_movie(tmp_path / "1.mp4")

    obey([str(source), str(tmp_path / "copy.mp4"), "160", "90", "80000", "48000"])

    raw = (tmp_path / "copy.mp4").read_bytes()
    with av.open(tmp_path / "copy.mp4") as copy:
        pixels = copy.streams.video[0].pix_fmt
        sounds = len(copy.streams.audio)
        frames = sum(1 for _ in copy.decode(video=0))
    assert raw.index(b"moov") < raw.index(b"mdat")
    assert (pixels, sounds, frames) == ("yuv420p", 0, 24)


def test_the_sound_is_kept(tmp_path: Path) -> None:
    encode(make_talkie(tmp_path / "1.mp4"), tmp_path / "copy.mp4", SMALL)

    with av.open(tmp_path / "copy.mp4") as copy:
        (sound,) = copy.streams.audio
        seconds = float((sound.duration or 0) * (sound.time_base or 0))
    assert (sound.codec_context.name, sound.channels) == ("aac", 2)
    assert seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("rotation", [90, -90, -180])
def test_a_lying_picture_stands_as_before(tmp_path: Path, rotation: int) -> None:
    shown = (160, 90) if rotation == -180 else (90, 160)
    source = make_movie(tmp_path / "1.mp4", 320, 180, 1.0, rotation=rotation)
    encoding = replace(SMALL, width=shown[0], height=shown[1])

    encode(source, tmp_path / "copy.mp4", encoding)

    with av.open(tmp_path / "copy.mp4") as copy:
        assert next(copy.decode(video=0)).rotation == rotation
    copied = look(tmp_path / "copy.mp4")
    assert (copied.width, copied.height) == shown


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\n", b"\x00\x00\x00\x20ftypisom"])
async def test_what_cannot_be_read_is_not_made_again(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(CLIP, path=tmp_path / "1.mp4")
    broken.path.write_bytes(content)

    assert await transcode(broken, 1_000_000) is None
    assert names(tmp_path) == {"1.mp4"}
    assert "1.mp4 could not be made again" in caplog.text


async def test_a_child_that_takes_too_long_is_killed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert (
        await transcode(waiting(tmp_path / "1.mp4"), 1_000_000, pool=replace(FILMS, seconds=0.05))
        is None
    )
    assert forks() == []
    assert "takes too long" in caplog.text


async def test_cancelling_kills_the_child(tmp_path: Path) -> None:
    film = waiting(tmp_path / "1.mp4")
    job = asyncio.create_task(transcode(film, 1_000_000))
    with await reader_of(film):
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    assert forks() == []
    assert names(tmp_path) == {"1.mp4"}


async def test_only_one_is_made_at_a_time(tmp_path: Path) -> None:
    films = [waiting(tmp_path / f"{number}.mp4") for number in range(2)]
    jobs = [asyncio.create_task(transcode(film, 1_000_000)) for film in films]

    working: list[int] = []
    for film in films:
        with await reader_of(film):
            working.append(len(forks()))
            forks()[0].kill()
    results = await asyncio.gather(*jobs)

    assert (working, results) == ([1, 1], [None, None])


async def test_the_child_ends_with_the_bot(tmp_path: Path) -> None:
    film = waiting(tmp_path / "1.mp4")
    child = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            *("-m", "core.files.limited", "60", "1000000000", "0"),
            "core.files.encode",
            str(film.path),
            str(tmp_path / "copy.mp4"),
        ),
        *("320", "240", "100000", "64000"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
    )
    with await reader_of(film):
        assert child.stdin
        child.stdin.close()
        code = await child.wait()

    assert code == 1


async def test_the_bot_itself_does_not_load_the_decoders() -> None:
    code = "import core.delivery.prepare, core.files.transcode, sys; print(*sys.modules)"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )

    output, _ = await process.communicate()

    assert "core.files.transcode" in output.decode().split()
    assert not {"av", "PIL"} & set(output.decode().split())
