"""The page of one job: what was ordered, what became of it, and what was logged meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from bots.web.overview import subject
from bots.web.result import facts_of
from core.engine.engine import Engine
from core.errors import Fault, FaultKind
from core.i18n import Locale, explain_fault, translate
from core.i18n.numerals import number
from core.job_logs import NUMBER, LogLine
from core.jobs import OPEN, Job, JobState
from core.messages.wording import describe_request, told
from core.redact import redact

# Said of every line by the page itself, or in its text.
_KNOWN = frozenset({"job", "answer", "conversation", "person", "chat", "platform", "gateway"})


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the log as the page shows it.

    Attributes:
        head: what it is in a few words; bodies: what is shown below it, with what each is.
        level: "info" and so on; "gateway" of an exchange, "gap" where lines are left out.
        number: see `core.job_logs.NUMBER`; 0 where it has none.
    """

    at: str
    level: str
    head: str
    bodies: Sequence[tuple[str, str]] = ()
    number: int = 0


def facts(
    engine: Engine, job: Job, spent: Mapping[str, float], locale: Locale
) -> Iterator[tuple[str, str]]:
    """What is known of a job: names of texts, and values in that language.

    `spent` are the seconds of each stage, of which the one that it is in is not over yet.
    """
    services, request = engine.services, job.request
    yield "live-job-state", state_of(job, locale)
    if fault := _shown_fault(job):
        yield "live-job-fault", " ".join(explain_fault(locale, fault, request.kind))
        seen = filter(None, (str(fault.http_status or ""), fault.detail, fault.request_id))
        yield "live-job-fault-seen", redact(" · ".join((str(fault.kind), *seen)))
    if job.state is JobState.DONE and job.assets:
        yield "live-job-result", "\n".join(_made(job, locale))
    yield "live-job-person", str(job.user.party)
    yield (
        "live-job-place",
        " / ".join(filter(None, (str(job.conversation.party), job.conversation.thread))),
    )
    yield "live-job-model", job.model
    if model := services.model(job.model):
        yield "live-job-options", describe_request(replace(job, locale=locale), model)
    yield "live-job-prompt", subject(job, locale) if request.private else "\n".join(told(job))
    yield "live-job-price", services.credits.price(job.credits, locale)
    if cost := job.cost:
        yield "live-job-cost", f"{number(cost.amount)} {cost.unit}"
    if job.task:
        yield "live-job-task", redact(job.task.id)
    times = (
        ("live-job-ordered", job.created_at),
        ("live-job-started", job.started_at),
        ("live-job-ended", job.ended_at),
    )
    yield from ((name, moment(at)) for name, at in times if at)
    yield from (
        (f"live-job-spent-{stage}", f"{seconds:.1f} s")
        for stage, seconds in spent.items()
        if stage != job.state
    )


def spent_of(engine: Engine, job: Job, log: Sequence[LogLine]) -> Mapping[str, float]:
    """The seconds of each stage, as far as this process has seen it, or its log tells."""
    active = engine.active.get(job.id)
    return active.stages.seconds() if active else spent_in(log)


def route(engine: Engine, job: Job) -> Sequence[str]:
    """The models that it may be made with and that are set up here, in their order."""
    return [key for key in job.route if engine.services.model(key)]


def _made(job: Job, locale: Locale) -> Iterator[str]:
    """What it has made, by its size and length: whose it is may look at it, and nobody else."""
    for place, asset in enumerate(job.assets, 1):
        name = translate(
            locale, "page-medium", kind=asset.kind, number=place, count=len(job.assets)
        )
        yield f"{name}: {facts_of(asset, locale)}"


def _shown_fault(job: Job) -> Fault | None:
    """Why it failed; of what is private without a gateway's words, which may repeat the prompt."""
    fault = job.fault
    if fault is None or not job.request.private:
        return fault
    # An accident of ours is named by a number.
    detail = fault.detail if fault.kind is FaultKind.INTERNAL else ""
    return replace(fault, reason="", detail=detail)


def moment(at: float) -> str:
    """A time since 1970 in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def lines_of(log: Sequence[LogLine], locale: Locale) -> list[ShownLine]:
    """The log in the order of its times."""
    # What was left out has no time: it stays behind the one before it.
    last, ordered = 0.0, list[tuple[float, LogLine]]()
    for line in log:
        last = at if isinstance(at := line.get("at"), float) else last
        ordered.append((last, line))
    ordered.sort(key=lambda each: each[0])
    return [shown_line(line, locale) for _, line in ordered]


ACTIONS = ("cancel", "retry")
"""What can be done to some job, sometime."""


def actions(job: Job) -> Sequence[str]:
    """The commands that make sense for it now."""
    if job.state is JobState.FAILED:
        return ("retry",)
    return () if job.is_ended or job.state is JobState.DELIVERING else ("cancel",)


def state_of(job: Job, locale: Locale) -> str:
    """How far it is, as its row says."""
    if job.is_ended:
        return translate(locale, f"live-outcome-{job.state}")
    if job.state is JobState.DRAFT:
        return translate(locale, "live-job-draft")
    return translate(locale, f"live-{job.state}")


def spent_in(log: Sequence[LogLine]) -> Mapping[str, float]:
    """The seconds that the last end in the log tells of, by stage."""
    for line in reversed(log):
        fields = line.get("fields")
        if isinstance(fields, dict) and "outcome" in fields:
            told_ = cast("dict[str, object]", fields)
            return {s: v for s in OPEN if isinstance(v := told_.get(s), float | int)}
    return {}


def shown_line(line: LogLine, locale: Locale) -> ShownLine:
    """A line as the page shows it."""
    number_ = line.get(NUMBER)
    return replace(_shown(line, locale), number=number_ if isinstance(number_, int) else 0)


def _shown(line: LogLine, locale: Locale) -> ShownLine:
    at = line.get("at")
    clock = datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S") if isinstance(at, float) else ""
    if "left_out" in line:
        count = str(line["left_out"])
        return ShownLine(clock, "gap", translate(locale, "live-job-log-gap", count=count))
    if "method" in line:
        return ShownLine(clock, "gateway", _exchange(line, locale), _bodies(line))
    fields = line.get("fields")
    more = cast("dict[str, object]", fields) if isinstance(fields, dict) else {}
    said = " ".join(f"{name}={value}" for name, value in more.items() if name not in _KNOWN)
    bodies = [("", said)] if said else []
    return ShownLine(clock, str(line.get("level", "")), str(line.get("text", "")), bodies)


def _exchange(line: LogLine, locale: Locale) -> str:
    asked = f"{line.get('method')} {line.get('url')}"
    if line.get("status") is None:
        silence = translate(locale, "live-job-log-unanswered")
        return f"{asked} → {silence}"
    seconds = line.get("seconds")
    took = f", {seconds} s" if seconds is not None else ""
    return f"{asked} → HTTP {line['status']}{took}"


def _bodies(line: LogLine) -> list[tuple[str, str]]:
    named = (("→", line.get("asked")), ("←", line.get("answered")))
    return [(name, str(body)) for name, body in named if body]
