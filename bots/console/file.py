"""A conversation that is one file: what `cliprelay generate` writes its result to."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bots.console.ids import FILE
from core.limits import Limits
from core.media import Asset
from core.platform import (
    ConversationRef,
    MediaPost,
    MessageLostError,
    MessageRef,
    User,
    View,
    WithoutAccess,
    WithoutMembers,
    WithoutPreviews,
)

KEPT = "-"
"""The conversation whose media stay where they are, in MEDIA_DIR."""


class FileConversation(WithoutPreviews, WithoutAccess):
    """A `Conversation`. Shows progress to `show` and copies the media to the path."""

    def __init__(self, ref: ConversationRef, show: Callable[[str], None]) -> None:
        self._ref = ref
        self._show = show

    @property
    def limits(self) -> Limits:
        return Limits(writes=100, window_seconds=1, edit_seconds=0.2, text_chars=100_000)

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        del replying
        message = MessageRef(conversation=self._ref, id="status")
        await self.edit(message, view)
        return message

    async def edit(self, message: MessageRef, view: View) -> None:
        del message
        self._show(view.text)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        """Copy the media; a second copy is the same file, so nothing has to be replaced."""
        del replacing
        try:
            for asset, path in zip(post.assets, self.paths(post.assets), strict=True):
                if path != asset.path:
                    await asyncio.to_thread(shutil.copyfile, asset.path, path)
        except OSError as error:
            raise MessageLostError(str(error)) from error
        return MessageRef(conversation=self._ref, id="media")

    def paths(self, assets: Sequence[Asset]) -> list[Path]:
        """Where these go: cat.mp4, cat-2.mp4, ..."""
        if self._ref.chat == KEPT:
            return [asset.path for asset in assets]
        first = Path(self._ref.chat)
        others = [first.with_stem(f"{first.stem}-{n}") for n in range(2, len(assets) + 1)]
        return [first, *others][: len(assets)]


class FilePlatform(WithoutMembers):
    """Any path is a conversation."""

    name = FILE

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        del user
        return place

    def conversation(self, ref: ConversationRef) -> FileConversation:
        return FileConversation(ref, self._show)
