"""Serves the gateway on loopback: inside a running loop, or as a program of its own."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.app import build
from sandbox.options import SandboxOptions

HOST = "127.0.0.1"
BACKLOG = 2048
FAREWELL_SECONDS = 1.0


@asynccontextmanager
async def serve(options: SandboxOptions, port: int = 0) -> AsyncGenerator[str]:
    """Run the gateway in this loop and yield its root URL; port 0 takes a free one."""
    async with serve_app(build(options), port) as root:
        yield root


@asynccontextmanager
async def serve_app(app: Starlette, port: int = 0) -> AsyncGenerator[str]:
    """Run any application in this loop, as the gateway is; tests have more than one."""
    listener = _listen(port)
    server = _EmbeddedServer(_config(app))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready.wait()
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.leaving.set()
        await running


def run(options: SandboxOptions, port: int, announce: Callable[[str], None]) -> None:
    """Run the gateway until a signal comes; tells its root URL as soon as it can be called."""
    run_app(build(options), port, announce)


def run_app(app: Starlette, port: int, announce: Callable[[str], None]) -> None:
    """Run any application as the gateway is."""
    listener = _listen(port)
    announce(f"http://{HOST}:{listener.getsockname()[1]}")
    with suppress(KeyboardInterrupt):
        _Server(_config(app)).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    """Take the port before the server starts, so that a taken one is an OSError to the caller."""
    # asyncio switches Nagle's delay off only where it reads TCP: create_server() leaves that open
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # on Windows it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_OpenProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        backlog=BACKLOG,
    )


class _OpenProtocol(H11Protocol):
    """Hands each answer its own connection: some endings have to break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}

    def _unsupported_upgrade_warning(self) -> None:
        """Nobody need know: who asks ComfyUI for a websocket gets one, and all others none."""


class _Server(uvicorn.Server):
    """Leaves at once: open streams are broken off, as by a crash."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in tuple(self.server_state.connections):
            if connection.transport:
                connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=FAREWELL_SECONDS)


class _EmbeddedServer(_Server):
    """Lives in somebody else's loop: no signals, and it waits for events instead of ticking."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leaving = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        while not self.leaving.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.leaving.wait()
