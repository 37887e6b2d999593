"""The composition root: from what is set up to storage, services and engine. Knows everybody."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.request import getproxies

import httpx

from bots.console.ids import FILE
from bots.console.ids import NAME as CONSOLE
from bots.job_logs import keeping_logs
from bots.playground.ids import NAME as PLAYGROUND
from bots.pools import PooledTransport
from bots.sandboxing import sandbox_endpoint, serve_sandbox
from bots.setup import IDS, Setup, check_media_dir
from bots.transcript import GatewayTranscript
from core.callbacks.hooks import Hooks
from core.callbacks.lent_files import LentFiles
from core.calls import NobodyCalls
from core.chat.answerer import Answerer
from core.dispatcher import Dispatcher
from core.engine.admission import WaitingLimits
from core.engine.engine import Engine
from core.engine.scheduler import queue_limits
from core.errors import SettingsError
from core.events import Events
from core.files.claims import claimed
from core.files.disk import Room
from core.files.elsewhere import FilesHere
from core.listening import Listening
from core.messages.budgets import Budgets
from core.meters import Meters
from core.notices import TellsAlone
from core.past_jobs import Retention
from core.people.access import Access, Policy
from core.people.balance import CreditLimits, HouseRules
from core.people.credits import Credits
from core.people.currency import Currency
from core.people.pause import Pauses
from core.people.rate import OrderRate
from core.people.sessions import Area, Sessions
from core.platform import Platform
from core.public_http import LOOPBACK, trusted_roots
from core.services import Services
from core.settings import Settings
from core.shares import Shares
from storage.access import SqlAccessStore
from storage.arrivals import SqlArrivalStore
from storage.asides import SqlAsideStore
from storage.audit import SqlAuditStore
from storage.broadcasts import SqlBroadcastStore
from storage.characters import SqlCharacterStore
from storage.credits import SqlCreditStore
from storage.database import Database, is_shared, name_of, open_database, parse
from storage.events import SqlEventStore
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.ledger import CreditLedger
from storage.listings import SqlListedStore
from storage.past_jobs import SqlPastJobStore
from storage.pauses import SqlPauseStore
from storage.preferences import SqlPreferenceStore
from storage.sessions import SqlSessionStore
from storage.shares import SqlShareStore
from storage.spending import SqlSpendingStore
from storage.sqlite import file_of
from storage.sums import part_of
from storage.writes import SqlWriteStore

if TYPE_CHECKING:
    from storage.fleet.commons import Commons

# What listens to all addresses is reached at these.
_EVERY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
# What is on this machine, the sandbox for one, is reached without the proxy of the environment.
_DIRECTLY = tuple(f"all://{f'[{host}]' if ':' in host else host}" for host in LOOPBACK)
# Many servers close after 5 idle seconds. A creation that is sent in that moment is lost, and
# nobody can say whether it was taken: so ours gives the connection up before.
_IDLE_SECONDS = 3.0


@asynccontextmanager
async def open_engine(
    setup: Setup,
    platforms: Mapping[str, Platform],
    transcript: GatewayTranscript | None = None,
    *,
    has_pages: bool = False,
) -> AsyncGenerator[Engine]:
    """Open everything in order, start the engine, and close it all again.

    What gateways are told, and what they answer, goes into the `transcript`. `has_pages` says
    whether our own server has pages for people.

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
            root = await stack.enter_async_context(serve_sandbox(setup))
            endpoints = {
                gateway.name: sandbox_endpoint(gateway, root)
                for gateway in setup.data.gateways.values()
            }
        http = await stack.enter_async_context(open_http())
        if transcript:
            http.event_hooks = transcript.hooks
        public_url = (settings.public_url or "").rstrip("/")
        policy, currency = _policy(settings), _currency(settings)
        meters = Meters()
        fleet = await _open_fleet(stack, database, settings)
        media_dir = settings.media_dir.absolute()
        member = fleet and fleet.membership
        ledger = CreditLedger(_house_rules(settings, policy), currency, part=part_of(member))
        store = SqlJobStore(database, ledger, holder=member, media_dir=media_dir)
        services = Services(
            store=store,
            past_jobs=SqlPastJobStore(database, media_dir),
            access=Access(policy=policy, store=SqlAccessStore(database)),
            preferences=SqlPreferenceStore(database),
            characters=SqlCharacterStore(database),
            credits=Credits(store=SqlCreditStore(database, ledger), currency=currency),
            audit=SqlAuditStore(database),
            broadcasts=SqlBroadcastStore(database),
            pauses=Pauses(store=SqlPauseStore(database)),
            asides=SqlAsideStore(database),
            spending=SqlSpendingStore(database),
            shares=Shares(
                store=SqlShareStore(database),
                public_url=public_url if has_pages else "",
                days=settings.share_days,
            ),
            sessions=Sessions(
                store=SqlSessionStore(database),
                public_url=public_url if has_pages else "",
                own_url=_own_url(settings) if has_pages else "",
            ),
            exchanges=SqlExchangeStore(database, ledger, holder=member, media_dir=media_dir),
            events=Events(SqlEventStore(database)),
            arrivals=SqlArrivalStore(database),
            listings=SqlListedStore(database),
            catalog=setup.catalog,
            endpoints=endpoints,
            http=http,
            platforms=dict(platforms),
            media_dir=media_dir,
            has_media_dir_alone=claimed(media_dir, name_of(settings.database_url)),
            room=room_of(settings),
            retention=_retention(settings, policy),
            sandboxed=setup.sandboxed,
            auto_confirm_credits=settings.chat_auto_confirm_credits,
            words=setup.words,
            rate=OrderRate(settings.per_minute),
            budgets=await _open_budgets(stack, database, settings, meters),
            meters=meters,
            hooks=Hooks(public_url=public_url),
            links=LentFiles(public_url=public_url),
            calls=fleet.calls if fleet else NobodyCalls(),
            files=fleet.files if fleet else FilesHere(),
            notices=fleet.notices if fleet else TellsAlone(),
            ids=IDS,
        )
        if Area.DASHBOARD in services.sessions.areas:
            services = await stack.enter_async_context(keeping_logs(services))
        if fleet:
            services = replace(services, listening=_listening(fleet))
            services = await stack.enter_async_context(_sharing_news(fleet, services))
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
            dispatcher=fleet and _dispatcher(fleet, services, settings, store),
        )
        yield await stack.enter_async_context(engine)


async def _open_budgets(
    stack: AsyncExitStack, database: Database, settings: Settings, meters: Meters
) -> Budgets:
    if not is_shared(settings.database_url):
        return Budgets(SqlWriteStore(database), meters)
    from storage.fleet.budgets import open_budgets  # noqa: PLC0415 - few have one

    everybody = await stack.enter_async_context(open_budgets(parse(settings.database_url)))
    return Budgets(meters=meters, shares=everybody.share)


async def _open_fleet(
    stack: AsyncExitStack, database: Database, settings: Settings
) -> "Commons | None":
    """The other processes on this database; None where there can be none."""
    if not is_shared(settings.database_url):
        return None
    from storage.fleet.commons import open_commons  # noqa: PLC0415 - few have one

    url, media_dir = parse(settings.database_url), settings.media_dir.absolute()
    return await stack.enter_async_context(open_commons(database, url, media_dir))


def _dispatcher(
    fleet: "Commons", services: Services, settings: Settings, store: SqlJobStore
) -> Dispatcher:
    from storage.fleet.dispatcher import FleetDispatcher  # noqa: PLC0415 - few have one

    return FleetDispatcher(fleet, queue_limits(services, settings.jobs_per_user), store.rows)


def _sharing_news(fleet: "Commons", services: Services) -> AbstractAsyncContextManager[Services]:
    from storage.fleet.news import sharing_news  # noqa: PLC0415 - few have one

    return sharing_news(services, fleet.calls)


def _listening(fleet: "Commons") -> Listening:
    from storage.fleet.lease import LeasedListening  # noqa: PLC0415 - few have one

    return LeasedListening(fleet.database, fleet.membership, fleet.calls)


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
        terminals=frozenset({CONSOLE, FILE, PLAYGROUND}),
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


def _own_url(settings: Settings) -> str:
    """Where this machine alone reaches our own server; "" where it does not, or others do."""
    host = _EVERY_HOST.get(settings.http_host, settings.http_host)
    if settings.is_called or not settings.http_port or host not in LOOPBACK:
        return ""
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.http_port}"


def room_of(settings: Settings) -> Room:
    """What has to be free on our disks.

    Raises:
        StorageError: DATABASE_URL is no address of a database.
    """
    database = file_of(parse(settings.database_url))
    files = (database,) if database else ()
    return Room(
        folders=(settings.media_dir.absolute(), *(file.parent for file in files)),
        least_bytes=settings.min_free_mb * 1_000_000,
        files=files,
    )
