"""What comes along with a command and is no plain picture file: used, or refused unpaid."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from simcord.backend.models import MessageSticker

from core.engine.engine import Engine
from tests.fakes.discord.bot import DiscordBotHarness, discord_bot, picture
from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.wire import Json

VIDEO = "/video 1s portrait a cat"
PNG, LOTTIE = 1, 3


async def widths(engine: Engine, here: DiscordBotHarness) -> list[int]:
    """How wide the pictures of Ada's only job are."""
    await here.until_shown("Done in", here.ada.user.dm_channel.id)
    (job,) = await engine.jobs_of(here.person(here.ada))
    return [image.width for image in job.request.images]


async def until_refused(here: DiscordBotHarness, text: str) -> None:
    await here.until_shown(text, here.ada.user.dm_channel.id)
    assert here.harness.paid == 0


def stored(here: DiscordBotHarness, name: str, data: bytes, mime: str | None = "") -> list[Json]:
    """A file in Ada's chat with the bot, with another type than its name says, if need be."""
    (file,) = here.server.world.store(here.ada.user.dm_channel.id, (name, data))
    return [file if mime == "" else file | {"content_type": mime}]


async def reply(here: DiscordBotHarness, **content: object) -> None:
    """Have Ada say something else in her chat with the bot, and answer that with an order."""
    direct, backend = here.ada.user.dm_channel, here.server.world.backend
    said = backend.create_message(direct.id, here.ada.id, **content)  # type: ignore[arg-type]
    await here.ada.user.send_dm(
        VIDEO, reference={"message_id": str(said.id), "channel_id": str(direct.id)}
    )


@pytest.mark.parametrize("mime", ["application/octet-stream", None])
@pytest.mark.parametrize("way", ["own", "reply"])
async def test_of_a_file_without_a_type_the_bytes_decide(
    tmp_path: Path, way: str, mime: str | None
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        files = stored(here, "photo", picture(80), mime)
        if way == "own":
            await here.ada.user.send_dm(VIDEO, attachments=files)
        else:
            await reply(here, attachments=files)

        assert await widths(engine, here) == [80]


@pytest.mark.parametrize("way", ["own", "reply"])
@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("data", "application/octet-stream"),
        ("paper.pdf", "application/pdf"),
        ("voice-message.ogg", "audio/ogg"),
    ],
)
async def test_what_is_no_picture_is_refused_by_its_name(
    tmp_path: Path, name: str, mime: str, way: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        files = stored(here, name, b"%PDF-1.7 no picture at all", mime)
        if way == "own":
            await here.ada.user.send_dm(VIDEO, attachments=files)
        else:
            await reply(here, attachments=files)

        await until_refused(here, f"{name} is not a picture")


async def test_a_forwarded_picture_is_used_by_who_replies_to_it(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        bob = here.guild.add_member(here.server.world.create_user("bob"))
        original = await bob.send(here.channel, "look", attachments=[("a.jpg", picture(80))])
        await reply(here, reference=forwarding(here, original.id))

        assert await widths(engine, here) == [80]


def forwarding(here: DiscordBotHarness, message_id: int) -> Json:
    return {
        "type": 1,
        "message_id": str(message_id),
        "channel_id": str(here.channel.id),
        "guild_id": str(here.guild.id),
    }


@pytest.mark.parametrize("part", ["image", "thumbnail"])
async def test_the_picture_of_an_embed_is_used(tmp_path: Path, part: str) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        (file,) = stored(here, "a.jpg", picture(80))
        shown = {"url": "http://elsewhere.invalid/a.jpg", "proxy_url": file["url"]}
        await reply(here, embeds=[{"type": "rich", "title": "A cat", part: shown}])

        assert await widths(engine, here) == [80]


async def test_a_film_in_an_embed_is_refused(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        (file,) = stored(here, "a.jpg", picture(80))
        shown = {"url": "http://elsewhere.invalid/a.jpg", "proxy_url": file["url"]}
        await reply(here, embeds=[{"type": "gifv", "thumbnail": shown}])

        await until_refused(here, "cannot be used as the start of something new")


async def test_a_sticker_is_used_where_it_is_a_picture(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        drawn = BytesIO()
        Image.new("RGB", (80, 80), "red").save(drawn, "PNG")
        here.server.stickers["stickers/7.png"] = drawn.getvalue()
        await reply(here, stickers=[MessageSticker(7, "cat", PNG, here.guild.id)])

        assert await widths(engine, here) == [80]


async def test_an_animation_as_a_sticker_is_refused(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await reply(here, stickers=[MessageSticker(7, "cat", LOTTIE, here.guild.id)])

        await until_refused(here, "cat.json is not a picture")


@pytest.mark.parametrize("first", ["forward", "command"])
async def test_a_picture_that_is_forwarded_with_a_command_belongs_to_it(
    tmp_path: Path, first: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        direct = here.ada.user.dm_channel.id
        original = await here.ada.send(here.channel, "look", attachments=[("a.jpg", picture(120))])
        forward = forwarding(here, original.id)
        # The app sends what is forwarded first, then what was written with it.
        if first == "forward":
            await here.ada.user.send_dm("", reference=forward)
            await here.ada.user.send_dm(VIDEO)
        else:
            await here.ada.user.send_dm(VIDEO)
            await here.ada.user.send_dm("", reference=forward)
        await here.until_shown("Done in", direct)

        assert await widths(engine, here) == [120]
        assert not here.shows("Type a command", direct)


async def test_a_picture_that_is_forwarded_alone_is_answered(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        original = await here.ada.send(here.channel, "look", attachments=[("a.jpg", picture(120))])
        await here.ada.user.send_dm("", reference=forwarding(here, original.id))
        await here.until_shown("/video", here.ada.user.dm_channel.id)

        assert here.harness.paid == 0


@pytest.mark.parametrize("way", ["embed", "forward", "untyped"])
async def test_the_menu_animates_whatever_shows_a_picture(tmp_path: Path, way: str) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        backend, channel = here.server.world.backend, here.channel.id
        (file,) = here.server.world.store(channel, ("a.jpg", picture(80)))
        match way:
            case "embed":
                embeds = [{"type": "rich", "image": {"url": "", "proxy_url": file["url"]}}]
                message = backend.create_message(channel, here.ada.id, embeds=embeds)
            case "forward":
                original = backend.create_message(channel, here.ada.id, attachments=[file])
                forward = forwarding(here, original.id)
                message = backend.create_message(channel, here.ada.id, reference=forward)
            case _:
                untyped = [file | {"content_type": None}]
                message = backend.create_message(channel, here.ada.id, attachments=untyped)
        where = raw_channel(here.server.world, here.channel)
        shown = where.menu(here.ada, "Animate this", message.id)
        await here.server.until(lambda: shown.modal)
        await here.ada.submit_modal(shown, {"prompt": "move"})

        job = await here.job(engine)
        assert [image.width for image in job.request.images] == [80]
