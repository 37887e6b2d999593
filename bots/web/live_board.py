"""The first page of the dashboard, as its viewers of one language are told it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bots.web.board import Scene, SharedBoard, differing
from bots.web.overview import LOOK_SECONDS, Elsewhere, JobMoment, Overview, counted, said, subject
from bots.web.rendering import clock_time, moment, render
from core.exchanges import Exchange
from core.feed import JobEnd
from core.i18n import Locale, explain_fault, translate
from core.jobs import Job, JobState

_OUTCOMES = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A row: what of it stays, and what moves; see `templates/live-row.html`."""

    id: str
    model: str
    person: str
    subject: str
    text: str
    percent: int | None

    def is_same_but_moved(self, other: "ShownJob") -> bool:
        """Whether only what moves is different."""
        return (self.model, self.subject) == (other.model, other.subject)


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """One that has ended; see `templates/live-ends.html`."""

    id: str
    model: str
    person: str
    about: str
    outcome: str
    at: str


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One that is being given, without a word of it; see `templates/live-answers.html`."""

    model: str
    person: str
    place: str
    since: str


@dataclass(frozen=True, slots=True)
class ShownElsewhere:
    """A job of another process; see `templates/live-elsewhere.html`."""

    id: str
    model: str
    person: str
    subject: str
    state: str
    holder: str


class LiveBoard(SharedBoard):
    """See the module."""

    def __init__(self, locale: Locale) -> None:
        super().__init__()
        self._locale = locale
        self._rows: dict[str, ShownJob] = {}
        self._subjects: dict[str, str] = {}
        self._before: Overview | None = None
        self._overall: dict[str, object] = {}
        # What was drawn last for each list, and from what.
        self._drawn: dict[str, tuple[object, str]] = {}

    @property
    def rows(self) -> "list[ShownJob]":
        """The jobs that are shown."""
        return list(self._rows.values())

    async def follow(self, scene: Scene) -> None:
        """See `SharedBoard`."""
        self.draw(scene.overview)

    def draw(self, overview: Overview) -> None:
        """Take in what goes on now."""
        rows = {each.job.id: self._row(each) for each in overview.shown}
        overall: dict[str, object] = {
            "counts": {name: many for name, _, many in counted(overview, self._locale)},
            "more": self.more(overview),
            "answers": self._list("answers", shown_answers(overview)),
            "ends": self._list("ends", shown_ends(overview, self._locale)),
            "elsewhere": self._list("elsewhere", shown_elsewhere(overview, self._locale)),
            "looked": looked(overview.elsewhere, self._locale),
        }
        before = self._before
        change = self._changes(before, rows, overview, overall) if before else None
        self._before, self._overall = overview, overall
        self._rows = rows
        self._subjects = {job_id: self._subjects[job_id] for job_id in rows}
        self.tell(self.everything() if change is None else change)

    def everything(self) -> Mapping[str, object]:
        """See `SharedBoard`."""
        if self._before is None:
            return {}
        drawn = {job_id: self._html(row) for job_id, row in self._rows.items()}
        return {**self._overall, "order": list(self._rows), "rows": drawn}

    def _list(self, name: str, shown: object) -> str:
        known = self._drawn.get(name)
        if known is None or known[0] != shown:
            html = render(f"live-{name}.html", self._locale, **{name: shown})
            known = self._drawn[name] = shown, html
        return known[1]

    def _changes(
        self,
        before: Overview,
        rows: Mapping[str, ShownJob],
        overview: Overview,
        overall: Mapping[str, object],
    ) -> dict[str, object]:
        known = self._rows
        change: dict[str, object] = {}
        if list(rows) != list(known):
            change["order"] = list(rows)
        drawn, moved = dict[str, str](), dict[str, tuple[str, int | None]]()
        for job_id, row in rows.items():
            old = known.get(job_id)
            if old is None or not row.is_same_but_moved(old):
                drawn[job_id] = self._html(row)
            elif row != old:
                moved[job_id] = row.text, row.percent
        change |= {"rows": drawn} if drawn else {}
        change |= {"moves": moved} if moved else {}
        change |= differing(overall, self._overall)
        if told := self._news(before, overview):
            change["said"] = told
        return change

    def more(self, overview: Overview) -> str:
        """That there are more jobs than are shown; "" where there are not."""
        many = overview.more
        return translate(self._locale, "live-more", count=many) if many else ""

    def _news(self, before: Overview, now: Overview) -> str:
        """What is said aloud: only that jobs have begun or ended."""
        begun = now.begun - before.begun
        parts = [translate(self._locale, "live-said-begun", count=begun)] if begun else []
        for outcome in _OUTCOMES:
            count = now.outcomes.get(outcome, 0) - before.outcomes.get(outcome, 0)
            if count:
                parts.append(translate(self._locale, f"live-said-{outcome}", count=count))
        return " ".join(parts)

    def _row(self, moment: JobMoment) -> ShownJob:
        job = moment.job
        about = self._subjects.get(job.id)
        if about is None:
            about = self._subjects[job.id] = subject(job, self._locale)
        return ShownJob(
            job.id, job.model, person(job), about, said(moment, self._locale), moment.percent
        )

    def _html(self, row: ShownJob) -> str:
        return render("live-row.html", self._locale, row=row)


def person(job: Job) -> str:
    """Who has ordered it."""
    return str(job.user.party)


def shown_answers(overview: Overview) -> list[ShownAnswer]:
    """The answers that are being given: whose words they are is told, and no word."""
    return [_answer(each) for each in overview.answers]


def shown_ends(overview: Overview, locale: Locale) -> list[ShownEnd]:
    """The jobs that have ended last."""
    return [_end(each, locale) for each in overview.ends]


def shown_elsewhere(overview: Overview, locale: Locale) -> list[ShownElsewhere]:
    """The jobs of other processes."""
    return [_elsewhere(job, holder, locale) for job, holder in overview.elsewhere.jobs]


def looked(elsewhere: Elsewhere, locale: Locale) -> str:
    """How fresh it is what is told of other processes."""
    if elsewhere.failed_at is None:
        return translate(locale, "live-looked", seconds=int(LOOK_SECONDS))
    return translate(locale, "live-look-failed", at=moment(elsewhere.failed_at))


def _answer(exchange: Exchange) -> ShownAnswer:
    place = exchange.conversation
    return ShownAnswer(
        exchange.model,
        str(exchange.user.party),
        " / ".join(filter(None, (str(place.party), place.thread))),
        clock_time(exchange.created_at),
    )


def _elsewhere(job: Job, holder: str, locale: Locale) -> ShownElsewhere:
    state = translate(locale, f"live-{job.state}")
    return ShownElsewhere(job.id, job.model, person(job), subject(job, locale), state, holder)


def _end(end: JobEnd, locale: Locale) -> ShownEnd:
    about = end.about or translate(locale, "option-word-private")
    outcome = translate(locale, f"live-outcome-{end.outcome}")
    if end.fault:
        outcome += f": {explain_fault(locale, end.fault, end.kind)[0]}"
    return ShownEnd(end.id, end.model, end.person, about, outcome, moment(end.at))
