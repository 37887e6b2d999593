"""/status, /cancel and /retry: one's own jobs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.commands.command import Audience, Command, Context, JobOptions, NoOptions
from core.commands.ordering import check_heard, order_again, shown_at
from core.errors import UserError
from core.i18n import translate
from core.jobs import Job, JobState, days_back
from core.messages.wording import clock, wish
from core.platform import View

_REMEMBERED = 50
_ACCOUNT_DAYS = 30
_DECIMALS = 4


async def status(context: Context, _: NoOptions) -> View:
    """List what runs and what waits, with the numbers that other commands take."""
    jobs = await numbered(context)
    lines = [_line(context, n, job) for n, job in enumerate(jobs, 1)]
    lines = lines or [translate(context.locale, "status-none")]
    return View(text="\n".join([*lines, *await _spent(context)]))


async def _spent(context: Context) -> list[str]:
    """For an admin who reads it alone: what the gateways have charged of late, as far as told."""
    invocation = context.invocation
    if not context.is_admin or not (invocation.is_alone or invocation.is_private):
        return []
    return await spent_by_gateways(context)


async def spent_by_gateways(context: Context) -> list[str]:
    """What the gateways have charged of late, a line each, as far as they tell."""
    since = days_back(_ACCOUNT_DAYS, time.time())
    return [
        translate(
            context.locale,
            "status-spent",
            gateway=each.gateway,
            days=_ACCOUNT_DAYS,
            amount=f"{each.cost.amount:.{_DECIMALS}f}".rstrip("0").rstrip("."),
            unit=each.cost.unit,
            jobs=each.jobs,
        )
        for each in await context.services.store.spent(since)
    ]


def _line(context: Context, number: int, job: Job) -> str:
    locale = context.locale
    position = context.engine.position(job)
    if position:
        state = translate(locale, "phase-waiting", position=position)
    else:
        elapsed = clock(time.time() - (job.started_at or job.created_at))
        state = translate(locale, f"state-{job.state}", elapsed=elapsed)
    private = job.request.private  # others may read along here
    said = translate(locale, "option-word-private") if private else wish(job)
    what = f"{job.model_name} · {said}"
    return translate(locale, "status-line", number=number, state=state, what=what)


async def cancel(context: Context, options: JobOptions) -> View | None:
    """Cancel a job of one's own, or by its id any in a chat that one manages; admins any.

    Its status message says that it has happened.
    """
    job = context.job
    if job is None:
        jobs = await numbered(context)
        job = pick(jobs, options.job, none="nothing-to-cancel", command="cancel")
    is_own = job.user.party == context.invocation.user.party
    act = None if is_own else context.act(job.user.party, job.id)
    await context.engine.cancel(job.id, act)
    return None


async def retry(context: Context, options: JobOptions) -> View | None:
    """Do a failed job of one's own again, without a number the last one; admins any, by its id.

    Somebody else's goes where it was ordered, and they pay for it.
    """
    job = context.job
    if job is None:
        jobs = await _jobs(context, lambda job: job.state is JobState.FAILED)
        last = jobs[-1:] if options.job is None else jobs
        job = pick(last, options.job, none="nothing-to-retry", command="retry")
    if job.user.party != context.invocation.user.party:
        await _check_person(context, job)
        act = context.act(job.user.party, job.id)
        again = await context.engine.retry(job, event=context.event, act=act)
        await check_heard(context, job.id, again.conversation)
        return None
    place, command = shown_at(context, private=job.request.private)
    await context.engine.retry(job, place, command, event=context.event)
    await check_heard(context, job.id, place)
    return None


async def _check_person(context: Context, job: Job) -> None:
    """Let nobody pay who could not order it themselves any more.

    Raises:
        UserError: its person is banned, or may not use the bot in its chat.
    """
    access = context.services.access
    place = await access.present(job.conversation)
    if access.bans(job.user, place) or not await access.admits(job.user, place):
        raise UserError("retry-not-theirs", user=str(job.user.party))


async def again(context: Context, options: JobOptions) -> View | None:
    """Order the same once more; without a number the last that was made."""
    job = context.job
    if job is None:
        jobs = await _jobs(context, lambda job: job.state is JobState.DONE)
        last = jobs[-1:] if options.job is None else jobs
        job = pick(last, options.job, none="nothing-to-repeat", command="again")
    if job.state is not JobState.DONE:
        raise UserError("nothing-to-repeat")
    await order_again(context, replace(job.request, model=job.model))
    return None


async def numbered(context: Context) -> list[Job]:
    """The user's jobs that have not ended, plans too, as /status numbers them from 1."""
    return await _jobs(context, lambda job: not job.is_ended)


async def _jobs(context: Context, wanted: Callable[[Job], bool]) -> list[Job]:
    """The user's jobs of that kind, oldest first."""
    jobs = await context.engine.jobs_of(context.invocation.user, limit=_REMEMBERED)
    return [job for job in reversed(jobs) if wanted(job)]


def pick(jobs: Sequence[Job], said: str | None, *, none: str, command: str) -> Job:
    """The job of that number or id; the only one where none is said.

    Raises:
        UserError: there is none, with the key `none` where there are no jobs at all; or several.
    """
    if not jobs:
        raise UserError(none)
    if said is None:
        if len(jobs) > 1:
            raise UserError("which-job", count=len(jobs), command=command)
        return jobs[0]
    if said.isdecimal() and 1 <= int(said) <= len(jobs):
        return jobs[int(said) - 1]
    raise UserError("no-such-job", number=said)


# Who has lost access still sees and stops what is under way.
STATUS = Command(
    name="status", options=NoOptions, run=status, audience=Audience.ANYBODY, personal=True
)
CANCEL = Command(
    name="cancel",
    options=JobOptions,
    run=cancel,
    audience=Audience.ANYBODY,
    job="job",
    managed=Audience.CHAT_ADMINS,
)
RETRY = Command(
    name="retry", options=JobOptions, run=retry, pays=True, job="job", managed=Audience.ADMINS
)
AGAIN = Command(name="again", options=JobOptions, run=again, pays=True, job="job")
