"""Events that Discord tells twice, and old buttons."""

from pathlib import Path

import pytest

from core.i18n import Locale, translate
from tests.fakes.discord.bot import DiscordBotHarness, discord_bot
from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.wire import Json

pytestmark = pytest.mark.slow

VIDEO = "--model sandbox-videos 1s a cat"
ASKED = {"prompt": "1s a cat", "model": "sandbox-videos"}


async def until_idle(here: DiscordBotHarness) -> None:
    """Wait until all that was told before has been heard."""
    await here.ada.send(here.channel, f"<@{here.bot_id}> /status")
    await here.until_shown(translate(Locale.EN, "status-none"))


async def made(here: DiscordBotHarness) -> Json:
    """A finished video of Ada's."""
    await here.ada.slash(here.channel, "video", **ASKED)
    await here.until_shown("Done in")
    (video,) = here.videos()
    return video


async def test_a_message_that_is_told_twice_orders_once_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here:
        async with here.bot():
            await here.ada.send(here.channel, f"<@{here.bot_id}> {VIDEO}")
            here.server.gateway.repeat("MESSAGE_CREATE")
            await here.until_shown("Done in")
        async with here.bot() as engine:
            here.server.gateway.repeat("MESSAGE_CREATE")
            await until_idle(here)
            await engine.idle()

        assert here.harness.paid == 1
        assert len(here.videos()) == 1


async def test_a_message_that_is_sent_twice_at_once_orders_once(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        for _ in range(2):
            await here.ada.send(here.channel, f"<@{here.bot_id}> {VIDEO}")
        await here.until_shown(translate(Locale.EN, "ordered-twice"))
        await here.until_shown("Done in")

        assert len(here.videos()) == 1
        assert here.harness.paid == 1


@pytest.mark.parametrize("told", ["slash", "press"])
async def test_an_interaction_that_is_told_twice_orders_once_also_after_a_restart(
    tmp_path: Path, told: str
) -> None:
    async with discord_bot(tmp_path) as here:
        async with here.bot() as engine:
            video = await made(here)
            if told == "press":
                await here.ada.click(here.message(video), label="Again")
                await here.server.until(lambda: len(here.videos()) == 2)
            here.server.gateway.repeat("INTERACTION_CREATE")
            await until_idle(here)
            await engine.idle()
            paid = here.harness.paid
        async with here.bot() as engine:
            here.server.gateway.repeat("INTERACTION_CREATE")
            await until_idle(here)
            await engine.idle()

        assert (paid, here.harness.paid) == ((2, 2) if told == "press" else (1, 1))


@pytest.mark.parametrize("written", ["now", "earlier"])
async def test_the_remix_button_asks_and_changes_the_video_that_it_stands_under(
    tmp_path: Path, written: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        video = await made(here)
        (first,) = await engine.jobs_of(here.person(here.ada))
        await here.ada.slash(here.channel, "video", prompt="1s a dog", model="sandbox-videos")
        await here.server.until(lambda: len(here.videos()) == 2)
        where = raw_channel(here.server.world, here.channel)
        (button,) = [
            each["custom_id"]
            for each in video["components"][0]["components"]
            if each["label"] == "Remix"
        ]
        pressed = button if written == "now" else f"remix:{first.id}"
        asked = where.press(here.ada, int(video["id"]), pressed)
        await here.server.until(lambda: asked.modal)
        assert asked.modal
        (words,) = [part["component"] for part in asked.modal["components"]]
        label = asked.modal["components"][0]["label"]
        before = here.harness.paid
        await here.ada.submit_modal(asked, {"prompt": "at night"})
        await here.server.until(lambda: len(here.videos()) == 3)
        changed, *_ = await engine.jobs_of(here.person(here.ada))

    what = translate(Locale.EN, "option-change")
    assert (words["custom_id"], label.casefold(), before) == ("prompt", what, 2)
    assert (changed.request.prompt, changed.request.source) == ("at night", first.task)
    assert here.harness.paid == 3


@pytest.mark.parametrize("name", ["again", "retry", "cancel", "confirm"])
async def test_the_buttons_of_the_earlier_version_go_on_working(tmp_path: Path, name: str) -> None:
    before = {
        "again": "1s a cat",
        "retry": "1s a cat #fail-moderation",
        "cancel": "1s a cat #hang",
        "confirm": "1.5s up\n1.5s down",
    }[name]
    after = {"again": "Done in", "retry": "No video", "cancel": "Cancelled", "confirm": "Done in"}
    command = "storyboard" if name == "confirm" else "video"
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        await here.ada.slash(here.channel, command, prompt=before, model="sandbox-video")
        shown = {"again": "took", "retry": "No video", "cancel": "rendering", "confirm": "plan"}
        message = await here.until_shown(shown[name])
        (job,) = await engine.jobs_of(here.person(here.ada))
        count = len(here.messages())
        where = raw_channel(here.server.world, here.channel)
        where.press(here.ada, int(message["id"]), f"{name}:{job.id}")
        if name in {"again", "retry"}:
            await here.server.until(lambda: len(here.messages()) > count)
        await here.until_shown(after[name])
        await engine.idle()


async def test_a_channel_can_be_named_with_the_command(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        gallery = here.guild.create_text_channel("gallery")
        await made(here)
        asked = await here.ada.slash(here.channel, "share", place=gallery)
        said = await here.until_answered(asked)
        await here.server.until(lambda: here.videos(gallery.id))

    assert said == translate(Locale.EN, "share-done", place=gallery.mention)


async def test_without_a_channel_the_command_offers_the_button(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await made(here)
        await here.ada.slash(here.channel, "share")
        offer = await here.until_shown(translate(Locale.EN, "share-how"))
        asked = await here.ada.click(here.message(offer), label="Share")

        assert await here.until_answered(asked) == translate(
            Locale.EN, "ask-choice", what=translate(Locale.EN, "option-place")
        )
