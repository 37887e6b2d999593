"""`cliprelay run`: all chat platforms that have a token, until it is stopped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bots.admins import Admins
from bots.app import open_engine
from bots.cli.garbage import unhurried_collector
from bots.cli.nightly import asked_nightly
from bots.imports import kept_imports
from bots.outages import Outages
from bots.pools import allow_connections
from bots.port import open_port, served_on_call
from bots.runtime import Runtime
from bots.setup import NOT_LISTENING, Setup
from bots.watch import Watch
from core.errors import OperatorError, SettingsError, StorageError
from core.i18n import Locale
from core.listening import ListensToNobody
from core.settings import Settings
from storage.database import is_shared, parse, told

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

log = logging.getLogger(__name__)
Service = Callable[[Runtime], Awaitable[None]]

_ALONE = (
    "DATABASE_URL: a worker runs jobs that others take, over the Postgres that they share, like "
    "postgresql+psycopg://user@host/database. On SQLite `cliprelay run` does everything"
)
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 300.0


async def run(setup: Setup, *, listens: bool = True) -> None:
    """Serve until it is cancelled. Each platform connects, breaks and mends by itself.

    Args:
        setup: says where, and as whom.
        listens: False where only jobs are run, and others listen.

    Raises:
        OperatorError: no platform has a token, or one is wrong; or others cannot listen.
    """
    if not listens and not is_shared(setup.settings.database_url):
        raise SettingsError(_ALONE)
    allow_connections()
    settings = setup.settings
    services = _services(settings)
    # The lines are opened first and closed last: the engine's last words still go over them.
    async with (
        AsyncExitStack() as lines,
        open_engine(setup, {}, has_pages=_has_pages(settings)) as engine,
    ):
        locale = Locale(settings.default_locale)
        runtime = Runtime(
            settings=settings,
            engine=engine,
            lines=lines,
            locale=locale,
            outages=Outages(services),
            listening=engine.services.listening if listens else ListensToNobody(),
        )
        admins = Admins(engine.services, settings.admins, locale)
        watch = Watch(engine.services, runtime.outages, admins)
        _introduce(setup, services)
        if settings.is_called:
            await _open_door(runtime, admins)
        elif settings.http_port:
            await _open_side_door(runtime)
        try:
            async with (
                unhurried_collector(engine),
                asked_nightly(engine.services, admins),
                watch.kept(),
                asyncio.TaskGroup() as group,
            ):
                for name, service in services.items():
                    group.create_task(_serve(name, service, runtime))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
    raise OperatorError("All chat platforms have disconnected the bot for good; the log says why")


def _introduce(setup: Setup, platforms: Iterable[str]) -> None:
    """Say what is used, so that nobody finds out later that it is something else."""
    settings = setup.settings
    for name, (meant, _) in setup.misspelt.items():
        log.warning("%s: did you mean %s?", name, meant)
    if setup.sandboxed:
        log.warning(
            "SANDBOX: a test gateway on this machine plays every model, so people get test clips "
            "and nothing costs money. %s",
            "Run without --sandbox to go live." if setup.endpoints else "No gateway has a key.",
        )
    else:
        ready = (f"{each.gateway} ({each.root})" for each in setup.endpoints.values())
        log.info("gateways: %s", ", ".join(ready))
    log.info("platforms: %s", ", ".join(platforms))
    log.info("database: %s", told(parse(settings.database_url)))
    log.info("media: %s", settings.media_dir.absolute())


def _services(settings: Settings) -> Mapping[str, Service]:
    # Each library takes 20 to 40 MB, so only those that are used are imported.
    services: dict[str, Service] = {}
    with kept_imports():
        if settings.telegram_bot_token:
            from bots.telegram.service import serve as serve_telegram  # noqa: PLC0415

            services["telegram"] = serve_telegram
        if settings.discord_bot_token:
            from bots.discord.service import serve as serve_discord  # noqa: PLC0415

            services["discord"] = serve_discord
    if not services:
        raise SettingsError(NOT_LISTENING)
    return services


async def _serve(name: str, service: Service, runtime: Runtime) -> None:
    """Serve a platform; one that breaks is rebuilt, after a longer pause each time."""
    clock = asyncio.get_running_loop().time
    pause = _FIRST_PAUSE_SECONDS
    while True:
        began = clock()
        try:
            return await service(runtime)
        except Exception as error:
            # Whatever is rebuilt, a mistake of the operator's stays; a database is free again.
            if isinstance(error, OperatorError) and not isinstance(error, StorageError):
                raise
            runtime.outages.fails(name)
            if clock() > began + _LONGEST_PAUSE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            log.exception("a chat platform has broken; it is set up anew in %.0f s", pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


async def _open_door(runtime: Runtime, admins: Admins) -> None:
    """Serve those who call from outside, and those who look after the bot."""
    from bots.server import GatewayCalls, serve_web  # noqa: PLC0415 - as above

    settings, services = runtime.settings, runtime.engine.services
    calls = GatewayCalls(services, admins, settings.quota_webhook_secret)
    runtime.routes.extend((*calls.routes, *_health(runtime), *_pages(runtime)))
    await runtime.lines.enter_async_context(
        serve_web(runtime.routes, settings.http_port, settings.http_host)
    )
    _tell_address(settings)


async def _open_side_door(runtime: Runtime) -> None:
    """Serve those who look after the bot. It works without them, so a taken port stops nothing."""
    settings = runtime.settings
    try:
        listener = open_port(settings.http_port, settings.http_host)
    except SettingsError as error:
        log.warning("/healthz, /readyz and /metrics are not served: %s", error)
        return

    def routes() -> "list[BaseRoute]":
        return [*_health(runtime), *_pages(runtime)]

    await runtime.lines.enter_async_context(served_on_call(listener, routes))
    _tell_address(settings)


def _tell_address(settings: Settings) -> None:
    world = settings.public_url or "not set"
    log.info("HTTP: %s, port %d; PUBLIC_URL: %s", settings.http_host, settings.http_port, world)


def _has_pages(settings: Settings) -> bool:
    """Whether our own server can show pages."""
    if find_spec("jinja2") is not None:
        return True
    if settings.public_url:
        log.warning("PUBLIC_URL: results have no pages; install them with: pip install '.[web]'")
    return False


def _pages(runtime: Runtime) -> "list[BaseRoute]":
    if not runtime.engine.services.sessions.areas:
        return []
    from bots.door import most_connections, most_viewers  # noqa: PLC0415 - as above
    from bots.web.service import all_pages  # noqa: PLC0415 - as above

    # The other half is for gateways and platforms.
    return all_pages(
        runtime.engine,
        runtime.locale,
        seats=most_connections() // 2,
        viewers=most_viewers(),
    )


def _health(runtime: Runtime) -> "list[BaseRoute]":
    from bots.health import Health, public_hosts  # noqa: PLC0415 - as above

    return Health(runtime.engine, runtime.outages, public_hosts(runtime.settings)).routes
