"""An order: what somebody wants done, before it is a job."""

import time
from dataclasses import dataclass
from uuid import uuid4

from core.catalog import Catalog, Model
from core.events import Event
from core.i18n import Locale
from core.jobs import Job, JobState
from core.media import MediaRequest
from core.platform import ConversationRef, MessageRef, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done, before it is a job. `id` will be the job's.

    Attributes:
        is_draft: whether it is only shown, until the user says that it is to be done.
        event: what asked for it; it is ordered once however often that arrives.
    """

    id: str
    request: MediaRequest
    user: User
    locale: Locale
    conversation: ConversationRef
    command: MessageRef | None = None
    is_draft: bool = False
    event: Event | None = None


def new_id() -> str:
    """A name for a job that nobody can guess."""
    return uuid4().hex


def promised(catalog: Catalog, job: Job, model: Model) -> int:
    """What its person pays at the most: not more than what they were shown when they ordered."""
    first = catalog.get(job.route[0]) if job.route else None
    prices = [each.credits_for(each.complete(job.request)) for each in (model, first) if each]
    return min(prices)


def place(order: Order, catalog: Catalog) -> tuple[Job, Model]:
    """The job that an order becomes, and the model that is asked first.

    Raises:
        UserError: nothing can do this.
    """
    route = catalog.route(order.request)
    model = route[0]
    # Defaults are filled in now: a retry next week must not get what the catalog says then.
    request = model.complete(order.request)
    job = Job(
        id=order.id,
        user=order.user,
        locale=order.locale,
        conversation=order.conversation,
        model=model.key,
        route=tuple(each.key for each in route),
        request=request,
        credits=model.credits_for(request),
        created_at=time.time(),
        command=order.command,
        state=JobState.DRAFT if order.is_draft else JobState.WAITING,
    )
    return job, model
