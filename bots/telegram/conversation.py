"""A chat, or a topic in one, as the core writes to it: there, or as near to it as possible."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from telegram import ChatMember, ChatMemberRestricted
from telegram.error import BadRequest, TelegramError

from bots.remembered import Remembered
from bots.telegram.ids import NAME
from bots.telegram.limits import GROUP
from bots.telegram.place import BotApi, TelegramPlace, is_group
from bots.telegram.richness import RichWriting
from core.errors import UserError
from core.limits import Limits
from core.platform import (
    ConversationRef,
    MediaPost,
    MessageLostError,
    MessageRef,
    User,
    View,
    WithoutAccess,
)

log = logging.getLogger(__name__)

_UNTOLD = "member list is inaccessible"
_GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})


class Attempt(Protocol):
    """Writes a view to a place, which is the one that was meant or stands in for it."""

    async def __call__(self, place: TelegramPlace, view: View, *, here: bool) -> MessageRef: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPlatform(BotApi):
    """See `core.platform.Platform`.

    Attributes:
        members: who is in which chat, as it was asked lately.
    """

    members: Remembered = field(default_factory=Remembered)

    @property
    def name(self) -> str:
        return NAME

    def conversation(self, ref: ConversationRef) -> "TelegramConversation":
        return TelegramConversation(self, ref)

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        """The person's own chat with the bot, which has their number."""
        if user.id.startswith("-"):  # a channel, or an admin who writes as the group
            raise UserError("private-nobody")
        return place if place.chat == user.id else ConversationRef(platform=NAME, chat=user.id)

    async def is_among(self, user: User, place: ConversationRef) -> bool:
        if place.chat == user.id:
            return True
        ask = partial(self._ask_whether_among, user, place)
        return await self.members.or_asked(place.chat, user.id, ask)

    async def _ask_whether_among(self, user: User, place: ConversationRef) -> bool:
        try:
            member = await self.bot.get_chat_member(place.chat, int(user.id))
        except BadRequest as error:
            # A bot is not told who is in some chats; else they, or the chat, are not there.
            return _UNTOLD in error.message.casefold()
        except TelegramError as error:
            raise UserError("members-later") from error
        is_in = not isinstance(member, ChatMemberRestricted) or member.is_member
        return is_in and member.status not in _GONE


class TelegramConversation(WithoutAccess):
    """See `core.platform.Conversation`.

    A post that Telegram may or may not have taken is repeated as an edit of the status message.
    """

    def __init__(self, platform: TelegramPlatform, ref: ConversationRef) -> None:
        self._platform = platform
        self._ref = ref
        self._rich = RichWriting(platform.rich)
        self._here = TelegramPlace(platform, ref, self._rich)

    @property
    def limits(self) -> Limits:
        # Asked each time: what a server refuses lowers them while the bot runs.
        largest = self._platform.sizes.largest(local=self._platform.local)
        limits = GROUP if is_group(self._ref) else self._platform.private
        previews = limits.previews if self._platform.drafts.are_known else None
        return replace(
            limits,
            upload_bytes=largest,
            markdown_chars=self._rich.markdown_chars,
            previews=previews,
        )

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        self._rich.check(view)

        async def send(place: TelegramPlace, view: View, *, here: bool) -> MessageRef:
            return await place.send(view, replying if here else None)

        return await self._somewhere(send, view)

    async def ask(self, html: str, *, replying: MessageRef) -> MessageRef:
        """Send a question that opens the answer field of who is replied to or named."""
        return await self._here.ask(html, replying=replying)

    async def edit(self, message: MessageRef, view: View) -> None:
        self._rich.check(view)
        await self._here.edit(message, view)

    async def preview(self, message: MessageRef, view: View) -> bool:
        self._rich.check(view)
        return await self._here.preview(message, view)

    async def retract(self, message: MessageRef) -> None:
        await self._here.retract(message)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        if replacing is None:
            return await self._deliver_anew(post)
        try:
            return await self._here.turn(replacing, post)
        except MessageLostError:
            # Somebody deleted the status message; rather twice than never.
            return await self._deliver_anew(post)

    async def _deliver_anew(self, post: MediaPost) -> MessageRef:
        async def send(place: TelegramPlace, view: View, *, here: bool) -> MessageRef:
            replying = post.replying if here else None
            return await place.post(replace(post, view=view, replying=replying))

        return await self._somewhere(send, post.view)

    async def _somewhere(self, send: Attempt, view: View) -> MessageRef:
        """Write here, or to the nearest place that still takes messages.

        Raises:
            MessageLostError: why it is not possible here; there is no other place either.
        """
        try:
            return await send(self._here, view, here=True)
        except MessageLostError as error:
            log.info("not taken in %s: %s", self._ref.chat, error)
            reason = error
        for ref in self._other_places():
            try:
                # What is replied to is at the place that takes no messages any more.
                place = TelegramPlace(self._platform, ref, self._rich)
                return await send(place, view.moved(), here=False)
            except MessageLostError as error:
                log.info("not taken in %s: %s", ref.chat, error)
        raise reason

    def _other_places(self) -> Iterator[ConversationRef]:
        """The chat without its topic, then whoever has asked for what is written."""
        if self._ref.thread:
            yield replace(self._ref, thread="")
        if self._ref.owner not in {"", self._ref.chat}:
            yield ConversationRef(platform=NAME, chat=self._ref.owner)
