"""One of several processes listens to each platform; where it ends, another does."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.cli import run
from tests.fakes.fleet import PATIENCE_SECONDS, Fleet, FleetProcess
from tests.fakes.telegram.chat import TelegramChat
from tests.fakes.telegram.server import TOKEN

pytestmark = pytest.mark.fleet

VIDEO = "/video --model veo-3.1 a cat"
ASKED = {"prompt": "a cat", "model": "veo-3.1"}
TELEGRAM = "listening as @"
STANDS_BY = "telegram: stands by"
DISCORD = "on Discord"
NOT_ALONE = "updates go to somebody else"


async def two(fleet: Fleet) -> tuple[FleetProcess, FleetProcess]:
    """Start two: the first listens to both platforms, the second stands by."""
    first = await fleet.start()
    await first.until_logged(TELEGRAM)
    await first.until_logged(DISCORD)
    second = await fleet.start()
    await second.until_logged("stands by", times=2)
    return first, second


def shows(fleet: Fleet, chat: TelegramChat, text: str) -> bool:
    return any(text in post.text for post in fleet.telegram.answers(chat))


def done(fleet: Fleet, chat: TelegramChat) -> int:
    """How many videos have come."""
    return sum("Done in" in post.text for post in fleet.telegram.answers(chat))


async def test_the_one_that_listens_is_killed_and_the_other_answers_each_once(
    fleet: Fleet,
) -> None:
    ada = fleet.telegram.user(7)
    chat = fleet.telegram.private(ada)
    first, second = await two(fleet)
    assert fleet.holder("telegram") is fleet.holder("discord") is first

    await first.kill()
    fleet.telegram.say(chat, ada, VIDEO)
    await second.until_logged(TELEGRAM)
    await fleet.telegram.until(lambda: done(fleet, chat))
    await second.until_logged(DISCORD)
    await fleet.discord.server.until(lambda: fleet.discord.server.gateway.identified == 2)
    await fleet.discord.ada.slash(fleet.discord.channel, "video", **ASKED)
    await fleet.discord.until_shown("Done in")

    assert len(fleet.paid()) == 2
    assert done(fleet, chat) == 1
    assert not second.said(NOT_ALONE)


async def test_the_one_that_is_stopped_lets_the_other_listen_before_it_waits_for_its_jobs(
    fleet: Fleet,
) -> None:
    ada, bob = fleet.telegram.user(7), fleet.telegram.user(8)
    chat, other = fleet.telegram.private(ada), fleet.telegram.private(bob)
    # What it waits for is not over before the rest of this is seen.
    held = fleet.telegram.hold("sendVideo")
    first = await fleet.start()
    await first.until_logged(TELEGRAM)
    fleet.telegram.say(chat, ada, "/video --model apiyi/veo-3.1 #slow a cat")
    await fleet.telegram.until(lambda: shows(fleet, chat, "rendering"))
    second = await fleet.start()
    await second.until_logged(STANDS_BY)

    first.process.terminate()
    await second.until_logged(TELEGRAM)
    fleet.telegram.say(other, bob, "/status")
    await fleet.telegram.until(lambda: fleet.telegram.answers(other))

    assert first.process.returncode is None
    assert not done(fleet, chat)
    assert fleet.holder("telegram") is second
    held.release.set()
    await fleet.telegram.until(lambda: done(fleet, chat))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await first.process.wait() == 0
    assert len(fleet.paid()) == 1
    assert not second.said(NOT_ALONE)


async def test_one_that_stood_still_listens_no_more_and_again_when_the_other_ends(
    fleet: Fleet,
) -> None:
    ada = fleet.telegram.user(7)
    chat = fleet.telegram.private(ada)
    first, second = await two(fleet)

    first.freeze()
    await second.until_logged(TELEGRAM)
    await second.until_logged(DISCORD)
    first.thaw()
    await first.until_logged("stands by", times=2)
    fleet.telegram.say(chat, ada, VIDEO)
    await fleet.telegram.until(lambda: done(fleet, chat))
    await second.stop()
    await fleet.discord.server.until(lambda: fleet.discord.server.gateway.identified == 3)
    fleet.telegram.say(chat, ada, VIDEO)
    await fleet.telegram.until(lambda: done(fleet, chat) == 2)
    await fleet.discord.ada.slash(fleet.discord.channel, "video", **ASKED)
    await fleet.discord.until_shown("Done in")

    assert len(fleet.paid()) == 3


async def test_a_worker_runs_jobs_of_both_platforms_and_listens_to_none(fleet: Fleet) -> None:
    ada = fleet.telegram.user(7)
    chat = fleet.telegram.private(ada)
    front = await fleet.start()
    await front.until_logged(TELEGRAM)
    await front.until_logged(DISCORD)
    await fleet.discord.until_listening()
    worker = await fleet.start("worker")
    await worker.until_logged("platforms:")
    fleet.telegram.say(chat, ada, "/video --model whatai/sora-2 #slow a cat")
    wish = {"prompt": "#slow a cat", "model": "whatai/sora-2"}
    await fleet.discord.ada.slash(fleet.discord.channel, "video", **wish)
    await fleet.telegram.until(lambda: shows(fleet, chat, "rendering"))
    await fleet.discord.until_shown("rendering")

    await front.kill()
    await fleet.telegram.until(lambda: done(fleet, chat))
    await fleet.discord.until_shown("Done in")

    assert len(fleet.paid()) == 2
    assert fleet.discord.server.gateway.identified == 1
    assert not worker.said("listening")
    assert not worker.said("stands by")
    assert fleet.holder("telegram") is not worker


async def test_without_a_postgres_there_is_nothing_to_work_for(tmp_path: Path) -> None:
    done = await run(tmp_path, "worker", variables={"TELEGRAM_BOT_TOKEN": TOKEN})

    assert done.code == 2
    assert "DATABASE_URL: a worker runs jobs that others take" in done.err
    assert "Traceback" not in done.err
