"""What all commands that make something share: pictures, defaults, and the order itself."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from core.catalog import Catalog
from core.commands.command import Context
from core.commands.repeats import once
from core.engine.order import Order, new_id
from core.errors import FaultKind, StorageError, UserError
from core.events import TakenError
from core.files.elsewhere import paths_of
from core.files.pictures import copied, save_picture
from core.files.videos import is_video, save_video
from core.media import Asset, MediaKind, MediaRequest, Unmet
from core.names import names_in, with_other_names
from core.people.preferences import Preferences
from core.platform import ConversationRef, MessageRef


async def place_order(
    context: Context,
    request_of: Callable[[Sequence[Asset]], MediaRequest],
    *,
    is_draft: bool = False,
) -> None:
    """Order what the options and the pictures mean; the job's status message is the answer.

    A draft is only shown.
    """
    job_id = new_id()
    async with _forgotten_unless_ordered(context, job_id):
        request = await cast(context, request_of(await save_pictures(context, job_id)))
        request = fill(context.services.catalog, request, context.preferences)
        await _submit(context, job_id, request, is_draft=is_draft)


async def order_again(context: Context, request: MediaRequest) -> None:
    """Order what a job was once ordered with, pictures too; each job has its own of these.

    Raises:
        UserError: they are not kept any more; or as any order.
    """
    job_id = new_id()
    async with _forgotten_unless_ordered(context, job_id):
        folder = context.services.folder(job_id)
        await context.services.files.fetch(paths_of(request.pictures))
        try:
            request = await asyncio.to_thread(_with_copies, request, folder)
        except FileNotFoundError:
            raise UserError("pictures-gone") from None
        await _submit(context, job_id, request)


def _with_copies(request: MediaRequest, folder: Path) -> MediaRequest:
    images = tuple(copied(image, folder) for image in request.images)
    mask = copied(request.mask, folder) if request.mask else None
    return replace(request, images=images, mask=mask)


@asynccontextmanager
async def _forgotten_unless_ordered(context: Context, job_id: str) -> AsyncGenerator[None]:
    """Delete the pictures of what was refused in the end."""
    try:
        yield
    except (UserError, TakenError, StorageError):
        if await context.services.store.get(job_id) is None:
            await forget_pictures(context, job_id)
        raise


async def _submit(
    context: Context, job_id: str, request: MediaRequest, *, is_draft: bool = False
) -> None:
    """Order a request for whoever gave the command; a private one where only they see it.

    Raises:
        UserError: nothing can do it, the person cannot be written to alone, or has tapped twice.
    """
    place, command = shown_at(context, private=request.private)
    if context.is_proposal:
        is_draft = _needs_word(context, request)
        if not (is_draft or context.is_admin):
            context.services.rate.take(context.invocation.user.party)
    order = Order(
        id=job_id,
        request=request,
        user=context.invocation.user,
        locale=context.spoken,
        conversation=place,
        command=command,
        is_draft=is_draft,
        event=context.event,
    )
    async with once(context, [picture.path for picture in request.images]):
        await context.engine.submit(order)
    await check_heard(context, job_id, place)


def _needs_word(context: Context, request: MediaRequest) -> bool:
    """Whether the person is asked before what a model wants for them is ordered."""
    if context.hears_others:
        return True
    cheap = context.services.auto_confirm_credits
    model = context.services.catalog.choose(request)
    return model.credits_for(model.complete(request)) > cheap or not cheap


def shown_at(context: Context, *, private: bool) -> tuple[ConversationRef, MessageRef | None]:
    """Where a command is answered, and which one it is there.

    Raises:
        UserError: it is private, and the platform has no place for it.
    """
    invocation = context.invocation
    place, command = invocation.conversation, invocation.message
    if not private or invocation.is_private:
        return place, command
    own = context.services.platforms[place.platform].privately(place, invocation.user)
    # Whoever reads the command would read what its token answers.
    return own, command and replace(command, access="")


async def check_heard(context: Context, job_id: str, place: ConversationRef) -> None:
    """Raise UserError where a job has ended since nothing can be written to its place.

    Only where that is not the place that whoever ordered it looks at.
    """
    invocation = context.invocation
    if place == invocation.conversation and not invocation.is_elsewhere:
        return
    job = await context.services.store.get(job_id)
    if job and job.fault and job.fault.kind is FaultKind.UNHEARD:
        # Only they themselves can do anything about it.
        is_theirs = job.request.private and job.user.party == invocation.user.party
        raise UserError("private-unheard" if is_theirs else "chat-unheard")


async def cast(context: Context, request: MediaRequest) -> MediaRequest:
    """Call the user's characters by the names that their gateway knows.

    Raises:
        UserError: two of them live at different gateways.
    """
    made = await context.services.characters.of_user(context.invocation.user)
    known = {character.alias: character for character in made}
    gateways = {known[name].gateway for name in names_in(request.prompt, known)}
    if not gateways:
        return request
    if len(gateways) > 1:
        raise UserError("characters-apart", gateways=", ".join(sorted(gateways)))
    usernames = {alias: character.username for alias, character in known.items()}
    prompt = with_other_names(request.prompt, usernames)
    return replace(request, prompt=prompt, cast_by=gateways.pop())


def fill(catalog: Catalog, typed: MediaRequest, wanted: Preferences) -> MediaRequest:
    """Fill in defaults for what was not typed, as long as some model can do all of it.

    A default never makes an order fail: it is dropped first, the model as the last. What is
    dropped stands in the request, to be told.
    """
    wanted = _meant(catalog, typed, wanted)
    return next((r for r in _fillings(typed, wanted) if catalog.can(r)), typed)


def _meant(catalog: Catalog, typed: MediaRequest, wanted: Preferences) -> Preferences:
    """The defaults for such a request: those for videos say nothing about pictures."""
    kinds = {m.kind for m in catalog.models if m.is_called(wanted.model or "")}
    return replace(
        wanted,
        model=wanted.model if typed.kind in kinds or not kinds else None,
        seconds=wanted.seconds if typed.kind is MediaKind.VIDEO else None,
    )


def _fillings(typed: MediaRequest, wanted: Preferences) -> Iterator[MediaRequest]:
    for model in (wanted.model, None):
        for ratio, seconds in (
            (wanted.ratio, wanted.seconds),
            (wanted.ratio, None),
            (None, wanted.seconds),
            (None, None),
        ):
            unmet = Unmet(
                model=None if typed.model or model else wanted.model,
                ratio=None if typed.ratio or ratio else wanted.ratio,
                seconds=None if typed.seconds or seconds else wanted.seconds,
            )
            yield replace(
                typed,
                model=typed.model or model,
                ratio=typed.ratio or ratio,
                seconds=typed.seconds or seconds,
                unmet=None if unmet == Unmet() else unmet,
            )


async def save_pictures(context: Context, job_id: str, *, videos: bool = False) -> list[Asset]:
    """Keep what came along in the folder of a job or a question; `videos` may be among it.

    Raises:
        UserError: something is no picture that can be used.
        StorageError: it cannot be written.
    """
    folder, owner = context.services.folder(job_id), context.invocation.user.party
    pictures: list[Asset] = []
    for number, attachment in enumerate(context.invocation.attachments, 1):
        async with attachment.file() as path:
            if videos and is_video(path):
                pictures.append(await save_video(path, folder, f"in-{number}"))
                continue
            try:
                pictures.append(await save_picture(path, folder, f"in-{number}", owner=owner))
            except UserError as error:
                if videos and error.key == "picture-not-image":
                    raise UserError("file-unwatchable", name=attachment.name) from error
                raise
    return pictures


async def forget_pictures(context: Context, job_id: str) -> None:
    """Delete what was kept."""
    folder = context.services.folder(job_id)
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
