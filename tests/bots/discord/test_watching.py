"""Videos that come along with a question; commands that start something still refuse them."""

from pathlib import Path

import pytest

from tests.fakes.discord.bot import DiscordBotHarness, discord_bot, picture
from tests.fakes.discord.wire import Json
from tests.fakes.movies import make_movie

ASK = "/ask what do you see?"
SEEN = "I watched 1 videos: 1.0 s."


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    return make_movie(tmp_path / "film.mp4", 64, 64, 1.0).read_bytes()


async def ask_about(here: DiscordBotHarness, **said: object) -> None:
    """Have Ada say something in her chat with the bot, and ask about that."""
    direct, backend = here.ada.user.dm_channel, here.server.world.backend
    message = backend.create_message(direct.id, here.ada.id, **said)  # type: ignore[arg-type]
    reference = {"message_id": str(message.id), "channel_id": str(direct.id)}
    await here.ada.user.send_dm(ASK, reference=reference)


async def ask_below(here: DiscordBotHarness, message: Json) -> None:
    said = f"<@{here.bot_id}> {ASK}"
    await here.ada.send(here.channel, said, reply_to=here.message(message).message)


def stored(here: DiscordBotHarness, *files: tuple[str, bytes]) -> list[Json]:
    return list(here.server.world.store(here.channel.id, *files))


@pytest.mark.parametrize("way", ["own", "reply", "slash", "words", "gifv"])
async def test_a_video_is_watched_however_it_comes(tmp_path: Path, way: str, film: bytes) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        files = [("film.mp4", film)]
        match way:
            case "own":
                said = f"<@{here.bot_id}> {ASK}"
                await here.ada.send(here.channel, said, attachments=files)
            case "reply":
                await ask_about(here, attachments=stored(here, *files))
            case "slash":
                await here.ada.slash(here.channel, "ask", prompt="what is this?", image1=files[0])
            case "words":
                said = f"<@{here.bot_id}> what do you see?"
                await here.ada.send(here.channel, said, attachments=files)
            case _:
                (file,) = stored(here, *files)
                shown = {"url": "http://elsewhere.invalid/a.mp4", "proxy_url": file["url"]}
                await ask_about(here, embeds=[{"type": "gifv", "video": shown}])
        direct = here.ada.user.dm_channel.id
        await here.server.until(lambda: here.shows(SEEN) or here.shows(SEEN, direct))
        await engine.idle()

    assert here.harness.paid == 1


async def test_of_a_film_that_a_page_plays_only_the_still_is_there(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        (file,) = stored(here, ("a.jpg", picture()))
        still = {"url": "http://elsewhere.invalid/a.jpg", "proxy_url": file["url"]}
        page = {"url": "http://elsewhere.invalid/embed"}
        await ask_about(here, embeds=[{"type": "video", "video": page, "thumbnail": still}])
        await here.until_shown("only a preview of that video", here.ada.user.dm_channel.id)

    assert here.harness.paid == 0


async def test_a_result_of_the_bots_own_is_watched_from_its_disk(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await here.ada.slash(here.channel, "video", prompt="1s a cat")
        await here.until_shown("Done in")
        (result,) = here.videos()
        # What is too large to be fetched is on our disk all the same.
        for file in here.server.world.backend.messages[here.channel.id].values():
            for attachment in file.attachments:
                attachment["size"] = 34_000_000
        await ask_below(here, result)
        await here.until_shown("I watched 1 videos: ")


async def test_what_is_neither_is_refused_by_its_name(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        said = f"<@{here.bot_id}> {ASK}"
        await here.ada.send(here.channel, said, attachments=[("a.pdf", b"%PDF-1.7 and so on")])
        await here.until_shown("a.pdf is neither a picture nor a video")

    assert here.harness.paid == 0


async def test_who_replies_to_what_discord_hides_is_told_what_helps(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        hidden = await here.ada.send(here.channel, "look", attachments=[("a.jpg", picture())])
        await ask_below(here, {"channel_id": here.channel.id, "id": hidden.id})
        await here.until_shown("Attach the file or copy the words")

    assert here.harness.paid == 0
