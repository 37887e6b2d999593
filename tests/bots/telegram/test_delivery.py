"""Results reach Telegram: as files, in albums, in place of a message, in pieces."""

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr
from telegram import Bot

from bots.telegram.connection import TelegramAccount, connect
from bots.telegram.conversation import TelegramConversation, TelegramPlatform
from bots.telegram.ids import NAME
from core.delivery.prepare import prepare
from core.dialects import Endpoint
from core.errors import UserError
from core.files.probe import probe
from core.media import Asset, MediaKind
from core.platform import (
    BrokenUploadError,
    Button,
    ConversationRef,
    MediaPost,
    MessageLostError,
    MessageRef,
    User,
    View,
)
from tests.fakes.movies import make_movie
from tests.fakes.telegram.bot import GROUP, picture
from tests.fakes.telegram.chat import TelegramChat, TelegramMessage
from tests.fakes.telegram.server import TelegramServer, telegram_server
from tests.fakes.telegram.upload import peak_memory

TEXT = View(
    text="veo · a cat\ntook 2:13",
    buttons=(Button(label="Again", command="again", given={"job": "1"}),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateChat:
    """A private chat, and what the bot writes there with."""

    telegram: TelegramServer
    chat: TelegramChat
    platform: TelegramPlatform
    folder: Path

    @property
    def ref(self) -> ConversationRef:
        return ConversationRef(platform="telegram", chat=str(self.chat.id))

    @property
    def conversation(self) -> TelegramConversation:
        return self.platform.conversation(self.ref)

    def post(self, count: int, *, as_documents: bool = False) -> MediaPost:
        """So many videos, each one byte longer than the one before."""
        thumbnail = self.folder / "thumbnail.jpg"
        thumbnail.write_bytes(picture())
        assets: list[Asset] = []
        for number in range(count):
            path = self.folder / f"{number}.mp4"
            path.write_bytes(b"film" + bytes(number))
            assets.append(
                Asset(
                    kind=MediaKind.VIDEO,
                    path=path,
                    mime="video/mp4",
                    size_bytes=path.stat().st_size,
                    width=64,
                    height=48,
                    seconds=1.0,
                    thumbnail=thumbnail,
                )
            )
        return MediaPost(key="1", assets=tuple(assets), view=TEXT, as_documents=as_documents)

    async def deliver(self, post: MediaPost, replacing: MessageRef | None = None) -> MessageRef:
        return await self.conversation.deliver(post, replacing=replacing)

    async def status(self) -> MessageRef:
        return await self.conversation.send(View(text="50 %"))

    def written(self) -> list[TelegramMessage]:
        return self.telegram.answers(self.chat)

    def sizes(self) -> list[int]:
        return [post.file.size_bytes for post in self.written() if post.file]


@pytest.fixture
async def private_chat(tmp_path: Path) -> AsyncGenerator[PrivateChat]:
    async with telegram_server() as telegram:
        chat = telegram.private(telegram.user(7))
        account = TelegramAccount(token=SecretStr(telegram.token), api_url=telegram.url)
        async with connect(account) as bot:
            platform = TelegramPlatform(bot=bot)
            yield PrivateChat(telegram=telegram, chat=chat, platform=platform, folder=tmp_path)


def kinds(posts: list[TelegramMessage]) -> list[str]:
    return [post.file.kind if post.file else "text" for post in posts]


def padded(path: Path, size_bytes: int) -> Path:
    """Make a film as large as that, with a hole at its end that players skip."""
    rest = size_bytes - path.stat().st_size
    with path.open("r+b") as film:
        film.seek(0, 2)
        film.write(rest.to_bytes(4, "big") + b"free")
        film.truncate(size_bytes)
    return path


@pytest.mark.parametrize("local", [True, False])
async def test_a_large_video_goes_as_it_is_only_by_a_local_server(
    private_chat: PrivateChat, tmp_path: Path, *, local: bool
) -> None:
    film = padded(make_movie(tmp_path / "film.mp4", 64, 64, 1.0), 60_000_000)
    asset = await probe(film, MediaKind.VIDEO)
    platform = TelegramPlatform(bot=Bot("1:any", local_mode=local))
    limits = platform.conversation(private_chat.ref).limits
    endpoint = Endpoint(gateway="any", root="http://127.0.0.1:1", key=SecretStr("any"))
    (ready,) = (await prepare((asset,), (), limits, endpoint)).assets

    assert limits.upload_bytes == (2_000_000_000 if local else 50_000_000)
    assert (ready == asset) is local
    assert (ready.size_bytes <= 50_000_000) is not local


@pytest.mark.parametrize(
    ("width", "height", "size_bytes", "expected"),
    [
        (9_000, 1_000, 10_000_000, "photo"),
        (9_001, 1_000, 0, "document"),
        (2_000, 100, 0, "photo"),
        (100, 2_001, 0, "document"),
        (64, 48, 10_000_001, "document"),
    ],
)
async def test_a_picture_that_telegram_takes_for_no_photo_comes_as_a_file(
    private_chat: PrivateChat, width: int, height: int, size_bytes: int, expected: str
) -> None:
    path = private_chat.folder / "1.png"
    Image.new("1", (width, height)).save(path)
    os.truncate(path, size_bytes or path.stat().st_size)
    asset = await probe(path, MediaKind.IMAGE)
    endpoint = Endpoint(gateway="any", root="http://127.0.0.1:1", key=SecretStr("any"))
    ready = await prepare((asset,), (), private_chat.conversation.limits, endpoint)
    media = MediaPost(key="1", assets=ready.assets, view=TEXT, as_documents=ready.as_documents)
    await private_chat.deliver(media)

    (post,) = private_chat.written()
    assert kinds([post]) == [expected]
    assert private_chat.sizes() == [asset.size_bytes]
    assert [button["text"] for button in post.buttons] == ["Again"]


@pytest.mark.slow
async def test_a_large_upload_is_read_from_disk_while_it_is_sent(
    private_chat: PrivateChat, tmp_path: Path
) -> None:
    small, large = (tmp_path / name for name in ("small.mp4", "large.mp4"))
    for path, size_bytes in ((small, 1_000), (large, 200_000_000)):
        path.touch()
        os.truncate(path, size_bytes)
    private_chat.telegram.upload_bytes = 2_000_000_000
    peaks_bytes = await peak_memory(private_chat.telegram, private_chat.chat.id, small, large)

    assert private_chat.sizes() == [1_000, 200_000_000]
    assert peaks_bytes[1] - peaks_bytes[0] < 20_000_000


async def test_what_cannot_be_played_comes_as_a_file_with_all_that_belongs_to_it(
    private_chat: PrivateChat,
) -> None:
    message = await private_chat.deliver(private_chat.post(1, as_documents=True))

    (post,) = private_chat.written()
    (call,) = private_chat.telegram.called("sendDocument")
    assert post.file
    assert post.file.kind == "document"
    assert post.file.thumbnail
    assert post.caption == TEXT.text
    assert [button["text"] for button in post.buttons] == ["Again"]
    assert call.params["disable_content_type_detection"]
    assert message.files == (f"document:{post.file.id}",)


async def test_several_that_cannot_be_played_come_as_an_album_of_files(
    private_chat: PrivateChat,
) -> None:
    await private_chat.deliver(private_chat.post(2, as_documents=True))

    first, second = private_chat.written()
    assert kinds([first, second]) == ["document", "document"]
    assert first.album == second.album != ""
    assert (first.caption, second.caption) == (TEXT.text, "")
    assert first.file
    assert first.file.thumbnail


async def test_a_file_takes_the_place_of_the_status_message(private_chat: PrivateChat) -> None:
    status = await private_chat.status()
    message = await private_chat.deliver(private_chat.post(1, as_documents=True), status)

    (post,) = private_chat.written()
    assert post.file
    assert post.file.kind == "document"
    assert post.file.thumbnail
    assert post.caption == TEXT.text
    assert [button["text"] for button in post.buttons] == ["Again"]
    assert message == replace(status, files=(f"document:{post.file.id}",))


async def test_a_status_message_that_is_the_video_already_is_good(
    private_chat: PrivateChat,
) -> None:
    status = await private_chat.status()
    said = "Bad Request: message is not modified: specified new message content"
    private_chat.telegram.refuse("editMessageMedia", said)

    assert await private_chat.deliver(private_chat.post(1), status) == status
    assert len(private_chat.written()) == 1


async def test_an_answer_that_is_none_counts_against_the_upload_in_place(
    private_chat: PrivateChat,
) -> None:
    status = await private_chat.status()
    private_chat.telegram.refuse("editMessageMedia", "", 200, page="<html>", acts=True)

    # Those are tried a few times, unlike what has not reached Telegram at all.
    with pytest.raises(BrokenUploadError):
        await private_chat.deliver(private_chat.post(1), status)


async def test_a_page_that_blocks_an_upload_counts_against_it(private_chat: PrivateChat) -> None:
    private_chat.telegram.refuse("sendVideo", "", 403, page="<html>blocked</html>")

    with pytest.raises(BrokenUploadError):
        await private_chat.deliver(private_chat.post(1), None)


async def test_a_late_frame_does_not_disturb_what_has_become_the_video(
    private_chat: PrivateChat,
) -> None:
    status = await private_chat.status()
    await private_chat.deliver(private_chat.post(1), status)
    await private_chat.conversation.edit(status, View(text="99 %"))

    (call,) = private_chat.telegram.called("editMessageText")
    assert call.status == 400
    (post,) = private_chat.written()
    assert kinds([post]) == ["video"]


async def test_a_group_that_has_moved_unnoticed_is_followed_without_its_old_messages(
    private_chat: PrivateChat,
) -> None:
    old = private_chat.telegram.group(-55)
    place = ConversationRef(platform="telegram", chat="-55")
    conversation = private_chat.platform.conversation(place)
    status = await conversation.send(View(text="50 %"))
    new = private_chat.telegram.upgrade(old, GROUP)

    with pytest.raises(MessageLostError):
        await conversation.edit(status, View(text="60 %"))
    message = await conversation.deliver(
        replace(private_chat.post(1), replying=status), replacing=status
    )

    (video,) = private_chat.telegram.answers(new)
    assert video.file
    assert video.reply_to is None
    assert message.conversation == replace(place, chat=str(GROUP))
    assert private_chat.platform.moved == {"-55": str(GROUP)}


@pytest.mark.parametrize(
    ("said", "code", "is_among"),
    [
        ("Bad Request: member list is inaccessible", 400, True),
        ("Bad Request: PARTICIPANT_ID_INVALID", 400, False),
        ("Bad Request: invalid user_id specified", 400, False),
        ("Bad Request: user not found", 400, False),
        ("Bad Request: chat not found", 400, False),
        ("Forbidden: bot was kicked from the supergroup chat", 403, None),
        ("Bad Gateway", 502, None),
    ],
)
async def test_only_where_telegram_tells_nobody_who_is_in_a_chat_all_are_held_to_be(
    private_chat: PrivateChat, said: str, code: int, *, is_among: bool | None
) -> None:
    private_chat.telegram.refuse("getChatMember", said, code, times=9)
    user, place = User(platform=NAME, id="8"), ConversationRef(platform=NAME, chat="-1001")
    asked = private_chat.platform.is_among(user, place)

    if is_among is None:
        with pytest.raises(UserError, match="members-later"):
            await asked
    else:
        assert await asked is is_among
