"""What is private on Telegram: asked for in a group, shown in the person's own chat."""

from pathlib import Path

from tests.fakes.telegram.bot import GROUP, telegram_bot

ORDER = "/video private --model sandbox-video 1s a secret"
NEVER_STARTED = "Forbidden: bot can't initiate conversation with a user"


async def test_what_is_private_in_a_group_comes_to_the_persons_own_chat(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        for command in (ORDER, "/again"):
            asked = len(here.videos())
            here.telegram.say(group, here.ada, command)
            await here.telegram.until(lambda asked=asked: len(here.videos()) > asked)
            await engine.idle()
        here.telegram.say(group, here.ada, "/status")
        await here.until_shown("You have no jobs running or waiting", group)

        assert here.shows("Done in")
        assert len(here.written(group)) == 1
        assert here.harness.paid == 2


async def test_a_private_plan_is_neither_shown_nor_quoted_in_the_group(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, "/storyboard private 1s a secret\n1s down")
        await here.until_shown("This is the plan")
        here.telegram.say(group, here.ada, "/status")
        listed = await here.until_shown("waiting for /confirm", group)
        here.telegram.say(group, here.ada, "/confirm")
        await here.until_shown("Done in")

        assert "secret" not in listed.text
        assert len(here.written(group)) == 1


async def test_who_has_never_started_the_bot_is_told_so_and_pays_nothing(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.chat.forbidden = NEVER_STARTED
        async with here.bot():
            group = here.telegram.group(GROUP)
            command = here.telegram.say(group, here.ada, ORDER)
            told = await here.until_shown("only to our private chat", group)

        async with here.bot() as engine:
            await engine.idle()

        assert told.reply_to is command
        assert "secret" not in told.text
        assert here.harness.paid == 0
        assert len(here.written(group)) == 1


async def test_a_channel_has_nobody_to_show_it_to(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        channel = here.telegram.channel(GROUP)
        here.telegram.say(channel, None, ORDER)
        await here.until_shown("in the name of a chat", channel)

        assert here.harness.paid == 0
