"""Telegram calls any process of a fleet; whoever listens does what it says, once and in order."""

import asyncio

import pytest

from tests.fakes.fleet import Fleet, FleetProcess
from tests.fakes.ports import free_port
from tests.fakes.telegram.bot import picture
from tests.fakes.telegram.chat import TelegramChat

pytestmark = pytest.mark.fleet

VIDEO = "/video --model veo-3.1 a cat"
LISTENS = "listening as @"
LEFT = "SELECT id FROM arrivals WHERE body IS NOT NULL"


async def called(fleet: Fleet, command: str) -> FleetProcess:
    """Start one that Telegram calls from now on, whoever listens."""
    port = str(free_port())
    fleet.variables["TELEGRAM_WEBHOOK_URL"] = f"http://127.0.0.1:{port}/hook"
    return await fleet.start(command, HTTP_PORT=port)


async def listening(fleet: Fleet) -> FleetProcess:
    member = await fleet.start(HTTP_PORT=str(free_port()))
    await member.until_logged(LISTENS)
    return member


def done(fleet: Fleet, chat: TelegramChat) -> int:
    """How many videos have come."""
    return sum("Done in" in post.text for post in fleet.telegram.answers(chat))


async def test_whoever_is_called_leaves_it_to_the_one_that_listens(fleet: Fleet) -> None:
    ada = fleet.telegram.user(7)
    chat = fleet.telegram.private(ada)
    door = await called(fleet, "worker")
    await listening(fleet)

    fleet.telegram.album(chat, ada, [picture(70), picture(90)], VIDEO)
    asked = fleet.telegram.inline(ada, "cat")
    await fleet.telegram.until(lambda: asked.answers and done(fleet, chat))

    assert [order.images for order in fleet.paid()] == [2]
    assert not door.said("listening")
    assert fleet.telegram.called("getUpdates") == []


async def test_what_the_one_that_listens_leaves_undone_the_next_one_does(fleet: Fleet) -> None:
    ada, bob = fleet.telegram.user(7), fleet.telegram.user(8)
    chat, other = fleet.telegram.private(ada), fleet.telegram.private(bob)
    await called(fleet, "worker")
    first = await listening(fleet)
    held = fleet.telegram.hold("getFile")
    fleet.telegram.say(chat, ada, caption=VIDEO, photo=picture())
    async with asyncio.timeout(90):
        await held.reached.wait()

    await first.kill()
    fleet.telegram.say(other, bob, VIDEO)
    # It is taken in although nobody listens.
    await fleet.telegram.until(lambda: not fleet.telegram.inbox.pending)
    left = len(fleet.rows(LEFT))
    await listening(fleet)
    await fleet.telegram.until(lambda: done(fleet, chat) == done(fleet, other) == 1)

    assert left == 2
    assert len(fleet.paid()) == 2
