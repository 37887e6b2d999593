"""What the commands share that have a chat model suggest something: none of it is ordered."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from core.catalog import ChatAbility, can_chat
from core.chat.suggestions import question_of
from core.commands.chat_route import routed_question
from core.commands.command import Context
from core.commands.ordering import cast, fill, forget_pictures, save_pictures, shown_at
from core.commands.repeats import once
from core.engine.order import new_id
from core.errors import StorageError, UserError
from core.events import TakenError
from core.exchanges import Exchange
from core.files.elsewhere import paths_of
from core.files.pictures import copied
from core.media import Asset, MediaRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is worded, what the model is told and shown, and the exchange that this replaces."""

    words: str
    request: MediaRequest
    media: tuple[Asset, ...]
    follows: str = ""


async def suggest(
    context: Context,
    words: str,
    request_of: Callable[[Sequence[Asset]], MediaRequest],
    *,
    videos: bool = False,
) -> None:
    """Have a chat model word a request; the draft that comes of it is the answer.

    Args:
        context: of the command.
        words: what the model is told; it sees the pictures that came along, where one can look.
        request_of: what is fixed already, and which pictures it is made of.
        videos: whether what came along may be one.

    Raises:
        UserError: no model here can do that, or none can be asked.
    """
    context.engine.answerer.check_turn(context.invocation.user.party)
    exchange_id = new_id()
    try:
        pictures = tuple(await save_pictures(context, exchange_id, videos=videos))
        request = await cast(context, request_of(pictures))
        request = fill(context.services.catalog, request, context.preferences)
        seen = pictures if not request.images or _can_look(context) else ()
        await _put(context, exchange_id, _Wanted(words=words, request=request, media=seen))
    except (UserError, TakenError, StorageError):
        if await context.services.exchanges.get(exchange_id) is None:
            await forget_pictures(context, exchange_id)
        raise


async def suggest_again(context: Context, exchange: Exchange, request: MediaRequest) -> None:
    """Have another suggestion made from the same words and pictures.

    Raises:
        UserError: as `suggest`.
    """
    context.engine.answerer.check_turn(context.invocation.user.party)
    exchange_id = new_id()
    # Its own, for each is forgotten in its own time.
    await context.services.files.fetch(paths_of((*request.images, *exchange.media)))
    try:
        own = {
            asset.path: await asyncio.to_thread(_copy, context, asset, exchange_id)
            for asset in (*request.images, *exchange.media)
        }
        images, media = (
            tuple(own[asset.path] for asset in assets)
            for assets in (request.images, exchange.media)
        )
        wanted = _Wanted(
            words=exchange.prompt,
            request=replace(request, images=images),
            media=media,
            follows=exchange.id,
        )
        await _put(context, exchange_id, wanted)
    except (UserError, TakenError, StorageError):
        await forget_pictures(context, exchange_id)
        raise


def _copy(context: Context, asset: Asset, exchange_id: str) -> Asset:
    try:
        return copied(asset, context.services.folder(exchange_id))
    except FileNotFoundError:
        raise UserError("nothing-to-suggest-again") from None


def _can_look(context: Context) -> bool:
    able = context.services.catalog.able(ChatAbility.STRUCTURE)
    return any(can_chat(model, ChatAbility.VISION) for model in able)


async def _put(context: Context, exchange_id: str, wanted: _Wanted) -> None:
    request, media = wanted.request, wanted.media
    question = question_of(context.services.catalog, request, wanted.words, media)
    routed = await routed_question(context, question)
    place, command = shown_at(context, private=request.private)
    exchange = Exchange(
        id=exchange_id,
        user=context.invocation.user,
        locale=context.locale,
        conversation=place,
        model=routed.route[0].key,
        route=tuple(model.key for model in routed.route),
        prompt=wanted.words,
        media=media,
        shows_thoughts=False,
        follows=wanted.follows,
        request=request,
        note=routed.note,
        command=command,
        created_at=time.time(),
    )
    async with once(context, [each.path for each in media]):
        await context.engine.answerer.submit(exchange, routed.question, context.event)
