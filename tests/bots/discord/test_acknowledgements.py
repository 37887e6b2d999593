"""What becomes of an order whose acknowledgement fails, in whatever way."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from simcord.results import InteractionResult

from core.i18n import Locale, translate
from tests.fakes.discord.bot import DiscordBotHarness, discord_bot, slow_discord_bot
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.wire import Json

ASKED = {"prompt": "1s a cat", "model": "sandbox-video"}
FIRST_WORD = "POST /interactions/*"
WENT_WRONG = "Something went wrong"
Fault = Callable[[DiscordServer], None]
Ask = Callable[[DiscordBotHarness, Fault], Awaitable[None]]


def breaks(server: DiscordServer) -> None:
    server.refuse(FIRST_WORD, 500, 0, "Internal Server Error", times=9)


def breaks_when_done(server: DiscordServer) -> None:
    server.refuse(FIRST_WORD, 502, 0, "Bad Gateway", done=True)


def is_forbidden(server: DiscordServer) -> None:
    server.refuse(FIRST_WORD, 403, 0, "Blocked")


def is_cut_off(server: DiscordServer) -> None:
    for _ in range(3):
        server.lose_request(FIRST_WORD)


async def asked_by_slash(here: DiscordBotHarness, fault: Fault) -> None:
    fault(here.server)
    await here.ada.slash(here.channel, "video", **ASKED)


async def asked_by_form(here: DiscordBotHarness, fault: Fault) -> None:
    shown = await here.ada.slash(here.channel, "video", model="sandbox-video")
    await here.server.until(lambda: shown.modal)
    fault(here.server)
    await here.ada.submit_modal(shown, {"prompt": "1s a cat"})


async def asked_by_press(here: DiscordBotHarness, fault: Fault) -> None:
    await here.ada.slash(here.channel, "video", **ASKED)
    await here.until_shown("Done in")
    (video,) = here.videos()
    fault(here.server)
    await here.ada.click(here.message(video), label="Again")


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        (asked_by_slash, breaks),
        (asked_by_slash, breaks_when_done),
        (asked_by_form, is_cut_off),
        (asked_by_press, breaks_when_done),
        (asked_by_press, is_forbidden),
        (asked_by_press, is_cut_off),
    ],
)
async def test_an_order_counts_and_is_shown_whatever_becomes_of_its_acknowledgement(
    tmp_path: Path, ask: Ask, fault: Fault
) -> None:
    videos = 2 if ask is asked_by_press else 1
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        await ask(here, fault)
        await here.server.until(lambda: len(here.videos()) == videos)
        await engine.idle()

        ended = [m for m in here.messages() if "Done in" in m["content"]]
        assert here.harness.paid == len(ended) == videos
        assert here.shows(WENT_WRONG) is None


async def test_an_acknowledgement_that_is_never_answered_holds_nothing_up(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        here.server.hold(FIRST_WORD)
        await here.ada.slash(here.channel, "video", **ASKED)

        await here.until_shown("Done in")
        assert here.harness.paid == 1


async def test_a_private_order_without_an_acknowledgement_is_shown_to_its_person_alone(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        breaks(here.server)
        await here.ada.slash(here.channel, "video", **ASKED, private=True)
        direct = here.ada.user.dm_channel.id
        await here.until_shown("Done in", direct)

        assert len(here.videos(direct)) == 1
        assert here.messages() == []


async def pressed_by_stranger(here: DiscordBotHarness, status: Json) -> InteractionResult:
    bob = here.guild.add_member(here.server.world.create_user("bob"))
    return await bob.click(here.message(status), label="Cancel")


@pytest.mark.slow
@pytest.mark.parametrize("fault", [breaks, is_cut_off])
async def test_who_is_refused_learns_it_whatever_becomes_of_the_acknowledgement(
    tmp_path: Path, fault: Fault
) -> None:
    async with slow_discord_bot(tmp_path) as (here, _), here.bot():
        await here.ada.slash(here.channel, "video", prompt="a cat", model="sandbox-video")
        status = await here.until_shown("a cat")
        fault(here.server)
        await pressed_by_stranger(here, status)
        refused = translate(Locale.EN, "button-not-yours")
        channels = here.server.world.backend.messages

        await here.server.until(lambda: any(here.shows(refused, each) for each in [*channels]))
        assert here.shows("Cancelled") is None
