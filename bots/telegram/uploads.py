"""Assets as Telegram takes them: read from disk while they are sent, never whole in memory."""

import logging
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from telegram import (
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
)
from telegram.error import BadRequest

from bots.telegram.errors import meaning_of_post
from core.media import Asset, MediaKind
from core.platform import MediaPost, RefusedError
from core.redact import quote

T = TypeVar("T")
log = logging.getLogger(__name__)

Medium = InputMediaDocument | InputMediaPhoto | InputMediaVideo
_CAPTION_CHARS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An asset whose files are open, or named by their places."""

    asset: Asset
    file: InputFile | str
    thumbnail: InputFile | str | None

    @property
    def is_video(self) -> bool:
        return self.asset.kind is MediaKind.VIDEO

    @property
    def seconds(self) -> int:
        # Telegram takes whole seconds, and none is no length for a player.
        return max(round(self.asset.seconds or 0), 1)

    def as_media(self, post: MediaPost, caption: str) -> Medium:
        """As a part of an album, or in place of another message."""
        spoiler = post.spoiler
        if post.as_documents:
            return InputMediaDocument(
                self.file,
                caption=caption or None,
                thumbnail=self.thumbnail,
                disable_content_type_detection=True,
            )
        if not self.is_video:
            return InputMediaPhoto(self.file, caption=caption or None, has_spoiler=spoiler)
        return InputMediaVideo(
            self.file,
            caption=caption or None,
            width=self.asset.width,
            height=self.asset.height,
            duration=self.seconds,
            supports_streaming=True,
            has_spoiler=spoiler,
            thumbnail=self.thumbnail,
        )


@dataclass(slots=True)
class SharedDisk:
    """Whether the server sees the files of the bot where they lie, which saves a copy of each.

    One with --local takes the place of a file instead of its bytes. In a container, or on another
    machine, there is nothing at that place.
    """

    is_seen: bool = True

    async def send(
        self, assets: Sequence[Asset], send: Callable[[Sequence[Upload]], Awaitable[T]]
    ) -> T:
        """Send them by their places, or as they are where that is refused."""
        if not self.is_seen:
            return await send_whole(assets, send)
        try:
            return await send(_uploads(assets, _in_place))
        except BadRequest as error:
            if type(meaning_of_post(error)) is not RefusedError:
                raise
            refusal = quote(error.message)
        # A server has many words for a place that it does not see: whether it was that, or the
        # file itself is not wanted, the file tells.
        sent = await send_whole(assets, send)
        log.warning(
            "the Bot API server does not see %s (it says: %s); files are uploaded to it instead",
            assets[0].path.parent,
            refusal,
        )
        self.is_seen = False
        return sent


async def send_whole(
    assets: Sequence[Asset], send: Callable[[Sequence[Upload]], Awaitable[T]]
) -> T:
    """Send their bytes."""
    with _opened(assets) as uploads:
        return await send(uploads)


@contextmanager
def _opened(assets: Sequence[Asset]) -> Generator[list[Upload]]:
    """Keep the files open as long as they are sent."""
    with ExitStack() as stack:
        yield _uploads(assets, lambda path: _open(stack, path))


def _in_place(path: Path) -> str:
    return path.absolute().as_uri()


def _uploads(
    assets: Sequence[Asset], take: Callable[[Path], InputFile] | Callable[[Path], str]
) -> list[Upload]:
    return [
        Upload(
            asset=asset,
            file=take(asset.path),
            thumbnail=take(asset.thumbnail) if asset.thumbnail else None,
        )
        for asset in assets
    ]


def _open(stack: ExitStack, path: Path) -> InputFile:
    handle = stack.enter_context(path.open("rb"))
    # An open handle, not bytes: a video of 2 GB would be in memory as a whole.
    return InputFile(handle, filename=path.name, attach=True, read_file_handle=False)


def caption_of(text: str) -> str:
    return text[:_CAPTION_CHARS]


def files_of(messages: Sequence[Message]) -> tuple[str, ...]:
    """The names under which Telegram shows the media again, each as "kind:id"."""
    return tuple(name for message in messages if (name := _name_of(message)))


def _name_of(message: Message) -> str:
    """Telegram decides what becomes of an upload: a film without sound may be an animation."""
    if message.photo:
        return f"photo:{message.photo[-1].file_id}"
    if message.video:
        return f"video:{message.video.file_id}"
    if message.animation:  # which is told as a document too
        return f"animation:{message.animation.file_id}"
    return f"document:{message.document.file_id}" if message.document else ""
