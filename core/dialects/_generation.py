"""What a dialect is asked to do, as one value."""

import time
from dataclasses import dataclass

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._faults import Circumstances
from core.media import Charged, Cost, MediaRequest, Report, TaskRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What to make, with which model, and who hears about it.

    Attributes:
        report: is told of acceptance, of the task and of progress.
        task: what an earlier process began; None to begin now.
        learned_seconds: how long such jobs have taken here; None before there were enough.
        started_at: when the job was sent first, in Unix seconds; None for now.
        hook: where a gateway that can call does so; a call ends a pause early and no more.
    """

    model: Model
    request: MediaRequest
    report: Report
    task: TaskRef | None = None
    learned_seconds: float | None = None
    started_at: float | None = None
    hook: Hook | None = None

    @property
    def age(self) -> float:
        """How many seconds ago the job was sent."""
        return max(time.time() - self.started_at, 0.0) if self.started_at else 0.0

    async def charge(self, cost: Cost | None) -> None:
        """Report what an answer says that it costs, if it says so."""
        if cost is not None:
            await self.report(Charged(cost=self.model.price_of(cost)))

    @property
    def circumstances(self) -> Circumstances:
        """What is known before anything has been sent."""
        return Circumstances(prompt=self.request.prompt, has_images=bool(self.request.images))
