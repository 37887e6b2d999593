"""The websocket of a ComfyUI server, which tells a client the steps of its jobs.

Nobody listens to what the client says: all that matters is asked for elsewhere.
"""

import asyncio
import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha1

from starlette.responses import Response

from sandbox.protocols.live.comfy_jobs import TORN, is_lost, word
from sandbox.protocols.polls import Poll
from sandbox.slow_response import ClientConnection, SlowResponse

STEPS = 20
SAMPLER = "8"
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, ENDS = 0x1, 0x2, 0x80
SHORT = 126


class StepsTeller:
    """What one client has been told of its jobs.

    Args:
        jobs: those that it has now.
        pause: between two looks at them, in seconds.
    """

    def __init__(self, key: str, jobs: Callable[[], Iterable[Poll]], pause: float) -> None:
        self._key = key
        self._jobs = jobs
        self._pause = pause
        self._over: set[str] = set()

    def response(self) -> Response:
        """The answer to who asks for a websocket, and all that is told over it."""
        return SlowResponse(self._tell) if self._key else Response(status_code=400)

    async def _tell(self, connection: ClientConnection) -> None:
        connection.write_raw(handshake(self._key))
        while True:
            for poll in self._jobs():
                for message in self._news_of(poll):
                    connection.write_raw(message)
                if TORN in poll.order.words or is_lost(poll):
                    await connection.reset()
            await asyncio.sleep(self._pause)

    def _news_of(self, poll: Poll) -> Iterator[bytes]:
        state, order = word(poll), poll.order
        if state == "pending" or order.id in self._over:
            return
        about = {"prompt_id": order.task_id}
        done = {"value": int(STEPS * poll.fraction), "max": STEPS, "node": SAMPLER}
        yield frame(BINARY, b"\0\0\0\1 a preview")
        yield _message("progress", {**about, **done})
        if state == "completed":
            self._over.add(order.id)
            yield _message("executing", {**about, "node": None})


def handshake(key: str) -> bytes:
    """The answer by which a connection becomes a websocket (RFC 6455)."""
    proof = b64encode(sha1(f"{key}{GUID}".encode()).digest()).decode()  # noqa: S324 - its rule
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {proof}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def frame(kind: int, payload: bytes) -> bytes:
    """A message of a server: whole, unmasked, of less than 64 kB."""
    size = len(payload)
    head = struct.pack("!BB", ENDS | kind, size) if size < SHORT else b""
    return (head or struct.pack("!BBH", ENDS | kind, SHORT, size)) + payload


def _message(kind: str, data: object) -> bytes:
    return frame(TEXT, json.dumps({"type": kind, "data": data}).encode())
