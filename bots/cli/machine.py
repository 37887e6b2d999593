"""What `cliprelay doctor` finds on this machine; all of it is left as it is."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack
from secrets import token_urlsafe

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bots.app import room_of
from bots.cli.finding import Finding
from bots.health import is_relayed, public_hosts
from bots.server import serve_web
from bots.setup import check_media_dir
from core.errors import OperatorError, StorageError
from core.settings import Settings
from storage.look import DatabaseState, look_at

_DONE = 204  # as the hooks of bots/server.py answer
_LOST = 404
_DATABASES = {
    "nothing": "not there yet; the first start makes it",
    "older": "of an earlier version; the next start brings it up to date",
    "current": "writable and up to date",
}


async def examine_machine(settings: Settings, http: httpx.AsyncClient) -> AsyncIterator[Finding]:
    """Look at the database, the folder of results, our own port and its public address."""
    state: DatabaseState | None = None
    try:
        state = await look_at(settings.database_url)
        yield Finding(what="database", fine=True, says=_DATABASES[state.found])
    except OperatorError as error:
        yield Finding(what="database", fine=False, says=str(error))
    for job, why in state.damaged.items() if state else ():
        says = f"the row of job {job} cannot be read ({why}); a start sets that job aside"
        yield Finding(what="database", fine=False, says=says)
    if state and state.in_use:
        says = "is running on this database; chat and generate need one of their own"
        yield Finding(what="cliprelay", fine=None, says=says)
    yield _examine("MEDIA_DIR", lambda: check_media_dir(settings.media_dir), "can be written")
    yield _examine("MIN_FREE_MB", lambda: _check_room(settings), "enough is free")
    if settings.http_port:
        async for finding in _examine_door(settings, http, in_use=bool(state and state.in_use)):
            yield finding


def _check_room(settings: Settings) -> None:
    """Raise StorageError where a bot would take no orders."""
    try:
        room = room_of(settings)
    except StorageError:  # is told of the database
        return
    if objection := room.objection():
        raise StorageError(f"{objection}, so nothing is ordered")


def _examine(what: str, check: Callable[[], None], says: str) -> Finding:
    try:
        check()
    except OperatorError as error:
        return Finding(what=what, fine=False, says=str(error).removeprefix(f"{what}: "))
    return Finding(what=what, fine=True, says=says)


async def _examine_door(
    settings: Settings, http: httpx.AsyncClient, *, in_use: bool
) -> AsyncIterator[Finding]:
    """See whether calls from outside arrive: here, or at the bot that is running."""
    port = settings.http_port
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(serve_web(_door(settings), port, settings.http_host))
            yield Finding(what="HTTP_PORT", fine=True, says=f"{port} is free")
        except OperatorError as error:
            if not in_use and not settings.is_called:
                says = f"{_why(error)}; so nobody can ask /healthz and /metrics. 0 asks for none"
                yield Finding(what="HTTP_PORT", fine=None, says=says)
                return
            if not in_use:
                yield Finding(what="HTTP_PORT", fine=False, says=_why(error))
                return
            says = f"{port} is taken, as it has to be while the bot runs"
            yield Finding(what="HTTP_PORT", fine=True, says=says)
        if settings.public_url:
            yield await _examine_address(settings.public_url, http, public_hosts(settings))


def _why(error: OperatorError) -> str:
    """What is said of the port, without the name of the variable."""
    return str(error).removeprefix("HTTP_HOST and HTTP_PORT: ")


def _door(settings: Settings) -> list[BaseRoute]:
    """Answers as the bot does, where nothing follows from it."""
    hosts = public_hosts(settings)

    async def hook(_: Request) -> Response:
        return Response(status_code=_DONE)

    async def metrics(request: Request) -> Response:
        return Response(status_code=_LOST if is_relayed(request, hosts) else _DONE)

    return [Route("/hooks/{secret}", hook, methods=["POST"]), Route("/metrics", metrics)]


async def _examine_address(
    public_url: str, http: httpx.AsyncClient, hosts: Collection[str]
) -> Finding:
    """Call ourselves as a gateway would, and as nobody from outside should be able to."""
    root = public_url.rstrip("/")
    try:
        answer = await http.post(f"{root}/hooks/{token_urlsafe(16)}")
        numbers = await http.get(f"{root}/metrics")
    except httpx.RequestError as error:
        says = f"cannot be reached from here ({type(error).__name__})"
        return Finding(what="PUBLIC_URL", fine=False, says=says)
    if answer.status_code != _DONE:
        says = f"leads to something else than HTTP_PORT here: HTTP {answer.status_code}"
        return Finding(what="PUBLIC_URL", fine=False, says=says)
    if numbers.is_success and hosts:
        says = (
            "leads to /metrics, too, which are nobody's business outside: have the proxy refuse it"
        )
        return Finding(what="PUBLIC_URL", fine=False, says=says)
    return Finding(what="PUBLIC_URL", fine=True, says="leads here")
