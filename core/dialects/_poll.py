"""The one loop that asks a gateway how a task is doing.

Source: provider reference 5.1, 11 (step 5), H42, H44, H47, H49. It has no deadline: the engine
owns that.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from core.dialects._faults import Circumstances, classify
from core.dialects._tasks import Status, TaskReply
from core.dialects.endpoint import Pace
from core.errors import MODERATION, Fault, FaultKind, JobError
from core.media import Queued, Rendering, Report
from core.redact import quote

Look = Callable[[], Awaitable[TaskReply]]
"""One request. Raises JobError when the answer was no look at the task."""

_ERRORS_TOLERATED = 5
_JITTER = 0.2
# What a poll may meet without the task being lost. A refused key is final, a bad gateway is not.
_FINAL = frozenset({FaultKind.AUTH, FaultKind.QUOTA, FaultKind.PERMISSION})


class _Patience:
    """Counts what goes wrong, and for how long."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._since = time.monotonic()
        self._errors = 0

    def forgive(self) -> None:
        self._errors = 0
        self._since = time.monotonic()

    def bear(self, error: JobError) -> None:
        """Raise the error when it has lasted too long."""
        self._errors += 1
        lasted = time.monotonic() - self._since
        kind = error.fault.kind
        allowed = self._pace.grace if kind is FaultKind.EXPIRED else self._pace.patience
        if kind in _FINAL or (self._errors > _ERRORS_TOLERATED and lasted > allowed):
            raise error


async def poll(look: Look, report: Report, pace: Pace, circumstances: Circumstances) -> TaskReply:
    """Ask until the task has succeeded with a link, or raise why it has not.

    A task that says it has succeeded but names no link is asked on for `pace.grace` seconds and
    then returned without one.
    """
    patience = _Patience(pace)
    started = time.monotonic()
    finished: float | None = None
    wait = pace.first
    while True:
        await asyncio.sleep(wait * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311 - spreads load
        wait = pace.interval if wait == pace.first else min(wait * pace.growth, pace.longest)
        try:
            reply = await look()
        except JobError as error:
            patience.bear(error)
            wait = max(wait, error.retry_after or 0)
            continue
        patience.forgive()
        _raise_if_ended(reply, circumstances, time.monotonic() - started)
        if reply.status is Status.SUCCEEDED:
            finished = finished or time.monotonic()
            if reply.urls or time.monotonic() - finished > pace.grace:
                return reply
        await _tell(reply, report)


async def _tell(reply: TaskReply, report: Report) -> None:
    if reply.status is Status.QUEUED and not reply.fraction:
        await report(Queued())
    else:
        await report(Rendering(fraction=reply.fraction))


def _raise_if_ended(reply: TaskReply, circumstances: Circumstances, seconds: float) -> None:
    now = Circumstances(
        has_images=circumstances.has_images, fraction=reply.fraction, seconds=seconds
    )
    kind = classify(reply.reason, None, now)
    match reply.status:
        case Status.FAILED:
            if kind is FaultKind.UNKNOWN:
                kind = FaultKind.UPSTREAM
        case Status.CANCELLED:
            kind = FaultKind.CANCELLED
        case Status.EXPIRED:
            kind = FaultKind.EXPIRED
        case _ if kind not in MODERATION:
            return
        case _:
            pass
    raise JobError(Fault(kind=kind, reason=quote(reply.reason)))
