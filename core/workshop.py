"""What every job is made with: stores, catalog, endpoints, platforms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from core.access import Access
from core.budget import Budgets, WriteBudget
from core.catalog import Catalog, Model
from core.chat import Conversation, Platform
from core.dialects import DIALECTS, Endpoint, MediaDialect
from core.jobs import Job, JobStore
from core.preferences import PreferenceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What every job is made with.

    Attributes:
        endpoints: by the name of the gateway.
        media_dir: where results and pictures lie, a folder for each job.
        sandboxed: True when all endpoints are the sandbox; each message then says so.
    """

    store: JobStore
    access: Access
    preferences: PreferenceStore
    catalog: Catalog
    endpoints: Mapping[str, Endpoint]
    http: httpx.AsyncClient
    platforms: Mapping[str, Platform]
    media_dir: Path
    sandboxed: bool = False
    budgets: Budgets = field(default_factory=Budgets)

    def folder(self, job_id: str) -> Path:
        return self.media_dir / job_id

    def endpoint(self, model: Model) -> Endpoint:
        return self.endpoints[model.gateway]

    def dialect(self, model: Model) -> MediaDialect:
        return DIALECTS[model.dialect](self.endpoint(model), self.http)

    def conversation(self, job: Job) -> tuple[Conversation, WriteBudget]:
        conversation = self.platforms[job.conversation.platform].conversation(job.conversation)
        return conversation, self.budgets.of(job.conversation, conversation.limits)
