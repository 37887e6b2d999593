"""What a message carries that may be a picture or video, however Discord shows it. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import discord

from bots.discord.payloads import EmbeddedLink, File, TargetMessage

_ODD = re.compile(r"[^\w. ()-]")
_FILM_EMBEDS = frozenset({"video", "gifv"})
# What Discord says of a file whose kind it does not know; only its bytes tell.
_UNKNOWN = frozenset({"", "application/octet-stream"})
_STICKER_MIMES = {"png": "image/png", "gif": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordFile:
    """A file at Discord that may be a picture or a video.

    Attributes:
        url: works for some hours; "" of a film that only the app of a person can play.
    """

    url: str
    name: str
    mime: str = ""
    size_bytes: int = 0
    seconds: float = 0.0

    @property
    def may_be_picture(self) -> bool:
        return self.mime in _UNKNOWN or self.mime.startswith("image/")

    @property
    def is_sound(self) -> bool:
        return self.mime.startswith("audio/")

    @property
    def is_video(self) -> bool:
        return self.mime.startswith("video/")


def carried_by(message: discord.Message) -> tuple[DiscordFile, ...]:
    """All files of a message and of what was forwarded with it, stickers, pictures in embeds."""
    return tuple(
        file
        for part in (message, *message.message_snapshots)
        for file in (
            *map(picture_of, part.attachments),
            *map(_stuck, part.stickers),
            *_embedded(part.embeds),
        )
    )


def carried_by_target(message: TargetMessage) -> tuple[DiscordFile, ...]:
    """The same for a message that a menu was opened on."""
    forwarded = (each.message for each in message.message_snapshots)
    return tuple(
        file
        for part in (message, *forwarded)
        for file in (*map(picture_of, part.attachments), *_embedded(part.embeds))
    )


def attached_to(message: discord.Message) -> tuple[DiscordFile, ...]:
    """What somebody has put into a message, so that a wrong file is refused by its name."""
    return (*map(picture_of, message.attachments), *map(_stuck, message.stickers))


def pictures_in(files: Iterable[DiscordFile]) -> tuple[DiscordFile, ...]:
    """Those that may be pictures."""
    return tuple(file for file in files if file.may_be_picture)


def media_in(files: Iterable[DiscordFile]) -> tuple[DiscordFile, ...]:
    """Those that may be pictures, or videos that can be had."""
    return tuple(file for file in files if file.may_be_picture or (file.is_video and file.url))


def picture_of(file: File | discord.Attachment) -> DiscordFile:
    return DiscordFile(
        url=file.url,
        name=_safe(file.filename),
        mime=(file.content_type or "").partition(";")[0].strip(),
        size_bytes=file.size,
        seconds=(file.duration or 0.0) if isinstance(file, discord.Attachment) else 0.0,
    )


def _embedded(embeds: Sequence[discord.Embed | EmbeddedLink]) -> Iterator[DiscordFile]:
    """What each embed shows, by Discord's own proxy: nobody else chooses that address."""
    for embed in embeds:
        if embed.type in _FILM_EMBEDS:
            # Of what a page plays there is no file, only a still.
            film = str((embed.video and embed.video.proxy_url) or "")
            yield DiscordFile(url=film, name="embed", mime="video/mp4")
            continue
        for picture in (embed.image, embed.thumbnail):
            if picture and picture.proxy_url:
                yield DiscordFile(url=str(picture.proxy_url), name="embed", mime="image/*")
                break


def _stuck(sticker: discord.StickerItem) -> DiscordFile:
    kind = sticker.format.file_extension
    return DiscordFile(
        url=sticker.url,
        name=_safe(f"{sticker.name}.{kind}"),
        mime=_STICKER_MIMES.get(kind, f"application/{kind}"),
    )


def _safe(name: str) -> str:
    return _ODD.sub("_", PurePath(name).name)[-80:].lstrip(".") or "file"
