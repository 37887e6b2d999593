"""Has one of our modules run by a fork of a process that has the decoders loaded."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from core.files import fork_server
from core.files.fork_server import CODE, LENGTH

ROOT = Path(__file__).parents[2]
_CHUNK_BYTES = 65_536


class LostServerError(Exception):
    """Nobody can say how the child has ended: the process that forks has gone."""


@dataclass(slots=True)
class ForkServer:
    """A process that forks, started when it is needed first and when it was lost.

    It ends with us, however we end, and by itself when it has had nothing to do for a minute.

    Attributes:
        farewell_seconds: how long it may take to kill a child; then it is given up itself.
    """

    farewell_seconds: float = 10.0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _control: socket.socket | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """The process, if there is one."""
        return self._process.pid if self._process else None

    async def run(self, arguments: Sequence[str]) -> tuple[bytes, int]:
        """Run a module as `core.files.limited` does; gives its output and its code.

        The child has ended when this does, be it by cancellation.

        Raises:
            LostServerError: the child may have done all of its work, or nothing.
        """
        request = "\0".join(arguments).encode(errors="surrogateescape")
        output, waiting = self._ask(request)
        with output, waiting:
            try:
                made, code = await _read(output), await _read(waiting)
            except BaseException:
                # Nobody waits any more, so it is killed.
                waiting.shutdown(socket.SHUT_WR)
                await self._farewell(waiting)
                raise
        if len(code) < CODE.size:
            raise LostServerError
        return made, CODE.unpack(code)[0]

    async def _farewell(self, waiting: socket.socket) -> None:
        try:
            async with asyncio.timeout(self.farewell_seconds):
                await _read(waiting)
        except TimeoutError:
            self.stop()  # it does not do what it is there for

    def _ask(self, request: bytes) -> tuple[socket.socket, socket.socket]:
        control = self._control if self._control and self._lives() else self._start()
        with ExitStack() as stack:
            ours, theirs = zip(socket.socketpair(), socket.socketpair(), strict=True)
            for end in theirs:
                stack.enter_context(end)
            for end in ours:
                end.setblocking(False)
            message = LENGTH.pack(len(request)) + request
            try:
                sent = socket.send_fds(control, [message], [end.fileno() for end in theirs])
            except OSError:
                sent = 0
        if sent < len(message):
            self.stop()
        return ours

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> socket.socket:
        self.stop()
        self._control, theirs = socket.socketpair()
        # A server that reads nothing any more must not hold us up.
        self._control.setblocking(False)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", fork_server.__name__, str(theirs.fileno())],
                cwd=ROOT,  # a checkout is not on the path of its interpreter
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C on a terminal is for the bot
            )
        return self._control

    def stop(self) -> None:
        """End the process. What it has forked ends when nobody waits for it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None


async def _read(source: socket.socket) -> bytes:
    loop, content = asyncio.get_running_loop(), bytearray()
    try:
        while piece := await loop.sock_recv(source, _CHUNK_BYTES):
            content += piece
    except ConnectionError:
        pass
    return bytes(content)
