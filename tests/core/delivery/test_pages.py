"""What a chat does not take is on a page of our own, before it is at the gateway's link."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.engine.engine import Engine
from core.files.media_info import look
from core.jobs import Job, JobState
from core.media import Asset, RemoteAsset
from core.platform import RefusedError
from storage.database import open_database
from tests.fakes.engine_harness import FOUR, EngineHarness, stored
from tests.fakes.movies import make_movie
from tests.fakes.statements import say

PUBLIC = "https://bot.example"
GATEWAYS = "https://files.example.org/1.mp4"
_ADDRESS = re.compile(rf"{re.escape(PUBLIC)}/v/([\w-]{{43}})")


@pytest.fixture(scope="session")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of half a megabyte in one second."""
    still = Image.effect_noise((320, 240), 200).convert("RGB")
    path = tmp_path_factory.mktemp("loud") / "film.mp4"
    return make_movie(path, 320, 240, 1.0, paint=lambda second: still.rotate(360 * second))


@pytest.fixture
def large(tmp_path: Path, loud: Path) -> Asset:
    path = tmp_path / "media" / "1.mp4"
    path.parent.mkdir()
    path.write_bytes(loud.read_bytes())
    return look(path)


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(folder=tmp_path, root="http://127.0.0.1:9", public_url=PUBLIC)


def waiting(harness: EngineHarness, asset: Asset, limit: int, *, private: bool = False) -> Job:
    """A job whose result waits to be posted to a chat with that limit."""
    harness.chat.limits = replace(harness.chat.limits, upload_bytes=limit)
    job = harness.job(model=FOUR)
    return replace(
        job,
        request=replace(job.request, private=private),
        state=JobState.DELIVERING,
        results=(RemoteAsset(urls=(GATEWAYS,)),),
        assets=(asset,),
        started_at=2.0,
    )


async def delivered(harness: EngineHarness, engine: Engine, left: Job) -> tuple[Job, str]:
    """What becomes of it in a new process, and the text of the post."""
    await engine.idle()
    row = await stored(engine, left.id)
    (text,) = [w.text for w in harness.chat.writes if row.delivered == w.message]
    return row, text


async def test_what_is_too_large_is_on_a_page_and_can_be_taken_back_there(
    harness: EngineHarness, large: Asset
) -> None:
    left = waiting(harness, large, 3_000)
    await harness.leave(left)
    async with harness.engine() as engine:
        row, text = await delivered(harness, engine, left)
        (secret,) = _ADDRESS.findall(text)
        share = await engine.services.shares.find(secret)
    write = harness.chat.of("send")[-1]

    assert share
    assert (share.job, row.state, row.credits) == (left.id, JobState.DONE, 25)
    assert "Watch it in your browser" in text
    assert GATEWAYS not in text
    assert [button.command for button in write.buttons] == ["again", "unshare"]


async def test_what_was_made_smaller_is_in_full_on_a_page(
    harness: EngineHarness, large: Asset
) -> None:
    left = waiting(harness, large, 100_000)
    await harness.leave(left)
    async with harness.engine() as engine:
        _, text = await delivered(harness, engine, left)
        (secret,) = _ADDRESS.findall(text)
        share = await engine.services.shares.find(secret)
    (posted,) = harness.chat.of("deliver")

    assert share
    assert share.job == left.id
    assert posted.assets[0].size_bytes <= 100_000
    assert "Original, in full quality: " in text
    assert [button.command for button in posted.buttons] == ["again", "share", "unshare"]


async def test_what_a_chat_refuses_in_each_form_is_on_a_page(
    harness: EngineHarness, large: Asset
) -> None:
    harness.chat.refuse("deliver", RefusedError("as a video"), RefusedError("as a file"))
    left = replace(waiting(harness, large, 1_000_000), results=())
    await harness.leave(left)
    async with harness.engine() as engine:
        row, text = await delivered(harness, engine, left)

    assert (row.state, row.credits) == (JobState.DONE, 25)
    assert len(_ADDRESS.findall(text)) == 1
    assert "does not accept the file" in text


async def test_what_fits_gets_no_page(harness: EngineHarness, large: Asset) -> None:
    left = waiting(harness, large, 1_000_000)
    await harness.leave(left)
    async with harness.engine() as engine:
        _, text = await delivered(harness, engine, left)
        shared = await engine.services.shares.living([left.id])

    assert (_ADDRESS.findall(text), shared) == ([], frozenset())


async def test_what_is_private_gets_no_page_by_itself(
    harness: EngineHarness, large: Asset
) -> None:
    left = waiting(harness, large, 3_000, private=True)
    await harness.leave(left)
    async with harness.engine() as engine:
        _, text = await delivered(harness, engine, left)
        shared = await engine.services.shares.living([left.id])

    assert GATEWAYS in text
    assert (_ADDRESS.findall(text), shared) == ([], frozenset())


async def test_without_pages_it_is_the_gateways_link(harness: EngineHarness, large: Asset) -> None:
    harness.public_url = ""
    left = waiting(harness, large, 3_000)
    await harness.leave(left)
    async with harness.engine() as engine:
        _, text = await delivered(harness, engine, left)

    assert GATEWAYS in text


async def test_a_page_that_cannot_be_stored_holds_nothing_up(
    harness: EngineHarness, large: Asset
) -> None:
    left = waiting(harness, large, 3_000)
    await harness.leave(left)
    async with open_database(harness.database_url) as database:
        await say(database, "ALTER TABLE shares RENAME TO away")
    async with harness.engine() as engine:
        row, text = await delivered(harness, engine, left)

    assert row.state is JobState.DONE
    assert GATEWAYS in text
