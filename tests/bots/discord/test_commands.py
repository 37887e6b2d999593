"""Slash commands, forms and menus on Discord, and what comes back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import discord
import pytest
from simcord.enums import InteractionType

from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.platform import User
from tests.fakes.discord.bot import EPHEMERAL, DiscordBotHarness, discord_bot, picture
from tests.fakes.discord.people import group_chat, raw_channel
from tests.fakes.discord.wire import Json

ASKED = {"prompt": "1s a cat", "model": "sandbox-video"}
ACKNOWLEDGED = "POST /interactions/*"
THINKING = 5
TEXT = 3


async def widths(engine: Engine, here: DiscordBotHarness) -> list[int]:
    """How wide the pictures of the job are, in its order."""
    return [image.width for image in (await here.job(engine)).request.images]


async def test_a_slash_command_becomes_a_video_with_a_status_in_its_answer(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        asked = await here.ada.slash(here.channel, "video", **ASKED)
        done = await here.until_shown("Done in")

    (video,) = here.videos()
    assert here.server.called(ACKNOWLEDGED)[0].body == {"type": THINKING}
    assert asked.response
    assert str(asked.response.id) == done["id"]
    assert "sandbox-video · 16:9 · 1 s" in video["content"]
    assert here.server.file(video["attachments"][0]["url"])


async def test_words_before_the_prompt_are_options_and_typed_options_win(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        await here.ada.slash(
            here.channel, "video", **ASKED | {"prompt": "portrait 3s a cat"}, seconds=1, fast=False
        )
        job = await here.job(engine)

    assert (job.request.ratio, job.request.seconds, job.request.prompt) == ("9:16", 1, "a cat")


async def test_pictures_come_along_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        await here.ada.slash(
            here.channel,
            "video",
            prompt="portrait 1s a cat",
            image2=("b.jpg", picture(90)),
            image1=("a.jpg", picture(80)),
        )

        assert await widths(engine, here) == [80, 90]


async def test_a_file_that_is_no_picture_is_refused_by_its_name(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await here.ada.slash(
            here.channel, "video", prompt="a cat", image1=("my notes?.txt", b"no picture at all")
        )
        told = await here.until_shown(r"my notes\_.txt is not a picture")

        assert told["flags"] & EPHEMERAL
        assert here.harness.paid == 0


@pytest.mark.parametrize("given", [{"private": True}, {"prompt": "private 1s a cat"}])
async def test_what_is_private_is_seen_by_nobody_else(
    tmp_path: Path, given: dict[str, object]
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await here.ada.slash(here.channel, "video", **ASKED | given)
        await here.until_shown("took 0:")

    assert len(here.videos()) == 1
    assert all(message["flags"] & EPHEMERAL for message in here.messages())


@pytest.mark.parametrize("name", ["help", "models", "status", "settings"])
async def test_what_matters_to_one_person_is_shown_to_nobody_else(
    tmp_path: Path, name: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        asked = await here.ada.slash(here.channel, name)
        await here.until_answered(asked)
        await here.ada.slash(here.channel, "status")
        await here.until_shown("You have no jobs running")

        assert all(message["flags"] & EPHEMERAL for message in here.messages())


async def test_a_mistake_is_told_to_nobody_else(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        asked = await here.ada.slash(here.channel, "video", prompt="a cat --oops")

        assert "no option --oops" in await here.until_answered(asked)
        assert asked.ephemeral


LATE_MISTAKES: dict[str, dict[str, object]] = {
    "what the model cannot": {"prompt": "599s a cat", "model": "sandbox-video"},
    "a model that does not exist": {"prompt": "a cat", "model": "sandbox-vidoe"},
}


@pytest.mark.parametrize("mistake", LATE_MISTAKES)
async def test_a_mistake_that_is_found_late_is_told_to_nobody_else(
    tmp_path: Path, mistake: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        asked = await here.ada.slash(here.channel, "video", **LATE_MISTAKES[mistake])
        (told,) = await here.server.until(lambda: settled(here))

    assert "sandbox-video" in told["content"]
    assert told["flags"] & EPHEMERAL
    assert not asked.ephemeral
    assert here.harness.paid == 0


async def test_a_mistake_is_told_in_the_channel_where_it_cannot_be_told_alone(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        here.server.refuse("POST /webhooks/*", 404, 10015, "Unknown Webhook")
        here.server.refuse("POST /users/@me/channels", 403, 50007, "Cannot send messages")
        await here.ada.slash(here.channel, "video", **LATE_MISTAKES["what the model cannot"])
        told = await here.until_shown("sandbox-video")

    assert not told["flags"] & EPHEMERAL
    assert len(here.messages()) == 1


def settled(here: DiscordBotHarness) -> list[Json]:
    """All that the bot has written, once the mistake is all that stands there."""
    told = here.messages()
    return told if len(told) == 1 and "sandbox-video" in told[0]["content"] else []


async def test_a_command_is_acknowledged_while_nothing_can_be_stored(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        with closing(sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            asked = await here.ada.slash(here.channel, "video", **ASKED)
            await here.server.until(lambda: asked.acknowledged)
            assert asked.response is None or not asked.response.content
        await here.until_shown("Done in")


async def test_a_command_that_discord_takes_for_unanswered_is_not_done(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        held = here.server.hold(ACKNOWLEDGED)
        await here.ada.slash(here.channel, "video", **ASKED)
        await held.reached.wait()
        here.server.advance(4)
        held.release()
        await here.server.until(lambda: here.server.called(ACKNOWLEDGED)[0].status)
        asked = await here.ada.slash(here.channel, "status")

        assert "You have no jobs running" in await here.until_answered(asked)
        assert await engine.jobs_of(User(platform="discord", id=str(here.ada.id))) == []


async def test_a_lost_answer_to_the_acknowledgement_costs_nothing(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        here.server.lose_answer(ACKNOWLEDGED)
        await here.ada.slash(here.channel, "video", **ASKED)

        await here.until_shown("Done in")

    assert len(here.videos()) == 1


async def test_a_command_that_answers_elsewhere_leaves_nobody_thinking(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await here.ada.slash(here.channel, "video", prompt="4s a cat", model="sandbox-video")
        await here.until_shown("a cat")
        asked = await here.ada.slash(here.channel, "cancel")

        assert await here.until_answered(asked) == "Done."
        await here.until_shown("Cancelled")


async def test_people_are_answered_in_the_language_of_their_discord(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        here.server.world.locales[here.ada.id] = "zh-CN"
        asked = await here.ada.slash(here.channel, "status")

        assert await here.until_answered(asked) == translate(Locale.ZH, "status-none")


async def test_a_server_and_its_channels_are_one_chat_whose_managers_may_set_it(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        asked = await here.ada.slash(here.channel, "settings", chat=True, ratio="portrait")
        assert "Only this chat's admins" in await here.until_answered(asked)

        owner = here.guild.add_member(here.guild.owner)
        done = await owner.slash(here.channel, "settings", chat=True, ratio="portrait")
        await here.until_answered(done)
        elsewhere = here.guild.create_text_channel("elsewhere")
        shown = await here.ada.slash(elsewhere, "settings")

        assert "Defaults of this chat: 9:16" in await here.until_answered(shown)


async def test_a_user_brings_the_bot_along_to_a_group_chat(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        friends = group_chat(here.server.world, here.ada.user)
        friends.slash(here.ada.user, "video", **ASKED)
        await here.until_shown("took 0:", friends.id)

        (video,) = here.videos(friends.id)

    assert not video["flags"] & EPHEMERAL
    assert here.server.wrote("create") == []


async def test_a_user_brings_the_bot_along_to_a_server_without_it(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        elsewhere = here.server.world.stranger_guild()
        channel = elsewhere.create_text_channel("talk")
        raw_channel(here.server.world, channel).slash(
            elsewhere.add_member(here.ada.user), "video", **ASKED
        )
        await here.until_shown("took 0:", channel.id)

    (video,) = here.videos(channel.id)
    assert not video["flags"] & EPHEMERAL
    assert here.server.wrote("create") == here.server.wrote("edit") == []


async def test_where_the_bot_may_not_write_by_itself_it_answers_all_the_same(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        nobody = discord.PermissionOverwrite(send_messages=False)
        ada = discord.PermissionOverwrite(send_messages=True)
        quiet = here.guild.create_text_channel(
            "quiet", overwrites={here.guild.default_role: nobody, here.ada: ada}
        )
        await here.ada.slash(quiet, "video", **ASKED)
        await here.until_shown("took 0:", quiet.id)

    assert len(here.videos(quiet.id)) == 1
    assert here.server.wrote("create") == here.server.wrote("edit") == []


async def test_the_bots_own_dm_takes_commands(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        private = here.ada.user.dm_channel
        await here.ada.user.slash("video", **ASKED)
        await here.until_shown("Done in", private.id)

        assert len(here.videos(private.id)) == 1


async def test_only_models_that_can_do_the_rest_are_suggested(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        catalog = engine.services.catalog
        ready = {model.name for model in catalog.models if catalog.is_ready(model)}

        async def suggested(typed: str, *given: Json) -> list[str]:
            begun = {"name": "model", "type": TEXT, "value": typed, "focused": True}
            data: Json = {"id": "1", "name": "video", "type": 1, "options": [*given, begun]}
            where = raw_channel(here.server.world, here.channel)
            asked = where.interact(
                here.ada, InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, data
            )
            choices = await here.server.until(lambda: asked.autocomplete_choices)
            return [choice["value"] for choice in choices or []]

        everything = await suggested("")
        for_square = await suggested("", {"name": "ratio", "type": TEXT, "value": "1:1"})
        begun = await suggested("VEO")
        mistyped = await suggested("", {"name": "prompt", "type": TEXT, "value": "a --oops"})

    assert set(everything) <= ready
    assert "veo-3.1" in everything
    assert for_square
    assert set(for_square) < set(everything)
    assert begun
    assert all("veo" in name for name in begun)
    assert len(mistyped) >= len(everything)


async def test_a_model_is_suggested_with_what_the_rest_would_cost_there(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():

        async def labels(seconds: str) -> list[str]:
            begun = {"name": "model", "type": TEXT, "value": "seedance-2.0", "focused": True}
            given = {"name": "seconds", "type": TEXT, "value": seconds}
            data: Json = {"id": "1", "name": "video", "type": 1, "options": [given, begun]}
            where = raw_channel(here.server.world, here.channel)
            asked = where.interact(
                here.ada, InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, data
            )
            choices = await here.server.until(lambda: asked.autocomplete_choices)
            return [choice["name"] for choice in choices or []]

        assert "seedance-2.0 · 70 credits" in await labels("5")
        assert "seedance-2.0 · 140 credits" in await labels("10")


async def test_an_unexpected_error_is_told_politely(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        where = raw_channel(here.server.world, here.channel)
        where.submit(here.ada, "form:1", [{"type": 1, "component": "broken"}])
        await here.until_shown("Something went wrong in the bot")

    assert all(message["flags"] & EPHEMERAL for message in here.messages())
