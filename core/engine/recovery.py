"""What an earlier process has left behind on a platform: told, ended, or gone on with."""

import logging
from collections.abc import Callable

from core.chat.answerer import Answerer
from core.engine.active_job import show_rest
from core.engine.endings import Endings
from core.errands import Errands
from core.errors import Fault, FaultKind
from core.jobs import Job, after_restart
from core.services import Services

log = logging.getLogger(__name__)


class Recovery:
    """Takes up what is left, once for each platform.

    Args:
        go_on: takes a job that can be gone on with.
    """

    def __init__(
        self,
        services: Services,
        answerer: Answerer,
        errands: Errands,
        endings: Endings,
        go_on: Callable[[Job], None],
    ) -> None:
        self._services = services
        self._answerer = answerer
        self._errands = errands
        self._endings = endings
        self._go_on = go_on
        self._done: set[str] = set()

    async def take_up(self, *platforms: str) -> None:
        """Begin with all that is left there; no start waits for a chat.

        Raises:
            StorageError: what is left cannot be read; nothing was begun.
        """
        wanted = set(platforms) - self._done
        answers = await self._services.exchanges.unfinished()
        untold = await self._services.store.untold()
        unfinished = await self._services.store.unfinished()
        # From here on nothing fails: what was begun must not be begun once more.
        self._done |= wanted
        self._answerer.take_up([e for e in answers if e.conversation.platform in wanted])
        # What ended without its chat knowing comes first: nobody else will ever tell.
        for job in untold:
            if job.conversation.platform in wanted:
                self._errands.start(self._endings.end(job))
        for job in unfinished:
            if job.conversation.platform in wanted:
                self._recover(job)

    def _recover(self, job: Job) -> None:
        # Perhaps paid, and nobody can ask for it: the user decides whether to pay again.
        if after_restart(job) == "interrupted":
            fault = Fault(kind=FaultKind.INTERRUPTED, maybe_billed=True)
            self._errands.start(self._endings.interrupt(job, fault))
        elif self._services.model(job.model):
            self._go_on(job)
        else:
            log.warning("job %s waits: its model %s is not set up", job.id, job.model)
            self._errands.start(show_rest(self._services, job))
