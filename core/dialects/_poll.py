"""The one loop that asks a gateway how a task is doing.

Source: docs/gateways.md, "How long it takes", "Errors while asking".
It has no deadline: the engine owns that.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from core.callbacks.hooks import Hook
from core.dialects._faults import Circumstances, classify, refuse
from core.dialects._generation import Generation
from core.dialects._http import Wire
from core.dialects._json import Json
from core.dialects._rhythm import Rhythm
from core.dialects._tasks import Status, TaskReply, cost_of
from core.dialects.endpoint import Pace
from core.errors import MODERATION, Fault, FaultKind, JobError
from core.media import Queued, Rendering, Report
from core.redact import quote

Read = Callable[[Json], TaskReply]
"""Says how the task is; `{}` leaves it unknown. Raises JobError where an answer is a refusal."""

# Both must be exceeded, a number and a time: ten errors in a second are one outage, and one
# error after an hour of sleep is none.
_ERRORS_TOLERATED = 5
# Jobs that were ordered together would otherwise ask in the same moment, for ever. Only later:
# the least pause stays the least.
_JITTER = 0.2
# One line beside a bar.
_NOTE_CHARS = 100
# What no further look would change. A gateway that is down is not among it.
_FINAL = MODERATION | {
    FaultKind.AUTH,
    FaultKind.MODEL_GONE,
    FaultKind.PERMISSION,
    FaultKind.QUOTA,
}


class _Patience:
    """Counts errors and how long they have lasted, and how long a finished task lacks its link."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._since = time.monotonic()
        self._errors = 0
        # Since when it is done without a link, or has a link and is not done.
        self._nearly: float | None = None

    def is_satisfied(self, reply: TaskReply) -> bool:
        """Forget the errors; say whether there is nothing more to wait for."""
        self._errors = 0
        self._since = time.monotonic()
        succeeded = reply.status is Status.SUCCEEDED
        if not succeeded and not reply.urls:
            return False
        self._nearly = self._nearly or self._since
        return bool(succeeded and reply.urls) or self._since - self._nearly > self._pace.grace

    def bear(self, error: JobError) -> None:
        """Raise the error if it is final or has gone on for too long."""
        if error.is_final:
            raise error
        self._errors += 1
        lasted = time.monotonic() - self._since
        # Whatever is wrong with our question: the task was paid for.
        fault = replace(error.fault, maybe_billed=True)
        if fault.kind in _FINAL:
            raise JobError(fault) from error
        lost = fault.kind is FaultKind.EXPIRED
        allowed = self._pace.grace if lost else self._pace.patience
        if self._errors > _ERRORS_TOLERATED and lasted > allowed:
            # The task is not lost, we only cannot get through to it: that can be tried again.
            kind = FaultKind.EXPIRED if lost else FaultKind.NETWORK
            raise JobError(replace(fault, kind=kind)) from error


Ask = Callable[[Wire, Circumstances], Awaitable[Json]]
"""Has one look at a task, by as many requests as that takes; raises JobError like `Wire.call`."""


def at(path: str) -> Ask:
    """Look at one path of the gateway, or at a full URL."""
    return lambda wire, circumstances: wire.look(path, circumstances)


async def poll(wire: Wire, generation: Generation, ask: Ask, read: Read) -> TaskReply:
    """Look until the task has succeeded with a link, or raise why it has not.

    A call of the hook only makes it ask at once: whoever calls is never believed.

    An answer that says nothing is no error: the task is asked on. One that says that it has
    succeeded but names no link is asked on for `pace.grace` seconds and then returned without; so
    is one that names a link but does not say that it has ended.
    """
    circumstances = generation.circumstances
    patience = _Patience(wire.endpoint.pace)
    rhythm = Rhythm(
        pace=wire.endpoint.pace,
        learned=generation.learned_seconds,
        guess=generation.model.expected_for(generation.request),
    )
    ordered = time.monotonic() - generation.age
    asked_to_wait = 0.0
    while True:
        now = time.monotonic() - ordered
        pause = rhythm.pause(now) * random.uniform(1, 1 + _JITTER)  # noqa: S311 - spreads load
        # What the gateway asks for is kept even when the hook calls, and so is what it can bear.
        least = max(asked_to_wait, rhythm.held(now))
        await asyncio.sleep(least)
        await _rest(pause - least, generation.hook)
        now = time.monotonic() - ordered
        # How long it took tells the filter before the work from the one behind it.
        seen = replace(circumstances, seconds=now)
        try:
            reply = _read(await ask(wire, seen), read, seen)
        except JobError as error:
            if cost := cost_of({}, error.headers):
                await generation.charge(cost)
                error.fault = replace(error.fault, maybe_billed=True)
            rhythm.failed(now, is_refusal=error.fault.kind is FaultKind.RATE_LIMITED)
            patience.bear(error)
            asked_to_wait = error.retry_after or 0.0
            continue
        rhythm.saw(now, reply.fraction)
        asked_to_wait = 0.0
        await generation.charge(reply.cost)
        if fault := end_of(reply, seen):
            raise JobError(fault)
        if patience.is_satisfied(reply):
            return reply
        # How far it came before it failed: a task may have failed at a hundred percent.
        circumstances = replace(circumstances, fraction=reply.fraction or circumstances.fraction)
        await _tell(reply, generation.report)


def _read(body: Json, read: Read, circumstances: Circumstances) -> TaskReply:
    """Let the dialect's own reader say what it means; some refuse under status 200."""
    try:
        return read(body)
    except JobError:
        refuse(body, circumstances)  # judged again by one who knows the prompt
        raise


async def _rest(seconds: float, hook: Hook | None) -> None:
    """Wait, but no longer than until the hook is called."""
    if hook is None:
        await asyncio.sleep(seconds)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await hook.called.wait()
    # Cleared after the pause, not after the answer: a call during the look counts for the next.
    hook.called.clear()


async def _tell(reply: TaskReply, report: Report) -> None:
    note = quote(reply.note, _NOTE_CHARS)
    if reply.status is Status.QUEUED and not reply.fraction:
        await report(Queued(ahead=reply.ahead, note=note))
    else:
        await report(Rendering(fraction=reply.fraction, note=note))


def end_of(reply: TaskReply, circumstances: Circumstances) -> Fault | None:
    """Why a task has ended without a result; None where it goes on, or has one."""
    if reply.kept_back:
        return Fault(kind=FaultKind.MODERATION_OUTPUT, maybe_billed=True)
    # Some gateways leave a blocked task "running" for ever and say why in its reason.
    kind = classify(reply.reason, None, circumstances, codes=reply.codes)
    match reply.status:
        case Status.FAILED:
            if kind is FaultKind.UNKNOWN:
                kind = FaultKind.UPSTREAM
        case Status.CANCELLED:
            kind = FaultKind.CANCELLED
        case Status.EXPIRED:
            kind = FaultKind.EXPIRED
        case _ if kind not in MODERATION or reply.urls:
            return None
        case _:
            pass
    return Fault(kind=kind, reason=quote(reply.reason), maybe_billed=reply.cost is not None)
