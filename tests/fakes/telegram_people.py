"""What people do on Telegram: they write, press buttons and ask inline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from tests.fakes.pulse import Pulse
from tests.fakes.telegram_chat import Chat, Person, Post, Version
from tests.fakes.telegram_files import StoredFile, uploaded
from tests.fakes.telegram_inbox import Inbox
from tests.fakes.telegram_schema import Json, Upload
from tests.fakes.telegram_text import commands
from tests.fakes.telegram_world import Query, World


@dataclass(frozen=True, slots=True)
class Document:
    """A file that somebody sends as it is; `size_bytes` lets it pretend to be larger."""

    name: str
    data: bytes
    mime: str = "image/png"
    size_bytes: int = 0

    def upload(self) -> Upload:
        return uploaded(self.name, self.data, self.mime, self.size_bytes)


class People:
    """Everybody but the bot.

    Attributes:
        privacy: in groups the bot gets only what is meant for it.
    """

    def __init__(self, bot: Person) -> None:
        self.world = World(me=bot)
        self.privacy = True
        self._changed = Pulse()
        self.inbox = Inbox(self._changed)
        self._ids = count(1)

    @property
    def me(self) -> Person:
        """The bot."""
        return self.world.me

    def user(self, id: int, name: str = "Ada", language_code: str = "en") -> Person:  # noqa: A002 - Telegram's own word
        """Introduce somebody."""
        return Person(id=id, name=name, language_code=language_code)

    def private(self, user: Person) -> Chat:
        """Open the private chat with somebody."""
        chat = Chat(id=user.id, type="private", person=user, members={user.id: user})
        return self.world.chats.setdefault(user.id, chat)

    def group(self, id: int, title: str = "Films", *, forum: bool = False) -> Chat:  # noqa: A002 - idem
        """Put the bot into a supergroup; its id is like -1001234567890."""
        chat = Chat(id=id, type="supergroup", title=title, forum=forum)
        return self.world.chats.setdefault(id, chat)

    def upgrade(self, chat: Chat, id: int) -> Chat:  # noqa: A002 - idem
        """Let a group become the supergroup of that id; its messages stay behind."""
        new = self.group(id, chat.title)
        new.members, new.admins, chat.moved_to = chat.members, chat.admins, id
        for where, told in (
            (chat, {"migrate_to_chat_id": id}),
            (new, {"migrate_from_chat_id": chat.id}),
        ):
            number = next(where.numbers)
            post = Post(chat=where, id=number, sender=None, history=[Version()], service=told)
            self._tell(where.add(post))
        return new

    def channel(self, id: int, title: str = "News") -> Chat:  # noqa: A002 - idem
        """Make the bot an administrator of a channel."""
        chat = Chat(id=id, type="channel", title=title, admins={self.me.id})
        return self.world.chats.setdefault(id, chat)

    def admin(self, chat: Chat, user: Person) -> None:
        """Make somebody (or the bot itself) an administrator."""
        chat.members[user.id] = user
        chat.admins.add(user.id)

    def topic(self, chat: Chat, user: Person, name: str = "Clips") -> int:
        """Open a topic in a forum and give its thread id."""
        root = Post(chat=chat, id=next(chat.numbers), sender=user, history=[Version()], topic=name)
        root.thread = root.id
        chat.add(root)
        return root.id

    def say(
        self,
        chat: Chat,
        user: Person | None,
        text: str = "",
        *,
        photo: bytes | None = None,
        document: Document | None = None,
        video: bytes | None = None,
        caption: str = "",
        reply_to: Post | None = None,
        thread: int | None = None,
        via: Person | None = None,
        origin: Person | None = None,
        edited: bool = False,
    ) -> Post:
        """Write a message, or forward one of `origin`; in a channel nobody (None) writes."""
        file = self._store(photo, document, video)
        version = Version(text=text, caption=caption, file=file, at=self.world.now())
        post = self._write(chat, user, version, reply_to, thread)
        post.via, post.origin = via, origin
        self._tell(post, edited=edited)
        return post

    def album(
        self,
        chat: Chat,
        user: Person | None,
        pieces: Sequence[bytes | Document],
        caption: str = "",
        *,
        captioned: int = 0,
        reply_to: Post | None = None,
        thread: int | None = None,
    ) -> list[Post]:
        """Send several pictures at once: one update for each; the `captioned`-th has the text."""
        album = str(next(self.world.albums))
        posts = [
            self._write(
                chat,
                user,
                Version(
                    caption=caption if index == captioned else "",
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

    def amend(self, post: Post, *, text: str = "", caption: str = "") -> None:
        """Let its author edit a message."""
        post.history.append(replace(post.now, text=text, caption=caption, at=self.world.now()))
        self._tell(post, edited=True)

    def press(self, message: Post, button: str, user: Person) -> Query:
        """Press the button with that text or data."""
        data = {each["text"]: each.get("callback_data") for each in message.buttons}
        pressed = data.get(button) or (button if button in data.values() else None)
        assert pressed, f"no button {button!r} to press among {data}"
        asked = {"message": message.describe(), "chat_instance": "7", "data": pressed}
        return self._ask("callback_query", user, asked)

    def inline(self, user: Person, query: str = "", offset: str = "") -> Query:
        """Type behind the bot's name in any chat."""
        return self._ask("inline_query", user, {"query": query, "offset": offset})

    def choose(self, query: Query, result_id: str, chat: Chat, asked: str = "") -> Post:
        """Send one of the results that the bot gave into a chat."""
        results = [each for answer in query.answers for each in answer["results"]]
        result = next(each for each in results if each["id"] == result_id)
        file = result.get("video_file_id") and self.world.files.find(result["video_file_id"])
        content: Json = result.get("input_message_content") or {}
        version = Version(
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

    def messages(self, chat: Chat) -> list[Post]:
        """All messages of a chat, oldest first; deleted ones are gone."""
        return list(chat.posts.values())

    def answers(self, chat: Chat) -> list[Post]:
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
        chat: Chat,
        user: Person | None,
        version: Version,
        reply_to: Post | None,
        thread: int | None,
    ) -> Post:
        if user:
            chat.members[user.id] = user
        return chat.add(
            Post(
                chat=chat,
                id=next(chat.numbers),
                sender=user,
                history=[version],
                reply_to=reply_to,
                thread=thread or (reply_to and reply_to.thread),
            )
        )

    def _tell(self, post: Post, *, edited: bool = False) -> None:
        if self._is_for_bot(post):
            told = post.describe() | ({"edit_date": post.date} if edited else {})
            kind = "channel_post" if post.chat.type == "channel" else "message"
            self.inbox.put(f"edited_{kind}" if edited else kind, told)
        self._changed.beat()

    def _is_for_bot(self, post: Post) -> bool:
        chat = post.chat
        if not self.privacy or chat.type != "supergroup" or self.me.id in chat.admins:
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

    def _ask(self, kind: str, user: Person, asked: dict[str, Any]) -> Query:
        query = Query(id=f"73{next(self._ids):016}", person=user)
        self.world.queries[query.id] = query
        self.inbox.put(kind, {"id": query.id, "from": user.describe(), **asked})
        return query
