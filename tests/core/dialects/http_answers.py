"""The answers of a scripted gateway, byte by byte."""

import json
from collections.abc import Mapping, Sequence

from tests.fakes.raw_server import reply

KEY = "sk-test0123456789abcdefghij"

Answer = bytes | Sequence[bytes]

RESET = b"(reset)"
"""An answer that is none: the connection is torn down once the request has been read."""


def stream(body: bytes | str, *, headers: Mapping[str, str] | None = None) -> bytes:
    """Write an answer that ends where the connection does."""
    fields = {"Content-Type": "text/event-stream", "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    body = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body


def broken(body: bytes | str) -> bytes:
    """Write an answer that breaks off: it was to be longer."""
    size = len(body if isinstance(body, bytes) else body.encode())
    return stream(body, headers={"Content-Length": str(size + 10_000)})


def as_json(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    raw = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
    fields = {"Content-Type": "application/json", **(headers or {})}
    return reply(raw, status=status, headers=fields | {"Content-Length": str(len(raw))})


def as_html(body: str, *, status: int = 200) -> bytes:
    raw = body.encode()
    return reply(
        raw,
        status=status,
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(raw)),
            "Connection": "close",
        },
    )


def frame(delta: Mapping[str, object], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "foaicmpl-xxx", "object": "chat.completion.chunk", "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def told(*contents: str, reasoning: Sequence[str] = ()) -> str:
    """Write the frames of a stream that has not ended."""
    thoughts = "".join(frame({"reasoning_content": part}) for part in reasoning)
    return thoughts + "".join(frame({"content": part}) for part in contents)


STOP = frame({}, "stop") + "data: [DONE]\n\n"
"""How a stream ends well."""
