"""An engine with all that is real around it, and a chat platform and a gateway on this machine."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import httpx
from pydantic import SecretStr

import sandbox
from core.callbacks.hooks import Hooks
from core.catalog import Catalog, CatalogData, Model, load
from core.dialects import DIALECTS, Endpoint, MediaDialect
from core.dialects.endpoint import Pace
from core.engine.admission import WaitingLimits
from core.engine.engine import Engine
from core.engine.order import Order, new_id
from core.errors import StorageError
from core.events import Events
from core.files.disk import Room
from core.i18n import Locale
from core.jobs import Job
from core.media import MediaRequest
from core.messages.budgets import Budgets
from core.meters import Meters
from core.past_jobs import Retention
from core.people.access import Access, Policy
from core.people.credits import Credits, HouseRules
from core.people.pause import Pauses
from core.people.rate import OrderRate
from core.people.words import BlockedWords
from core.platform import ConversationRef, Platform, User
from core.services import Services
from sandbox.orders.ledger import read_ledger
from storage.access import SqlAccessStore
from storage.arrivals import SqlArrivalStore
from storage.audit import SqlAuditStore
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
from storage.writes import SqlWriteStore
from tests.fakes.balances import unbalanced
from tests.fakes.memory_platform import NAME, MemoryPlatform
from tests.fakes.setups import OTHERS
from tests.fakes.statements import changing
from tests.fakes.tls import TLS

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
        has_chats: whether there are chat models, which answer plain words.
        policy: who may use the bot.
        auto_confirm_credits: see `Services`; house_rules: what people may spend.
        catalog_files: of an operator, over the presets; workflows: a folder of theirs.
        dialects: what the models of these may speak.
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
    platforms: Mapping[str, Platform] = field(default_factory=dict[str, Platform])
    catalog_files: tuple[Path, ...] = ()
    workflows: Path | None = None
    dialects: Mapping[str, type[MediaDialect]] = field(default_factory=lambda: DIALECTS)

    @property
    def database_url(self) -> str:
        # No test waits 5 s for a lock that somebody else has.
        return f"sqlite:///{self.folder}/jobs.db?timeout=0.2"

    @property
    def paid(self) -> int:
        """How many creations the sandbox has taken money for."""
        return len(read_ledger(self.folder / "sandbox"))

    @asynccontextmanager
    async def store(self) -> AsyncGenerator[SqlJobStore]:
        """The job store alone."""
        async with open_database(self.database_url) as database:
            yield self.store_type(database, CreditLedger(self.house_rules))

    @asynccontextmanager
    async def engine(self) -> AsyncGenerator[Engine]:
        """A process's worth of engine; leaving it is an orderly stop."""
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(open_database(self.database_url))
            http = await stack.enter_async_context(
                httpx.AsyncClient(trust_env=False, verify=TLS, limits=_LIMITS)
            )
            services = self._services(database, http)
            engine = Engine(
                services,
                self.jobs_per_user,
                drain_seconds=self.drain_seconds,
                waiting=self.waiting,
            )
            yield await stack.enter_async_context(engine)
            with suppress(StorageError):  # a test may have broken it
                assert await unbalanced(database) == []

    def _services(self, database: Database, http: httpx.AsyncClient) -> Services:
        catalog, meters = self.catalog, Meters()
        ledger = CreditLedger(self.house_rules)
        return Services(
            store=self.store_type(database, ledger),
            past_jobs=SqlPastJobStore(database),
            access=Access(policy=self.policy, store=SqlAccessStore(database)),
            preferences=SqlPreferenceStore(database),
            characters=SqlCharacterStore(database),
            credits=Credits(store=SqlCreditStore(database, ledger)),
            audit=SqlAuditStore(database),
            pauses=Pauses(store=SqlPauseStore(database)),
            exchanges=SqlExchangeStore(database, ledger),
            events=Events(SqlEventStore(database)),
            arrivals=SqlArrivalStore(database),
            listings=SqlListedStore(database),
            catalog=catalog,
            endpoints={name: self._endpoint(name) for name in catalog.ready_gateways},
            http=http,
            platforms=dict(self.platforms) or {NAME: self.chat},
            media_dir=self.folder / "media",
            sandboxed=True,
            room=self.room,
            retention=self.retention,
            budgets=Budgets(SqlWriteStore(database), meters),
            meters=meters,
            hooks=self.hooks,
            dialects=self.dialects,
            auto_confirm_credits=self.auto_confirm_credits,
            words=self.words,
            rate=self.rate,
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
        else:
            data = _presets(tuple(self.dialects))
        return replace(data, models=tuple(self._hurried(model) for model in data.models))

    def _hurried(self, model: Model) -> Model:
        return model.model_copy(update={"deadline_seconds": self.deadline_seconds})

    def _endpoint(self, name: str) -> Endpoint:
        gateway = self._data().gateways[name]
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


@cache
def _presets(dialects: tuple[str, ...]) -> CatalogData:
    """Read once what no test changes: most tests need it, some for each start of an engine."""
    return load((_STANZAS,), dialects)


async def stored(engine: Engine, job_id: str) -> Job:
    """A job's row as it is now."""
    job = await engine.services.store.get(job_id)
    assert job is not None
    return job


async def stored_when(engine: Engine, job_id: str, fits: Callable[[Job], bool]) -> Job:
    """A job's row as soon as it is as wanted."""
    with changing() as changed:
        while not fits(row := await stored(engine, job_id)):
            await changed.wait()
            changed.clear()
    return row
