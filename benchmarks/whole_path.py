"""The whole path as the benchmarks drive it: the real engine and database, an idle chat."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import httpx
from pydantic import SecretStr

from benchmarks.sandbox_process import CHAT_MODEL, MODEL
from core.catalog import Catalog, CatalogData, ChatModel, Gateway, Model
from core.dialects import Endpoint, Generation
from core.dialects.chat_video import ChatVideo
from core.engine.engine import Engine
from core.engine.order import Order, new_id
from core.events import Events
from core.exchanges import Exchange
from core.i18n import Locale
from core.limits import Limits
from core.media import Event, MediaRequest, RemoteAsset
from core.people.access import Access, Policy
from core.people.credits import Credits
from core.people.pause import Pauses
from core.people.sessions import Sessions
from core.platform import (
    Conversation,
    ConversationRef,
    MediaPost,
    MessageRef,
    User,
    View,
    WithoutAccess,
    WithoutMembers,
    WithoutPreviews,
)
from core.services import Services
from core.shares import Shares
from storage.access import SqlAccessStore
from storage.arrivals import SqlArrivalStore
from storage.asides import SqlAsideStore
from storage.audit import SqlAuditStore
from storage.broadcasts import SqlBroadcastStore
from storage.characters import SqlCharacterStore
from storage.credits import SqlCreditStore
from storage.database import open_database
from storage.events import SqlEventStore
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.listings import SqlListedStore
from storage.past_jobs import SqlPastJobStore
from storage.pauses import SqlPauseStore
from storage.preferences import SqlPreferenceStore
from storage.sessions import SqlSessionStore
from storage.shares import SqlShareStore
from storage.spending import SqlSpendingStore

_PLATFORM = "bench"
_GATEWAY = "sandbox"
MODEL_DATA = Model(gateway=_GATEWAY, name=MODEL, dialect="chat_video", credits=0)
CHAT_DATA = ChatModel(
    gateway=_GATEWAY,
    name=CHAT_MODEL,
    dialect="chat_completions",
    input_credits=0,
    output_credits=0,
)


class Observer(Protocol):
    """Looks on while the jobs run. A stream has the name that its chat has."""

    def began(self, stream: str) -> None: ...

    def reported(self, stream: str, event: Event) -> None: ...

    def ended(self, stream: str) -> None: ...

    def shown(self, stream: str, view: View) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentConversation(WithoutPreviews, WithoutAccess):
    """A conversation that throws the text away. See `core.platform.Conversation`."""

    ref: ConversationRef
    limits: Limits
    observer: Observer

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        del replying
        message = MessageRef(conversation=self.ref, id="1")
        await self.edit(message, view)
        return message

    async def edit(self, message: MessageRef, view: View) -> None:
        del message
        self.observer.shown(self.ref.chat, view)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        """Never called: jobs are held when their streams have ended."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentPlatform(WithoutMembers):
    """As many chats as there are names. See `core.platform.Platform`."""

    limits: Limits
    observer: Observer
    name: str = _PLATFORM

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        del user
        return place

    def conversation(self, ref: ConversationRef) -> Conversation:
        return SilentConversation(ref=ref, limits=self.limits, observer=self.observer)


class ObservedDialect(ChatVideo):
    """A dialect that is looked at; its job is held when the stream has ended."""

    observer: Observer

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        """Do as the dialect does, then wait for ever."""
        stream = generation.request.prompt.split()[0]

        async def watched(event: Event) -> None:
            await generation.report(event)
            self.observer.reported(stream, event)

        self.observer.began(stream)
        results = await super().generate(replace(generation, report=watched))
        self.observer.ended(stream)
        # Rendering, fetching and probing a thousand videos is not what is measured here.
        await asyncio.Event().wait()
        return results


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedServices(Services):
    """Services whose dialects are looked at."""

    observer: Observer

    def dialect(self, model: Model) -> ObservedDialect:
        """The same dialect with somebody looking on."""
        dialect = ObservedDialect(self.endpoint(model), self.http)
        dialect.observer = self.observer
        return dialect


@asynccontextmanager
async def open_engine(  # noqa: PLR0913 - what it works with, and what is looked at
    root: str,
    http: httpx.AsyncClient,
    limits: Limits,
    observer: Observer,
    concurrency: int,
    *,
    made: type[ObservedServices] = ObservedServices,
    policy: Policy | None = None,
    own_url: str = "",
) -> AsyncGenerator[Engine]:
    """The engine as `bots.app` builds it, on a database of its own; its pages are at `own_url`."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = f"sqlite:///{folder}/bench.db"
        database = await stack.enter_async_context(open_database(url))
        services = made(
            store=SqlJobStore(database),
            past_jobs=SqlPastJobStore(database),
            access=Access(policy=policy or Policy(), store=SqlAccessStore(database)),
            preferences=SqlPreferenceStore(database),
            characters=SqlCharacterStore(database),
            credits=Credits(store=SqlCreditStore(database)),
            audit=SqlAuditStore(database),
            broadcasts=SqlBroadcastStore(database),
            pauses=Pauses(store=SqlPauseStore(database)),
            asides=SqlAsideStore(database),
            spending=SqlSpendingStore(database),
            shares=Shares(store=SqlShareStore(database)),
            sessions=Sessions(store=SqlSessionStore(database), own_url=own_url),
            exchanges=SqlExchangeStore(database),
            events=Events(SqlEventStore(database)),
            arrivals=SqlArrivalStore(database),
            listings=SqlListedStore(database),
            catalog=_catalog(root),
            endpoints={_GATEWAY: endpoint_at(root, concurrency)},
            http=http,
            platforms={_PLATFORM: SilentPlatform(limits=limits, observer=observer)},
            media_dir=folder,
            observer=observer,
        )
        yield await stack.enter_async_context(Engine(services))


def endpoint_at(root: str, concurrency: int) -> Endpoint:
    """An account at the sandbox."""
    key = SecretStr("bench")
    return Endpoint(gateway=_GATEWAY, root=root, key=key, concurrency=concurrency)


def _catalog(root: str) -> Catalog:
    gateway = Gateway(name=_GATEWAY, base_url=root, env="BENCH")
    data = CatalogData(gateways={_GATEWAY: gateway}, models=(MODEL_DATA,), chats=(CHAT_DATA,))
    return Catalog(data=data, ready_gateways=frozenset(data.gateways))


def order(stream: str, events: int) -> Order:
    """One job: a user and a chat of its own."""
    return Order(
        id=new_id(),
        request=MediaRequest(prompt=prompt(stream, events)),
        user=User(platform=_PLATFORM, id=stream),
        locale=Locale.EN,
        conversation=ConversationRef(platform=_PLATFORM, chat=stream),
    )


def exchange(stream: str, asked: str) -> Exchange:
    """One question: a user and a chat of its own."""
    return Exchange(
        id=new_id(),
        user=User(platform=_PLATFORM, id=stream),
        locale=Locale.EN,
        conversation=ConversationRef(platform=_PLATFORM, chat=stream),
        model=CHAT_DATA.key,
        route=(CHAT_DATA.key,),
        prompt=asked,
        created_at=time.time(),
    )


def prompt(stream: str, events: int) -> str:
    """What is asked for: the first word names the stream, the second is for the sandbox."""
    return f"{stream} #events={events} a cat surfing a long wave at sunset"
