"""Our own HTTP server, which gateways call when they have news."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route, Router

from bots.admins import Admins
from bots.door import Doorkeeper, PatientDoorkeeper, most_connections, turn_away_all
from bots.port import open_port
from core.callbacks.quota import Heard, is_genuine, read_notice
from core.services import Services

# Notices have a few hundred bytes; this port is open to the world.
_BODY_BYTES = 65_536
# Whoever is still being answered when the bot stops; a video would take as long as it likes.
_LAST_SECONDS = 2.0


class GatewayCalls:
    """Takes what gateways tell us: that a task has changed, that credit runs low.

    Args:
        admins: who is told about credit.
        secret: what a gateway has to know to speak of credit; without one none is believed.
        clock: gives the seconds that tell today's notice from yesterday's.
    """

    def __init__(
        self,
        services: Services,
        admins: Admins,
        secret: SecretStr | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._services = services
        self._admins = admins
        self._secret = secret
        self._heard = Heard()
        self._clock = clock
        self.routes: list[BaseRoute] = [
            Route("/hooks/{secret}", self.hook, methods=["POST"]),
            Route("/quota/{gateway}", self.quota, methods=["POST"]),
            Route("/lent/{secret}", self.lent, methods=["GET"]),
        ]

    async def hook(self, request: Request) -> Response:
        """Wake the job that waits. The answer tells nothing to whoever guesses."""
        self._services.hooks.call(request.path_params["secret"])
        return Response(status_code=204)

    async def quota(self, request: Request) -> Response:
        """Tell the admins once what a gateway says of the account's credit."""
        body = await _read(request)
        # One answer for a wrong secret, no secret and a body too large: nothing to learn from.
        if body is None or not self._is_genuine(request, body):
            return Response(status_code=401)
        said, gateway = read_notice(body), request.path_params["gateway"][:40]
        if said is not None and self._heard.is_news(gateway, said, self._clock()):
            news = f"quota of {gateway}: {said}"
            self._admins.tell("quota-low", news=news, gateway=gateway, said=said)
        return Response(status_code=204)

    async def lent(self, request: Request) -> Response:
        """Give a gateway the file that a question is about."""
        path = self._services.links.lent(request.path_params["secret"])
        if path is None or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path)

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        if self._secret is None:
            return False
        return is_genuine(
            body,
            authorization=request.headers.get("authorization", ""),
            signature=request.headers.get("x-webhook-signature", ""),
            secret=self._secret.get_secret_value(),
        )


async def _read(request: Request) -> bytes | None:
    """The body, unless it is larger than any notice could be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            return None
    return bytes(body)


@asynccontextmanager
async def serve_web(
    routes: list[BaseRoute], port: int, host: str = "127.0.0.1"
) -> AsyncGenerator[int]:
    """Serve these, and what is added, while the block runs; gives the port, 0 takes a free one.

    Raises:
        SettingsError: somebody else has the port, or the host is not one of this machine's.
    """
    listener = open_port(port, host)
    async with serve_at(routes, listener):
        yield listener.getsockname()[1]


@asynccontextmanager
async def serve_at(
    routes: list[BaseRoute], listener: socket.socket, *, uploads: bool = False
) -> AsyncGenerator[None]:
    """The same at a port that is open already; it is closed at the end.

    With `uploads` a request may take as long as it comes on.
    """
    config = uvicorn.Config(
        _app(routes),
        http=PatientDoorkeeper if uploads else Doorkeeper,
        # So many are let in at once before the first of them is looked at.
        backlog=most_connections(),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([running], timeout=_LAST_SECONDS)
        turn_away_all(server.server_state)
        await running


def _app(routes: list[BaseRoute]) -> Router:
    app = Router(redirect_slashes=False)
    app.routes = routes  # the very list
    return app


class _Server(uvicorn.Server):
    """Leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
