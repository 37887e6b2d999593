"""What people do on Telegram: they write, press buttons and ask inline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from tests.fakes.change_signal import ChangeSignal
from tests.fakes.telegram import stars
from tests.fakes.telegram.chat import MessageVersion, TelegramChat, TelegramMessage, TelegramUser
from tests.fakes.telegram.files import StoredFile, uploaded
from tests.fakes.telegram.inbox import Inbox
from tests.fakes.telegram.schema import Json, TelegramUpload
from tests.fakes.telegram.text import commands
from tests.fakes.telegram.world import StarPayment, TelegramQuery, TelegramWorld


@dataclass(frozen=True, slots=True)
class Document:
    """A file that somebody sends as it is; `size_bytes` lets it pretend to be larger."""

    name: str
    data: bytes
    mime: str = "image/png"
    size_bytes: int = 0

    def upload(self) -> TelegramUpload:
        return uploaded(self.name, self.data, self.mime, self.size_bytes)


class People:
    """Everybody but the bot."""

    def __init__(self, bot: TelegramUser) -> None:
        self.world = TelegramWorld(me=bot)
        self._changed = ChangeSignal()
        self.inbox = Inbox(self._changed)
        self._ids = count(1)

    @property
    def me(self) -> TelegramUser:
        """The bot."""
        return self.world.me

    def user(self, id: int, name: str = "Ada", language_code: str = "en") -> TelegramUser:  # noqa: A002 - Telegram's own word
        """Introduce somebody."""
        return TelegramUser(id=id, name=name, language_code=language_code)

    def private(self, user: TelegramUser) -> TelegramChat:
        """Open the private chat with somebody."""
        chat = TelegramChat(id=user.id, type="private", person=user, members={user.id: user})
        return self.world.chats.setdefault(user.id, chat)

    def group(self, id: int, title: str = "Films", *, forum: bool = False) -> TelegramChat:  # noqa: A002 - idem
        """Put the bot into a supergroup; its id is like -1001234567890."""
        chat = TelegramChat(id=id, type="supergroup", title=title, forum=forum)
        return self.world.chats.setdefault(id, chat)

    def upgrade(self, chat: TelegramChat, id: int) -> TelegramChat:  # noqa: A002 - idem
        """Let a group become the supergroup of that id; its messages stay behind."""
        new = self.group(id, chat.title)
        new.members, new.admins, chat.moved_to = chat.members, chat.admins, id
        for where, told in (
            (chat, {"migrate_to_chat_id": id}),
            (new, {"migrate_from_chat_id": chat.id}),
        ):
            number = next(where.numbers)
            post = TelegramMessage(
                chat=where, id=number, sender=None, history=[MessageVersion()], service=told
            )
            self._tell(where.add(post))
        return new

    def channel(self, id: int, title: str = "News") -> TelegramChat:  # noqa: A002 - idem
        """Make the bot an administrator of a channel."""
        chat = TelegramChat(id=id, type="channel", title=title, admins={self.me.id})
        return self.world.chats.setdefault(id, chat)

    def admin(self, chat: TelegramChat, user: TelegramUser) -> None:
        """Make somebody (or the bot itself) an administrator."""
        chat.members[user.id] = user
        chat.admins.add(user.id)

    def topic(self, chat: TelegramChat, user: TelegramUser, name: str = "Clips") -> int:
        """Open a topic in a forum and give its thread id."""
        root = TelegramMessage(
            chat=chat, id=next(chat.numbers), sender=user, history=[MessageVersion()], topic=name
        )
        root.thread = root.id
        chat.add(root)
        return root.id

    def say(
        self,
        chat: TelegramChat,
        user: TelegramUser | None,
        text: str = "",
        *,
        photo: bytes | None = None,
        document: Document | None = None,
        video: bytes | None = None,
        caption: str = "",
        reply_to: TelegramMessage | None = None,
        thread: int | None = None,
        via: TelegramUser | None = None,
        origin: TelegramUser | None = None,
        mask: TelegramChat | None = None,
        edited: bool = False,
        entities: tuple[Json, ...] = (),
    ) -> TelegramMessage:
        """Write a message, or forward one of `origin`; in a channel nobody (None) writes.

        With a `mask` in the name of that chat.
        """
        file = self._store(photo, document, video)
        version = MessageVersion(
            text=text, caption=caption, file=file, at=self.world.now(), entities=entities
        )
        post = self._write(chat, user, version, reply_to, thread)
        post.via, post.origin, post.mask = via, origin, mask
        self._tell(post, edited=edited)
        return post

    def album(
        self,
        chat: TelegramChat,
        user: TelegramUser | None,
        pieces: Sequence[bytes | Document],
        caption: str = "",
        *,
        captioned: int | None = 0,
        reply_to: TelegramMessage | None = None,
        thread: int | None = None,
    ) -> list[TelegramMessage]:
        """Send several pictures at once: one update for each.

        The `captioned`-th has the text; all have it where that is None.
        """
        album = str(next(self.world.albums))
        posts = [
            self._write(
                chat,
                user,
                MessageVersion(
                    caption=caption if captioned in {index, None} else "",
                    file=self._store(piece, None, None)
                    if isinstance(piece, bytes)
                    else self._store(None, piece, None),
                    at=self.world.now(),
                ),
                reply_to,
                thread,
            )
            for index, piece in enumerate(pieces)
        ]
        for post in posts:
            post.album = album
            self._tell(post)
        return posts

    def amend(self, post: TelegramMessage, *, text: str = "", caption: str = "") -> None:
        """Let its author edit a message."""
        post.history.append(replace(post.now, text=text, caption=caption, at=self.world.now()))
        self._tell(post, edited=True)

    def press(self, message: TelegramMessage, button: str, user: TelegramUser) -> TelegramQuery:
        """Press the button with that text or data."""
        data = {each["text"]: each.get("callback_data") for each in message.buttons}
        pressed = data.get(button) or (button if button in data.values() else None)
        assert pressed, f"no button {button!r} to press among {data}"
        return self.forge(message, pressed, user)

    def forge(self, message: TelegramMessage, pressed: str, user: TelegramUser) -> TelegramQuery:
        """Send a press with any data, as an app that somebody else has written can."""
        asked = {"message": message.describe(), "chat_instance": "7", "data": pressed}
        return self._ask("callback_query", user, asked)

    def inline(self, user: TelegramUser, query: str = "", offset: str = "") -> TelegramQuery:
        """Type behind the bot's name in any chat."""
        return self._ask("inline_query", user, {"query": query, "offset": offset})

    def check_out(self, invoice: TelegramMessage, user: TelegramUser) -> TelegramQuery:
        """Press Pay; the bot has to agree."""
        ask = self.world.invoices[invoice.chat.id, invoice.id]
        asked = {
            "currency": ask.currency,
            "total_amount": ask.prices[0].amount,
            "invoice_payload": ask.payload,
        }
        return self._ask("pre_checkout_query", user, asked)

    def pay(self, invoice: TelegramMessage, user: TelegramUser, charge: str) -> TelegramMessage:
        """Have paid; the bot is told under the name of the payment."""
        ask = self.world.invoices[invoice.chat.id, invoice.id]
        self.world.payments[charge] = StarPayment(user.id, ask)
        version = MessageVersion(at=self.world.now())
        post = self._write(invoice.chat, user, version, None, None)
        post.service = {
            "successful_payment": {
                "currency": ask.currency,
                "total_amount": ask.prices[0].amount,
                "invoice_payload": ask.payload,
                "telegram_payment_charge_id": charge,
                "provider_payment_charge_id": "",
            }
        }
        self._tell(post)
        return post

    def give_back(self, charge: str, sender: TelegramUser | None = None) -> None:
        """Give Stars back, as Telegram does by itself and after `refundStarPayment`."""
        payment = self.world.payments[charge]
        self.world.payments[charge] = replace(payment, refunded=True)
        chat = self.world.chats[payment.user_id]
        version = MessageVersion(at=self.world.now())
        post = self._write(chat, sender or self.me, version, None, None)
        post.service = stars.refunded(payment, charge)
        self._tell(post)

    def choose(
        self, query: TelegramQuery, result_id: str, chat: TelegramChat, asked: str = ""
    ) -> TelegramMessage:
        """Send one of the results that the bot gave into a chat."""
        results = [each for answer in query.answers for each in answer["results"]]
        result = next(each for each in results if each["id"] == result_id)
        file = result.get("video_file_id") and self.world.files.find(result["video_file_id"])
        content: Json = result.get("input_message_content") or {}
        version = MessageVersion(
            text=content.get("message_text", ""),
            caption=result.get("caption", ""),
            file=file or None,
            markup=result.get("reply_markup"),
            at=self.world.now(),
        )
        post = self._write(chat, query.person, version, None, None)
        post.via = self.me
        chosen = {"result_id": result_id, "from": query.person.describe(), "query": asked}
        self.inbox.put("chosen_inline_result", chosen)
        self._tell(post)
        return post

    def messages(self, chat: TelegramChat) -> list[TelegramMessage]:
        """All messages of a chat, oldest first; deleted ones are gone."""
        return list(chat.posts.values())

    def answers(self, chat: TelegramChat) -> list[TelegramMessage]:
        """What the bot has written there."""
        return [post for post in chat.posts.values() if post.sender == self.me]

    def _store(
        self, photo: bytes | None, document: Document | None, video: bytes | None
    ) -> StoredFile | None:
        files = self.world.files
        if photo is not None:
            return files.keep_photo(uploaded("photo.jpg", photo))
        if document is not None:
            return files.keep("document", document.upload())
        if video is not None:
            return files.keep("video", uploaded("film.mp4", video, "video/mp4"), 640, 360)
        return None

    def _write(
        self,
        chat: TelegramChat,
        user: TelegramUser | None,
        version: MessageVersion,
        reply_to: TelegramMessage | None,
        thread: int | None,
    ) -> TelegramMessage:
        if user:
            chat.members[user.id] = user
        return chat.add(
            TelegramMessage(
                chat=chat,
                id=next(chat.numbers),
                sender=user,
                history=[version],
                reply_to=reply_to,
                thread=thread or (reply_to and reply_to.thread),
            )
        )

    def _tell(self, post: TelegramMessage, *, edited: bool = False) -> None:
        if self._is_for_bot(post):
            told = post.describe() | ({"edit_date": post.date} if edited else {})
            kind = "channel_post" if post.chat.type == "channel" else "message"
            self.inbox.put(f"edited_{kind}" if edited else kind, told)
        self._changed.notify()

    def _is_for_bot(self, post: TelegramMessage) -> bool:
        chat = post.chat
        if not self.world.privacy or chat.type != "supergroup" or self.me.id in chat.admins:
            return True
        if post.service:
            return True
        answers_bot = post.reply_to is not None and post.reply_to.sender == self.me
        return answers_bot or post.via == self.me or self._is_command(post.text or post.caption)

    def _is_command(self, text: str) -> bool:
        found = [text.encode("utf-16-le")[2 * e["offset"] :] for e in commands(text)]
        words = [each.decode("utf-16-le").split()[0] for each in found]
        names = [word.partition("@")[2].lower() for word in words]
        return any(name in {"", self.me.username.lower()} for name in names)

    def _ask(self, kind: str, user: TelegramUser, asked: dict[str, Any]) -> TelegramQuery:
        query = TelegramQuery(id=f"73{next(self._ids):016}", person=user)
        self.world.queries[query.id] = query
        self.inbox.put(kind, {"id": query.id, "from": user.describe(), **asked})
        return query
