"""The composition root: from what is set up to storage, services and engine. Knows everybody."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.request import getproxies

import httpx
from pydantic import SecretStr

from bots.console.ids import FILE
from bots.console.ids import NAME as CONSOLE
from bots.pools import PooledTransport
from bots.setup import Setup
from bots.transcript import GatewayTranscript
from core.callbacks.hooks import Hooks
from core.callbacks.lent_files import LentFiles
from core.catalog import CatalogData, Gateway
from core.chat.answerer import Answerer
from core.dialects import Endpoint
from core.dialects.endpoint import Pace
from core.engine.admission import WaitingLimits
from core.engine.engine import Engine
from core.errors import SettingsError, StorageError
from core.events import Events
from core.files.disk import Room, check_folder
from core.messages.budgets import Budgets
from core.meters import Meters
from core.past_jobs import Retention
from core.people.access import Access, Policy
from core.people.credits import CreditLimits, Credits, HouseRules
from core.people.currency import Currency
from core.people.pause import Pauses
from core.people.rate import OrderRate
from core.platform import Platform
from core.public_http import LOOPBACK, trusted_roots
from core.services import Services
from core.settings import Settings
from sandbox.options import SandboxOptions
from storage.access import SqlAccessStore
from storage.arrivals import SqlArrivalStore
from storage.audit import SqlAuditStore
from storage.characters import SqlCharacterStore
from storage.credits import SqlCreditStore
from storage.database import file_of, open_database, parse
from storage.events import SqlEventStore
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.ledger import CreditLedger
from storage.listings import SqlListedStore
from storage.past_jobs import SqlPastJobStore
from storage.pauses import SqlPauseStore
from storage.preferences import SqlPreferenceStore
from storage.writes import SqlWriteStore

SANDBOX_PORT = 8089
# What is on this machine, the sandbox for one, is reached without the proxy of the environment.
_DIRECTLY = tuple(f"all://{f'[{host}]' if ':' in host else host}" for host in LOOPBACK)
# Many servers close after 5 idle seconds. A creation that is sent in that moment is lost, and
# nobody can say whether it was taken: so ours gives the connection up before.
_IDLE_SECONDS = 3.0
# The sandbox makes a clip in 12 s, so it is asked ten times as often as a real gateway.
_SANDBOX_PACE = Pace().scaled(0.1)


@asynccontextmanager
async def open_engine(
    setup: Setup, platforms: Mapping[str, Platform], transcript: GatewayTranscript | None = None
) -> AsyncGenerator[Engine]:
    """Open everything in order, start the engine, and close it all again.

    What gateways are told, and what they answer, goes into the `transcript`.

    Raises:
        StorageError: the database or MEDIA_DIR cannot be used.
    """
    settings = setup.settings
    check_media_dir(settings.media_dir)
    settings.media_dir.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.database_url))
        endpoints = setup.endpoints
        if setup.sandboxed:
            root = await stack.enter_async_context(_serve_sandbox(setup))
            endpoints = {
                gateway.name: _sandbox_endpoint(gateway, root)
                for gateway in setup.data.gateways.values()
            }
        http = await stack.enter_async_context(open_http())
        if transcript:
            http.event_hooks = transcript.hooks
        public_url = (settings.public_url or "").rstrip("/")
        policy, currency = _policy(settings), _currency(settings)
        ledger = CreditLedger(_house_rules(settings, policy), currency)
        meters = Meters()
        services = Services(
            store=SqlJobStore(database, ledger),
            past_jobs=SqlPastJobStore(database),
            access=Access(policy=policy, store=SqlAccessStore(database)),
            preferences=SqlPreferenceStore(database),
            characters=SqlCharacterStore(database),
            credits=Credits(store=SqlCreditStore(database, ledger), currency=currency),
            audit=SqlAuditStore(database),
            pauses=Pauses(store=SqlPauseStore(database)),
            exchanges=SqlExchangeStore(database, ledger),
            events=Events(SqlEventStore(database)),
            arrivals=SqlArrivalStore(database),
            listings=SqlListedStore(database),
            catalog=setup.catalog,
            endpoints=endpoints,
            http=http,
            platforms=dict(platforms),
            media_dir=settings.media_dir.absolute(),
            room=_room(settings),
            retention=_retention(settings, policy),
            sandboxed=setup.sandboxed,
            auto_confirm_credits=settings.chat_auto_confirm_credits,
            words=setup.words,
            rate=OrderRate(settings.per_minute),
            budgets=Budgets(SqlWriteStore(database), meters),
            meters=meters,
            hooks=Hooks(public_url=public_url),
            links=LentFiles(public_url=public_url),
        )
        answerer = Answerer(
            services,
            per_user=settings.jobs_per_user,
            history=settings.chat_history,
            kept_days=settings.chat_retention_days,
        )
        engine = Engine(
            services,
            settings.jobs_per_user,
            drain_seconds=settings.drain_seconds,
            waiting=WaitingLimits(
                per_user=settings.waiting_per_user, in_all=settings.waiting_jobs
            ),
            answerer=answerer,
        )
        yield await stack.enter_async_context(engine)


def open_http() -> httpx.AsyncClient:
    """Whom gateways are asked by, directly or through the proxies of the environment.

    Raises:
        SettingsError: a proxy or the certificates cannot be used.
    """
    # No ceiling: each stream holds a connection for minutes, and the scheduler counts jobs.
    limits = httpx.Limits(
        max_connections=None, max_keepalive_connections=20, keepalive_expiry=_IDLE_SECONDS
    )
    try:
        roots = trusted_roots()
        pools = PooledTransport(lambda: httpx.AsyncHTTPTransport(verify=roots, limits=limits))
        # A proxy of the environment for everything would stand at the same place.
        everywhere = () if "all" in getproxies() else ("all://",)
        mounts = dict.fromkeys((*_DIRECTLY, *everywhere), pools)
        return httpx.AsyncClient(verify=roots, limits=limits, mounts=mounts)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"HTTP_PROXY, HTTPS_PROXY or ALL_PROXY: {error}") from None
    except OSError as error:
        raise SettingsError(f"SSL_CERT_FILE or SSL_CERT_DIR: {error.strerror}") from None


def _policy(settings: Settings) -> Policy:
    return Policy(
        admins=frozenset(settings.admins),
        allowed_chats=frozenset(settings.allowed_chats),
        terminals=frozenset({CONSOLE, FILE}),
    )


def _retention(settings: Settings, policy: Policy) -> Retention:
    return Retention(
        media_days=settings.media_days,
        history_days=settings.history_days,
        # On a terminal the files are all that people have got.
        besides=policy.terminals,
    )


def _house_rules(settings: Settings, policy: Policy) -> HouseRules:
    return HouseRules(
        person=CreditLimits(
            daily=settings.daily_credits or None, monthly=settings.monthly_credits or None
        ),
        chat=CreditLimits(daily=settings.chat_daily_credits or None),
        is_exempt=policy.is_admin,
    )


def _currency(settings: Settings) -> Currency:
    return Currency(name=settings.credit_name, credits_per_unit=settings.credits_per_unit)


def _room(settings: Settings) -> Room:
    database = file_of(parse(settings.database_url))
    files = (database,) if database else ()
    return Room(
        folders=(settings.media_dir.absolute(), *(file.parent for file in files)),
        least_bytes=settings.min_free_mb * 1_000_000,
        files=files,
    )


def check_media_dir(folder: Path) -> None:
    """Find out before anybody pays that results cannot be stored.

    Raises:
        StorageError: nothing can be written there.
    """
    try:
        check_folder(folder)
    except StorageError as error:
        raise StorageError(f"MEDIA_DIR: {error}") from error


def _sandbox_endpoint(gateway: Gateway, root: str) -> Endpoint:
    return Endpoint(
        gateway=gateway.name,
        root=root,
        key=SecretStr("sandbox"),
        lists=gateway.lists,
        pace=_SANDBOX_PACE,
    )


def sandbox_folder(settings: Settings) -> Path:
    """Where the sandbox keeps what was ordered, whoever runs it."""
    return (settings.media_dir.parent / "sandbox").absolute()


def sandbox_tables(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The catalog as the sandbox takes it: plain tables, since it shares no code with us."""
    return tuple(model.model_dump(mode="json") for model in data.models)


def sandbox_chats(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The chat models of the catalog, in the same way."""
    return tuple(chat.model_dump(mode="json") for chat in data.chats)


def sandbox_speeches(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The models that listen, in the same way."""
    return tuple(speech.model_dump(mode="json") for speech in data.speeches)


@asynccontextmanager
async def _serve_sandbox(setup: Setup) -> AsyncGenerator[str]:
    from sandbox.server import serve  # noqa: PLC0415 - libav and Pillow cost a live bot 40 MB

    options = SandboxOptions(
        state_dir=sandbox_folder(setup.settings),
        renders_ahead=True,
        models=sandbox_tables(setup.data),
        chats=sandbox_chats(setup.data),
        speeches=sandbox_speeches(setup.data),
    )
    async with AsyncExitStack() as stack:
        try:
            # The same address as last time, so that links of an earlier process go on working.
            root = await stack.enter_async_context(serve(options, SANDBOX_PORT))
        except OSError:
            root = await stack.enter_async_context(serve(options, 0))
        yield root
