"""What was sent to a gateway and what came back, as lines of JSON that can be shown to others.

Secrets are cut, media and long texts shortened. Each line is on disk before the next exchange, so
who is stopped leaves what was seen. `sandbox/replay.py` plays such a file.
"""

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx

from core.redact import redact

ORIGIN = "ORIGIN"
"""Stands for the gateway's own address."""
PICTURE = "PICTURE"
"""Stands for the base64 of one."""
_LONGEST = 300
_SHOWN = 60
_KEPT_BYTES = 200_000
# Pictures come inside JSON, and what is cut is none any more.
_KEPT_JSON_BYTES = 64_000_000
_BASE64 = re.compile(r"(data:image/[\w.+-]{1,40};base64,)?[A-Za-z0-9+/_-]+={0,2}")
_HEADERS = ("content-type", "retry-after")

Line = Mapping[str, object]


@dataclass(slots=True)
class GatewayTranscript:
    """Records what a client of httpx does.

    Attributes:
        path: where it is written.
        root: the gateway's address.
        told: is called with each exchange as soon as it is complete and written.
    """

    path: Path
    root: str = ""
    told: Callable[[Line], None] = lambda _: None
    _since: float = field(default_factory=time.monotonic)

    @property
    def hooks(self) -> dict[str, list[Callable[..., object]]]:
        """What httpx calls: hand it to `AsyncClient.event_hooks`."""
        return {"request": [_read], "response": [self._watch]}

    async def _watch(self, response: httpx.Response) -> None:
        response.stream = _Watched(response, self._note)

    def _note(self, response: httpx.Response, body: bytes, size: int) -> None:
        request = response.request
        line = {
            "at": round(time.monotonic() - self._since, 2),
            "request": {
                "method": request.method,
                "url": self._safe(str(request.url)),
                **_headers(request.headers),
                "body": self._body(request.content, request.headers, len(request.content)),
            },
            "response": {
                "status": response.status_code,
                **_headers(response.headers),
                "body": self._body(body, response.headers, size),
            },
        }
        with suppress(OSError):  # a full disk must not cost the job that is written about
            self.add(line)
        self.told(line)

    def _body(self, body: bytes, headers: httpx.Headers, size: int) -> object:
        if not body:
            return None
        kind = headers.get("content-type", "").partition(";")[0]
        try:
            return self.shortened(json.loads(body))
        except ValueError:
            pass
        if kind.startswith("text/") or kind == "application/x-www-form-urlencoded":
            return self._safe(body.decode("utf-8", "replace"))
        return f"({size} bytes of {kind or 'something'})"

    def shortened(self, value: object) -> object:
        """A value of JSON without secrets, and with the beginnings of long texts only."""
        match value:
            case str():
                whole = self._safe(value)
                return whole if whole.startswith("http") else _beginning(whole)
            case list():
                return [self.shortened(each) for each in cast("list[object]", value)]
            case dict():
                entries = cast("dict[str, object]", value)
                return {name: self.shortened(each) for name, each in entries.items()}
            case _:
                return value

    def _safe(self, text: str) -> str:
        return redact(text.replace(self.root, ORIGIN))

    def add(self, line: Line) -> None:
        """Write a line; raises OSError."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _beginning(text: str) -> str:
    """A long text by its beginning, a picture by what it is: of that a replay makes one again."""
    if len(text) <= _LONGEST:
        return text
    if picture := _BASE64.fullmatch(text):
        return f"{picture[1] or ''}{PICTURE} ({len(text)} characters)"
    return f"{text[:_SHOWN]}… ({len(text)} characters)"


async def _read(request: httpx.Request) -> None:
    await request.aread()


def _headers(headers: httpx.Headers) -> dict[str, object]:
    told = {name: headers[name] for name in _HEADERS if name in headers}
    return {"headers": told} if told else {}


class _Watched(httpx.AsyncByteStream):
    """The body of an answer, which is noted when whoever reads it has had enough."""

    def __init__(
        self, response: httpx.Response, note: Callable[[httpx.Response, bytes, int], None]
    ) -> None:
        self._response = response
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._note = note
        self._body = bytearray()
        self._size = 0
        is_json = response.headers.get("content-type", "").startswith("application/json")
        self._kept_bytes = _KEPT_JSON_BYTES if is_json else _KEPT_BYTES

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._size += len(piece)
            self._body += piece[: self._kept_bytes - len(self._body)]
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
        self._note(self._response, bytes(self._body), self._size)
