"""Answers that nobody listens to any more, as they are shown: after a restart, or by a button."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from core.chat.views import MOST_MESSAGES, answer_views, known_views
from core.chat.whole import add_whole
from core.errors import StorageError
from core.exchanges import Exchange
from core.messages.budget import Rank, WriteBudget
from core.messages.paged import Standing, show_all
from core.messages.status import write_final
from core.platform import Conversation, MessageLostError, MessageRef, RefusedError, View
from core.services import Services

log = logging.getLogger(__name__)


async def show(
    services: Services, exchange: Exchange, views: Sequence[View] | None = None
) -> Exchange:
    """Show an answer in its messages, and in new ones if it needs more; gives its row then.

    Raises:
        MessageLostError: the chat takes no messages from us any more.
        RefusedError: it does not take these.
    """
    conversation, budget = _at(services, exchange)
    at_length = _at_length(exchange)
    if exchange.posting:
        exchange = replace(exchange, messages=_known(exchange), stand_in=None, posting=False)

    async def keep(standing: Standing) -> None:
        nonlocal exchange
        exchange = standing_as(exchange, standing)
        try:
            await services.exchanges.save(exchange)
        except StorageError as error:
            if standing.posting:
                raise
            log.warning("answer %s: stored later: %s", exchange.id, error)

    def render() -> Sequence[View]:
        if views:
            return views
        return answer_views(
            exchange, conversation.limits, sandboxed=services.sandboxed, whole=at_length
        )

    await show_all(
        conversation, budget, render, exchange.messages, keep, replying=exchange.command
    )
    if exchange.stand_in:
        await conversation.retract(exchange.stand_in)
        exchange = replace(exchange, stand_in=None)
    await add_whole(services, conversation, budget, exchange, keep)
    return exchange


async def leave(services: Services, exchange: Exchange) -> None:
    """Post nothing, since it may be there; bring up to date what is known to be there."""
    conversation, budget = _at(services, exchange)
    make = known_views if exchange.posting else answer_views
    views = make(
        exchange, conversation.limits, sandboxed=services.sandboxed, whole=_at_length(exchange)
    )
    for message, view in zip(_known(exchange), views, strict=False):
        with suppress(MessageLostError, RefusedError):
            await write_final(conversation, budget, view, message, rank=Rank.LAST_WORD)


async def disown(services: Services, exchange: Exchange, message: MessageRef, view: View) -> None:
    """Let a message that nobody knows to be of an answer say where that is."""
    known = {(each.conversation.chat, each.id) for each in _known(exchange)}
    if (message.conversation.chat, message.id) in known:
        await leave(services, exchange)
        return
    conversation, budget = _at(services, exchange)
    with suppress(MessageLostError, RefusedError):
        await write_final(conversation, budget, view, message, rank=Rank.LAST_WORD)


def standing_as(exchange: Exchange, standing: Standing) -> Exchange:
    """The row of an answer that stands so in its chat."""
    return replace(
        exchange,
        messages=standing.messages,
        stand_in=standing.stand_in,
        posting=standing.posting,
    )


def _at(services: Services, exchange: Exchange) -> tuple[Conversation, WriteBudget]:
    place = replace(exchange.conversation, owner=exchange.user.id)
    conversation = services.platforms[place.platform].conversation(place)
    return conversation, services.budgets.of(place, conversation.limits)


def _known(exchange: Exchange) -> tuple[MessageRef, ...]:
    return (*exchange.messages, *((exchange.stand_in,) if exchange.stand_in else ()))


def _at_length(exchange: Exchange) -> bool:
    """Whether its chat took no file, so that more messages were begun than an answer has."""
    return exchange.posting and len(exchange.messages) > MOST_MESSAGES
