"""What a dialect is asked to do, as one value."""

from dataclasses import dataclass

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._faults import Circumstances
from core.media import MediaRequest, Report, TaskRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What to make, with which model, and who hears about it.

    Attributes:
        report: is told of acceptance, of the task and of progress.
        task: what an earlier process began; None to begin now.
        hook: where a gateway that can call does so; a call ends a pause early and no more.
    """

    model: Model
    request: MediaRequest
    report: Report
    task: TaskRef | None = None
    hook: Hook | None = None

    @property
    def circumstances(self) -> Circumstances:
        """What is known before anything has been sent."""
        return Circumstances(prompt=self.request.prompt, has_images=bool(self.request.images))
