"""What every job and every answer is made with: stores, catalog, endpoints, platforms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from core.arrivals import ArrivalStore
from core.callbacks.hooks import Hooks
from core.callbacks.lent_files import LentFiles
from core.calls import Intercom, NobodyCalls
from core.catalog import Catalog, ChatModel, Model
from core.catalog.listed import ListedStore
from core.dialects import CHAT_DIALECTS, DIALECTS, ChatDialect, Endpoint, MediaDialect
from core.errors import UserError
from core.events import Events
from core.exchanges import ExchangeStore
from core.feed import JobFeed
from core.files.disk import Room
from core.files.elsewhere import Files, FilesHere
from core.invocation import IdFormat
from core.job_logs import JobLogs, KeepsNoLogs
from core.jobs import Job, JobStore
from core.listening import Listening, ListensAlone
from core.messages.budget import WriteBudget
from core.messages.budgets import Budgets
from core.meters import Meters
from core.notices import Notices, TellsAlone
from core.past_jobs import PastJobStore, Retention
from core.people.access import Access
from core.people.asides import AsideStore
from core.people.audit import AuditStore
from core.people.broadcasts import BroadcastStore
from core.people.characters import CharacterStore
from core.people.credits import Credits
from core.people.pause import Pauses
from core.people.preferences import PreferenceStore
from core.people.rate import OrderRate
from core.people.sessions import Sessions
from core.people.spending import SpendingStore
from core.people.words import BlockedWords
from core.platform import Conversation, ConversationRef, Platform
from core.shares import Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What every job and every answer is made with.

    Attributes:
        endpoints: by the name of the gateway.
        media_dir: where results and pictures lie, a folder for each job.
        has_media_dir_alone: whether no other database has files there, too; raises OSError.
        room: what has to stay free on the disks.
        retention: how long what is over is kept.
        auto_confirm_credits: up to which price what a model orders for a person is not shown to
            them first; 0 shows everything.
        sandboxed: True when all endpoints are the sandbox; each message then says so.
        words: what the operator does not allow to be ordered or asked.
        rate: how often one person may order or ask.
        meters: what is counted.
        feed: tells who looks on that a job has changed.
        listening: decides when this process listens to a platform.
        dialects: the wire protocols that models of the catalog may name.
        ids: how platforms write the ids that admins type; those that are not there, in any way.
    """

    store: JobStore
    past_jobs: PastJobStore
    access: Access
    preferences: PreferenceStore
    characters: CharacterStore
    credits: Credits
    audit: AuditStore
    broadcasts: BroadcastStore
    pauses: Pauses
    asides: AsideStore
    spending: SpendingStore
    shares: Shares
    sessions: Sessions
    exchanges: ExchangeStore
    events: Events
    arrivals: ArrivalStore
    listings: ListedStore
    catalog: Catalog
    endpoints: Mapping[str, Endpoint]
    http: httpx.AsyncClient
    platforms: dict[str, Platform]
    media_dir: Path
    has_media_dir_alone: Callable[[], bool] = lambda: True
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
    feed: JobFeed = field(default_factory=JobFeed)
    job_logs: JobLogs = field(default_factory=KeepsNoLogs)
    listening: Listening = field(default_factory=ListensAlone)
    dialects: Mapping[str, type[MediaDialect]] = field(default_factory=lambda: DIALECTS)
    calls: Intercom = field(default_factory=NobodyCalls)
    files: Files = field(default_factory=FilesHere)
    notices: Notices = field(default_factory=TellsAlone)
    ids: Mapping[str, IdFormat] = field(default_factory=dict[str, IdFormat])

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
        return self.written_to(replace(job.conversation, owner=job.user.id))

    def check_reached(self, ref: ConversationRef) -> None:
        """Raise UserError where nothing can be written to a place from here.

        Another process may have its platform, or nobody any more: what was ordered into it would
        be paid for and shown nowhere.
        """
        if ref.platform not in self.platforms:
            raise UserError("chat-unreached")

    def written_to(self, ref: ConversationRef) -> tuple[Conversation, WriteBudget]:
        """A place on a platform that is there, with what it takes."""
        conversation = self.platforms[ref.platform].conversation(ref)
        return conversation, self.budgets.of(ref, conversation.limits)
