"""A generation by a task: create it, remember it, look until it has ended, and read the answer.

Source: docs/gateways.md, "A creation is not idempotent", "Where the task id is".
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote as percent_encode

from core.dialects._faults import fault_of, is_html, refuse
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire, read_text
from core.dialects._json import Json, document
from core.dialects._poll import Ask, Read, poll
from core.dialects._tasks import TaskReply
from core.errors import Fault, FaultKind, JobError
from core.media import Accepted, MediaKind, Named, RemoteAsset, TaskRef
from core.redact import quote

# Some gateways answer a creation only when the upstream has taken it. Giving up earlier would
# leave a paid task that nobody knows.
_IDLE_SECONDS = 120.0

ReadId = Callable[[Json], str]
"""Finds the task's id in the answer to a creation; gives "" where there is none."""


def links(reply: TaskReply, kind: MediaKind = MediaKind.VIDEO) -> tuple[RemoteAsset, ...]:
    """What lies behind the links of a task that has succeeded: one result.

    Raises:
        JobError: it names none, and there is no other way to what it made.
    """
    if not reply.urls:
        raise JobError(Fault(kind=FaultKind.NO_MEDIA, maybe_billed=True))
    return (RemoteAsset(urls=reply.urls, kind=kind),)


def each_link(generation: Generation, reply: TaskReply) -> tuple[RemoteAsset, ...]:
    """What lies behind the links of a task, where each is a result, and not another way to it.

    Raises:
        JobError: as `links` does.
    """
    links(reply)
    urls = reply.urls[: generation.request.count]
    return tuple(RemoteAsset(urls=(url,), kind=generation.model.kind) for url in urls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How one task is looked at.

    Attributes:
        ask: gets what the gateway says about it: `at(path)`, where that is one request.
        answer: what a task that has succeeded made; raises JobError where it is nothing.
    """

    ask: Ask
    read: Read
    answer: Callable[[TaskReply], tuple[RemoteAsset, ...]] = links


async def generate_polled(
    wire: Wire,
    generation: Generation,
    *,
    create: Callable[[Generation], Awaitable[Creation]],
    read_id: ReadId,
    looks: Callable[[TaskRef], Looks],
) -> tuple[RemoteAsset, ...]:
    """Do all that `MediaDialect.generate` promises; what differs between protocols is given.

    `create` writes the request that costs money. It is not asked when there is a task already.

    Raises:
        JobError: saying why there is no result.
    """
    # The one `if` that makes "taking up again never pays" true for all of them.
    task = generation.task
    if task is None:
        task = await _begin(wire, generation, await create(generation), read_id)
    here = looks(task)
    return here.answer(await poll(wire, generation, here.ask, here.read))


async def _begin(
    wire: Wire, generation: Generation, creation: Creation, read_id: ReadId
) -> TaskRef:
    """Post the creation and tell how its task is found; where it has a name, also before."""
    if creation.task is not None:
        await generation.report(Named(task=creation.task))
    try:
        task = await _create(wire, generation, creation, read_id)
    except JobError as error:
        if creation.task is None or not error.fault.maybe_billed:
            raise
        # Perhaps it has come into being all the same. We know its name, so we ask, and hold it
        # for taken.
        task = creation.task
    # Whoever is told stores it: from here on a restart finds the task again.
    await generation.report(Accepted(task=task))
    return task


async def _create(
    wire: Wire, generation: Generation, creation: Creation, read_id: ReadId
) -> TaskRef:
    """Post the creation, once, and give the task that it has become.

    Raises:
        JobError: what `Wire.create` raises, a refusal under status 200, or AMBIGUOUS when the
            answer names no task: it may exist all the same.
    """
    circumstances = generation.circumstances
    async with wire.create(
        creation, idle_seconds=_IDLE_SECONDS, circumstances=circumstances
    ) as response:
        raw = await read_text(response)
    # A refusal that names an id is no task: some answer an error with the id of the request.
    reply = document(raw)
    refuse(reply, circumstances)
    if is_html(raw):
        raise JobError(fault_of(raw, response.status_code))
    task_id = read_id(reply)
    # Not sent again: it may exist, and cost, under an id that we cannot read.
    if not task_id:
        fault = Fault(kind=FaultKind.AMBIGUOUS, reason=quote(raw), maybe_billed=True)
        raise JobError(fault)
    return TaskRef(id=task_id)


def in_path(task: TaskRef) -> str:
    """The task's id as it stands in a path. Ids hold `:`, `/` and more; twice encoded is a 404."""
    return percent_encode(task.id, safe="")
