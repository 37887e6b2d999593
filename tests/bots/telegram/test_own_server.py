"""Results by way of a Bot API server of the operator's: by their place on a disk that it sees."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from pydantic import SecretStr

from bots.telegram.connection import TelegramAccount, connect
from bots.telegram.conversation import TelegramConversation, TelegramPlatform
from core.files.probe import probe
from core.media import Asset, MediaKind
from core.platform import ConversationRef, MediaPost, MessageLostError, RefusedError, View
from tests.fakes.movies import make_movie
from tests.fakes.telegram.bot import picture, telegram_bot
from tests.fakes.telegram.schema import TelegramUpload
from tests.fakes.telegram.server import TelegramCall, TelegramServer, telegram_server

ADA = 7


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncGenerator[TelegramServer]:
    """A server with --local on our disk."""
    async with telegram_server() as server:
        server.private(server.user(ADA))
        server.world.local_dir = tmp_path / "server"
        yield server


@pytest.fixture
async def chat(telegram: TelegramServer) -> AsyncGenerator[TelegramConversation]:
    token = SecretStr(telegram.token)
    async with connect(TelegramAccount(token=token, api_url=telegram.url, local=True)) as bot:
        platform = TelegramPlatform(bot=bot)
        yield platform.conversation(ConversationRef(platform="telegram", chat=str(ADA)))


@pytest.fixture
async def films(tmp_path: Path) -> tuple[Asset, ...]:
    folder = tmp_path / "a job's folder, 100% ours"
    folder.mkdir()
    made = [make_movie(folder / f"{number}.mp4", 64, 48, 1.0) for number in (1, 2)]
    thumbnail = folder / "thumbnail.jpg"
    thumbnail.write_bytes(picture())
    return tuple(
        [replace(await probe(film, MediaKind.VIDEO), thumbnail=thumbnail) for film in made]
    )


def post(assets: Sequence[Asset], *, as_documents: bool = False) -> MediaPost:
    return MediaPost(
        key="1", assets=tuple(assets), view=View(text="a cat"), as_documents=as_documents
    )


def files_in(value: Any) -> list[TelegramUpload]:
    """The files in what was asked."""
    if isinstance(value, dict):
        value = list(cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return [file for each in cast("list[Any]", value) for file in files_in(each)]
    return [value] if isinstance(value, TelegramUpload) else []


def places(call: TelegramCall) -> list[str]:
    """Where the files of a request were read; "" is one that came along."""
    return [file.place for file in files_in(call.params)]


Form = Callable[[Sequence[Asset]], MediaPost]
FORMS: dict[str, Form] = {
    "sendVideo": lambda films: post(films[:1]),
    "sendDocument": lambda films: replace(post(films[:1]), as_documents=True),
    "sendMediaGroup": post,
}


@pytest.mark.parametrize("method", FORMS)
async def test_a_server_on_our_disk_is_told_where_the_films_lie(
    telegram: TelegramServer, chat: TelegramConversation, films: tuple[Asset, ...], method: str
) -> None:
    media = FORMS[method](films)
    await chat.deliver(media, replacing=None)

    (call,) = telegram.called(method)
    files = [file for each in media.assets for file in (each.path, each.thumbnail) if file]
    assert sorted(places(call)) == sorted(file.as_uri() for file in files)
    arrived = [each.file for each in telegram.answers(telegram.world.chats[ADA])]
    wanted = [sha256(asset.path.read_bytes()).hexdigest() for asset in media.assets]
    assert [file.sha256 for file in arrived if file] == wanted
    assert all(file.thumbnail for file in arrived if file)


async def test_a_film_in_place_of_a_message_goes_in_the_same_way(
    telegram: TelegramServer, chat: TelegramConversation, films: tuple[Asset, ...]
) -> None:
    status = await chat.send(View(text="50 %"))
    await chat.deliver(post(films[:1]), replacing=status)

    (call,) = telegram.called("editMessageMedia")
    assert all(places(call))


@pytest.mark.parametrize("local_dir", [Path("/server"), None])
async def test_a_server_that_does_not_see_our_disk_gets_the_bytes_and_is_asked_once(
    telegram: TelegramServer,
    chat: TelegramConversation,
    films: tuple[Asset, ...],
    caplog: pytest.LogCaptureFixture,
    local_dir: Path | None,
) -> None:
    telegram.world.local_dir, telegram.world.sees = local_dir, Path("/server")

    for film in films:
        await chat.deliver(post([film]), replacing=None)

    refused, *taken = telegram.called("sendVideo")
    assert (refused.status, [call.status for call in taken]) == (400, [200, 200])
    assert [places(call) for call in taken] == [["", ""], ["", ""]]
    assert caplog.text.count("files are uploaded to it instead") == 1


async def test_a_file_that_is_refused_for_itself_says_nothing_about_the_disk(
    telegram: TelegramServer, chat: TelegramConversation, films: tuple[Asset, ...], tmp_path: Path
) -> None:
    path = tmp_path / "1.png"
    Image.new("1", (9_001, 1_000)).save(path)
    picture_ = await probe(path, MediaKind.IMAGE)

    with pytest.raises(RefusedError):
        await chat.deliver(post([picture_]), replacing=None)
    await chat.deliver(post(films[:1]), replacing=None)

    (call,) = telegram.called("sendVideo")
    assert all(places(call))


async def test_a_chat_that_is_gone_is_not_tried_twice(
    telegram: TelegramServer, chat: TelegramConversation, films: tuple[Asset, ...]
) -> None:
    telegram.refuse("sendVideo", "Bad Request: chat not found")

    with pytest.raises(MessageLostError):
        await chat.deliver(post(films[:1]), replacing=None)

    assert len(telegram.called("sendVideo")) == 1


async def test_a_job_is_delivered_by_the_place_of_its_film(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.local, here.telegram.world.local_dir = True, tmp_path / "server"
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/video --model sandbox-video 1s a cat")
            await here.telegram.until(here.videos)

    (call,) = here.telegram.called("sendVideo")
    assert all(places(call))
