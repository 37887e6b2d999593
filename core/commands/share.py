"""/share: a finished result in another chat, or at an address that can be passed on."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context, ResultOptions
from core.commands.shared_options import OF, PLACE
from core.delivery.page import make_page, shown_paths
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
from core.messages.buttons import unshare_button
from core.messages.views import share_button
from core.messages.wording import excerpt
from core.options.options import OPTIONS_CONFIG
from core.platform import MediaPost, MessageLostError, RefusedError, UncertainError, View
from core.shares import MOST_SHARES

_REMEMBERED = 200


class ShareOptions(BaseModel):
    """Which result, and where it should go."""

    model_config = OPTIONS_CONFIG

    of: Annotated[str | None, OF, Field(description="option-of")] = None
    place: Annotated[str | None, PLACE, Field(description="option-place")] = None


async def share(context: Context, options: ShareOptions) -> View:
    """Post the result where it should go; without a place, give its address or ask for a place."""
    job = context.job or await _meant(context, options.of)
    if options.place is None:
        return await _offered(context, job)
    _check_places(context)
    await _check_kept(context, job)
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
    _check_places(context)
    job = context.job or await _meant(context, context.invocation.given.get(SHARE.job))
    await _check_kept(context, job)


async def unshare(context: Context, options: ResultOptions) -> View:
    """Take all addresses of a result back."""
    job = context.job or await _meant(context, options.of)
    ended = await context.services.shares.end(job.id)
    return View(text=translate(context.locale, "unshare-done" if ended else "unshare-none"))


async def _offered(context: Context, job: Job) -> View:
    """All ways in which it can be shared from here."""
    shares, objection = context.services.shares, context.invocation.place_objection
    buttons = () if objection else (share_button(job, context.locale),)
    address = await _address(context, job) if shares.can_be_made else ""
    if not address:
        if objection:
            raise objection
        return View(text=translate(context.locale, "share-how"), buttons=buttons)
    lines = [translate(context.locale, "share-link", days=shares.days, link=address)]
    if buttons:
        lines.append(translate(context.locale, "share-how-else"))
    unshare_ = unshare_button(job.id, context.locale)
    return View(text="\n".join(lines), buttons=(*buttons, unshare_), unfolds=True)


async def _address(context: Context, job: Job) -> str:
    _check_readers(context, job)
    # Nothing is swept away between the look and the address.
    async with context.engine.keeper.taking:
        await _check_kept(context, job)
        # An old one is not ended for a new one: it was told how long it works.
        if await context.services.shares.are_enough(job.id):
            raise UserError("share-enough", count=MOST_SHARES)
        return await make_page(context.services, job)


def _check_places(context: Context) -> None:
    if context.invocation.place_objection:
        raise context.invocation.place_objection


def _check_readers(context: Context, job: Job) -> None:
    """The address of what is private is told where nobody else reads it."""
    invocation = context.invocation
    is_alone = invocation.is_private or invocation.is_alone or invocation.is_elsewhere
    if job.request.private and not is_alone:
        raise UserError("share-privately")


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


async def _check_kept(context: Context, job: Job) -> None:
    if job.state is JobState.DONE:
        await context.services.files.fetch(shown_paths(job))
    if job.state is not JobState.DONE or not job.assets or not await are_kept(job.assets):
        raise UserError("share-gone")


async def _post(context: Context, job: Job, place: Place) -> None:
    services, ref = context.services, place.conversation
    conversation = services.platforms[ref.platform].conversation(ref)
    await conversation.measure()
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


SHARE = Command(
    name="share",
    options=ShareOptions,
    run=share,
    job="of",
    result="of",
    check=check,
    personal=True,
)
# Who has lost access still decides what others can see of theirs.
UNSHARE = Command(
    name="unshare",
    options=ResultOptions,
    run=unshare,
    audience=Audience.ANYBODY,
    is_typed=False,
    job="of",
    result="of",
    managed=Audience.CHAT_ADMINS,
    personal=True,
)
