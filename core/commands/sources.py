"""Which finished video a command is about."""

from core.catalog import Ability, can
from core.commands.command import Context
from core.errors import UserError
from core.jobs import Job, JobState
from core.media import MediaKind, TaskRef

_REMEMBERED = 50


_NOT_POSSIBLE = {
    Ability.REMIX: "remix-not-possible",
    Ability.CHARACTERS: "character-not-possible",
}


async def find_source(
    context: Context, job_id: str | None, ability: Ability
) -> tuple[Job, TaskRef]:
    """The video that is named, else the one that is replied to, else the user's last one.

    It is one that its model can go on with, and comes with its task at the gateway.

    Raises:
        UserError: there is none, it is nobody's business here, or nothing can be done with it.
    """
    services, job = context.services, await _found(context, job_id)
    model = services.model(job.model) if job else None
    if job and job.task and model and can(model, ability):
        return job, job.task
    # Where no video could be used at all, nobody is sent for another one.
    if not services.catalog.able(ability):
        raise services.catalog.lacks(ability)
    if job is None:
        raise UserError("no-such-video")
    raise UserError(_NOT_POSSIBLE[ability], model=job.model_name)


async def _found(context: Context, job_id: str | None) -> Job | None:
    store, invocation = context.services.store, context.invocation
    if job_id is not None:
        job = await store.get(job_id)
    elif invocation.replied is not None:
        job = await store.posted_as(invocation.replied.conversation, invocation.replied.id)
    else:
        jobs = await context.engine.jobs_of(invocation.user, limit=_REMEMBERED)
        job = next((job for job in jobs if _is_video(job)), None)
    return job if job and _is_video(job) and _may_use(context, job) else None


def _is_video(job: Job) -> bool:
    return job.state is JobState.DONE and job.request.kind is MediaKind.VIDEO


def _may_use(context: Context, job: Job) -> bool:
    """One's own videos anywhere; others' only where they were posted, and not private ones."""
    invocation = context.invocation
    if job.user.party == invocation.user.party:
        return True
    here = job.conversation.party == invocation.conversation.party
    return here and not job.request.private
