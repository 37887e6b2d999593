"""What all commands share that make something: pictures, defaults, and the order itself."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from core.catalog import Catalog
from core.commands.command import Context
from core.engine.order import Order, new_id
from core.errors import UserError
from core.events import TakenError
from core.files.pictures import save_picture
from core.media import Asset, MediaRequest
from core.people.characters import called, with_usernames
from core.people.preferences import Preferences


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
    invocation, engine = context.invocation, context.engine
    try:
        request = await _cast(context, request_of(await _save_pictures(context, job_id)))
        await engine.submit(
            Order(
                id=job_id,
                request=fill(engine.services.catalog, request, context.preferences),
                user=invocation.user,
                locale=context.locale,
                conversation=invocation.conversation,
                command=invocation.message,
                is_draft=is_draft,
                event=context.event,
            )
        )
    except (UserError, TakenError):
        await _forget_pictures(context, job_id)
        raise


async def _cast(context: Context, request: MediaRequest) -> MediaRequest:
    """Call the user's characters by the names that their gateway knows.

    Raises:
        UserError: two of them live at different gateways.
    """
    if "@" not in request.prompt:
        return request
    made = await context.services.characters.of_user(context.invocation.user)
    known = {character.alias: character for character in made}
    cast = called(request.prompt, known)
    if not cast:
        return request
    gateways = {character.gateway for character in cast}
    if len(gateways) > 1:
        raise UserError("characters-apart", gateways=", ".join(sorted(gateways)))
    prompt = with_usernames(request.prompt, known)
    return replace(request, prompt=prompt, cast_by=cast[0].gateway)


def fill(catalog: Catalog, typed: MediaRequest, wanted: Preferences) -> MediaRequest:
    """Take the defaults for what was not typed, as far as some model can do it all.

    A default never makes an order fail: it is dropped first, the model as the last.
    """
    return next((r for r in _fillings(typed, wanted) if catalog.can(r)), typed)


def _fillings(typed: MediaRequest, wanted: Preferences) -> Iterator[MediaRequest]:
    for model in (wanted.model, None):
        for ratio, seconds in (
            (wanted.ratio, wanted.seconds),
            (wanted.ratio, None),
            (None, wanted.seconds),
            (None, None),
        ):
            yield replace(
                typed,
                model=typed.model or model,
                ratio=typed.ratio or ratio,
                seconds=typed.seconds or seconds,
            )


async def _save_pictures(context: Context, job_id: str) -> list[Asset]:
    folder, owner = context.services.folder(job_id), context.invocation.user.party
    pictures: list[Asset] = []
    for number, attachment in enumerate(context.invocation.attachments, 1):
        async with attachment.file() as path:
            pictures.append(await save_picture(path, folder, f"in-{number}", owner=owner))
    return pictures


async def _forget_pictures(context: Context, job_id: str) -> None:
    folder = context.services.folder(job_id)
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
