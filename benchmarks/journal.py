"""What the gateway has seen of each stream: its end, and when its video was fetched."""

import re
import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAME = re.compile(r"\bclip\d+\b")
_FILE = re.compile(rb"/cdn/([0-9a-f]{32})-")


@dataclass(slots=True)
class Journal:
    """By the name of the stream, on the clock of this process.

    Attributes:
        files: which stream a media file belongs to.
    """

    running: int = 0
    most_at_once: int = 0
    ended: dict[str, float] = field(default_factory=dict[str, float])
    fetched: dict[str, float] = field(default_factory=dict[str, float])
    files: dict[str, str] = field(default_factory=dict[str, str])

    def began(self) -> None:
        """A stream is open."""
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)

    def sent(self, stream: str, message: Message) -> None:
        """A stream goes on; what it links to is fetched later."""
        if link := _FILE.search(message.get("body", b"")):
            self.files[link[1].decode()] = stream
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.running -= 1
            self.ended[stream] = time.monotonic()


class JournalMiddleware:
    """Stands before the gateway and listens."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through, and write down when it was."""
        path = scope["path"]
        if path.endswith("/chat/completions"):
            await self._stream(scope, receive, send)
            return
        await self._app(scope, receive, send)
        if file := _FILE.match(path.encode()):
            stream = self._journal.files[file[1].decode()]
            self._journal.fetched[stream] = time.monotonic()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""

        async def hear() -> Message:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            return message

        async def say(message: Message) -> None:
            self._journal.sent(name_in(body.decode()), message)
            await send(message)

        self._journal.began()
        await self._app(scope, hear, say)


def name_in(text: str | None) -> str:
    """The stream that an order or a caption is about."""
    found = _NAME.search(text or "")
    return found[0] if found else ""
