"""What those may ask who look after the bot: does it live, can it work, what has it done."""

import asyncio
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bots.metrics import BotMetrics
from bots.outages import Outages
from core.engine.engine import Engine
from core.errors import StorageError
from core.public_http import LOOPBACK
from core.settings import Settings

_DATABASE_SECONDS = 3.0
# What proxies add to a request.
_RELAYED = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "cf-connecting-ip"}
)


class Health:
    """Answers at `/healthz`, `/readyz` and `/metrics`.

    The numbers are for this machine and its network: a request that a proxy has passed on for
    somebody outside gets none.

    Args:
        public_hosts: the names by which others reach our server.
    """

    def __init__(
        self, engine: Engine, outages: Outages, public_hosts: Collection[str] = ()
    ) -> None:
        self._engine = engine
        self._outages = outages
        self._public_hosts = public_hosts
        self._metrics = BotMetrics(engine, outages)
        self.routes: list[BaseRoute] = [
            Route("/healthz", self.health),
            Route("/readyz", self.readiness),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _: Request) -> Response:
        """Say that the program lives: whoever can answer does."""
        return PlainTextResponse("ok")

    async def readiness(self, _: Request) -> Response:
        """Say whether orders are taken everywhere, and if not, what is in the way."""
        down = self._outages.down
        told = {
            "closing": self._engine.is_closing,
            "database": await self._has_database(),
            "platforms": {name: name not in down for name in self._outages.platforms},
        }
        ready = told["database"] and not (told["closing"] or down)
        return JSONResponse({"ready": ready, **told}, status_code=200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Give all numbers in the form that is asked for."""
        if is_relayed(request, self._public_hosts):
            return Response(status_code=404)
        text, media_type = self._metrics.expose(request.headers.get("accept", ""))
        return Response(text, headers={"Content-Type": media_type})

    async def _has_database(self) -> bool:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                await self._engine.services.store.get("")
            # It may answer, and be another one for whoever looks at its place.
            self._engine.services.room.objection()
        except (StorageError, TimeoutError):
            return False
        return True


def is_relayed(request: HTTPConnection, public_hosts: Collection[str]) -> bool:
    """Whether a proxy seems to have passed this on."""
    # Many an nginx speaks the old version to what is behind it, and adds no header.
    is_old = request.scope["http_version"] == "1.0"
    is_public = (request.url.hostname or "").casefold() in public_hosts
    return is_old or is_public or not _RELAYED.isdisjoint(request.headers.keys())


def public_hosts(settings: Settings) -> Collection[str]:
    """The names by which others reach our server, and not only this machine."""
    addresses = (settings.public_url, settings.telegram_webhook_url)
    return {host for each in addresses if each and (host := urlsplit(each).hostname)} - LOOPBACK
