"""The composition root: settings to catalog, endpoints, storage and engine. Knows everybody."""

import logging
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import httpx
from pydantic import SecretStr

import sandbox
from bots.console.conversation import NAME as CONSOLE
from bots.console.file import NAME as FILE
from bots.discord import ids as discord
from bots.telegram import ids as telegram
from core.callbacks.hooks import Hooks
from core.callbacks.lent_files import LentFiles
from core.catalog import Catalog, CatalogData, Gateway, Model, load
from core.chat.answerer import Answerer
from core.dialects import CHAT_DIALECTS, DIALECTS, Endpoint
from core.dialects.endpoint import Pace, root_url
from core.engine.engine import Engine
from core.errors import CatalogError, SettingsError, StorageError
from core.events import Events
from core.files.disk import Room, check_folder
from core.invocation import IdFormat
from core.messages.budgets import Budgets
from core.people.access import Access, Policy
from core.platform import Party, Platform
from core.public_http import LOOPBACK, trusted_roots
from core.services import Services
from core.settings import Settings, misspelt, read_account, survey_settings
from sandbox.options import SandboxOptions
from storage.access import SqlAccessStore
from storage.arrivals import SqlArrivalStore
from storage.characters import SqlCharacterStore
from storage.database import file_of, open_database, parse
from storage.events import SqlEventStore
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.preferences import SqlPreferenceStore
from storage.writes import SqlWriteStore

log = logging.getLogger(__name__)

SANDBOX_PORT = 8089
_IDS: Mapping[str, IdFormat] = {telegram.NAME: telegram.IDS, discord.NAME: discord.IDS}
_SANDBOX_CATALOG = Path(sandbox.__file__).parent / "catalog.toml"
# What is on this machine, the sandbox for one, is reached without the proxy of the environment.
_DIRECTLY: Mapping[str, None] = {
    f"all://{f'[{host}]' if ':' in host else host}": None for host in LOOPBACK
}
# The sandbox makes a clip in 12 s, so it is asked ten times as often as a real gateway.
_SANDBOX_PACE = Pace().scaled(0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the operator has configured, before anything is opened.

    Attributes:
        endpoints: of the gateways that have a key.
        sandboxed: True when the sandbox has to stand in for all of them.
    """

    settings: Settings
    data: CatalogData
    endpoints: Mapping[str, Endpoint]
    sandboxed: bool

    @property
    def misspelt(self) -> Mapping[str, tuple[str, bool]]:
        """See `core.settings.misspelt`."""
        return misspelt(gateway.env for gateway in self.data.gateways.values())

    @property
    def catalog(self) -> Catalog:
        ready = self.data.gateways if self.sandboxed else self.endpoints
        order = self.settings.gateway_order
        return Catalog(data=self.data, ready_gateways=frozenset(ready), order=order)


def read_setup(*, force_sandbox: bool = False) -> Setup:
    """Read settings, catalog and keys. Without any key the sandbox stands in.

    Raises:
        SettingsError: files or variables are wrong; a line for each mistake.
    """
    settings, wrong = survey_settings()
    setup, more = survey_setup(settings, force_sandbox=force_sandbox)
    if wrong or more:
        raise SettingsError("\n".join((*wrong, *more)))
    return setup


def survey_setup(
    settings: Settings, *, force_sandbox: bool = False
) -> tuple[Setup, Sequence[str]]:
    """Read what can be read, and say what is wrong with the rest, which is left out."""
    wrong: list[str] = []
    data, files = _load(settings.catalog_files, wrong)
    wrong += _wrong_order(settings.gateway_order, data)
    wrong += _wrong_parties("ADMINS", settings.admins, "user")
    wrong += _wrong_parties("ALLOWED_CHATS", settings.allowed_chats, "chat")
    endpoints: dict[str, Endpoint] = {}
    for gateway in data.gateways.values():
        try:
            endpoint = _endpoint(gateway)
        except SettingsError as error:
            wrong.append(str(error))
        else:
            endpoints |= {gateway.name: endpoint} if endpoint else {}
    sandboxed = force_sandbox or not endpoints
    if sandboxed:
        data = _hurried(_read_catalog((*files, _SANDBOX_CATALOG)))
    setup = Setup(settings=settings, data=data, endpoints=endpoints, sandboxed=sandboxed)
    return setup, wrong


def _load(files: tuple[Path, ...], wrong: list[str]) -> tuple[CatalogData, tuple[Path, ...]]:
    """The catalog, and the files that it is of: none of the operator's, if one is wrong."""
    try:
        return _read_catalog(files), files
    except CatalogError as error:
        wrong += str(error).splitlines()
        return _read_catalog(()), ()


def _read_catalog(files: Iterable[Path]) -> CatalogData:
    return load(files, tuple(DIALECTS), tuple(CHAT_DIALECTS))


def _wrong_order(order: Sequence[str], data: CatalogData) -> Iterator[str]:
    known = ", ".join(data.gateways)
    for name in order:
        if name not in data.gateways:
            yield f"GATEWAY_ORDER: there is no gateway {name}; available: {known}"


def _wrong_parties(
    variable: str, entries: Sequence[str], kind: Literal["user", "chat"]
) -> Iterator[str]:
    for entry in entries:
        name, _, each = entry.partition(":")
        if (ids := _IDS.get(name)) is None:
            known = ", ".join(_IDS)
            log.warning("%s: %s is no platform of this bot, which has %s", variable, name, known)
        elif not ids.fits(Party(platform=name, kind=kind, id=each)):
            yield f"{variable}: an entry for {name} is not the id of a {kind} there"


def _endpoint(gateway: Gateway) -> Endpoint | None:
    account = read_account(gateway.env)
    if account.key is None:
        return None
    try:
        root = root_url(account.base_url or gateway.base_url)
    except ValueError as error:
        raise SettingsError(f"{gateway.env}_BASE_URL: {error}") from error
    return Endpoint(
        gateway=gateway.name,
        root=root,
        key=account.key,
        auth=gateway.auth,
        concurrency=gateway.concurrency,
        seedance_path=gateway.seedance_path,
        media_origins=gateway.media_origins,
    )


def _hurried(data: CatalogData) -> CatalogData:
    """The same models with the sandbox's times: it makes everything in some seconds."""

    def hurry(model: Model) -> Model:
        variants = [v.model_copy(update={"expected_seconds": None}) for v in model.variants]
        seconds = round(SandboxOptions(state_dir=Path()).seconds_per_clip)
        update = {"expected_seconds": seconds, "variants": tuple(variants)}
        return model.model_copy(update=update)

    return replace(data, models=tuple(hurry(model) for model in data.models))


@asynccontextmanager
async def open_engine(setup: Setup, platforms: Mapping[str, Platform]) -> AsyncGenerator[Engine]:
    """Open everything in order, start the engine, and close it all again.

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
            endpoints = {name: _sandbox_endpoint(name, root) for name in setup.data.gateways}
        http = await stack.enter_async_context(_http_client())
        public_url = (settings.public_url or "").rstrip("/")
        services = Services(
            store=SqlJobStore(database),
            access=Access(policy=_policy(settings), store=SqlAccessStore(database)),
            preferences=SqlPreferenceStore(database),
            characters=SqlCharacterStore(database),
            exchanges=SqlExchangeStore(database),
            events=Events(SqlEventStore(database)),
            arrivals=SqlArrivalStore(database),
            catalog=setup.catalog,
            endpoints=endpoints,
            http=http,
            platforms=dict(platforms),
            media_dir=settings.media_dir.absolute(),
            room=_room(settings),
            sandboxed=setup.sandboxed,
            auto_confirm_credits=settings.chat_auto_confirm_credits,
            budgets=Budgets(SqlWriteStore(database)),
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
            answerer=answerer,
        )
        yield await stack.enter_async_context(engine)


def _http_client() -> httpx.AsyncClient:
    # No ceiling: each stream holds a connection for minutes, and the scheduler counts jobs.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    try:
        return httpx.AsyncClient(verify=trusted_roots(), limits=limits, mounts=_DIRECTLY)
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


def _sandbox_endpoint(name: str, root: str) -> Endpoint:
    return Endpoint(gateway=name, root=root, key=SecretStr("sandbox"), pace=_SANDBOX_PACE)


def sandbox_folder(settings: Settings) -> Path:
    """Where the sandbox keeps what was ordered, whoever runs it."""
    return (settings.media_dir.parent / "sandbox").absolute()


def sandbox_tables(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The catalog as the sandbox takes it: plain tables, since it shares no code with us."""
    return tuple(model.model_dump(mode="json") for model in data.models)


def sandbox_chats(data: CatalogData) -> tuple[Mapping[str, object], ...]:
    """The chat models of the catalog, in the same way."""
    return tuple(chat.model_dump(mode="json") for chat in data.chats)


@asynccontextmanager
async def _serve_sandbox(setup: Setup) -> AsyncGenerator[str]:
    from sandbox.server import serve  # noqa: PLC0415 - libav and Pillow cost a live bot 40 MB

    options = SandboxOptions(
        state_dir=sandbox_folder(setup.settings),
        renders_ahead=True,
        models=sandbox_tables(setup.data),
        chats=sandbox_chats(setup.data),
    )
    async with AsyncExitStack() as stack:
        try:
            # The same address as last time, so that links of an earlier process go on working.
            root = await stack.enter_async_context(serve(options, SANDBOX_PORT))
        except OSError:
            root = await stack.enter_async_context(serve(options, 0))
        yield root
