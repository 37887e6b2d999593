"""One chat or topic, as the Bot API writes to it: nothing is taken elsewhere from here."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

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

from bots.telegram.drafts import MessageDrafts
from bots.telegram.errors import AlreadyShownError, meaning, meaning_of_post
from bots.telegram.formatting import FormattedText, formatted
from bots.telegram.keyboard import keyboard
from bots.telegram.limits import PRIVATE, UploadSizes
from bots.telegram.posts import POST_SECONDS, PostTarget, send
from bots.telegram.rich import RichContent
from bots.telegram.richness import RichServer, RichWriting, meaning_of_rich
from bots.telegram.uploads import SharedDisk, Upload, caption_of, files_of, send_whole
from core.commands import COMMANDS, Commands
from core.limits import Limits
from core.media import Asset
from core.platform import (
    BrokenUploadError,
    ConversationRef,
    MediaPost,
    MessageRef,
    RefusedError,
    UncertainError,
    View,
)
from core.redact import quote

T = TypeVar("T")
Shown = FormattedText | RichContent
log = logging.getLogger(__name__)


_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotApi:
    """What all chats share: the bot, its server, and what was learned of both.

    Attributes:
        moved: groups that became supergroups, and the ids that they have now.
        commands: what buttons stand for.
        sizes: what is known of the largest file that the server takes.
        drafts: what is known of the drafts that it shows.
        rich: whether answers may be rich messages there.
        disk: what is known of the files that it sees.
        private: what a chat with one person takes.
    """

    bot: Bot
    commands: Commands = field(default_factory=lambda: COMMANDS)
    sizes: UploadSizes = field(default_factory=UploadSizes)
    moved: dict[str, str] = field(default_factory=dict[str, str])
    drafts: MessageDrafts = field(default_factory=MessageDrafts)
    rich: RichServer = field(default_factory=RichServer)
    disk: SharedDisk = field(default_factory=SharedDisk)
    private: Limits = PRIVATE

    @property
    def local(self) -> bool:
        """Whether the server is one of the operator's that runs with --local."""
        return self.bot.local_mode


class TelegramPlace:
    """A chat or a topic; what it does not take raises why, as `core.platform` names it."""

    def __init__(self, api: BotApi, ref: ConversationRef, rich: RichWriting) -> None:
        self._api = api
        self._bot = api.bot
        self._ref = ref
        self._rich = rich
        self._thread = int(ref.thread) if ref.thread else None

    async def send(self, view: View, replying: MessageRef | None) -> MessageRef:
        async def send(shown: Shown) -> Message:
            async def call(chat: str) -> Message:
                reply, markup = _reply(replying, chat), self._keyboard(view)
                if isinstance(shown, RichContent):
                    return await self._send_rich(chat, shown, reply, markup)
                return await self._bot.send_message(
                    chat,
                    shown.text,
                    entities=shown.entities or None,
                    message_thread_id=self._thread,
                    reply_parameters=reply,
                    reply_markup=markup,
                    link_preview_options=None if view.unfolds else _NO_PREVIEW,
                )

            return await self._ask(call, _explained(shown))

        return self._named([await self._in_best_form(send, view)])

    async def _send_rich(
        self,
        chat: str,
        content: RichContent,
        reply: ReplyParameters | None,
        markup: InlineKeyboardMarkup | None,
    ) -> Message:
        given = {
            "chat_id": chat,
            "rich_message": content.as_json(),
            "message_thread_id": self._thread,
            "reply_parameters": reply,
            "reply_markup": markup,
        }
        # The library has no method for it yet.
        sent: Message = await self._bot.do_api_request(
            "sendRichMessage", api_kwargs=given, return_type=Message
        )
        return sent

    async def ask(self, html: str, *, replying: MessageRef) -> MessageRef:
        """Send a question that opens the answer field of who is replied to or named."""

        async def call(chat: str) -> Message:
            return await self._bot.send_message(
                chat,
                html,
                parse_mode=ParseMode.HTML,
                message_thread_id=self._thread,
                reply_parameters=_reply(replying, chat),
                reply_markup=ForceReply(selective=is_group(self._ref)),
            )

        return self._named([await self._ask(call)])

    async def edit(self, message: MessageRef, view: View) -> None:
        await self._in_best_form(partial(self._edit, message, view), view)

    async def _edit(self, message: MessageRef, view: View, shown: Shown) -> None:
        is_rich = isinstance(shown, RichContent)
        # The library insists on a text, which a rich message must not have beside it.
        rich = {"text": None, "rich_message": shown.as_json()} if is_rich else None
        try:
            await self._bot.edit_message_text(
                "" if is_rich else shown.text,
                message.conversation.chat,
                int(message.id),
                entities=None if is_rich else shown.entities or None,
                reply_markup=self._keyboard(view),
                link_preview_options=None if is_rich or view.unfolds else _NO_PREVIEW,
                api_kwargs=rich,
            )
        except TelegramError as error:
            told = _explained(shown)(error)
            if not isinstance(told, AlreadyShownError):
                raise told from error
            log.debug("message %s needs no edit", message.id)

    async def preview(self, message: MessageRef, view: View) -> bool:
        async def show(shown: Shown) -> bool:
            chat, draft = int(self._ref.chat), int(message.id)
            return await self._api.drafts.show(self._bot, chat, self._thread, draft, shown)

        return await self._in_best_form(show, view)

    async def _in_best_form(self, write: Callable[[Shown], Awaitable[T]], view: View) -> T:
        """Write a rich message, if it may be one; else, or where it is refused, a text.

        Raises:
            TextTooLongError: it is too long for that.
        """
        if content := self._rich.content(view):
            try:
                return await write(content)
            except RefusedError as error:
                self._rich.refuse(view, error)
        return await _with_or_without_format(write, view)

    async def retract(self, message: MessageRef) -> None:
        try:
            await self._bot.delete_message(message.conversation.chat, int(message.id))
        except TelegramError as error:
            log.info("message %s stays: %s", message.id, quote(error.message))

    async def turn(self, message: MessageRef, post: MediaPost) -> MessageRef:
        """Turn a message into the one medium that fits into it."""
        with self._api.sizes.learned(post.assets):
            messages = await self._put_in_place(message, post)
        return replace(message, files=files_of(messages))

    async def _put_in_place(self, message: MessageRef, post: MediaPost) -> list[Message]:
        async def put(uploads: Sequence[Upload]) -> Message | bool:
            return await self._bot.edit_message_media(
                uploads[0].as_media(post, caption_of(post.view.text)),
                message.conversation.chat,
                int(message.id),
                reply_markup=self._keyboard(post.view),
                read_timeout=POST_SECONDS,
            )

        try:
            turned = await self._upload(post.assets, put)
        except TelegramError as error:
            match meaning_of_post(error):
                case AlreadyShownError():
                    return []
                # To do it again makes no second message; but not for ever.
                case UncertainError() as told:
                    raise BrokenUploadError(str(told)) from error
                case told:
                    raise told from error
        return [turned] if isinstance(turned, Message) else []

    async def post(self, post: MediaPost) -> MessageRef:
        """Post one medium, or several as an album, which Telegram gives no buttons."""

        async def call(chat: str) -> list[Message]:
            place = PostTarget(
                chat=chat,
                thread=self._thread,
                reply=_reply(post.replying, chat),
                markup=self._keyboard(post.view),
            )
            return await self._upload(
                post.assets, lambda uploads: send(self._bot, place, uploads, post)
            )

        with self._api.sizes.learned(post.assets):
            return self._named(await self._ask(call, meaning_of_post))

    async def _upload(
        self, assets: Sequence[Asset], send: Callable[[Sequence[Upload]], Awaitable[T]]
    ) -> T:
        way = self._api.disk.send if self._api.local else send_whole
        return await way(assets, send)

    async def _ask(
        self,
        call: Callable[[str], Awaitable[T]],
        explain: Callable[[TelegramError], Exception] = meaning,
    ) -> T:
        """Make one request; if the group has moved, repeat it at its new id."""
        moved = self._api.moved
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

    def _keyboard(self, view: View) -> InlineKeyboardMarkup | None:
        # A Share button that opens nothing would be worse than none.
        inline = bool(self._bot.bot.supports_inline_queries)
        opens = None if is_group(self._ref) else view.opens
        return keyboard(view.buttons, self._api.commands, inline=inline, opens=opens)


def _explained(shown: Shown) -> Callable[[TelegramError], Exception]:
    return meaning_of_rich if isinstance(shown, RichContent) else meaning


async def _with_or_without_format(write: Callable[[FormattedText], Awaitable[T]], view: View) -> T:
    """Write a text; where its formatting may be why it is refused, the words alone."""
    shown = formatted(view)
    try:
        return await write(shown)
    except RefusedError as error:
        if not shown.entities:
            raise
        log.warning("a message goes without its formatting: %s", error)
        return await write(replace(shown, entities=()))


def is_group(ref: ConversationRef) -> bool:
    """Whether several people read there: groups and channels have negative numbers."""
    return ref.chat.startswith("-")


def _reply(message: MessageRef | None, chat: str) -> ReplyParameters | None:
    # A group that moves leaves its messages behind; the same number there is another message.
    if message is None or message.conversation.chat != chat:
        return None
    return ReplyParameters(int(message.id), allow_sending_without_reply=True)
