"""A relay before a Postgres, which cuts connections at a word, or passes nothing on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from sqlalchemy import make_url


class Relay:
    """Passes everything on between a client and the server at `url`.

    Attributes:
        there: the database, as it was given.
        url: the same, behind this relay.
        called: that somebody has come.
        refuses: how many of those who come next are turned away.
        cuts: how often a connection was cut.
        sent: how many bytes went to the server.
        answered: how many came back.
    """

    def __init__(self, url: str) -> None:
        self.there = self.url = url
        self.cuts = self.sent = self.answered = self.refuses = 0
        self.called = asyncio.Event()
        self._word: bytes | None = None
        self._arrives = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = make_url(self.there).set(port=port).render_as_string(hide_password=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def cut_at(self, word: bytes, *, arrives: bool) -> None:
        """Cut the next connection on which the client says this; it may get through before."""
        self._word, self._arrives = word, arrives

    def freeze(self) -> None:
        """Pass nothing on, on any connection, until `thaw`; nobody is told."""
        self._flows.clear()

    def thaw(self) -> None:
        """Pass on what was said meanwhile."""
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.called.set()
        if self.refuses:
            self.refuses -= 1
            writer.close()
            return
        task = asyncio.create_task(self._relay(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = make_url(self.there)
        async with _closing(writer):
            there_reader, there_writer = await asyncio.open_connection(there.host, there.port)
            both = (
                asyncio.create_task(self._pass_on(reader, there_writer)),
                asyncio.create_task(self._pass_back(there_reader, writer)),
            )
            async with _closing(there_writer):
                try:
                    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in both:
                        task.cancel()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65536):
            await self._flows.wait()
            self.sent += len(said)
            if self._word and self._word in said:
                self._word = None
                self.cuts += 1
                if self._arrives:
                    writer.write(said)
                    await writer.drain()
                return
            writer.write(said)
            await writer.drain()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65536):
            await self._flows.wait()
            self.answered += len(said)
            writer.write(said)
            await writer.drain()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
