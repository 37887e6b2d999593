"""Which finished video a command is about."""

from core.commands.command import Context
from core.errors import UserError
from core.jobs import Job, JobState
from core.media import MediaKind

_REMEMBERED = 50


async def find_source(context: Context, job_id: str | None) -> Job:
    """The video that is named, else the one that is replied to, else the user's last one.

    Raises:
        UserError: there is none, or it is nobody's business here.
    """
    store, invocation = context.services.store, context.invocation
    if job_id is not None:
        job = await store.get(job_id)
    elif invocation.replied is not None:
        job = await store.posted_as(invocation.replied)
    else:
        jobs = await context.engine.jobs_of(invocation.user, limit=_REMEMBERED)
        job = next((job for job in jobs if _is_video(job)), None)
    if job is None or not _is_video(job) or not _may_use(context, job):
        raise UserError("no-such-video")
    return job


def _is_video(job: Job) -> bool:
    return job.state is JobState.DONE and job.request.kind is MediaKind.VIDEO


def _may_use(context: Context, job: Job) -> bool:
    """One's own videos anywhere; others' only where they were posted, and not private ones."""
    invocation = context.invocation
    if job.user.party == invocation.user.party:
        return True
    here = job.conversation.party == invocation.conversation.party
    return here and not job.request.private
