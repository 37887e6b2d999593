"""What was sent to a gateway and what came back, as lines of JSON that can be shown to others.

Secrets are cut, media and long texts shortened. Each line is on disk before the next exchange, so
who is stopped leaves what was seen. `sandbox/replay.py` plays such a file.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx

from bots.watched_body import WatchedBody
from core.redact import beginning, redact

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
        body = _KeptBody(response)

        def closed() -> None:
            self._note(response, bytes(body.kept), body.size)

        response.stream = WatchedBody(response, body.add, closed)

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
        except (ValueError, RecursionError):
            pass
        if kind.startswith("text/") or kind == "application/x-www-form-urlencoded":
            text = body.decode("utf-8", "replace")
            return self._safe(text if size <= len(body) else beginning(text, len(text) - 1))
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
    told = {name: redact(headers[name]) for name in _HEADERS if name in headers}
    return {"headers": told} if told else {}


class _KeptBody:
    """As much of a body as is looked at."""

    def __init__(self, response: httpx.Response) -> None:
        self.kept = bytearray()
        self.size = 0
        is_json = response.headers.get("content-type", "").startswith("application/json")
        self._most = _KEPT_JSON_BYTES if is_json else _KEPT_BYTES

    def add(self, piece: bytes) -> None:
        """Take a piece in."""
        self.size += len(piece)
        self.kept += piece[: self._most - len(self.kept)]
