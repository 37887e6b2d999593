"""`cliprelay jobs` and `cliprelay stats`: what there was to do, read beside a running bot."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from bots.cli.logs import configure_logs
from bots.cli.printed import local, print_json, print_table, utc
from core.errors import OperatorError
from core.i18n import Locale, explain_fault
from core.jobs import ENDED, Job, JobState
from core.media import MediaRequest
from core.redact import one_line, redact
from core.settings import Settings, survey_settings
from storage.look import open_to_read
from storage.reports import JobStatistics, JobTally, SqlReports

Json = dict[str, object]

_DAY_SECONDS = 24 * 3600.0
# As much of an id as tells jobs apart; `cliprelay jobs` finds them by it.
_SHORT = 12


def show_jobs(limit: int, state: JobState | None, *, as_json: bool) -> None:
    """Print the latest jobs; raises StorageError."""
    newest = asyncio.run(_latest(_settings().database_url, limit, state))
    if as_json:
        print_json([job_as_json(each) for each in newest])
    else:
        _print_jobs(newest)


def show_job(beginning: str, *, as_json: bool) -> None:
    """Print all of the job whose id begins like this; raises OperatorError."""
    settings = _settings()
    job = asyncio.run(_find(settings.database_url, beginning))
    if as_json:
        print_json(whole_job_as_json(job))
    else:
        _print_job(job, Locale(settings.default_locale))


def show_statistics(days: float, *, as_json: bool) -> None:
    """Print how the jobs of the last days went; raises StorageError."""
    found = asyncio.run(_statistics(_settings().database_url, days))
    if as_json:
        print_json(statistics_as_json(found, days))
    else:
        _print_statistics(found, days)


def _settings() -> Settings:
    # Only the place of the database matters: what is wrong with others is told elsewhere.
    configure_logs("ERROR")
    return survey_settings()[0]


async def _latest(database_url: str, limit: int, state: JobState | None) -> Sequence[Job]:
    """The jobs that were ordered last, newest first; raises StorageError."""
    async with open_to_read(database_url) as database:
        return await SqlReports(database).latest(limit, state)


async def _find(database_url: str, beginning: str) -> Job:
    """The job whose id begins like this.

    Raises:
        OperatorError: there is none, or more than one, or no database.
    """
    async with open_to_read(database_url) as database:
        reports = SqlReports(database)
        match await reports.begins_with(beginning):
            case [job_id] if job := await reports.get(job_id):
                return job
            case [_, _]:
                raise OperatorError(f"The ids of several jobs begin with {beginning}")
            case _:
                raise OperatorError(f"There is no job {beginning}")


async def _statistics(database_url: str, days: float) -> JobStatistics:
    """How the jobs of the last days went; raises StorageError."""
    async with open_to_read(database_url) as database:
        return await SqlReports(database).statistics(time.time() - days * _DAY_SECONDS)


def job_as_json(job: Job) -> Json:
    """What a line of the table says, for programs. Times are in UTC."""
    fault, cost, place = job.fault, job.cost, job.conversation
    return {
        "job": job.id,
        "state": job.state.value,
        "created_at": utc(job.created_at),
        "started_at": utc(job.started_at),
        "ended_at": utc(job.ended_at),
        "seconds": _seconds(job),
        "platform": place.platform,
        "chat": place.chat,
        "thread": place.thread,
        "person": job.user.id,
        "model": job.model,
        "gateway": job.gateway,
        "credits": job.credits,
        "charged": {"amount": cost.amount, "unit": cost.unit} if cost else None,
        "fault": {
            "kind": fault.kind.value,
            "reason": fault.reason,
            "detail": redact(fault.detail),
            "http_status": fault.http_status,
            "maybe_billed": fault.maybe_billed,
        }
        if fault
        else None,
    }


def whole_job_as_json(job: Job) -> Json:
    """All that is known of a job and is no secret."""
    return {
        **job_as_json(job),
        "prompt": job.request.prompt,
        "options": _options(job.request),
        "route": list(job.route),
        "task": redact(job.task.id) if job.task else None,
        "files": [str(asset.path) for asset in job.assets],
        "message": job.delivered.id if job.delivered else None,
        "told": job.told,
    }


def statistics_as_json(found: JobStatistics, days: float) -> Json:
    """The same for programs."""
    return {
        "days": days,
        "models": {name: _tally(each) for name, each in sorted(found.models.items())},
        "gateways": {name: _tally(each) for name, each in sorted(found.gateways.items())},
        "faults": [
            {"gateway": gateway, "kind": kind, "jobs": count}
            for (gateway, kind), count in sorted(found.faults.items())
        ],
        "charged": [
            {
                "gateway": each.gateway,
                "amount": each.cost.amount,
                "unit": each.cost.unit,
                "jobs": each.jobs,
            }
            for each in found.spent
        ],
    }


def _print_jobs(found: Sequence[Job]) -> None:
    """A line for each job."""
    rows = [
        (
            job.id[:_SHORT],
            local(job.created_at),
            f"{job.user.platform}:{job.user.id}",
            job.model,
            job.state.value,
            _number(_seconds(job)),
            str(job.credits),
            job.fault.kind.value if job.fault else "",
        )
        for job in found
    ]
    print_table(("job", "ordered", "who", "model", "state", "seconds", "credits", "fault"), rows)


def _print_job(job: Job, locale: Locale) -> None:
    """All of one job, a line for each thing."""
    for name, value in (whole_job_as_json(job) | {"fault": _explained(job, locale)}).items():
        if value not in (None, "", [], {}):
            print(f"{name:<11} {one_line(_plain(value))}")  # noqa: T201 - the answer


def _print_statistics(found: JobStatistics, days: float) -> None:
    """Tables of models, gateways, faults, and what gateways charge."""
    total = sum(sum(each.states.values()) for each in found.gateways.values())
    print(f"Jobs that were ordered in the last {days:g} days: {total}")  # noqa: T201 - the answer
    if not total:
        return
    heads = ("jobs", "done", "failed", "cancelled", "open", "median seconds", "credits")
    print_table(("model", *heads), [(n, *_cells(t)) for n, t in _most_first(found.models)])
    print_table(("gateway", *heads), [(n, *_cells(t)) for n, t in _most_first(found.gateways)])
    faults = sorted(found.faults.items(), key=lambda each: -each[1])
    if faults:
        print_table(
            ("gateway", "fault", "jobs"), [(*names, str(count)) for names, count in faults]
        )
    charged = [(e.gateway, f"{e.cost.amount:g} {e.cost.unit}", str(e.jobs)) for e in found.spent]
    if charged:
        print_table(("gateway", "says it charged", "jobs"), charged)


def _explained(job: Job, locale: Locale) -> str:
    if job.fault is None:
        return ""
    said = explain_fault(locale, job.fault, job.request.kind)
    return " ".join((f"{job.fault.kind}:", *said, redact(job.fault.detail))).strip()


def _most_first(tallies: Mapping[str, JobTally]) -> Sequence[tuple[str, JobTally]]:
    return sorted(tallies.items(), key=lambda each: (-sum(each[1].states.values()), each[0]))


def _cells(tally: JobTally) -> tuple[str, ...]:
    told = _tally(tally)
    counts = (str(told[name]) for name in ("jobs", "done", "failed", "cancelled", "open"))
    return (*counts, _number(tally.seconds), str(tally.credits))


def _tally(tally: JobTally) -> Json:
    jobs = sum(tally.states.values())
    ended = {state.value: tally.states[state] for state in sorted(ENDED)}
    return {
        "jobs": jobs,
        **ended,
        "open": jobs - sum(ended.values()),
        "median_seconds": None if tally.seconds is None else round(tally.seconds, 1),
        "credits": tally.credits,
    }


def _options(request: MediaRequest) -> Json:
    named = {
        "kind": request.kind.value,
        "ratio": request.ratio,
        "seconds": request.seconds,
        "resolution": request.resolution,
        "count": request.count,
        "images": len(request.images),
        "fast": request.fast,
        "seed": request.seed,
        "sound": request.sound,
        "private": request.private,
    }
    return {name: value for name, value in named.items() if value not in (None, False, 0)}


def _plain(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {each}" for name, each in value.items())  # pyright: ignore[reportUnknownVariableType]
        case list():
            return ", ".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return str(value)


def _seconds(job: Job) -> float | None:
    """From the order at the gateway to the end; None where one of them is not known."""
    if job.started_at is None or job.ended_at is None:
        return None
    return round(max(job.ended_at - job.started_at, 0.0), 1)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
