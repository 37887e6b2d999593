"""What every job and every answer is made with: stores, catalog, endpoints, platforms."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from core.arrivals import ArrivalStore
from core.callbacks.hooks import Hooks
from core.callbacks.lent_files import LentFiles
from core.catalog import Catalog, ChatModel, Model
from core.catalog.listed import ListedStore
from core.dialects import CHAT_DIALECTS, DIALECTS, ChatDialect, Endpoint, MediaDialect
from core.events import Events
from core.exchanges import ExchangeStore
from core.files.disk import Room
from core.jobs import Job, JobStore
from core.messages.budget import WriteBudget
from core.messages.budgets import Budgets
from core.meters import Meters
from core.past_jobs import PastJobStore, Retention
from core.people.access import Access
from core.people.audit import AuditStore
from core.people.characters import CharacterStore
from core.people.credits import Credits
from core.people.pause import Pauses
from core.people.preferences import PreferenceStore
from core.people.rate import OrderRate
from core.people.words import BlockedWords
from core.platform import Conversation, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What every job and every answer is made with.

    Attributes:
        endpoints: by the name of the gateway.
        media_dir: where results and pictures lie, a folder for each job.
        room: what has to stay free on the disks.
        retention: how long what is over is kept.
        auto_confirm_credits: up to which price what a model orders for a person is not shown to
            them first; 0 shows everything.
        sandboxed: True when all endpoints are the sandbox; each message then says so.
        words: what the operator does not allow to be ordered or asked.
        rate: how often one person may order or ask.
        meters: what is counted.
        dialects: the wire protocols that models of the catalog may name.
    """

    store: JobStore
    past_jobs: PastJobStore
    access: Access
    preferences: PreferenceStore
    characters: CharacterStore
    credits: Credits
    audit: AuditStore
    pauses: Pauses
    exchanges: ExchangeStore
    events: Events
    arrivals: ArrivalStore
    listings: ListedStore
    catalog: Catalog
    endpoints: Mapping[str, Endpoint]
    http: httpx.AsyncClient
    platforms: dict[str, Platform]
    media_dir: Path
    room: Room = field(default_factory=Room)
    retention: Retention = field(default_factory=Retention)
    sandboxed: bool = False
    auto_confirm_credits: int = 0
    words: BlockedWords = field(default_factory=BlockedWords)
    rate: OrderRate = field(default_factory=OrderRate)
    links: LentFiles = field(default_factory=LentFiles)
    hooks: Hooks = field(default_factory=Hooks)
    budgets: Budgets = field(default_factory=Budgets)
    meters: Meters = field(default_factory=Meters)
    dialects: Mapping[str, type[MediaDialect]] = field(default_factory=lambda: DIALECTS)

    def model(self, key: str) -> Model | None:
        """The model of that full key, if it is still set up."""
        model = self.catalog.get(key)
        return model if model and model.gateway in self.endpoints else None

    def chat_model(self, key: str) -> ChatModel | None:
        """The chat model of that full key, if it is still set up."""
        return next((each for each in self.catalog.ready_chats if each.key == key), None)

    def folder(self, job_id: str) -> Path:
        return self.media_dir / job_id

    def endpoint(self, model: Model) -> Endpoint:
        return self.endpoints[model.gateway]

    def dialect(self, model: Model) -> MediaDialect:
        return self.dialects[model.dialect](self.endpoint(model), self.http)

    def chat_dialect(self, model: ChatModel) -> ChatDialect:
        return CHAT_DIALECTS[model.dialect](self.endpoints[model.gateway], self.http)

    def conversation(self, job: Job) -> tuple[Conversation, WriteBudget]:
        # Not in the row: whoever ordered is known by the job, and refs are compared without it.
        ref = replace(job.conversation, owner=job.user.id)
        conversation = self.platforms[ref.platform].conversation(ref)
        return conversation, self.budgets.of(ref, conversation.limits)
