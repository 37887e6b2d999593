"""The page from start to end: its address at once, its server when somebody opens it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bots.playground.conversation import PlaygroundPlatform
from bots.playground.latch import Latch
from bots.port import open_port, served_on_call
from core.engine.engine import Engine
from core.i18n import Locale

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

_ONLY_HERE = "127.0.0.1"


@asynccontextmanager
async def serve_playground(
    engine: Engine, platform: PlaygroundPlatform, locale: Locale
) -> AsyncGenerator[str]:
    """Serve the page while the block runs; gives its address, which is a secret.

    Raises:
        SettingsError: this machine has no free port.
    """
    latch = Latch()

    def routes() -> "list[BaseRoute]":
        from bots.playground.adapter import PlaygroundAdapter  # noqa: PLC0415 - at the first call
        from bots.playground.pages import PlaygroundPages  # noqa: PLC0415 - as above

        adapter = PlaygroundAdapter(engine=engine, platform=platform)
        return PlaygroundPages(adapter, latch, locale).routes

    listener = open_port(0, _ONLY_HERE)
    async with served_on_call(listener, routes, uploads=True):
        try:
            yield latch.address(listener.getsockname()[1])
        finally:
            platform.board.close()
