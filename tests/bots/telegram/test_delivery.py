"""Results reach Telegram: as files, in albums, in place of a message, in pieces."""

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from bots.telegram.connection import TelegramAccount, connect
from bots.telegram.conversation import TelegramConversation, TelegramPlatform
from core.delivery.delivery import prepare
from core.dialects import Endpoint
from core.files.probe import probe
from core.media import Asset, MediaKind
from core.platform import Button, ConversationRef, MediaPost, MessageLostError, MessageRef, View
from tests.fakes.movies import make_movie
from tests.fakes.stage import GROUP, picture
from tests.fakes.telegram import Telegram, telegram_server
from tests.fakes.telegram_chat import Chat, Post
from tests.fakes.telegram_upload import peak_memory

TEXT = View(
    text="veo · a cat\ntook 2:13",
    buttons=(Button(label="Again", command="again", argument="1"),),
)
FLOOD = {"retry_after": 0.01}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A private chat, and what the bot writes there with."""

    telegram: Telegram
    chat: Chat
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

    def written(self) -> list[Post]:
        return self.telegram.answers(self.chat)

    def sizes(self) -> list[int]:
        return [post.file.size_bytes for post in self.written() if post.file]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with telegram_server() as telegram:
        chat = telegram.private(telegram.user(7))
        account = TelegramAccount(token=SecretStr(telegram.token), api_url=telegram.url)
        async with connect(account) as app:
            platform = TelegramPlatform(bot=app.bot)
            yield Desk(telegram=telegram, chat=chat, platform=platform, folder=tmp_path)


def kinds(posts: list[Post]) -> list[str]:
    return [post.file.kind if post.file else "text" for post in posts]


def padded(path: Path, size_bytes: int) -> Path:
    """Make a film as large as that, with a hole at its end that players skip."""
    rest = size_bytes - path.stat().st_size
    with path.open("r+b") as film:
        film.seek(0, 2)
        film.write(rest.to_bytes(4, "big") + b"free")
        film.truncate(size_bytes)
    return path


@pytest.mark.parametrize("own_server", [True, False])
async def test_a_large_video_goes_as_it_is_only_by_an_own_server(
    desk: Desk, tmp_path: Path, *, own_server: bool
) -> None:
    film = padded(make_movie(tmp_path / "film.mp4", 64, 64, 1.0), 60_000_000)
    asset = await probe(film, MediaKind.VIDEO)
    platform = replace(desk.platform, own_server=own_server)
    limits = platform.conversation(desk.ref).limits
    endpoint = Endpoint(gateway="any", root="http://127.0.0.1:1", key=SecretStr("any"))
    (ready,) = (await prepare((asset,), (), limits, endpoint)).assets

    assert limits.upload_bytes == (2_000_000_000 if own_server else 50_000_000)
    assert (ready == asset) is own_server
    assert (ready.size_bytes <= 50_000_000) is not own_server


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
    desk: Desk, width: int, height: int, size_bytes: int, expected: str
) -> None:
    path = desk.folder / "1.png"
    Image.new("1", (width, height)).save(path)
    os.truncate(path, size_bytes or path.stat().st_size)
    asset = await probe(path, MediaKind.IMAGE)
    endpoint = Endpoint(gateway="any", root="http://127.0.0.1:1", key=SecretStr("any"))
    ready = await prepare((asset,), (), desk.conversation.limits, endpoint)
    media = MediaPost(key="1", assets=ready.assets, view=TEXT, as_documents=ready.as_documents)
    await desk.deliver(media)

    (post,) = desk.written()
    assert kinds([post]) == [expected]
    assert desk.sizes() == [asset.size_bytes]
    assert [button["text"] for button in post.buttons] == ["Again"]


async def test_a_large_upload_is_read_from_disk_while_it_is_sent(
    desk: Desk, tmp_path: Path
) -> None:
    small, large = (tmp_path / name for name in ("small.mp4", "large.mp4"))
    for path, size_bytes in ((small, 1_000), (large, 200_000_000)):
        path.touch()
        os.truncate(path, size_bytes)
    desk.telegram.upload_bytes = 2_000_000_000
    peaks_bytes = await peak_memory(desk.telegram, desk.chat.id, small, large)

    assert desk.sizes() == [1_000, 200_000_000]
    assert peaks_bytes[1] - peaks_bytes[0] < 20_000_000


async def test_what_cannot_be_played_comes_as_a_file_with_all_that_belongs_to_it(
    desk: Desk,
) -> None:
    message = await desk.deliver(desk.post(1, as_documents=True))

    (post,) = desk.written()
    (call,) = desk.telegram.called("sendDocument")
    assert post.file
    assert post.file.kind == "document"
    assert post.file.thumbnail
    assert post.caption == TEXT.text
    assert [button["text"] for button in post.buttons] == ["Again"]
    assert call.params["disable_content_type_detection"]
    assert message.files == (f"document:{post.file.id}",)


async def test_several_that_cannot_be_played_come_as_an_album_of_files(desk: Desk) -> None:
    await desk.deliver(desk.post(2, as_documents=True))

    first, second, below = desk.written()
    assert kinds([first, second, below]) == ["document", "document", "text"]
    assert first.album == second.album != ""
    assert (first.caption, second.caption) == (TEXT.text, "")
    assert first.file
    assert first.file.thumbnail
    assert [button["text"] for button in below.buttons] == ["Again"]


async def test_a_file_takes_the_place_of_the_status_message(desk: Desk) -> None:
    status = await desk.status()
    message = await desk.deliver(desk.post(1, as_documents=True), status)

    (post,) = desk.written()
    assert post.file
    assert post.file.kind == "document"
    assert post.file.thumbnail
    assert post.caption == TEXT.text
    assert [button["text"] for button in post.buttons] == ["Again"]
    assert message == replace(status, files=(f"document:{post.file.id}",))


async def test_more_than_ten_come_in_albums_and_a_flood_limit_between_loses_nothing(
    desk: Desk,
) -> None:
    said = "Too Many Requests: retry after 1"
    desk.telegram.private_flood = replace(desk.telegram.private_flood, writes=50)
    desk.telegram.refuse("sendMediaGroup", said, 429, parameters=FLOOD, after=1, times=2)
    post = desk.post(12)
    message = await desk.deliver(post)

    *videos, below = desk.written()
    assert [call.status for call in desk.telegram.called("sendMediaGroup")] == [200, 429, 429, 200]
    assert desk.sizes() == [asset.size_bytes for asset in post.assets]
    assert len({video.album for video in videos}) == 2
    assert [video.caption for video in videos] == [TEXT.text, *[""] * 11]
    assert message.files == tuple(f"video:{video.file.id}" for video in videos if video.file)
    assert below.reply_to is videos[0]
    assert [button["text"] for button in below.buttons] == ["Again"]


async def test_an_album_that_may_have_arrived_is_posted_once_more_and_no_other(
    desk: Desk,
) -> None:
    desk.telegram.private_flood = replace(desk.telegram.private_flood, writes=50)
    desk.telegram.refuse("sendMediaGroup", "Bad Gateway", 502, after=1)
    await desk.deliver(desk.post(12))

    assert [call.status for call in desk.telegram.called("sendMediaGroup")] == [200, 502, 200]
    assert len(desk.sizes()) == 12


async def test_a_status_message_that_is_the_video_already_is_good(desk: Desk) -> None:
    status = await desk.status()
    said = "Bad Request: message is not modified: specified new message content"
    desk.telegram.refuse("editMessageMedia", said)

    assert await desk.deliver(desk.post(1), status) == status
    assert len(desk.written()) == 1


async def test_a_late_frame_does_not_disturb_what_has_become_the_video(desk: Desk) -> None:
    status = await desk.status()
    await desk.deliver(desk.post(1), status)
    await desk.conversation.edit(status, View(text="99 %"))

    (call,) = desk.telegram.called("editMessageText")
    assert call.status == 400
    (post,) = desk.written()
    assert kinds([post]) == ["video"]


async def test_a_group_that_has_moved_unnoticed_is_followed_without_its_old_messages(
    desk: Desk,
) -> None:
    old = desk.telegram.group(-55)
    place = ConversationRef(platform="telegram", chat="-55")
    conversation = desk.platform.conversation(place)
    status = await conversation.send(View(text="50 %"))
    new = desk.telegram.upgrade(old, GROUP)

    with pytest.raises(MessageLostError):
        await conversation.edit(status, View(text="60 %"))
    message = await conversation.deliver(replace(desk.post(1), replying=status), replacing=status)

    (video,) = desk.telegram.answers(new)
    assert video.file
    assert video.reply_to is None
    assert message.conversation == replace(place, chat=str(GROUP))
    assert desk.platform.moved == {"-55": str(GROUP)}
