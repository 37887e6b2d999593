"""The people, chats and messages of the Telegram stand-in, and how the Bot API tells them."""

import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from tests.fakes.telegram.files import StoredFile
from tests.fakes.telegram.schema import Json
from tests.fakes.telegram.text import commands


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramUser:
    """A user or a bot."""

    id: int
    name: str
    language_code: str = ""
    username: str = ""
    is_bot: bool = False

    def describe(self) -> Json:
        told: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        told |= {"language_code": self.language_code} if self.language_code else {}
        return told | ({"username": self.username} if self.username else {})


HIDDEN = TelegramUser(id=1087968824, name="Group", username="GroupAnonymousBot", is_bot=True)
CHANNEL = TelegramUser(id=136817688, name="Channel", username="Channel_Bot", is_bot=True)


@dataclass(slots=True, eq=False)
class TelegramChat:
    """One chat, with its messages by id.

    Attributes:
        person: who it is with, when it is private.
        admins: ids of users and bots.
        forbidden: refuses everything that the bot writes, with this text and 403.
        moved_to: the supergroup that it has become.
        drafts: what is shown of messages that are not sent yet, by their ids.
        drafted: all that was ever shown so.
    """

    id: int
    type: Literal["private", "supergroup", "channel"]
    title: str = ""
    forum: bool = False
    person: TelegramUser | None = None
    posts: dict[int, "TelegramMessage"] = field(default_factory=dict[int, "TelegramMessage"])
    members: dict[int, TelegramUser] = field(default_factory=dict[int, TelegramUser])
    admins: set[int] = field(default_factory=set[int])
    forbidden: str = ""
    moved_to: int = 0
    written: deque[float] = field(default_factory=deque[float])
    drafts: dict[int, "MessageVersion"] = field(default_factory=dict[int, "MessageVersion"])
    drafted: list["MessageVersion"] = field(default_factory=list["MessageVersion"])
    draft_times: deque[float] = field(default_factory=deque[float])
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def describe(self) -> Json:
        told: Json = {"id": self.id, "type": self.type}
        if self.person:
            return told | {"first_name": self.person.name}
        return told | {"title": self.title} | ({"is_forum": True} if self.forum else {})

    def add(self, post: "TelegramMessage") -> "TelegramMessage":
        """Keep a message of this chat."""
        self.posts[post.id] = post
        return post


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageVersion:
    """What a message shows from some time on.

    Attributes:
        rich: the blocks of a rich message, whose words are the text then.
    """

    text: str = ""
    entities: tuple[Json, ...] = ()
    rich: tuple[Json, ...] = ()
    caption: str = ""
    markup: Json | None = None
    file: StoredFile | None = None
    spoiler: bool = False
    at: float = field(default=0.0, compare=False)

    def describe(self) -> Json:
        if self.rich:
            told: Json = {"rich_message": {"blocks": [*self.rich]}}
        elif self.file is None:
            told = {"text": self.text, "entities": [*self.entities, *commands(self.text)]}
        else:
            told = {self.file.kind: self.file.describe()}
            if self.file.kind == "photo":
                sizes = filter(None, [self.file.thumbnail, self.file])
                told = {"photo": [size.describe() for size in sizes]}
            if self.caption:
                told |= {"caption": self.caption, "caption_entities": commands(self.caption)}
        told |= {"has_media_spoiler": True} if self.spoiler else {}
        if self.markup and "inline_keyboard" in self.markup:
            told["reply_markup"] = self.markup
        return {name: value for name, value in told.items() if value != []}


@dataclass(slots=True, kw_only=True, eq=False)
class TelegramMessage:
    """A message.

    Attributes:
        sender: None for what others write in a channel; the Bot API names nobody there.
        topic: the name of the topic that this service message has opened.
        service: what another service message tells.
        origin: whose message it is that was forwarded.
        mask: the chat in whose name somebody writes here: a channel of theirs, or this very group.
        history: what it has shown, oldest first; the last one is what it shows.
    """

    chat: TelegramChat
    id: int
    sender: TelegramUser | None
    history: list[MessageVersion]
    reply_to: "TelegramMessage | None" = None
    thread: int | None = None
    album: str = ""
    via: TelegramUser | None = None
    topic: str = ""
    service: Json = field(default_factory=Json)
    origin: TelegramUser | None = None
    mask: TelegramChat | None = None
    date: int = field(default_factory=lambda: int(time.time()))

    @property
    def now(self) -> MessageVersion:
        return self.history[-1]

    @property
    def text(self) -> str:
        return self.now.text

    @property
    def entities(self) -> tuple[Json, ...]:
        return self.now.entities

    @property
    def rich(self) -> tuple[Json, ...]:
        return self.now.rich

    @property
    def caption(self) -> str:
        return self.now.caption

    @property
    def file(self) -> StoredFile | None:
        return self.now.file

    @property
    def markup(self) -> Json | None:
        return self.now.markup

    @property
    def buttons(self) -> list[Json]:
        """All inline buttons, row by row."""
        return [button for row in (self.markup or {}).get("inline_keyboard", ()) for button in row]

    def describe(self, *, answering: bool = True) -> Json:
        """Tell it as the Bot API does; a message in a message tells no further one."""
        told: Json = {"message_id": self.id, "date": self.date, "chat": self.chat.describe()}
        if self.sender and self.chat.type != "channel":
            told["from"] = self.sender.describe()
        else:
            told["sender_chat"] = self.chat.describe()
        if self.mask:
            # Who it is nobody is told; a bot of Telegram's stands there for older programs.
            told["from"] = (HIDDEN if self.mask is self.chat else CHANNEL).describe()
            told["sender_chat"] = self.mask.describe()
        told |= {"media_group_id": self.album} if self.album else {}
        told |= {"via_bot": self.via.describe()} if self.via else {}
        if self.thread is not None:
            told |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.service:
            return told | self.service
        if self.origin:
            whose = {"type": "user", "date": self.date, "sender_user": self.origin.describe()}
            told["forward_origin"] = whose
        if self.topic:
            opened = {"name": self.topic, "icon_color": 7322096}
            return told | {"forum_topic_created": opened}
        # In a topic a message that answers nothing is told as an answer to the topic's beginning
        target = self.reply_to or (self.chat.posts.get(self.thread) if self.thread else None)
        if answering and target:
            told["reply_to_message"] = target.describe(answering=False)
        told |= {"edit_date": self.date} if len(self.history) > 1 else {}
        return told | self.now.describe()
