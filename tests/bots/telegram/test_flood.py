"""More than a chat can take: nobody else waits, and what was paid for goes first."""

from pathlib import Path

import pytest

from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.cli import running
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK
from tests.fakes.telegram.bot import GROUP, slow_telegram_bot, telegram_bot
from tests.fakes.telegram.server import telegram_server

VIDEO = "/video --model sandbox-video 1s a cat"
LONG_PAUSE = {"retry_after": 200}
# Of the twenty writes a minute that a group takes, three are kept for results.
ANSWERS = 17


@pytest.mark.slow
async def test_who_floods_one_chat_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        group, eve = here.telegram.group(GROUP), here.telegram.user(9, "Eve")
        for _ in range(400):
            here.telegram.say(group, eve, "/help")
        here.telegram.say(here.chat, here.ada, "/help")
        await here.until_shown("/video")

        assert len(here.written(group)) <= ANSWERS


async def test_a_video_goes_before_all_answers_that_wait(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot():
        group, eve = here.telegram.group(GROUP), here.telegram.user(9, "Eve")
        here.telegram.say(group, here.ada, VIDEO)
        await gateway.allow(CREATE)
        await gateway.reached(LOOK)
        for _ in range(40):
            here.telegram.say(group, eve, "/help")
        await here.telegram.until(lambda: len(group.written) == ANSWERS)
        await gateway.allow(LOOK, FETCH)

        await here.telegram.until(lambda: here.videos(group))
        await here.until_shown("Done in", group)


async def test_a_refused_edit_silences_neither_answers_nor_results(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot():
        said = "Too Many Requests: retry after 200"
        here.telegram.refuse("editMessageText", said, 429, parameters=LONG_PAUSE)
        here.telegram.say(here.chat, here.ada, VIDEO)
        await gateway.allow(CREATE)
        await gateway.reached(LOOK)
        await here.telegram.until(lambda: here.telegram.called("editMessageText"))

        here.telegram.say(here.chat, here.ada, "/settings")
        await here.until_shown("/settings")
        await gateway.allow(LOOK, FETCH)
        await here.telegram.until(here.videos)

        assert len(here.telegram.called("editMessageText")) == 1


async def test_a_failure_is_told_although_no_edit_is_taken(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot():
        said = "Too Many Requests: retry after 200"
        here.telegram.refuse("editMessageText", said, 429, parameters=LONG_PAUSE)
        here.telegram.refuse("sendVideo", "Forbidden: bot was kicked", 403, times=9)
        here.telegram.say(here.chat, here.ada, VIDEO)
        await gateway.allow(CREATE, LOOK, FETCH)

        assert await here.until_shown("could not be posted")


@pytest.mark.slow
async def test_a_new_process_knows_what_the_killed_one_has_written(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path / "gateway", speed=4, short_side=96, fps=8)
    async with serve(options) as root, telegram_server() as telegram:
        group, ada, eve = telegram.group(GROUP), telegram.user(7), telegram.user(9)
        variables = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "WHATAI_API_KEY": "sk-secret-key",
            "WHATAI_BASE_URL": f"{root}/v1",
        }
        async with running(tmp_path, "run", variables=variables) as process:
            telegram.say(group, ada, "/video --model sora-2 a cat")
            await telegram.until(lambda: len(group.written) >= 2)
            for _ in range(10):
                telegram.say(group, eve, "/help")
            await telegram.until(lambda: len(group.written) >= 12)
            process.kill()
            await process.wait()
        for _ in range(10):
            telegram.say(group, eve, "/help")
        async with running(tmp_path, "run", variables=variables):
            await telegram.until(
                lambda: any("Done in" in post.text for post in telegram.answers(group))
            )

        assert len([post for post in telegram.answers(group) if post.file]) == 1
        assert len(group.written) > ANSWERS - 3
        assert telegram.floods == []
