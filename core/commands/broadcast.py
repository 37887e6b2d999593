"""/broadcast: what an admin tells all chats that use the bot, once they have confirmed it."""

import asyncio
import time
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context
from core.commands.shared_options import OF
from core.engine.order import new_id
from core.errors import UserError
from core.i18n import translate
from core.messages.buttons import send_button
from core.options.options import OPTIONS_CONFIG
from core.people.broadcasts import BROADCAST_DAYS, Broadcast, BroadcastState, UsedChat
from core.platform import ConversationRef, View

_NAME = "broadcast"
_DAY_SECONDS = 24 * 3600.0
# By then other chats use the bot.
_SHOWN_SECONDS = 3600.0
# So that it fits into one message everywhere.
_MOST_CHARS = 1500
_QUOTED_CHARS = 200
# So that whoever orders meanwhile waits for a few at most.
_AT_ONCE = 50


class BroadcastOptions(BaseModel):
    """What all chats are told."""

    model_config = OPTIONS_CONFIG

    prompt: Annotated[str, Field(min_length=1, description="option-broadcast-text")]


class SentOptions(BaseModel):
    """Which broadcast; what is sent just now, where that can be meant."""

    model_config = OPTIONS_CONFIG

    of: Annotated[str, OF, Field(description="option-broadcast")] = ""


async def broadcast(context: Context, options: BroadcastOptions) -> View:
    """Show the text, and how many chats would get it; nothing is sent yet."""
    invocation, store, now = context.invocation, context.services.broadcasts, time.time()
    text = options.prompt.strip()
    if not invocation.is_alone:
        raise UserError("admins-alone")
    if len(text) > _MOST_CHARS:
        raise UserError("broadcast-too-long", limit=_MOST_CHARS)
    since = now - BROADCAST_DAYS * _DAY_SECONDS
    chats = await _recipients(context, since)
    if not chats:
        raise UserError("broadcast-nobody", days=BROADCAST_DAYS)
    draft = Broadcast(
        id=new_id(),
        by=invocation.user,
        locale=context.locale,
        text=text,
        place=invocation.conversation,
        at=now,
    )
    await store.draft(draft, chats)
    shown = translate(
        context.locale, "broadcast-shown", chats=len(chats), days=BROADCAST_DAYS, text=text
    )
    return View(text=shown, buttons=(send_button(draft.id, len(chats), context.locale),))


async def _recipients(context: Context, since: float) -> list[ConversationRef]:
    """The chats that were used since then by somebody who still may use the bot."""
    access = context.services.access
    used = await context.services.broadcasts.audience(since, access.policy.terminals)
    found = list[ConversationRef]()
    for some in (used[n : n + _AT_ONCE] for n in range(0, len(used), _AT_ONCE)):
        # Asked for together, they share transactions.
        welcome = await asyncio.gather(*(_is_welcome(context, chat) for chat in some))
        found += [chat.conversation for chat, is_in in zip(some, welcome, strict=True) if is_in]
    return found


async def _is_welcome(context: Context, chat: UsedChat) -> bool:
    access, place = context.services.access, chat.conversation
    for user in chat.users:
        if await access.admits(user, place):
            return not access.bans(user, place)
    return False


async def send(context: Context, options: SentOptions) -> None:
    """Send what was shown, as its admin has confirmed; how far it is stands in the same message.

    Raises:
        UserError: it is somebody else's or too old, was sent already, or another one is under way.
    """
    store = context.services.broadcasts
    draft = await store.get(options.of)
    if draft is None or draft.state is not BroadcastState.DRAFT:
        raise UserError("broadcast-gone")
    if draft.by.party != context.invocation.user.party:
        raise UserError("button-not-yours")
    if time.time() - draft.at > _SHOWN_SECONDS:
        raise UserError("broadcast-old")
    if any(each.state is BroadcastState.SENDING for each in await store.open()):
        raise UserError("broadcast-busy")
    chats = (await store.counts(draft.id)).total()
    act = context.act("", f"{chats} chats: {draft.text[:_QUOTED_CHARS]}")
    # Under the name that an admin has typed, and asks the audit for; this is only its button.
    act = replace(act, command=_NAME)
    if not await store.confirm(_shown_in(context, draft), act):
        raise UserError("broadcast-gone")
    context.engine.broadcaster.wake()


def _shown_in(context: Context, draft: Broadcast) -> Broadcast:
    """The draft with the message that it was confirmed in, if there is one."""
    invocation = context.invocation
    pressed = invocation.message if invocation.given else None
    return replace(draft, message=pressed)


async def halt(context: Context, options: SentOptions) -> View:
    """Send no more of a broadcast; without an id of the one that is being sent."""
    store = context.services.broadcasts
    under_way = [each for each in await store.open() if each.state is BroadcastState.SENDING]
    meant = [each for each in under_way if options.of in {"", each.id}]
    if not meant or not await store.stop(meant[0].id, context.act("", meant[0].id)):
        raise UserError("broadcast-none")
    context.engine.broadcaster.stop()
    context.engine.broadcaster.wake()
    return View(text=translate(context.locale, "broadcast-halted"))


BROADCAST = Command(name=_NAME, options=BroadcastOptions, run=broadcast, audience=Audience.ADMINS)
SEND = Command(
    name="send", options=SentOptions, run=send, audience=Audience.ADMINS, is_typed=False
)
HALT = Command(
    name="halt", options=SentOptions, run=halt, audience=Audience.ADMINS, is_typed=False
)
