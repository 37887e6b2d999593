"""A chat, or a topic in one, as the core writes to it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import ChatMigrated, TelegramError

from bots.telegram.errors import AlreadyShownError, meaning, meaning_of_post
from bots.telegram.ids import NAME
from bots.telegram.keyboard import keyboard
from bots.telegram.limits import GROUP, PRIVATE, TEXT_CHARS, UploadSizes
from bots.telegram.posts import POST_SECONDS, PostTarget, send
from bots.telegram.uploads import albums, caption_of, files_of, opened
from core.commands import COMMANDS, Commands
from core.errors import UserError
from core.messages.patience import pauses
from core.platform import (
    ConversationRef,
    Limits,
    MediaPost,
    MessageLostError,
    MessageRef,
    RefusedError,
    SlowDownError,
    UncertainError,
    UnreachableError,
    User,
    View,
)

T = TypeVar("T")
log = logging.getLogger(__name__)


class Attempt(Protocol):
    """Writes a view to a place, which is the one that was meant or stands in for it."""

    async def __call__(
        self, place: "TelegramConversation", view: View, *, here: bool
    ) -> MessageRef: ...


_BUTTON_TRIES = 3
_SILENT = View(text="")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPlatform:
    """See `core.platform.Platform`.

    Attributes:
        own_server: the bot talks to a Bot API server of the operator's, which takes large files.
        moved: groups that became supergroups, and the ids that they have now.
        commands: what buttons stand for.
        sizes: what is known of the largest file that the server takes.
    """

    bot: Bot
    own_server: bool = False
    commands: Commands = field(default_factory=lambda: COMMANDS)
    sizes: UploadSizes = field(default_factory=UploadSizes)
    moved: dict[str, str] = field(default_factory=dict[str, str])

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


class TelegramConversation:
    """See `core.platform.Conversation`.

    A post that Telegram may or may not have taken is repeated as an edit of the status message.
    """

    def __init__(self, platform: TelegramPlatform, ref: ConversationRef) -> None:
        self._platform = platform
        self._bot = platform.bot
        self._ref = ref
        self._thread = int(ref.thread) if ref.thread else None

    @property
    def limits(self) -> Limits:
        # Asked each time: what a server refuses as too large lowers it while the bot runs.
        largest = self._platform.sizes.largest(own_server=self._platform.own_server)
        return replace(GROUP if self._is_group else PRIVATE, upload_bytes=largest)

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        async def send(place: TelegramConversation, view: View, *, here: bool) -> MessageRef:
            return await place._send(view, replying if here else None)

        return await self._somewhere(send, view)

    async def _send(self, view: View, replying: MessageRef | None) -> MessageRef:
        async def call(chat: str) -> Message:
            return await self._bot.send_message(
                chat,
                view.text[:TEXT_CHARS],
                message_thread_id=self._thread,
                reply_parameters=_reply(replying, chat),
                reply_markup=self._keyboard(view),
                link_preview_options=_NO_PREVIEW,
            )

        return self._named([await self._ask(call)])

    async def ask(self, html: str, *, replying: MessageRef) -> MessageRef:
        """Send a question that opens the answer field of who is replied to or named."""

        async def call(chat: str) -> Message:
            return await self._bot.send_message(
                chat,
                html,
                parse_mode=ParseMode.HTML,
                message_thread_id=self._thread,
                reply_parameters=_reply(replying, chat),
                reply_markup=ForceReply(selective=self._is_group),
            )

        return self._named([await self._ask(call)])

    async def edit(self, message: MessageRef, view: View) -> None:
        try:
            await self._bot.edit_message_text(
                view.text[:TEXT_CHARS],
                message.conversation.chat,
                int(message.id),
                reply_markup=self._keyboard(view),
                link_preview_options=_NO_PREVIEW,
            )
        except TelegramError as error:
            told = meaning(error)
            if not isinstance(told, AlreadyShownError):
                raise told from error
            log.debug("message %s needs no edit", message.id)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        if replacing is None:
            return await self._deliver_anew(post)
        try:
            return await self._turn(replacing, post)
        except MessageLostError:
            # Somebody deleted the status message; rather twice than never.
            return await self._deliver_anew(post)

    async def _deliver_anew(self, post: MediaPost) -> MessageRef:
        async def send(place: TelegramConversation, view: View, *, here: bool) -> MessageRef:
            replying = post.replying if here else None
            return await place._post(replace(post, view=view, replying=replying))

        return await self._somewhere(send, post.view)

    async def _somewhere(self, send: Attempt, view: View) -> MessageRef:
        """Write here, or to the nearest place that still takes messages.

        Raises:
            MessageLostError: why it is not possible here; there is no other place either.
        """
        try:
            return await send(self, view, here=True)
        except MessageLostError as error:
            log.info("not taken in %s: %s", self._ref.chat, error)
            reason = error
        for ref in self._other_places():
            try:
                # What is replied to is at the place that takes no messages any more.
                place = self._platform.conversation(ref)
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

    async def _turn(self, message: MessageRef, post: MediaPost) -> MessageRef:
        """Turn a message into the first of the media; the others follow in new ones."""
        first, others = post.assets[:1], post.assets[1:]
        # Only one medium fits into a message; buttons stay with it, where people look for them.
        with self._platform.sizes.learned(first):
            messages = await self._put_in_place(message, replace(post, assets=first))
        for assets in albums(others):
            messages += await self._insist(replace(post, assets=assets, view=_SILENT))
        return replace(message, files=files_of(messages))

    async def _put_in_place(self, message: MessageRef, post: MediaPost) -> list[Message]:
        try:
            with opened(post.assets) as uploads:
                turned = await self._bot.edit_message_media(
                    uploads[0].as_media(post, caption_of(post.view.text)),
                    message.conversation.chat,
                    int(message.id),
                    reply_markup=self._keyboard(post.view),
                    read_timeout=POST_SECONDS,
                )
        except TelegramError as error:
            match meaning_of_post(error):
                case AlreadyShownError():
                    return []
                case UncertainError() as told:  # to do it again makes no second message
                    raise UnreachableError(str(told)) from error
                case told:
                    raise told from error
        return [turned] if isinstance(turned, Message) else []

    async def _post(self, post: MediaPost) -> MessageRef:
        first, *others = albums(post.assets)
        messages = await self._post_part(replace(post, assets=first))
        for assets in others:
            messages += await self._insist(replace(post, assets=assets, view=_SILENT))
        # Telegram takes no buttons under an album, so they follow in a message of their own.
        posted = self._named(messages)
        if len(messages) > 1:
            await self._send_buttons(post.view, posted)
        return posted

    async def _insist(self, post: MediaPost) -> list[Message]:
        """Post the rest of media that are in the chat already; better twice than never."""
        waits, repeated = pauses(), False
        while True:
            try:
                return await self._post_part(post)
            except SlowDownError as error:
                await asyncio.sleep(error.retry_after)
            except UnreachableError:
                await asyncio.sleep(next(waits))
            except RefusedError as error:
                return await self._insist_otherwise(post, error)
            except UncertainError as error:
                if repeated:
                    log.warning("a part of an album may be missing: %s", error)
                    return []
                # Once more, knowing that it may then be there twice.
                repeated = True

    async def _insist_otherwise(self, post: MediaPost, error: RefusedError) -> list[Message]:
        """One by one, and as files, so that what is not taken does not cost the others."""
        if len(post.assets) > 1:
            alone = [await self._insist(replace(post, assets=(asset,))) for asset in post.assets]
            return [message for messages in alone for message in messages]
        if not post.as_documents:
            return await self._insist(replace(post, as_documents=True))
        log.warning("a part of an album is missing: %s", error)
        return []

    async def _post_part(self, post: MediaPost) -> list[Message]:
        async def call(chat: str) -> list[Message]:
            place = PostTarget(
                chat=chat,
                thread=self._thread,
                reply=_reply(post.replying, chat),
                markup=self._keyboard(post.view),
            )
            with opened(post.assets) as uploads:
                return await send(self._bot, place, uploads, post)

        with self._platform.sizes.learned(post.assets):
            return await self._ask(call, meaning_of_post)

    async def _send_buttons(self, view: View, album: MessageRef) -> None:
        """An album has no buttons; a short message below it has. It may be missing."""
        if not self._keyboard(view):
            return
        # A message needs some text: the first line says which result the buttons are about.
        below = View(text=view.text.partition("\n")[0], buttons=view.buttons)
        for _ in range(_BUTTON_TRIES):
            try:
                await self.send(below, replying=album)
            except SlowDownError as error:
                await asyncio.sleep(error.retry_after)
            except (MessageLostError, TelegramError) as error:
                log.warning("the buttons below an album were not taken: %s", error)
                return
            else:
                return

    async def _ask(
        self,
        call: Callable[[str], Awaitable[T]],
        explain: Callable[[TelegramError], Exception] = meaning,
    ) -> T:
        """Make one request; if the group has moved, repeat it at its new id."""
        moved = self._platform.moved
        try:
            try:
                return await call(moved.get(self._ref.chat, self._ref.chat))
            # Telegram tells the new id in the refusal, and nowhere else before the next message.
            except ChatMigrated as migrated:
                moved[self._ref.chat] = str(migrated.new_chat_id)
                return await call(moved[self._ref.chat])
        except TelegramError as error:
            raise explain(error) from error

    def _named(self, messages: Sequence[Message]) -> MessageRef:
        # The chat that has taken it, which is another one where the group has moved.
        place = replace(self._ref, chat=str(messages[0].chat.id))
        return MessageRef(
            conversation=place, id=str(messages[0].message_id), files=files_of(messages)
        )

    @property
    def _is_group(self) -> bool:
        # Groups and channels have negative numbers, and other limits.
        return self._ref.chat.startswith("-")

    def _keyboard(self, view: View) -> InlineKeyboardMarkup | None:
        # A Share button that opens nothing would be worse than none.
        inline = bool(self._bot.bot.supports_inline_queries)
        return keyboard(view.buttons, self._platform.commands, inline=inline)


def _reply(message: MessageRef | None, chat: str) -> ReplyParameters | None:
    # A group that moves leaves its messages behind; the same number there is another message.
    if message is None or message.conversation.chat != chat:
        return None
    return ReplyParameters(int(message.id), allow_sending_without_reply=True)
