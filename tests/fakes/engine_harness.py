"""An engine with all that is real around it, and a chat platform and a gateway on this machine."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import httpx
from pydantic import SecretStr
from sqlalchemy import make_url

import sandbox
from bots.job_logs import keeping_logs
from core.callbacks.hooks import Hooks
from core.calls import NobodyCalls
from core.catalog import Catalog, CatalogData, Gateway, load
from core.dialects import DIALECTS, Endpoint, MediaDialect
from core.dialects.endpoint import Pace
from core.dispatcher import Dispatcher
from core.engine.admission import WaitingLimits
from core.engine.engine import Engine
from core.engine.order import Order, new_id
from core.engine.scheduler import queue_limits
from core.errors import StorageError
from core.events import Events
from core.files.disk import Room
from core.files.elsewhere import FilesHere
from core.i18n import Locale
from core.invocation import IdFormat
from core.jobs import Job
from core.listening import Listening
from core.media import MediaRequest
from core.messages.budgets import Budgets
from core.meters import Meters
from core.notices import TellsAlone
from core.past_jobs import Retention
from core.people.access import Access, Policy
from core.people.balance import HouseRules
from core.people.credits import Credits
from core.people.pause import Pauses
from core.people.rate import OrderRate
from core.people.sessions import Sessions
from core.people.words import BlockedWords
from core.platform import ConversationRef, Platform, User
from core.services import Services
from core.shares import Shares
from sandbox.orders.ledger import read_ledger
from storage.access import SqlAccessStore
from storage.arrivals import SqlArrivalStore
from storage.asides import SqlAsideStore
from storage.audit import SqlAuditStore
from storage.broadcasts import SqlBroadcastStore
from storage.characters import SqlCharacterStore
from storage.credits import SqlCreditStore
from storage.database import Database, open_database
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
from storage.writes import SqlWriteStore
from tests.fakes.balances import unbalanced
from tests.fakes.databases import is_on_postgres, lay_in, url_in
from tests.fakes.memory_platform import NAME, MemoryPlatform
from tests.fakes.setups import OTHERS
from tests.fakes.statements import changing
from tests.fakes.tls import TLS

if TYPE_CHECKING:
    from storage.fleet.commons import Commons

T = TypeVar("T")
TASKS = "sandbox/sandbox-video"
STREAM = "147ai/veo3-fast"
FOUR = "apiyi/veo-3.1"
# Shorter than the five seconds after which the sandbox closes an idle connection, as in bots/app.
_LIMITS = httpx.Limits(keepalive_expiry=3)
_STANZAS = Path(sandbox.__file__).parent / "catalog.toml"


@dataclass(slots=True, kw_only=True)
class EngineHarness:
    """Where engines are started, one after the other, on one database.

    Attributes:
        root: the gateway behind all endpoints but those in `roots`.
        gone: gateways whose key was taken away.
        address: a database that others use, too; by itself, that of the folder.
        media: the folder in it where files are.
        takes_turns: whether several engines of a fleet share their errands; else each does all.
        has_chats: whether there are chat models, which answer plain words.
        policy: who may use the bot.
        auto_confirm_credits: see `Services`; house_rules: what people may spend.
        catalog_files: of an operator, over the presets; workflows: a folder of theirs.
        dialects: what the models of these may speak.
        ids: how platforms write ids, where not in any way.
        public_url: where the pages of results are, if there are any; own_url: where this machine
            alone reaches the dashboard; now: the time there,
            ledger_now: in the ledger.
        keeps_logs: whether the logs of jobs are kept for a page.
    """

    folder: Path
    root: str
    chat: MemoryPlatform = field(default_factory=MemoryPlatform)
    deadline_seconds: int = 300
    jobs_per_user: int = 2
    drain_seconds: float = 3.0
    concurrency: int = 4
    # The sandbox of tests plays its own models and those of the older presets.
    gone: frozenset[str] = OTHERS
    has_chats: bool = True
    roots: Mapping[str, str] = field(default_factory=dict[str, str])
    media_origins: tuple[str, ...] = ()
    # A stream that is over is waited for as ever: what an answer took comes behind its end.
    pace: Pace = field(
        default_factory=lambda: replace(Pace().scaled(1 / 200), afterwards=Pace().afterwards)
    )
    hooks: Hooks = field(default_factory=Hooks)
    policy: Policy = field(default_factory=Policy)
    auto_confirm_credits: int = 0
    house_rules: HouseRules = field(default_factory=HouseRules)
    waiting: WaitingLimits = field(
        default_factory=lambda: WaitingLimits(per_user=5000, in_all=5000)
    )
    words: BlockedWords = field(default_factory=BlockedWords)
    rate: OrderRate = field(default_factory=OrderRate)
    room: Room = field(default_factory=Room)
    retention: Retention = field(default_factory=Retention)
    store_type: type[SqlJobStore] = SqlJobStore
    address: str = ""
    media: str = "media"
    in_fleet: bool = field(default_factory=is_on_postgres)
    takes_turns: bool = False
    platforms: Mapping[str, Platform] = field(default_factory=dict[str, Platform])
    catalog_files: tuple[Path, ...] = ()
    workflows: Path | None = None
    dialects: Mapping[str, type[MediaDialect]] = field(default_factory=lambda: DIALECTS)
    public_url: str = ""
    own_url: str = ""
    ids: Mapping[str, IdFormat] = field(default_factory=dict[str, IdFormat])
    keeps_logs: bool = False
    now: Callable[[], float] = time.time
    ledger_now: Callable[[], float] = time.time

    @property
    def database_url(self) -> str:
        return self.address or url_in(self.folder)

    @property
    def media_dir(self) -> Path:
        """Where its files are."""
        return self.folder / self.media

    @property
    def paid(self) -> int:
        """How many creations the sandbox has taken money for."""
        return len(read_ledger(self.folder / "sandbox"))

    @asynccontextmanager
    async def store(self) -> AsyncGenerator[SqlJobStore]:
        """The job store alone."""
        async with self._database() as database:
            ledger = CreditLedger(self.house_rules)
            yield self.store_type(database, ledger, media_dir=self.media_dir)

    def _database(self) -> AbstractAsyncContextManager[Database]:
        return open_database(self.address or lay_in(self.folder))

    @asynccontextmanager
    async def engine(self) -> AsyncGenerator[Engine]:
        """A process's worth of engine; leaving it is an orderly stop."""
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(self._database())
            http = await stack.enter_async_context(
                httpx.AsyncClient(trust_env=False, verify=TLS, limits=_LIMITS)
            )
            fleet = await self._fleet(stack, database)
            services = self._services(database, http, fleet)
            services = replace(services, budgets=await self._budgets(stack, services, database))
            if fleet:
                from storage.fleet.news import sharing_news  # noqa: PLC0415 - few need it

                news = sharing_news(services, fleet.calls)
                services = await stack.enter_async_context(news)
                if self.takes_turns:
                    services = replace(services, listening=_listening(fleet))
            if self.keeps_logs:
                services = await stack.enter_async_context(keeping_logs(services))
            engine = Engine(
                services,
                self.jobs_per_user,
                drain_seconds=self.drain_seconds,
                waiting=self.waiting,
                dispatcher=fleet and self._dispatcher(fleet, services),
            )
            async with engine:  # its stop is what comes next where a test leaves it
                yield engine
            with suppress(StorageError):  # a test may have broken it
                assert await unbalanced(database) == []

    async def _fleet(self, stack: AsyncExitStack, database: Database) -> "Commons | None":
        if not self.in_fleet:
            return None
        from storage.fleet.commons import open_commons  # noqa: PLC0415 - few need it
        from storage.fleet.members import Patience  # noqa: PLC0415

        patience = Patience(beat=0.4, stalled=1.2, stopping=1.0)
        url = make_url(self.database_url)
        return await stack.enter_async_context(
            open_commons(database, url, self.media_dir, patience)
        )

    async def _budgets(
        self, stack: AsyncExitStack, services: Services, database: Database
    ) -> Budgets:
        if not self.in_fleet:
            return Budgets(SqlWriteStore(database), services.meters)
        from storage.fleet.budgets import open_budgets  # noqa: PLC0415 - few need it

        everybody = await stack.enter_async_context(open_budgets(make_url(self.database_url)))
        return Budgets(meters=services.meters, shares=everybody.share)

    def _dispatcher(self, fleet: "Commons", services: Services) -> Dispatcher:
        from storage.fleet.dispatcher import FleetDispatcher  # noqa: PLC0415 - few need it

        assert isinstance(services.store, SqlJobStore)
        limits = queue_limits(services, self.jobs_per_user)
        return FleetDispatcher(fleet, limits, services.store.rows)

    def _services(
        self, database: Database, http: httpx.AsyncClient, fleet: "Commons | None"
    ) -> Services:
        catalog, meters = self.catalog, Meters()
        ledger = CreditLedger(self.house_rules, now=self.ledger_now)
        member = fleet and fleet.membership
        return Services(
            store=self.store_type(database, ledger, holder=member, media_dir=self.media_dir),
            past_jobs=SqlPastJobStore(database, self.media_dir),
            access=Access(policy=self.policy, store=SqlAccessStore(database)),
            preferences=SqlPreferenceStore(database),
            characters=SqlCharacterStore(database),
            credits=Credits(store=SqlCreditStore(database, ledger)),
            audit=SqlAuditStore(database),
            broadcasts=SqlBroadcastStore(database),
            pauses=Pauses(store=SqlPauseStore(database)),
            asides=SqlAsideStore(database),
            spending=SqlSpendingStore(database),
            shares=Shares(store=SqlShareStore(database), public_url=self.public_url, now=self.now),
            sessions=Sessions(
                store=SqlSessionStore(database),
                public_url=self.public_url,
                own_url=self.own_url,
                now=self.now,
            ),
            exchanges=SqlExchangeStore(database, ledger, holder=member, media_dir=self.media_dir),
            events=Events(SqlEventStore(database)),
            arrivals=SqlArrivalStore(database),
            listings=SqlListedStore(database),
            catalog=catalog,
            endpoints={
                name: self._endpoint(catalog.data.gateways[name])
                for name in catalog.ready_gateways
            },
            http=http,
            platforms=dict(self.platforms) or {NAME: self.chat},
            media_dir=self.media_dir,
            sandboxed=True,
            room=self.room,
            retention=self.retention,
            meters=meters,
            hooks=self.hooks,
            dialects=self.dialects,
            auto_confirm_credits=self.auto_confirm_credits,
            words=self.words,
            rate=self.rate,
            calls=fleet.calls if fleet else NobodyCalls(),
            files=fleet.files if fleet else FilesHere(),
            notices=fleet.notices if fleet else TellsAlone(),
            ids=self.ids,
        )

    @property
    def catalog(self) -> Catalog:
        """All models, with a key for each gateway that is not gone."""
        data = self._data()
        data = data if self.has_chats else replace(data, chats=())
        return Catalog(data=data, ready_gateways=frozenset(data.gateways) - self.gone)

    def _data(self) -> CatalogData:
        if self.catalog_files or self.workflows:
            files = (_STANZAS, *self.catalog_files)
            data = load(files, tuple(self.dialects), workflows=self.workflows)
            return _hurried(data, self.deadline_seconds)
        return _presets(tuple(self.dialects), self.deadline_seconds)

    def _endpoint(self, gateway: Gateway) -> Endpoint:
        name = gateway.name
        return Endpoint(
            gateway=name,
            auth=gateway.auth,
            lists=gateway.lists,
            root=self.roots.get(name, self.root),
            key=SecretStr("any"),
            concurrency=self.concurrency,
            media_origins=self.media_origins,
            pace=self.pace,
        )

    def order(
        self, prompt: str = "a cat", *, model: str = TASKS, user: str = "ann", count: int = 1
    ) -> Order:
        """What a person wants."""
        seconds = 1 if model == TASKS else None
        return Order(
            id=new_id(),
            request=MediaRequest(prompt=prompt, model=model, seconds=seconds, count=count),
            user=User(platform=NAME, id=user),
            locale=Locale.EN,
            conversation=ConversationRef(platform=NAME, chat="1"),
        )

    def job(self, prompt: str = "a cat", *, model: str = TASKS, count: int = 1) -> Job:
        """The row of such an order, as an earlier process may have left it."""
        order = self.order(prompt, model=model, count=count)
        return Job(
            id=order.id,
            user=order.user,
            locale=order.locale,
            conversation=order.conversation,
            model=model,
            request=order.request,
            credits=50 * count,
            created_at=1.0,
        )

    async def leave(self, job: Job) -> None:
        """Put a row there that a process left behind which was killed."""
        async with self.store() as store:
            await store.add(job)


def _listening(fleet: "Commons") -> Listening:
    from storage.fleet.lease import LeasedListening, LeaseTerms  # noqa: PLC0415 - few need it

    terms = LeaseTerms(lasts=3.0, renews=0.3, margin=1.5)
    return LeasedListening(fleet.database, fleet.membership, fleet.calls, terms)


@cache
def _presets(dialects: tuple[str, ...], deadline_seconds: float) -> CatalogData:
    """Read once what no test changes: most tests need it, some for each start of an engine."""
    return _hurried(load((_STANZAS,), dialects), deadline_seconds)


def _hurried(data: CatalogData, deadline_seconds: float) -> CatalogData:
    update = {"deadline_seconds": deadline_seconds}
    return replace(data, models=tuple(model.model_copy(update=update) for model in data.models))


async def stored(engine: Engine, job_id: str) -> Job:
    """A job's row as it is now."""
    job = await engine.services.store.get(job_id)
    assert job is not None
    return job


async def stored_when(engine: Engine, job_id: str, fits: Callable[[Job], bool]) -> Job:
    """A job's row as soon as it is as wanted."""
    return await found_when(lambda: stored(engine, job_id), fits)


async def found_when(find: Callable[[], Awaitable[T]], fits: Callable[[T], bool]) -> T:
    """What is found as soon as it is as wanted; it is looked for after each change of a row."""
    with changing() as changed:
        while not fits(found := await find()):
            await changed.wait()
            changed.clear()
    return found
