"""What was sent to a gateway and what came back, as lines of JSON that can be shown to others.

Secrets are cut, media and long texts shortened. `sandbox/replay.py` plays such a file.
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx

from core.redact import redact

ORIGIN = "ORIGIN"
"""Stands for the gateway's own address."""
_LONGEST = 300
_SHOWN = 60
_KEPT_BYTES = 200_000
_HEADERS = ("content-type", "retry-after")

Line = Mapping[str, object]


@dataclass(slots=True)
class GatewayTranscript:
    """Records what a client of httpx does.

    Attributes:
        root: the gateway's address.
        told: is called with each exchange as soon as it is complete.
    """

    root: str
    told: Callable[[Line], None] = lambda _: None
    lines: list[Line] = field(default_factory=list[Line])
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
        self.lines.append(line)
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
                long = len(whole) > _LONGEST and not whole.startswith("http")
                return f"{whole[:_SHOWN]}… ({len(whole)} characters)" if long else whole
            case list():
                return [self.shortened(each) for each in cast("list[object]", value)]
            case dict():
                entries = cast("dict[str, object]", value)
                return {name: self.shortened(each) for name, each in entries.items()}
            case _:
                return value

    def _safe(self, text: str) -> str:
        return redact(text.replace(self.root, ORIGIN))

    def write(self, path: Path, head: Line, outcome: Line) -> None:
        """Write all of it; raises OSError."""
        lines = (head, *self.lines, outcome)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")


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

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._size += len(piece)
            self._body += piece[: _KEPT_BYTES - len(self._body)]
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
        self._note(self._response, bytes(self._body), self._size)
