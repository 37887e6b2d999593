"""What the operator has configured: settings, catalog and keys, read before anything is opened."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

import sandbox
from bots.discord import ids as discord
from bots.telegram import ids as telegram
from core.catalog import Catalog, CatalogData, Gateway, Model, load
from core.dialects import CHAT_DIALECTS, DIALECTS, Endpoint
from core.dialects.endpoint import root_url
from core.errors import CatalogError, SettingsError, StorageError
from core.files.disk import check_folder
from core.invocation import IdFormat
from core.people.words import BlockedWords
from core.platform import Party
from core.settings import Account, Settings, misspelt, read_account, survey_settings
from sandbox.options import SandboxOptions

log = logging.getLogger(__name__)

IDS: Mapping[str, IdFormat] = {telegram.NAME: telegram.IDS, discord.NAME: discord.IDS}
"""What ids look like, on each platform that has its own."""
NOT_LISTENING = (
    "Set TELEGRAM_BOT_TOKEN (from @BotFather in Telegram) or "
    "DISCORD_BOT_TOKEN (from https://discord.com/developers/applications)"
)
"""What is wrong where nothing can be listened to."""
_SANDBOX_CATALOG = Path(sandbox.__file__).parent / "catalog.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSources:
    """What the operator lays over the presets: catalog files, and a folder of workflows."""

    files: tuple[Path, ...] = ()
    workflows: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "CatalogSources":
        """Those that are configured."""
        return cls(files=settings.catalog_files, workflows=settings.comfyui_workflows)

    def read(self) -> CatalogData:
        """The catalog; raises CatalogError with a line for each mistake."""
        return load(self.files, tuple(DIALECTS), tuple(CHAT_DIALECTS), self.workflows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the operator has configured, before anything is opened.

    Attributes:
        endpoints: of the gateways that have a key.
        sandboxed: True when the sandbox has to stand in for all of them.
        words: what may not be ordered or asked.
    """

    settings: Settings
    data: CatalogData
    endpoints: Mapping[str, Endpoint]
    sandboxed: bool
    words: BlockedWords = field(default_factory=BlockedWords)

    @property
    def misspelt(self) -> Mapping[str, tuple[str, bool]]:
        """See `core.settings.misspelt`."""
        return misspelt(gateway.env for gateway in self.data.gateways.values())

    @property
    def catalog(self) -> Catalog:
        ready = self.data.gateways if self.sandboxed else self.endpoints
        # The sandbox's own models do what a newcomer wants to see: every option, and pictures.
        own = ("sandbox",) if self.sandboxed else ()
        order = self.settings.gateway_order or own
        return Catalog(data=self.data, ready_gateways=frozenset(ready), order=order)


def read_setup(*, force_sandbox: bool = False, listens: bool = False) -> Setup:
    """Read settings, catalog and keys. Without any key the sandbox stands in.

    Args:
        force_sandbox: whether it does so with keys as well.
        listens: whether a platform has to have a token.

    Raises:
        SettingsError: files or variables are wrong; a line for each mistake.
    """
    settings, wrong = survey_settings()
    setup, more = survey_setup(settings, force_sandbox=force_sandbox)
    wrong = [*wrong, *more, *_wrong_database(settings)]
    if listens and not (settings.telegram_bot_token or settings.discord_bot_token):
        wrong.append(NOT_LISTENING)
    if wrong:
        raise SettingsError("\n".join(wrong))
    return setup


def _wrong_database(settings: Settings) -> Iterator[str]:
    from storage.database import parse  # noqa: PLC0415 - `models` needs no database

    try:
        parse(settings.database_url)
    except StorageError as error:
        yield str(error)


def survey_setup(
    settings: Settings, *, force_sandbox: bool = False
) -> tuple[Setup, Sequence[str]]:
    """Read what can be read, and say what is wrong with the rest, which is left out."""
    wrong: list[str] = []
    data, sources = _load(CatalogSources.of(settings), wrong)
    wrong += _wrong_order(settings.gateway_order, data)
    if settings.is_called and not settings.http_port:
        wrong.append("HTTP_PORT: 0 serves nobody, but others are to call: set a port")
    wrong += _wrong_parties("ADMINS", settings.admins, "user")
    wrong += _wrong_parties("ALLOWED_CHATS", settings.allowed_chats, "chat")
    endpoints: dict[str, Endpoint] = {}
    for gateway in data.gateways.values():
        try:
            endpoint = endpoint_of(gateway, read_account(gateway.env))
        except SettingsError as error:
            wrong.append(str(error))
        else:
            endpoints |= {gateway.name: endpoint} if endpoint else {}
    sandboxed = force_sandbox or not endpoints
    if sandboxed:
        with_own = replace(sources, files=(*sources.files, _SANDBOX_CATALOG))
        data = _hurried(with_own.read())
    words = _read_words(settings.blocked_words, wrong)
    setup = Setup(
        settings=settings, data=data, endpoints=endpoints, sandboxed=sandboxed, words=words
    )
    return setup, wrong


def _read_words(file: Path | None, wrong: list[str]) -> BlockedWords:
    """The list of the operator; none of it, if something there is wrong."""
    try:
        return BlockedWords.read(file) if file else BlockedWords()
    except SettingsError as error:
        wrong += str(error).splitlines()
        return BlockedWords()


def _load(sources: CatalogSources, wrong: list[str]) -> tuple[CatalogData, CatalogSources]:
    """The catalog, and what it is of: nothing of the operator's, if something there is wrong."""
    try:
        return sources.read(), sources
    except CatalogError as error:
        wrong += str(error).splitlines()
        return CatalogSources().read(), CatalogSources()


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
        if (ids := IDS.get(name)) is None:
            known = ", ".join(IDS)
            log.warning("%s: %s is no platform of this bot, which has %s", variable, name, known)
        elif not ids.fits(Party(platform=name, kind=kind, id=each)):
            yield f"{variable}: an entry for {name} is not the id of a {kind} there"


def root_of(gateway: Gateway, account: Account | None = None) -> str:
    """Where a gateway is, with or without a key; raises SettingsError where that is no address."""
    account = account or read_account(gateway.env)
    try:
        return root_url(account.base_url or gateway.base_url)
    except ValueError as error:
        raise SettingsError(f"{gateway.env}_BASE_URL: {error}") from error


def endpoint_of(gateway: Gateway, account: Account) -> Endpoint | None:
    """Where the key of that account is spent; None without a key, or an address where it is all.

    Raises:
        SettingsError: the address is none.
    """
    key = SecretStr("") if gateway.auth == "none" and account.base_url else account.key
    if key is None or (gateway.auth == "none" and not account.base_url):
        return None
    return Endpoint(
        gateway=gateway.name,
        root=root_of(gateway, account),
        key=key,
        auth=gateway.auth,
        more_headers=gateway.headers,
        lists=gateway.lists,
        probe_path=gateway.probe_path,
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


def check_media_dir(folder: Path) -> None:
    """Find out before anybody pays that results cannot be stored.

    Raises:
        StorageError: nothing can be written there.
    """
    try:
        check_folder(folder)
    except StorageError as error:
        raise StorageError(f"MEDIA_DIR: {error}") from error
