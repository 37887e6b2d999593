"""`cliprelay run` as an operator runs it: Discord alone, beside Telegram, cut off, and killed."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.fakes.cli import run, running
from tests.fakes.discord.process import discord_process
from tests.fakes.proxy import proxy
from tests.fakes.telegram.server import telegram_server

pytestmark = pytest.mark.slow

ASKED = {"prompt": "a cat", "model": "veo-3.1"}


async def test_a_wrong_token_ends_the_start_with_its_sentence(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with discord_process() as here, telegram_server() as telegram:
        wrong = "wrong.wrong.wrong"
        both = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        variables = gateway | here.variables | both | {"DISCORD_BOT_TOKEN": wrong}
        done = await run(tmp_path, "run", variables=variables)

    assert done.code == 2
    assert "DISCORD_BOT_TOKEN: Discord does not accept it" in done.err
    assert wrong not in done.err + done.out
    assert "Traceback" not in done.err


async def test_both_platforms_are_served_and_one_that_is_gone_does_not_stop_the_other(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram, AsyncExitStack() as discord:
        here = await discord.enter_async_context(discord_process())
        bob = telegram.user(7)
        chat = telegram.private(bob)
        both = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        async with running(tmp_path, "run", variables=gateway | here.variables | both) as process:
            await here.until_listening()
            await here.ada.slash(here.channel, "video", **ASKED)
            await here.until_shown("Done in")
            await discord.aclose()
            telegram.say(chat, bob, "/video --model veo-3.1 a cat")
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            process.terminate()
            # Much sooner than what is on its way would be waited for.
            async with asyncio.timeout(90):
                code = await process.wait()

        assert code == 0


async def test_what_discord_says_and_nobody_can_read_is_left_out(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with (
        discord_process() as here,
        running(tmp_path, "run", variables=gateway | here.variables),
    ):
        await here.until_listening()
        for event in ("MESSAGE_CREATE", "INTERACTION_CREATE", "GUILD_CREATE", "CHANNEL_UPDATE"):
            here.server.gateway.say(event, {"nonsense": True})
        await here.ada.slash(here.channel, "status")

        await here.until_shown("You have no jobs running")
        assert here.server.gateway.identified == 1


async def test_a_platform_that_breaks_is_set_up_anew_while_jobs_and_the_others_go_on(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram, discord_process() as here:
        bob = telegram.user(7)
        chat = telegram.private(bob)
        both = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        async with running(tmp_path, "run", variables=gateway | here.variables | both):
            await here.until_listening()
            await here.ada.slash(here.channel, "video", **ASKED)
            await here.until_shown("a cat")
            here.server.gateway.broken_greetings = 1
            await here.server.gateway.invalidate(resumable=False)
            telegram.say(chat, bob, "/video --model veo-3.1 a cat")
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            await here.until_shown("Done in")
            await here.server.until(lambda: here.server.gateway.identified == 3)
            await here.ada.slash(here.channel, "status")
            await here.until_shown("You have no jobs running")

        assert [len(message["attachments"]) for message in here.shown()] == [0, 1, 0]


async def test_discord_is_served_while_telegram_cannot_be_reached(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with discord_process() as here:
        both = {"TELEGRAM_BOT_TOKEN": "1:nobody", "TELEGRAM_API_URL": "http://127.0.0.1:9"}
        async with running(tmp_path, "run", variables=gateway | here.variables | both):
            await here.until_listening()
            await here.ada.slash(here.channel, "status")

            await here.until_shown("You have no jobs running")


async def test_killed_while_it_posts_it_finishes_what_it_began_without_a_second_post(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with discord_process() as here:
        variables = gateway | here.variables
        held = here.server.hold("POST /channels/*/messages", done=True)
        async with running(tmp_path, "run", variables=variables) as process:
            await here.until_listening()
            await here.ada.slash(here.channel, "video", **ASKED)
            await here.server.until(held.reached.is_set)
            process.kill()
            await process.wait()
        here.server.release_all()
        async with running(tmp_path, "run", variables=variables):
            await here.server.until(lambda: "cancel?" not in str(here.shown()))
            await here.server.until(lambda: here.server.gateway.identified == 2)

        status, video = here.shown()
        assert "Done in" in status["content"]
        assert [len(message["attachments"]) for message in (status, video)] == [0, 1]
        assert len(here.server.called("PUT /applications/*")) == 1


async def test_killed_before_its_post_arrives_it_makes_the_status_the_post(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with discord_process() as here:
        variables = gateway | here.variables
        held = here.server.hold("POST /channels/*/messages")
        async with running(tmp_path, "run", variables=variables) as process:
            await here.until_listening()
            await here.ada.slash(here.channel, "video", **ASKED)
            await here.server.until(held.reached.is_set)
            process.kill()
            await process.wait()
        held.release(drop=True)
        async with running(tmp_path, "run", variables=variables):
            await here.server.until(lambda: "cancel?" not in str(here.shown()))

        (video,) = here.shown()
        assert video["attachments"]


async def test_an_invalid_session_begins_anew_where_the_proxy_says(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with (
        discord_process() as here,
        running(tmp_path, "run", variables=gateway | here.variables),
    ):
        await here.until_listening()
        await here.server.gateway.invalidate(resumable=False)
        await here.server.until(lambda: here.server.gateway.identified == 2)
        await here.ada.slash(here.channel, "status")

        await here.until_shown("You have no jobs running")


async def test_a_network_with_nothing_but_a_proxy_is_enough(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with discord_process() as here:
        there = here.server.url.removeprefix("http://")
        async with proxy({"discord.example:80": there, there: there}) as way_out:
            variables = {
                **gateway,
                **here.variables,
                "DISCORD_API_URL": "http://discord.example/api/v10",
                "HTTP_PROXY": way_out.url,
            }
            async with running(tmp_path, "run", variables=variables):
                await here.until_listening()
                await here.ada.slash(here.channel, "status")

                await here.until_shown("You have no jobs running")

    assert any("discord.example" in line for line in way_out.asked)
