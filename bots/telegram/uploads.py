"""Assets as Telegram takes them: read from disk while they are sent, never whole in memory."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from telegram import (
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
)

from core.media import Asset, MediaKind
from core.platform import MediaPost

Medium = InputMediaDocument | InputMediaPhoto | InputMediaVideo
_CAPTION_CHARS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An asset whose files are open."""

    asset: Asset
    file: InputFile
    thumbnail: InputFile | None

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


@contextmanager
def opened(assets: Sequence[Asset]) -> Generator[list[Upload]]:
    """Keep the files open as long as they are sent."""
    with ExitStack() as stack:
        yield [
            Upload(
                asset=asset,
                file=_open(stack, asset.path),
                thumbnail=_open(stack, asset.thumbnail) if asset.thumbnail else None,
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
