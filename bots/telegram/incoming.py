"""What stands in a message: who wrote it, which command, which pictures. All pure."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

from telegram import Chat, Message, MessageOriginChat, MessageOriginUser
from telegram import User as TelegramUser

from bots.telegram.conversation import NAME
from core.platform import ConversationRef, MessageRef, User

# File names come from strangers and become names on our disk and parts of our texts.
_ODD = re.compile(r"[^\w. ()-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramFile:
    """A file at Telegram that may be a picture."""

    file_id: str
    name: str
    mime: str = ""
    size_bytes: int = 0


def text_of(message: Message) -> str:
    """What was typed, also below a picture."""
    return message.text or message.caption or ""


def is_private(message: Message) -> bool:
    return message.chat.type == Chat.PRIVATE


def user_of(message: Message) -> User:
    """Who wrote it: a channel and a hidden admin write as the chat that they are in."""
    author = message.sender_chat or message.from_user or message.chat
    return person(author) if isinstance(author, TelegramUser) else _as_user(author)


def person(user: TelegramUser) -> User:
    return User(platform=NAME, id=str(user.id), locale=user.language_code or "")


def _as_user(chat: Chat) -> User:
    return User(platform=NAME, id=str(chat.id))


def answered(message: Message) -> Message | None:
    """The message that this one replies to; in a forum all seem to reply to the topic's start."""
    replied = message.reply_to_message
    return replied if replied and not replied.forum_topic_created else None


def author_of(message: Message) -> User | None:
    """Who is behind a message, also a forwarded one; None for a bot, or who hides."""
    match message.forward_origin:
        case None:
            author = message.sender_chat or message.from_user
        case MessageOriginUser(sender_user=author) | MessageOriginChat(sender_chat=author):
            pass
        case _:
            return None
    if isinstance(author, TelegramUser):
        return None if author.is_bot else person(author)
    return _as_user(author) if author else None


def place_of(message: Message) -> ConversationRef:
    """The chat and its topic. A thread of replies outside of forums is no topic."""
    thread = message.message_thread_id if message.is_topic_message else None
    return ConversationRef(
        platform=NAME, chat=str(message.chat.id), thread=str(thread) if thread else ""
    )


def ref_of(message: Message) -> MessageRef:
    return MessageRef(conversation=place_of(message), id=str(message.message_id))


def event_of(message: Message) -> str:
    """What arrived: an album with the same words under each of its items is one thing."""
    if message.media_group_id is None:
        return ref_of(message).event
    words = sha256(text_of(message).encode()).hexdigest()[:16]
    return f"{message.chat.id}/album-{message.media_group_id}-{words}"


def attached_to(message: Message) -> TelegramFile | None:
    """The file of a message, whatever it is, so that a wrong one is refused with its name."""
    if message.photo:
        largest = message.photo[-1]
        name = f"photo-{message.message_id}.jpg"
        return TelegramFile(
            file_id=largest.file_id,
            name=name,
            mime="image/jpeg",
            size_bytes=largest.file_size or 0,
        )
    file = message.document or message.video or message.animation
    if file is None:
        return None
    film = "" if message.document else "video/mp4"
    return TelegramFile(
        file_id=file.file_id,
        name=_plain(file.file_name or f"file-{message.message_id}"),
        mime=file.mime_type or film,
        size_bytes=file.file_size or 0,
    )


def picture_in(message: Message) -> TelegramFile | None:
    """The picture of a message; anything else in it is not meant."""
    file = attached_to(message)
    return file if file and file.mime.startswith("image/") else None


def is_video(message: Message) -> bool:
    """Whether a message holds a film, in whatever form."""
    file = attached_to(message)
    return file is not None and file.mime.startswith("video/")


def _plain(name: str) -> str:
    return _ODD.sub("_", PurePath(name).name)[-80:].lstrip(".") or "file"
