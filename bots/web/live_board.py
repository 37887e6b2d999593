"""What viewers of one language are told: drawn once for all of them, each change and the whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bots.web.overview import JobMoment, Overview, counted, said, subject
from bots.web.rendering import moment, render
from core.feed import JobEnd
from core.i18n import Locale, explain_fault, translate
from core.jobs import Job, JobState

BEAT = b":\n\n"
"""Says nothing, and keeps a connection open."""
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


class LiveBoard:
    """The state of one language.

    Attributes:
        number: how often it has changed.
        change: what has changed the last time, as it is sent.
    """

    def __init__(self, locale: Locale) -> None:
        self.number = 0
        self.change = BEAT
        self._locale = locale
        self._rows: dict[str, ShownJob] = {}
        self._subjects: dict[str, str] = {}
        self._whole: bytes | None = None
        self._before: Overview | None = None
        self._overall: dict[str, object] = {}

    @property
    def rows(self) -> "list[ShownJob]":
        """The jobs that are shown."""
        return list(self._rows.values())

    def draw(self, overview: Overview) -> None:
        """Take in what goes on now."""
        rows = {each.job.id: self._row(each) for each in overview.shown}
        overall: dict[str, object] = {
            "counts": {name: many for name, _, many in counted(overview, self._locale)},
            "more": self.more(overview),
            "ends": self._ends(overview),
        }
        change = self._changes(rows, overview, overall)
        self._before, self._overall = overview, overall
        self._rows = rows
        self._subjects = {job_id: self._subjects[job_id] for job_id in rows}
        if change:
            self._tell(_event(change))

    def beat(self) -> None:
        """Let connections stay open although nothing changes."""
        self._tell(BEAT)

    def whole(self) -> bytes:
        """All there is, for who has just come or was too slow."""
        if self._whole is None:
            drawn = {job_id: self._html(row) for job_id, row in self._rows.items()}
            told = {**self._overall, "order": list(self._rows), "rows": drawn}
            self._whole = b"retry: 3000\n" + _event(told)
        return self._whole

    def _tell(self, change: bytes) -> None:
        self.number += 1
        self.change, self._whole = change, None

    def _changes(
        self,
        rows: Mapping[str, ShownJob],
        overview: Overview,
        overall: Mapping[str, object],
    ) -> dict[str, object]:
        before, known = self._before, self._rows
        if before is None:
            return {"order": list(rows)}
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
        then = self._overall
        change |= {name: value for name, value in overall.items() if then[name] != value}
        if told := self._news(before, overview):
            change["said"] = told
        return change

    def more(self, overview: Overview) -> str:
        """That there are more jobs than are shown; "" where there are not."""
        many = overview.more
        return translate(self._locale, "live-more", count=many) if many else ""

    def _ends(self, overview: Overview) -> str:
        ends = [shown_end(each, self._locale) for each in overview.ends]
        return render("live-ends.html", self._locale, ends=ends)

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


def shown_end(end: JobEnd, locale: Locale) -> ShownEnd:
    """How it is shown that a job has ended."""
    about = end.about or translate(locale, "option-word-private")
    outcome = translate(locale, f"live-outcome-{end.outcome}")
    if end.fault:
        outcome += f": {explain_fault(locale, end.fault, end.kind)[0]}"
    return ShownEnd(end.id, end.model, end.person, about, outcome, moment(end.at))


def _event(told: Mapping[str, object]) -> bytes:
    # One line: JSON has no line breaks but those that are written out.
    return f"data: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
