"""/share: a finished result in another chat."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from core.commands.command import Command, Context
from core.commands.shared_options import OF, PLACE
from core.delivery.post import post
from core.delivery.prepare import is_native
from core.engine.order import new_id
from core.errors import UserError
from core.files.disk import are_kept
from core.files.transcode import transcode
from core.i18n import Locale, translate
from core.invocation import Place
from core.jobs import Job, JobState
from core.limits import Limits
from core.media import Asset
from core.messages.views import share_button
from core.messages.wording import excerpt
from core.options.options import OPTIONS_CONFIG
from core.platform import MediaPost, MessageLostError, RefusedError, UncertainError, View

_REMEMBERED = 200


class ShareOptions(BaseModel):
    """Which result, and where it should go."""

    model_config = OPTIONS_CONFIG

    of: Annotated[str | None, OF, Field(description="option-of")] = None
    place: Annotated[str | None, PLACE, Field(description="option-place")] = None


async def share(context: Context, options: ShareOptions) -> View:
    """Post the result where it should go; without a place, offer the button that asks for one."""
    job = context.job or await _meant(context, options.of)
    if options.place is None:
        text = translate(context.locale, "share-how")
        return View(text=text, buttons=(share_button(job, context.locale),))
    await _check_kept(job)
    place = context.invocation.place
    if place is None:
        raise UserError("share-refused")
    try:
        await _post(context, job, place)
    except (MessageLostError, RefusedError, UncertainError) as error:
        raise UserError("share-refused") from error
    except FileNotFoundError:  # its time was over just now
        raise UserError("share-gone") from None
    return View(text=translate(context.locale, "share-done", place=place.name))


async def check(context: Context) -> None:
    """Refuse before anybody is asked for a place if the result is gone."""
    invocation = context.invocation
    await _check_kept(context.job or await _meant(context, invocation.given.get(SHARE.job)))


async def _meant(context: Context, named: str | None) -> Job:
    """The result of one's own that is replied to, else the last; one that is named is gone."""
    if named:
        raise UserError("share-gone")
    invocation = context.invocation
    jobs = await context.engine.jobs_of(invocation.user, limit=_REMEMBERED)
    if (message := invocation.replied) is not None:
        replied = await context.services.store.posted_as(message.conversation, message.id)
        jobs = [job for job in jobs if replied and job.id == replied.id]
    for job in jobs:
        if job.state is JobState.DONE and job.delivered:
            return job
    raise UserError("share-nothing")


async def _check_kept(job: Job) -> None:
    if job.state is not JobState.DONE or not job.assets or not await are_kept(job.assets):
        raise UserError("share-gone")


async def _post(context: Context, job: Job, place: Place) -> None:
    services, ref = context.services, place.conversation
    conversation = services.platforms[ref.platform].conversation(ref)
    media = MediaPost(
        key=context.invocation.event or new_id(),
        assets=await _fitted(job.assets, conversation.limits),
        view=View(text=_caption(job, place.by)),
        spoiler=job.request.spoiler,
    )
    budget = services.budgets.of(ref, conversation.limits)
    await post(conversation, budget, media, replacing=None)


def _caption(job: Job, who: str) -> str:
    shared = translate(Locale(job.locale), "share-by", who=who)
    if job.request.private:
        return shared
    return f"{job.model_name} · {excerpt(job.request.prompt)}\n{shared}"


async def _fitted(assets: Sequence[Asset], limits: Limits) -> tuple[Asset, ...]:
    """The assets, made to fit the place."""
    ready: list[Asset] = []
    for asset in assets:
        limit = limits.upload_bytes
        fitted = (
            None if limit is None or is_native(asset, limits) else await transcode(asset, limit)
        )
        ready.append(fitted or asset)
    return tuple(ready)


SHARE = Command(name="share", options=ShareOptions, run=share, job="of", result="of", check=check)
