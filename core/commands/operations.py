"""/jobs, /stats and /gateways: what goes on in all chats, for admins."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from core.commands.aside import told_aside
from core.commands.command import Audience, Command, Context, NoOptions
from core.commands.jobs import spent_by_gateways
from core.commands.parties import check_alone
from core.engine.gateways import GatewayState, gateway_states
from core.i18n import translate
from core.jobs import Job, JobState, Outcomes, days_back
from core.messages.views import cancel_numbered
from core.messages.wording import clock
from core.platform import View

_SHOWN = 50
_CANCELLABLE = 5
_DAY_SECONDS = 86_400.0
_MOST_USED = 5


async def jobs(context: Context, _: NoOptions) -> View:
    """List what runs and what waits in all chats, the oldest first, with buttons to cancel it."""
    check_alone(context)
    found = sorted(context.engine.unfinished, key=lambda job: job.created_at)
    shown = found[:_SHOWN]
    lines = [_job_line(context, number, job) for number, job in enumerate(shown, 1)]
    if len(found) > len(shown):
        lines.append(translate(context.locale, "jobs-more", count=len(found) - len(shown)))
    buttons = [
        cancel_numbered(job, number, context.locale)
        for number, job in enumerate(shown[:_CANCELLABLE], 1)
    ]
    text = "\n".join(lines or [translate(context.locale, "jobs-none")])
    return View(text=text, buttons=tuple(buttons))


def _job_line(context: Context, number: int, job: Job) -> str:
    key = "jobs-waiting" if context.engine.position(job) else "jobs-running"
    return translate(
        context.locale,
        key,
        number=number,
        user=str(job.user.party),
        chat=str(job.conversation.party),
        model=job.model,
        elapsed=clock(time.time() - (job.started_at or job.created_at)),
        id=job.id,
    )


async def stats(context: Context, _: NoOptions) -> View:
    """Say how the jobs of the last 24 hours went, and those of this day in UTC and six before."""
    check_alone(context)
    now, lines = time.time(), list[str]()
    for days, since in ((1, now - _DAY_SECONDS), (7, days_back(7, now))):
        found = await context.services.store.outcomes(since)
        lines += _period(context, days, found)
    return View(text="\n".join(lines))


def _period(context: Context, days: int, found: Sequence[Outcomes]) -> Iterator[str]:
    locale = context.locale
    states, models, faults = Counter[str](), Counter[str](), Counter[str]()
    for each in found:
        states[each.state] += each.jobs
        models[each.model] += each.jobs
        if each.fault:
            faults[f"{each.gateway} {each.fault}"] += each.jobs
    yield translate(
        locale,
        "stats-period",
        days=days,
        jobs=states.total(),
        done=states[JobState.DONE],
        failed=states[JobState.FAILED],
        cancelled=states[JobState.CANCELLED],
        credits=context.services.credits.price(sum(each.credits for each in found), locale),
    )
    if models:
        yield translate(locale, "stats-models", models=_counted(models))
    if faults:
        yield translate(locale, "stats-faults", faults=_counted(faults))


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common(_MOST_USED))


async def gateways(context: Context, _: NoOptions) -> View:
    """Say of each gateway what it does for us, and how it went. Nobody is asked for it."""
    check_alone(context)
    states = await gateway_states(context.engine)
    idle = [state.name for state in states if _is_idle(state)]
    lines = [line for state in states if not _is_idle(state) for line in _gateway(context, state)]
    if idle:
        lines.append(translate(context.locale, "gateways-idle", gateways=", ".join(idle)))
    return View(text="\n".join([*lines, *await spent_by_gateways(context)]))


def _is_idle(state: GatewayState) -> bool:
    """Whether there is nothing to tell but its name."""
    return not (state.running or state.waiting or state.aside or state.failures or state.faults)


def _gateway(context: Context, state: GatewayState) -> Iterator[str]:
    locale, cooldown = context.locale, context.services.catalog.cooldown
    yield translate(
        locale,
        "gateways-line",
        gateway=state.name,
        running=state.running,
        waiting=state.waiting,
    )
    for key in state.aside:
        why = told_aside(locale, cooldown, key)
        yield translate(locale, "gateways-aside", model=key.partition("/")[2], why=why)
    if state.faults:
        last = state.faults[0]
        ago = clock(time.time() - last.last_at)
        yield translate(locale, "gateways-fault", fault=last.fault, model=last.model, ago=ago)


JOBS = Command(name="jobs", options=NoOptions, run=jobs, audience=Audience.ADMINS, personal=True)
STATS = Command(
    name="stats", options=NoOptions, run=stats, audience=Audience.ADMINS, personal=True
)
GATEWAYS = Command(
    name="gateways", options=NoOptions, run=gateways, audience=Audience.ADMINS, personal=True
)
