"""What the log says of every job and every answer, and what is counted of them.

The fields of these lines are for programs; docs/observing.md explains them.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars

from core.errors import NOT_THE_GATEWAY, Fault
from core.exchanges import Exchange, ExchangeState
from core.feed import JobEnd, JobFeed
from core.jobs import Job, JobState
from core.messages.wording import wish
from core.meters import Meters
from core.platform import ConversationRef

log = logging.getLogger(__name__)

_JOB = "job"
_ANSWER = "answer"


@contextmanager
def about_job(job: Job) -> Generator[None]:
    """Name the job and its conversation in every line that is logged in the block."""
    with bound_contextvars(job=job.id, conversation=_place(job.conversation)):
        yield


@contextmanager
def about_answer(exchange: Exchange) -> Generator[None]:
    """The same for an answer."""
    with bound_contextvars(answer=exchange.id, conversation=_place(exchange.conversation)):
        yield


def job_started(job: Job) -> None:
    """A job waits for its turn: it was ordered, retried, or found after a restart."""
    with about_job(job):
        log.info("job %s: %s, %s", job.id, job.model, job.state, extra=_fields(_JOB, job))


def job_passed_on(
    meters: Meters, job: Job, fault: Fault, following: str, seconds: Mapping[str, float]
) -> None:
    """Its model could not be had, and the next one is asked."""
    meters.took(job.gateway, seconds)
    _count_outcome(meters, _JOB, job, fault)
    _log_next(_JOB, job, fault, {"next_model": following, **_rounded(seconds)})


def job_ended(meters: Meters, feed: JobFeed, job: Job, seconds: Mapping[str, float]) -> None:
    """It is done, has failed, or was cancelled; its row says so.

    The `seconds` are those of the last attempt, by stage, as far as this process has seen it.
    """
    meters.jobs[job.model, job.state] += 1
    meters.credits[job.model] += job.credits
    if job.state is not JobState.CANCELLED:
        meters.took(job.gateway, seconds)
        _count_outcome(meters, _JOB, job, job.fault)
    outcome = {
        "outcome": job.state,
        "credits": job.credits,
        "seconds": round(sum(seconds.values()), 1),
        **_rounded(seconds),
    }
    charged = {"charged": job.cost.amount, "unit": job.cost.unit} if job.cost else {}
    extra = {**_fields(_JOB, job), **outcome, **charged, **_told(job.fault)}
    _log_end(_JOB, job.id, job.state, job.fault, extra)
    feed.ends_as(job_end(job))


def job_end(job: Job) -> JobEnd:
    """What lookers-on are told of a job that has ended."""
    return JobEnd(
        id=job.id,
        model=job.model,
        outcome=job.state,
        person=str(job.user.party),
        about="" if job.request.private else wish(job),
        at=job.created_at if job.ended_at is None else job.ended_at,
        kind=job.request.kind,
        fault=job.fault,
    )


def answer_passed_on(meters: Meters, exchange: Exchange, fault: Fault, following: str) -> None:
    """As `job_passed_on`."""
    _count_outcome(meters, _ANSWER, exchange, fault)
    _log_next(_ANSWER, exchange, fault, {"next_model": following})


def answer_ended(meters: Meters, exchange: Exchange) -> None:
    """A chat model has said all that it will; the row says so."""
    fault = exchange.fault
    meters.answers[exchange.model, exchange.state] += 1
    meters.credits[exchange.model] += exchange.credits
    if fault or exchange.state is ExchangeState.DONE:
        _count_outcome(meters, _ANSWER, exchange, fault)
    took = max((exchange.ended_at or exchange.created_at) - exchange.created_at, 0.0)
    outcome = {
        "outcome": exchange.state,
        "credits": round(exchange.credits, 4),
        "seconds": round(took, 1),
    }
    used = exchange.usage
    tokens = {"tokens_in": used.input_tokens, "tokens_out": used.output_tokens} if used else {}
    extra = {**_fields(_ANSWER, exchange), **outcome, **tokens, **_told(fault)}
    _log_end(_ANSWER, exchange.id, exchange.state, fault, extra)


def _count_outcome(meters: Meters, what: str, row: Job | Exchange, fault: Fault | None) -> None:
    if fault:
        in_a_row = fault.kind not in NOT_THE_GATEWAY
        meters.failed(_gateway(row), what, fault.kind, in_a_row=in_a_row)
    else:
        meters.succeeded(_gateway(row), what)


def _log_next(what: str, row: Job | Exchange, fault: Fault, more: Mapping[str, object]) -> None:
    extra = {**_fields(what, row), **_told(fault), **more}
    told = (what, row.id, row.model, fault.kind, more["next_model"])
    log.warning("%s %s: %s: %s; next: %s", *told, extra=extra)


def _log_end(
    what: str, id_: str, state: str, fault: Fault | None, extra: Mapping[str, object]
) -> None:
    if fault is None:
        log.info("%s %s: %s", what, id_, state, extra=extra)
        return
    told = (what, id_, state, fault.kind, fault.http_status or "-", fault.detail)
    log.warning("%s %s: %s: %s (HTTP %s) %s", *told, extra=extra)


def _fields(what: str, row: Job | Exchange) -> dict[str, object]:
    return {
        what: row.id,
        "person": row.user.id,
        "chat": row.conversation.chat,
        "platform": row.conversation.platform,
        "model": row.model,
        "gateway": _gateway(row),
    }


def _gateway(row: Job | Exchange) -> str:
    return row.model.partition("/")[0]


def _told(fault: Fault | None) -> dict[str, object]:
    return {"fault": fault.kind, "http_status": fault.http_status} if fault else {}


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(each, 1) for stage, each in seconds.items()}


def _place(ref: ConversationRef) -> str:
    return "/".join(filter(None, (str(ref.party), ref.thread)))
