"""A room of the parlour, as the core writes to it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import httpx

from core.limits import Limits
from core.messages.buttons import pack
from core.platform import (
    ConversationRef,
    LostAnswerError,
    MediaPost,
    MessageLostError,
    MessageRef,
    RefusedError,
    SlowDownError,
    UnreachableError,
    User,
    View,
    WithoutAccess,
    WithoutMembers,
    WithoutPreviews,
)
from tests.examples.parlour.ids import NAME

_PIECE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class ParlourPlatform(WithoutMembers):
    """See `core.platform.Platform`. `line` knows the parlour's address and the bot's token."""

    line: httpx.AsyncClient
    name: str = field(default=NAME, init=False)

    def conversation(self, ref: ConversationRef) -> "ParlourConversation":
        return ParlourConversation(self.line, ref)

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        return replace(place, person=user.id)


class ParlourConversation(WithoutPreviews, WithoutAccess):
    """See `core.platform.Conversation`."""

    limits = Limits(
        writes=20, window_seconds=10, edit_seconds=1, text_chars=4000, upload_bytes=20_000_000
    )

    def __init__(self, line: httpx.AsyncClient, ref: ConversationRef) -> None:
        self._line = line
        self._ref = ref

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        return await self._write(uuid4().hex, view, replying)

    async def edit(self, message: MessageRef, view: View) -> None:
        await self._write(message.id, view)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        """Post under the name of the post: where it is there already, it is written over."""
        del replacing
        files = [await self._upload(asset.path) for asset in post.assets]
        return await self._write(post.key, post.view, post.replying, *files)

    async def _write(
        self, name: str, view: View, replying: MessageRef | None = None, *files: str
    ) -> MessageRef:
        body = {
            "text": view.text,
            "buttons": [{"label": b.label, "data": pack(b)} for b in view.buttons],
            "files": files,
            "only_for": self._ref.person,
            "reply_to": replying.id if replying else "",
        }
        path = f"/rooms/{self._ref.chat.removeprefix('#')}/{name}"
        await _taken(self._line, self._line.build_request("PUT", path, json=body))
        return MessageRef(conversation=self._ref, id=name)

    async def _upload(self, path: Path) -> str:
        request = self._line.build_request("POST", "/files", content=_pieces(path))
        return (await _taken(self._line, request)).text


async def _pieces(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


async def _taken(line: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send, and say in the core's errors what came of it."""
    try:
        answer = await line.send(request)
    except httpx.ConnectError as error:
        raise UnreachableError(type(error).__name__) from error
    except httpx.TransportError as error:
        raise LostAnswerError(type(error).__name__) from error
    match answer.status_code:
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise SlowDownError(float(answer.headers["retry-after"]))
        case HTTPStatus.NOT_FOUND | HTTPStatus.FORBIDDEN:
            raise MessageLostError(answer.text)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise LostAnswerError(answer.text)
        case status if status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(answer.text)
        case _:
            return answer
