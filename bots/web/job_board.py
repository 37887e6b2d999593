"""The page of one job, as its viewers of one language are told it."""

import time
from collections.abc import Mapping

from bots.web.board import Scene, SharedBoard, differing
from bots.web.job_page import ShownLine, actions, facts, shown_line, spent_in, state_of
from bots.web.overview import moment_of, said
from bots.web.rendering import render
from core.engine.active_job import ActiveJob
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.jobs import Job

# As many as a log keeps; what is older stays with whoever was told it.
_MOST_LINES = 200
# Who is slow has all of it in the buffer of their own connection.
_MOST_CHARS = 300_000


class JobBoard(SharedBoard):
    """See the module. The database is asked once when the job leaves this process, and no more.

    Args:
        engine: whose memory is looked at.
        job: as it was when the first one came to look.
        locale: the language.
    """

    def __init__(self, engine: Engine, job: Job, locale: Locale) -> None:
        super().__init__()
        self._engine = engine
        self._locale = locale
        self._job = job
        self._active: ActiveJob | None = None
        # Whether the database is to be asked what has become of it.
        self._must_ask = job.is_ended
        self._spent: Mapping[str, float] = {}
        self._told: dict[str, object] = {}
        self._log: int = 0
        self._mark: int = 0
        self._lines: dict[int, str] = {}

    async def follow(self, scene: Scene) -> None:
        """See `SharedBoard`."""
        await self._find(scene)
        told = self._state(scene.now)
        lines = await self._new_lines()
        change = differing(told, self._told)
        self._told = told
        change |= {"lines": lines} if lines else {}
        self.tell(change and {**change, "elapsed": self._elapsed()})

    def everything(self) -> Mapping[str, object]:
        """See `SharedBoard`."""
        if not self._told:
            return {}
        lines = [self._lines[number] for number in sorted(self._lines)]
        return {**self._told, "lines": lines, "elapsed": self._elapsed()}

    def _elapsed(self) -> float | None:
        """The seconds so far, by now: who comes later than the last change is told more."""
        since = self._job.started_at or self._job.created_at
        return None if self._job.is_ended else round(max(time.time() - since, 0.0), 1)

    async def _find(self, scene: Scene) -> None:
        """Find the job where it is: here, with another process, or in the database once."""
        services, job_id = self._engine.services, self._job.id
        active = self._engine.active.get(job_id)
        if active:
            self._active, self._job, self._must_ask = active, active.job, True
            self._spent = active.stages.seconds()
            return
        self._active = None
        others = {job.id: job for job, _ in scene.elsewhere.jobs}
        if job_id in others:
            self._job, self._must_ask = others[job_id], True
            return
        if not self._must_ask:
            return
        self._job = await services.store.get(job_id) or self._job
        if not self._spent:
            self._spent = spent_in(await services.job_logs.read(job_id))
        self._must_ask = False

    def _state(self, now: float) -> dict[str, object]:
        job, locale, percent = self._job, self._locale, None
        doing = state_of(job, locale)
        if self._active and job.is_open:
            moment = moment_of(self._engine, self._active, now)
            doing, percent = said(moment, locale), moment.percent
        known = list(facts(self._engine, job, self._spent, locale))
        over = translate(locale, "live-job-over", outcome=job.state) if job.is_ended else ""
        return {
            "doing": doing,
            "percent": percent,
            "facts": render("live-facts.html", locale, facts=known),
            "actions": list(actions(job)),
            "said": over,
        }

    async def _new_lines(self) -> list[str]:
        news = await self._engine.services.job_logs.news(self._job.id, self._mark)
        if news.begins and news.begins != self._log:
            # What an earlier attempt has said is in the file, and on the page from there.
            self._lines.clear()
            self._log = news.begins
        self._mark = news.mark
        shown = [shown_line(line, self._locale) for line in news.lines]
        drawn = {line.number: self._line(line) for line in shown}
        self._lines |= drawn
        size = sum(map(len, self._lines.values()))
        while len(self._lines) > _MOST_LINES or size > _MOST_CHARS:
            size -= len(self._lines.pop(min(self._lines)))
        return [drawn[number] for number in sorted(drawn)]

    def _line(self, line: ShownLine) -> str:
        return render("live-line.html", self._locale, line=line)
