"""Texts as Discord shows them: plain ones unchanged, without its markdown and its previews."""

import re

import discord

from core.platform import View

TEXT_CHARS = 2000
LINK = re.compile(
    r"https?://[^\s<>\u3000-\u303f\uff00-\uffef]*[^\s<>\u3000-\u303f\uff00-\uffef.,:;!?\"')\]*|~]"
)


def content(view: View) -> str:
    """What a message says; one that is written in Markdown is written in Discord's already."""
    text = view.text[:TEXT_CHARS] if view.is_markdown else _escaped(view.text)
    return "\n".join(filter(None, (_small(view.aside, TEXT_CHARS - len(text) - 1), text)))


def named(view: View, owner: str) -> str:
    """The same with the name of whom it is for in front."""
    name = f"<@{owner}> " if owner else ""
    return name + content(view)[: TEXT_CHARS - len(name)]


def _escaped(text: str) -> str:
    """Escape a text; where that makes it too long it keeps its words instead."""
    escaped = discord.utils.escape_markdown(LINK.sub(r"<\g<0>>", text))
    return escaped if len(escaped) <= TEXT_CHARS else text[:TEXT_CHARS]


def _small(text: str, room: int) -> str:
    """Small print, as far as there is room for it."""
    lines = [line.strip() for line in text.splitlines()]
    small = "\n".join(f"-# {_escaped(line)}" for line in lines if line)
    if len(small) > room:
        small = small[: max(room - 1, 0)].rstrip("\\")
        return f"{small}…" if small else ""
    return small
