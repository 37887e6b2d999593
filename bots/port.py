"""The port of our own HTTP server, which costs nothing before somebody calls."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from core.errands import Errands
from core.errors import SettingsError

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


def open_port(port: int, host: str) -> socket.socket:
    """Take a port of this machine; 0 takes a free one.

    Raises:
        SettingsError: somebody else has it, or the host is not one of this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        place = f"HTTP_HOST and HTTP_PORT: {host} with {port}"
        raise SettingsError(f"{place} cannot be used: {error.strerror}") from None


@asynccontextmanager
async def served_on_call(
    listener: socket.socket, routes: "Callable[[], list[BaseRoute]]", *, uploads: bool = False
) -> AsyncGenerator[None]:
    """Serve these at an open port while the block runs; the server is loaded for the first call.

    A start is quicker by that, and most bots are never called. With `uploads` a request may take
    as long as it comes on.
    """
    errands = Errands()
    errands.start(_serve(listener, routes, uploads=uploads))
    try:
        yield
    finally:
        await errands.close()
        listener.close()


async def _serve(
    listener: socket.socket, routes: "Callable[[], list[BaseRoute]]", *, uploads: bool
) -> None:
    loop, called = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listener, called.set)
    try:
        await called.wait()
    finally:
        loop.remove_reader(listener)
    from bots.server import serve_at  # noqa: PLC0415 - see `served_on_call`

    async with serve_at(routes(), listener, uploads=uploads):
        await loop.create_future()
