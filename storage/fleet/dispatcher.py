"""Many processes, one line: whoever has room takes the next job, wherever it was ordered."""

import asyncio
import logging
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from contextvars import Context
from functools import partial

from core.dispatcher import Hands, Line, QueueLimits
from core.errands import Errands
from core.errors import StorageError
from core.jobs import Job, needs_model
from core.platform import User
from core.storing import until_stored
from storage.fleet.commons import Commons
from storage.fleet.doorkeeper import Door, count_line, let_in
from storage.fleet.holds import JobHolds, UnreadableJobError
from storage.fleet.lacking import Lacking
from storage.fleet.queue import WakeUps
from storage.job_rows import JOB_ROW, JobRows

log = logging.getLogger(__name__)

# What processes call to each other: that one shall stop a job, and that it has.
_STOP = "stop"
_STOPPED = "stopped"
# That one who has its model shall take it.
_WANTED = "wanted"
_LOOK_SECONDS = 0.05
# A job that has ended makes room as soon as its row says so.
_SOON_SECONDS = 0.05
# Nobody waits longer until it is known that this process has left; it is said all the same.
_GOODBYE_SECONDS = 3.0
_SILENCE = "the database does not answer"


class FleetDispatcher:
    """See `core.dispatcher.Dispatcher` for the contract.

    A row of the table of jobs says which process has the job. Who takes it finds out, in one
    statement, that nobody has it who is there. Every 5 s each process looks for what was left.
    """

    takes_up = True

    def __init__(self, fleet: Commons, limits: QueueLimits, rows: JobRows) -> None:
        self.membership = fleet.membership
        self.calls = fleet.calls
        self._database = fleet.database
        self._limits = limits
        self._holds = JobHolds(fleet.database, fleet.membership, rows)
        self._queue = WakeUps(fleet.conninfo, dict(fleet.options), self._woken)
        self._hands: Hands | None = None
        # Those that were ordered here and wait, by their ids; those that were given to us, and
        # whether to be run or only to be shown; those that run here; those that others stop.
        self._waiting: dict[str, Job] = {}
        self._taken: dict[str, bool] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopped: dict[str, asyncio.Event] = {}
        self._door = Door()
        self._joined: set[str] = set()
        self._shown: dict[str, int] = {}
        self._lacking = Lacking(fleet.membership.patience.beat)
        self._looking = asyncio.Lock()
        self._next_look: asyncio.Task[None] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._loops: list[asyncio.Task[None]] = []
        self._errands = Errands()
        self._leaving = self._closed = False
        self._moving = 0

    async def start(self, hands: Hands) -> None:
        self._hands = hands
        await self.membership.beat(0)
        self.calls.answer(_STOP, self._stop_called)
        self.calls.answer(_STOPPED, self._has_stopped)
        self.calls.answer(_WANTED, self._wanted)
        self.calls.start()
        await self._queue.open()
        self._loops = [asyncio.create_task(self._beat()), asyncio.create_task(self._sweep())]

    async def join(self, platform: str) -> None:
        self._joined.add(platform)
        if not self._leaving:
            self._queue.join(platform)

    async def enqueue(self, job: Job) -> None:
        may_run = self._taken.pop(job.id, False)
        if may_run and not self._leaving:
            self._begin(job)
            return
        with self._on_its_way():
            # It was shown, or one model was asked in vain: now anybody may have it.
            await until_stored(job.id, partial(self._holds.give_back, job.id))
            await self._look_once()
        # Only now: an earlier look knows of it as somebody's, and it would be forgotten.
        self._waiting[job.id] = job

    async def line(self, user: User) -> Line:
        return Line(*await self._database.run(JOB_ROW, partial(count_line, user=user)))

    def position(self, job_id: str) -> int:
        return self._door.places.get(job_id, 0)

    def lacks(self, job_id: str) -> str:
        del job_id  # it is looked at in the database, for all at once
        return ""

    def tell_moved(self) -> None:
        before, self._shown = self._shown, self._door.places
        if before is self._shown:
            return
        for job_id, job in tuple(self._waiting.items()):
            position = self._shown.get(job_id, 0)
            if job_id not in self._door.free:
                self._forget(job_id)
            elif position and before.get(job_id) != position:
                self._given.moved(job, position)

    async def stop(self, job_id: str) -> bool:
        self._waiting.pop(job_id, None)
        if await self._stop_here(job_id):
            return False
        # Nobody writes any more who has an older token; this is for what is on its way.
        stopped = self._stopped[job_id] = asyncio.Event()
        try:
            async with asyncio.timeout(self.membership.patience.stopping):
                if held := await self._holds.take_ended(job_id):
                    await self.calls.call(_STOP, f"{job_id} {held.holder}")
                    await stopped.wait()
                    return held.is_unshown
        except TimeoutError:
            log.warning("job %s: the process that has it does not answer", job_id)
        except StorageError as error:
            log.warning("job %s: whoever has it finds out by itself: %s", job_id, error)
        finally:
            self._stopped.pop(job_id, None)
        return False

    async def idle(self) -> None:
        while not self._closed:
            await self._look()
            ours = self._joined.intersection(self._door.free.values())
            if not (ours or self._running or self._taken or self._moving):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def hand_over(self, besides: Callable[[], Collection[str]]) -> None:
        is_first = not self._leaving
        self._leaving = True
        # Before the others are woken: what we are woken for would be lost on us.
        await self._queue.close()
        lost = await self._lost(besides())
        kept = set(besides()) - lost
        given = {name: task for name, task in self._running.items() if name not in kept}
        await _end(given.values())
        try:
            async with asyncio.timeout(self.membership.patience.stopping):
                if given:
                    await self._holds.give_back(*given)
                    log.info("others go on with %d jobs", len(given))
                if given or is_first:
                    await self._look()
        except (StorageError, TimeoutError) as error:
            log.warning("nothing can be handed over now: %s", str(error) or _SILENCE)

    async def close(self) -> None:
        self._leaving = self._closed = True
        if self._soon:
            self._soon.cancel()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._queue.close()
        await _end(self._running.values())
        await self.calls.close()
        await self._errands.close()
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                # They need not wait until we are taken for dead.
                await self.membership.leave()
                await self._look()
        except (StorageError, TimeoutError) as error:
            log.warning("nobody can be told that this process leaves: %s", str(error) or _SILENCE)

    async def _lost(self, ids: Collection[str]) -> set[str]:
        """Those that others have by now: nothing of what comes of them here counts any more."""
        if not ids:
            return set()
        try:
            async with asyncio.timeout(self.membership.patience.stopping):
                return set(ids) - set(await self._holds.ours(ids))
        except (StorageError, TimeoutError):
            return set()  # nobody knows

    @property
    def _given(self) -> Hands:
        if self._hands is None:
            raise RuntimeError("nothing runs before it is said who does it")
        return self._hands

    async def _beat(self) -> None:
        # Apart from looking, which takes its time where much is done: whoever says nothing
        # meanwhile is held for dead, and takes nobody else for dead.
        while True:
            await asyncio.sleep(self.membership.patience.beat)
            try:
                await self.membership.beat(len(self._running))
            except StorageError as error:
                log.warning("nobody hears from this process for now: %s", error)
            except Exception:
                log.exception("this process could not say that it is there")

    async def _sweep(self) -> None:
        while True:
            try:
                await self._look()
                if not self._leaving:
                    await self._given.look()
            except StorageError as error:
                log.warning("nobody knows what others have left, again soon: %s", error)
            except Exception:
                log.exception("what others have left could not be looked at")
            await asyncio.sleep(self.membership.patience.beat)

    async def _look(self) -> None:
        """Let in whoever may come; all who ask while somebody looks share the next look."""
        if self._next_look is None:
            self._next_look = asyncio.create_task(self._look_next())
            # Whoever has waited for it may have left: then nobody hears how it has failed.
            self._next_look.add_done_callback(lambda look: look.cancelled() or look.exception())
        # Whoever is cancelled takes nobody's look along.
        await asyncio.shield(self._next_look)

    async def _look_next(self) -> None:
        # One after the other: an older answer must not be taken for the newer one.
        async with self._looking:
            # Who asks from now on may have written what this look does not see.
            self._next_look = None
            await self._look_now()

    async def _look_now(self) -> None:
        now = asyncio.get_running_loop().time()
        look = partial(
            let_in,
            limits=self._limits,
            member=self.membership,
            lacking=(lacking := self._lacking.ids),
        )
        self._door = await self._database.run(JOB_ROW, look)
        for job in self._lacking.found(lacking, self._door.rests, now):
            self._given.rests(job)
        # Those that were not begun after all: they have ended, or were lost to somebody.
        lost = self._door.free.keys() | (self._taken.keys() - self._door.open)
        self._taken = {name: may for name, may in self._taken.items() if name not in lost}

    def _look_soon(self) -> None:
        if self._soon or self._closed:
            return

        def look() -> None:
            self._soon = None
            self._errands.start(self._look_once())

        self._soon = asyncio.get_running_loop().call_later(_SOON_SECONDS, look)

    async def _look_once(self) -> None:
        try:
            await self._look()
        except StorageError as error:
            log.warning("whoever waits does so until the next look: %s", error)

    async def _woken(self, job_id: str) -> None:
        # The queue cuts whom it has woken when we leave, and when it loses the database; but what
        # is being taken then is ours.
        await asyncio.shield(self._errands.start(self._take(job_id)))

    async def _take(self, job_id: str) -> None:
        """Look at a job that may run: it is ours, unless somebody has it who is there."""
        if self._leaving or job_id in self._running or job_id in self._taken:
            return
        with self._on_its_way():
            try:
                job = await self._holds.take(job_id)
            except StorageError as error:
                log.warning("job %s: cannot be taken, somebody will: %s", job_id, error)
                return
            except UnreadableJobError as error:
                # Those of a later version find it by themselves.
                self._lacking.note(job_id)
                log.error("job %s is set aside, because its row cannot be read: %s", job_id, error)  # noqa: TRY400 - what is wrong is all that it tells
                return
            if job is None:
                return
            if self._leaving:
                await until_stored(job_id, partial(self._holds.give_back, job_id))
                await self._look_once()
                return
            if needs_model(job) and not self._given.has(job.model):
                await self._pass_on(job)
                return
            self._waiting.pop(job_id, None)
            # One that nobody has shown yet is shown first, and then waits for its turn.
            if self._given.take_up(job):
                self._taken[job_id] = not job.is_unshown

    async def _pass_on(self, job: Job) -> None:
        """Look for a process that has the model, which may not be the next to be woken."""
        await until_stored(job.id, partial(self._holds.give_back, job.id))
        self._lacking.passed_on(job, asyncio.get_running_loop().time())
        try:
            await self.calls.call(_WANTED, f"{job.id} {job.conversation.platform} {job.model}")
        except StorageError as error:
            log.warning("job %s: nobody is asked for its model until later: %s", job.id, error)

    def _wanted(self, about: str) -> None:
        job_id, platform, model = about.split(" ", 2)
        if not self._given.has(model):
            self._lacking.note(job_id)
        elif platform in self._joined:
            self._errands.start(self._take(job_id))

    @contextmanager
    def _on_its_way(self) -> Generator[None]:
        """A job is neither free nor anybody's task until the block has ended."""
        self._moving += 1
        try:
            yield
        finally:
            self._moving -= 1

    def _begin(self, job: Job) -> None:
        # In a context of its own: its log lines are about it, and not about whoever made room.
        run = self._run(job.id)
        task = asyncio.create_task(run, name=f"job {job.id}", context=Context())
        self._running[job.id] = task
        task.add_done_callback(lambda _: self._ended(job.id))

    async def _run(self, job_id: str) -> None:
        if not await self._given.run(job_id):
            # Somebody has its token, and may be gone before they did anything with it.
            await until_stored(job_id, partial(self._holds.give_back, job_id))

    def _ended(self, job_id: str) -> None:
        del self._running[job_id]
        self._look_soon()

    def _forget(self, job_id: str) -> None:
        """It runs elsewhere by now, or has ended."""
        del self._waiting[job_id]
        if job_id not in self._running and job_id not in self._taken:
            self._given.let_go(job_id)

    def _stop_called(self, about: str) -> None:
        job_id, _, holder = about.partition(" ")
        if job_id not in self._stopped:
            self._errands.start(self._stop_as_called(job_id, holder))

    async def _stop_as_called(self, job_id: str, holder: str) -> None:
        self._waiting.pop(job_id, None)
        await self._stop_here(job_id)
        self._given.let_go(job_id)
        if holder == self.membership.name:
            await self.calls.call(_STOPPED, job_id)

    def _has_stopped(self, job_id: str) -> None:
        if waited_for := self._stopped.get(job_id):
            waited_for.set()

    async def _stop_here(self, job_id: str) -> bool:
        """Stop what runs here; tells whether anything did."""
        self._taken.pop(job_id, None)
        running = self._running.get(job_id)
        if running is None:
            return False
        await _end([running])
        return True


async def _end(running: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(running)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
