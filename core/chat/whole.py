"""The whole of an answer that a few messages do not hold: a file below the first of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from core.chat.views import MOST_MESSAGES, answer_text, answer_views, is_long
from core.exchanges import Exchange
from core.i18n import Locale, translate
from core.media import Asset, MediaKind
from core.messages.budget import Rank, WriteBudget
from core.messages.paged import Keep, Standing, show_all
from core.messages.patience import until_taken
from core.platform import (
    Conversation,
    MediaPost,
    MessageRef,
    RefusedError,
    UncertainError,
    View,
)
from core.services import Services

log = logging.getLogger(__name__)


async def add_whole(
    services: Services,
    conversation: Conversation,
    budget: WriteBudget,
    exchange: Exchange,
    keep: Keep,
) -> None:
    """Post all of a long answer below its messages; where no file is taken, as more of them.

    Args:
        services: know the folder of the answer.
        conversation: where it stands.
        budget: of that chat.
        exchange: the answer.
        keep: as of `PagedMessage`. Whether a file is there may stay open; it is left at that.

    Raises:
        MessageLostError: the chat takes no messages from us any more.
        RefusedError: it takes neither.
    """
    limits = conversation.limits
    messages = exchange.messages
    if not is_long(exchange, limits) or len(messages) > MOST_MESSAGES:
        return
    announce = partial(keep, Standing(messages=messages, posting=True))
    try:
        folder = services.folder(exchange.id)
        posted = await _post(folder, conversation, budget, exchange, announce)
        await keep(Standing(messages=(*messages, posted)))
    except UncertainError as error:
        log.warning("answer %s: its file may be in the chat: %s", exchange.id, error)
    except (OSError, RefusedError) as error:
        log.warning("answer %s goes without a file: %s", exchange.id, error)
        draw = partial(answer_views, exchange, sandboxed=services.sandboxed, whole=True)
        await show_all(
            conversation, budget, lambda: draw(limits=conversation.limits), messages, keep
        )


async def _post(
    folder: Path,
    conversation: Conversation,
    budget: WriteBudget,
    exchange: Exchange,
    announce: Callable[[], Awaitable[None]],
) -> MessageRef:
    asset = await asyncio.to_thread(_written, folder / "answer.md", answer_text(exchange))
    media = MediaPost(
        key=f"{exchange.id}-answer",
        assets=(asset,),
        view=View(text=translate(Locale(exchange.locale), "answer-file")),
        replying=exchange.command,
        as_documents=True,
    )

    within = budget.of(exchange.command and conversation.reached(exchange.command))

    async def write() -> MessageRef:
        async with within.turn(Rank.RESULT, "post"):
            await announce()
            return await conversation.deliver(media, replacing=None)

    return await until_taken(write, partial(within.obey, lane="post"))


def _written(path: Path, text: str) -> Asset:
    path.parent.mkdir(parents=True, exist_ok=True)
    size_bytes = path.write_bytes(text.encode())
    return Asset(
        kind=MediaKind.TEXT,
        path=path,
        mime="text/markdown",
        size_bytes=size_bytes,
        width=0,
        height=0,
    )
