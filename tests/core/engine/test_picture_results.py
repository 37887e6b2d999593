"""Pictures as results: from every dialect that makes them to the chat, and what may go wrong."""

import asyncio
import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.delivery.keep import keep
from core.delivery.prepare import is_native, prepare
from core.dialects import Endpoint
from core.engine.order import Order
from core.errors import Fault, FaultKind, JobError
from core.files.media_info import look
from core.jobs import Job, JobState
from core.limits import Limits, PhotoLimits
from core.media import Asset, MediaKind, MediaRequest, RemoteAsset
from tests.core.dialects.scripted_gateway import endpoint
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.raw_server import raw_server, replies, reply

MODELS = (
    "sandbox/sandbox-image",
    "whatai/nano-banana-2",
    "whatai/gpt-image-1",
    "whatai/flux-kontext-pro",
    "whatai/gemini-2.5-flash-image",
    "whatai/gpt-4o-image",
)
PHOTO = PhotoLimits(size_bytes=10_000_000, sides=10_000, ratio=20)
LIMITS = Limits(
    writes=100,
    window_seconds=1,
    edit_seconds=0,
    text_chars=4096,
    upload_bytes=50_000_000,
    photo=PHOTO,
)


def order(
    harness: EngineHarness, prompt: str, *, images: Sequence[Asset] = (), **options: object
) -> Order:
    asked = MediaRequest(
        prompt=prompt,
        kind=MediaKind.IMAGE,
        images=tuple(images),
        **{"model": "sandbox/sandbox-image", **options},  # type: ignore[arg-type]
    )
    return replace(harness.order(), request=asked)


async def made(harness: EngineHarness, wanted: Order) -> Job:
    async with harness.engine() as engine:
        job = await engine.submit(wanted)
        await engine.idle()
        return await stored(engine, job.id)


def drawn(kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


def saved(folder: Path, name: str = "1.png", size: tuple[int, int] = (64, 48)) -> Asset:
    path = folder / name
    path.write_bytes(drawn(size=size))
    return look(path)


@pytest.mark.slow
@pytest.mark.parametrize("word", ["", "#inline"])
@pytest.mark.parametrize("model", MODELS)
async def test_every_model_makes_a_picture_out_of_words(
    harness: EngineHarness, model: str, word: str
) -> None:
    row = await made(harness, order(harness, f"a cat {word}", model=model))

    (posted,) = harness.chat.of("deliver")
    (asset,) = posted.assets
    assert (row.state, row.fault, harness.paid) == (JobState.DONE, None, 1)
    assert (asset.kind, asset.mime, asset.seconds) == (MediaKind.IMAGE, "image/png", None)
    assert asset.path.suffix == ".png"


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
async def test_every_model_makes_a_picture_out_of_pictures(
    harness: EngineHarness, tmp_path: Path, model: str
) -> None:
    images = [saved(tmp_path, f"{name}.png") for name in "ab"]

    row = await made(harness, order(harness, "a cat", model=model, images=images))

    assert (row.state, row.fault, harness.paid) == (JobState.DONE, None, 1)


async def test_several_pictures_come_in_one_post(harness: EngineHarness) -> None:
    row = await made(harness, order(harness, "a cat", count=3, ratio="3:4"))

    (posted,) = harness.chat.of("deliver")
    assert [(each.width, each.height) for each in posted.assets] == [(96, 128)] * 3
    assert (row.state, row.credits) == (JobState.DONE, 15)


async def test_a_missing_picture_is_called_one(harness: EngineHarness) -> None:
    await made(harness, order(harness, "a cat #partial", count=2))

    (posted,) = harness.chat.of("deliver")
    assert "1 of 2 pictures were made" in posted.text


async def test_a_picture_that_is_called_png_and_is_a_jpeg_is_named_by_its_bytes(
    harness: EngineHarness,
) -> None:
    told = await made(harness, order(harness, "a cat #jpeg"))
    inside = await made(harness, order(harness, "a cat #jpeg #inline"))

    for row in (told, inside):
        assert [(each.mime, each.path.suffix) for each in row.assets] == [("image/jpeg", ".jpg")]


@ONLY_SQLITE
async def test_the_bytes_of_an_answer_reach_the_disk_and_never_the_row(
    harness: EngineHarness,
) -> None:
    row = await made(harness, order(harness, "a cat", model="whatai/gpt-image-1"))

    (result,) = row.results
    database = await asyncio.to_thread((harness.folder / "jobs.db").read_bytes)
    picture = row.assets[0].path.read_bytes()
    assert (result.data, result.file, result.urls) == (None, row.assets[0].path, ())
    assert picture[:8] not in database
    assert base64.b64encode(picture)[:40] not in database


async def test_a_picture_that_was_kept_is_posted_after_a_crash_without_another_answer(
    slow_harness: EngineHarness,
) -> None:
    left = replace(
        slow_harness.job(model="whatai/gpt-image-1"),
        request=MediaRequest(prompt="a cat", kind=MediaKind.IMAGE),
        state=JobState.RUNNING,
    )
    result = RemoteAsset(data=drawn(), kind=MediaKind.IMAGE)
    kept = await keep([result], slow_harness.folder / "media" / left.id)
    await slow_harness.leave(replace(left, results=kept))

    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    (posted,) = slow_harness.chat.of("deliver")
    assert row.state is JobState.DONE
    assert posted.assets[0].path.read_bytes() == drawn()


async def test_a_picture_that_was_being_made_at_a_crash_is_not_paid_again(
    harness: EngineHarness,
) -> None:
    left = replace(
        harness.job(model="whatai/nano-banana"),
        request=MediaRequest(prompt="a cat", kind=MediaKind.IMAGE),
        state=JobState.RUNNING,
    )
    await harness.leave(left)

    async with harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    assert row.fault
    assert (row.fault.kind, row.fault.maybe_billed) == (FaultKind.INTERRUPTED, True)
    assert harness.paid == 0


async def test_what_was_kept_lies_under_its_number_and_without_a_link_of_its_own(
    tmp_path: Path,
) -> None:
    linked = RemoteAsset(urls=("https://h/a.png",), kind=MediaKind.IMAGE)
    first = RemoteAsset(data=drawn("WEBP"), kind=MediaKind.IMAGE, preview=True)
    odd = RemoteAsset(data=b"nothing", kind=MediaKind.IMAGE)

    kept = await keep([linked, first, odd], tmp_path / "job")

    assert kept == (
        linked,
        replace(first, data=None, file=tmp_path / "job" / "2.webp"),
        replace(odd, data=None, file=tmp_path / "job" / "3.bin"),
    )
    assert sorted(path.name for path in (tmp_path / "job").iterdir()) == ["2.webp", "3.bin"]


async def test_a_full_disk_says_that_the_picture_may_have_been_paid_for(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "1.part").symlink_to("/dev/full")

    with pytest.raises(JobError) as caught:
        await keep([RemoteAsset(data=drawn(), kind=MediaKind.IMAGE)], tmp_path / "job")

    assert caught.value.fault.kind is FaultKind.DISK_FULL
    assert caught.value.fault.maybe_billed


@pytest.mark.parametrize(
    ("content", "detail", "reason"),
    [
        (drawn("GIF"), "image/gif", ""),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "image/avif", ""),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4", ""),
        (b"<html>login", "", "login"),
    ],
    ids=["gif", "avif", "a video", "a page"],
)
async def test_what_is_no_picture_that_chats_show_is_named(
    slow_harness: EngineHarness, content: bytes, detail: str, reason: str
) -> None:
    left = replace(
        slow_harness.job(model="whatai/nano-banana"),
        request=MediaRequest(prompt="a cat", kind=MediaKind.IMAGE),
        state=JobState.RUNNING,
    )
    async with raw_server(replies(reply(content))) as server:
        slow_harness.root = server.url
        result = RemoteAsset(urls=(f"{server.url}/a.png",), kind=MediaKind.IMAGE)
        await slow_harness.leave(replace(left, results=(result,)))
        async with slow_harness.engine() as engine:
            await engine.idle()
            row = await stored(engine, left.id)

    assert row.fault
    assert row.fault == Fault(kind=FaultKind.NOT_MEDIA, detail=detail, reason=reason)
    said = slow_harness.chat.writes[-1].text
    assert "not a usable picture" in said
    assert ("The gateway said" in said) == bool(reason)


def test_a_gif_inside_an_answer_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "1.bin"
    path.write_bytes(drawn("GIF"))

    with pytest.raises(JobError) as caught:
        look(path)

    assert caught.value.fault.detail == "image/gif"


@pytest.mark.parametrize(
    ("size", "size_bytes", "native"),
    [
        ((5000, 5000), 10_000_000, True),
        ((5000, 5001), 1, False),
        ((100, 100), 10_000_001, False),
        ((20, 400), 1, True),
        ((20, 401), 1, False),
        ((401, 20), 1, False),
    ],
)
async def test_a_picture_that_a_chat_does_not_show_goes_as_a_file(
    tmp_path: Path,
    size: tuple[int, int],
    size_bytes: int,
    native: bool,  # noqa: FBT001 a column of the table above
) -> None:
    asset = replace(saved(tmp_path), width=size[0], height=size[1], size_bytes=size_bytes)
    nowhere: Endpoint = endpoint("http://127.0.0.1:1")

    ready = await prepare([asset], [RemoteAsset()], LIMITS, nowhere)

    assert is_native(asset, LIMITS) is native
    assert (ready.assets, ready.as_documents) == ((asset,), not native)
    assert is_native(asset, replace(LIMITS, photo=None))


async def test_a_failure_and_its_waiting_speak_of_a_picture(harness: EngineHarness) -> None:
    await made(harness, order(harness, "a cat #nolink"))

    assert "No picture from sandbox-image." in harness.chat.writes[-1].text
    assert "returned no picture" in harness.chat.writes[-1].text
    assert not any("video" in write.text for write in harness.chat.writes)
