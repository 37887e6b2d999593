"""What an earlier process has left behind on a platform: told, ended, or gone on with."""

import logging
from collections.abc import Callable

from core.chat.answerer import Answerer
from core.engine.active_job import show_rest
from core.engine.endings import Endings
from core.errands import Errands
from core.errors import Fault, FaultKind
from core.jobs import Job, JobState, after_restart
from core.messages.budget import Rank
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
        answers = await self._services.exchanges.take_up(wanted)
        untold = await self._services.store.untold()
        unfinished = await self._services.store.unfinished()
        # From here on nothing fails: what was begun must not be begun once more.
        self._done |= wanted
        self._answerer.take_up(answers)
        # What ended without its chat knowing comes first: nobody else will ever tell.
        for job in untold:
            if job.conversation.platform in wanted:
                self.take_up_one(job)
        for job in unfinished:
            if job.conversation.platform in wanted:
                self.take_up_one(job)

    async def take_up_answers(self) -> None:
        """Begin with the answers that another process has left.

        Raises:
            StorageError: nobody knows which; nothing was begun.
        """
        platforms, here = self._services.platforms, self._answerer.in_hand
        self._answerer.take_up(await self._services.exchanges.take_up(platforms, here))

    def take_up_one(self, job: Job) -> bool:
        """Begin with a job that is nobody's; tell whether it will wait for its turn."""
        if job.is_ended:
            # A plan that was let go, or what its person has stopped: no news to anybody.
            is_news = job.state is not JobState.CANCELLED
            rank = Rank.RESULT if is_news else Rank.LAST_WORD
            self._errands.start(self._endings.end(job, rank=rank))
        # Perhaps paid, and nobody can ask for it: the user decides whether to pay again.
        elif after_restart(job) == "interrupted":
            fault = Fault(kind=FaultKind.INTERRUPTED, maybe_billed=True)
            self._errands.start(self._endings.interrupt(job, fault))
        elif self._services.model(job.model):
            self._go_on(job)
            return True
        else:
            self.rests(job)
        return False

    def has(self, model: str) -> bool:
        """Whether jobs of that model can be gone on with here."""
        return self._services.model(model) is not None

    def rests(self, job: Job) -> None:
        """Show that nobody goes on with a job, since its model is not set up."""
        log.warning("job %s waits: its model %s is not set up", job.id, job.model)
        self._errands.start(show_rest(self._services, job))
