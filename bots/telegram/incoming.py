"""What stands in a message: who wrote it, which command, which pictures. All pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import PurePath

from telegram import (
    Chat,
    ExternalReplyInfo,
    Message,
    MessageEntity,
    MessageOriginChat,
    MessageOriginUser,
    Sticker,
)
from telegram import User as TelegramUser

from bots.telegram.conversation import NAME
from bots.telegram.ids import MENTION
from core.platform import ConversationRef, MessageRef, User

# File names come from strangers and become names on our disk and parts of our texts.
_ODD = re.compile(r"[^\w. ()-]")
# What else can stand in a message instead of words.
_NO_FILES = (
    *("audio", "checklist", "contact", "dice", "game", "giveaway", "giveaway_winners", "invoice"),
    *("live_photo", "location", "paid_media", "poll", "story", "venue", "voice"),
)
# A message, or what is told of one in another chat or topic.
Holder = Message | ExternalReplyInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramFile:
    """A file at Telegram that may be a picture or a video."""

    file_id: str
    name: str
    mime: str = ""
    size_bytes: int = 0


def text_of(message: Message) -> str:
    """What was typed, also below a picture."""
    return message.text or message.caption or ""


def with_ids(message: Message, text: str) -> str:
    """The text with the ids of people in place of names that the app has made into mentions."""
    mentions = message.parse_entities([MessageEntity.TEXT_MENTION])
    for entity, name in mentions.items():
        if entity.user:
            text = text.replace(name, f"{MENTION}{entity.user.id}", 1)
    return text


def is_private(message: Message) -> bool:
    return message.chat.type == Chat.PRIVATE


def user_of(message: Message) -> User:
    """Who wrote it: a channel and a hidden admin write as the chat that they are in."""
    author = message.sender_chat or message.from_user or message.chat
    return person(author) if isinstance(author, TelegramUser) else _as_user(author)


def is_masked(message: Message) -> bool:
    """Whether it is written under the name of a channel that somebody has, in another chat.

    Nobody is told whose it is, and everybody may have many. A hidden admin has one name in a chat.
    """
    return message.sender_chat is not None and message.sender_chat.id != message.chat.id


def person(user: TelegramUser) -> User:
    return User(platform=NAME, id=str(user.id), locale=user.language_code or "")


def _as_user(chat: Chat) -> User:
    return User(platform=NAME, id=str(chat.id))


def answered(message: Message) -> Message | None:
    """The message that this one replies to; in a forum all seem to reply to the topic's start."""
    replied = message.reply_to_message
    return replied if replied and not replied.forum_topic_created else None


def pointed_at(message: Message) -> Holder | None:
    """What a message replies to, wherever that is."""
    return answered(message) or message.external_reply


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


def attached_to(came: Holder) -> TelegramFile | None:
    """The file of a message that may be a picture or video, or is refused with its name."""
    number = came.message_id or 0
    if came.photo:
        largest = came.photo[-1]
        return TelegramFile(
            file_id=largest.file_id,
            name=f"photo-{number}.jpg",
            mime="image/jpeg",
            size_bytes=largest.file_size or 0,
        )
    if came.sticker and not _moves(came.sticker):
        return TelegramFile(
            file_id=came.sticker.file_id,
            name=f"sticker-{number}.webp",
            mime="image/webp",
            size_bytes=came.sticker.file_size or 0,
        )
    if came.video_note:
        return TelegramFile(
            file_id=came.video_note.file_id,
            name=f"video-{number}.mp4",
            mime="video/mp4",
            size_bytes=came.video_note.file_size or 0,
        )
    file = came.document or came.video or came.animation
    if file is None:
        return None
    film = "" if came.document else "video/mp4"
    return TelegramFile(
        file_id=file.file_id,
        name=_plain(file.file_name or f"file-{number}"),
        mime=file.mime_type or film,
        size_bytes=file.file_size or 0,
    )


def spoken_in(came: Holder) -> tuple[TelegramFile, float] | None:
    """A voice message or another sound, and how many seconds it is long."""
    sound = came.voice or came.audio
    if sound is None:
        return None
    name = came.audio.file_name if came.audio else None
    file = TelegramFile(
        file_id=sound.file_id,
        name=_plain(name or f"voice-{came.message_id or 0}.ogg"),
        mime=sound.mime_type or "audio/ogg",
        size_bytes=sound.file_size or 0,
    )
    length = sound.duration
    return file, length.total_seconds() if isinstance(length, timedelta) else float(length)


def is_said_aloud(message: Message) -> bool:
    """Whether it is spoken words, and nothing else: an album of songs is none."""
    return bool(spoken_in(message) and not text_of(message) and not message.media_group_id)


def has_attachment(came: Holder) -> bool:
    """Whether anything but words came, whatever it is."""
    return attached_to(came) is not None or is_no_picture(came)


def is_no_picture(came: Holder) -> bool:
    """Whether something came that is neither picture nor video, and no file to look into."""
    if came.sticker:
        return _moves(came.sticker)
    if attached_to(came):
        return False
    return any(getattr(came, kind, None) for kind in _NO_FILES)


def is_video(came: Holder) -> bool:
    """Whether a message holds a film, in whatever form."""
    file = attached_to(came)
    return file is not None and file.mime.startswith("video/")


def author_key(message: Message) -> tuple[int, int | None, int]:
    """Who has written it and where, to find out what belongs together."""
    author = message.sender_chat or message.from_user or message.chat
    return message.chat.id, message.message_thread_id, author.id


def _moves(sticker: Sticker) -> bool:
    return sticker.is_animated or sticker.is_video


def _plain(name: str) -> str:
    return _ODD.sub("_", PurePath(name).name)[-80:].lstrip(".") or "file"
