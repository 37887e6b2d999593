"""Puts media into a conversation; "done" is said only after the platform has confirmed them."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from core.messages.budget import Rank, WriteBudget
from core.messages.patience import until_taken
from core.platform import Conversation, MediaPost, MessageLostError, MessageRef


async def post(
    conversation: Conversation,
    budget: WriteBudget,
    media: MediaPost,
    *,
    replacing: MessageRef | None,
    sending: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> MessageRef:
    """Post the media, whatever pauses the platform wants; returns when it has confirmed them.

    A post without any media is a text. Each time that it is on its way, that is within `sending`.

    Raises:
        MessageLostError: the chat takes no messages from us.
        RefusedError: the chat does not take them in this form.
        UncertainError: they may be in the chat.
    """
    lane = "post" if replacing is None else "edit"
    several = conversation.limits.album_counts and len(media.assets) > 1
    weight = len(media.assets) if several else 1

    async def write() -> MessageRef:
        async with budget.turn(Rank.RESULT, lane, weight):
            with sending():
                return await send()

    async def send() -> MessageRef:
        if media.assets:
            return await conversation.deliver(media, replacing=replacing)
        if replacing is None:
            return await conversation.send(media.view, replying=media.replying)
        await conversation.edit(replacing, media.view)
        return replacing

    try:
        return await until_taken(write, partial(budget.obey, lane=lane))
    except MessageLostError:
        if media.assets or replacing is None:
            raise
    # Somebody has deleted it: then as a message of its own.
    return await post(conversation, budget, media, replacing=None, sending=sending)
