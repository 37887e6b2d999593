"""Plain text as Discord shows it unchanged: without its markdown and its previews of links."""

import re

import discord

TEXT_CHARS = 2000
_LINK = re.compile(r"https?://[^\s<>]*[^\s<>.,:;!?\"')\]]")


def content(text: str) -> str:
    """Escape a text; where that makes it too long it keeps its words instead."""
    escaped = discord.utils.escape_markdown(_LINK.sub(r"<\g<0>>", text))
    return escaped if len(escaped) <= TEXT_CHARS else text[:TEXT_CHARS]


def named(text: str, owner: str) -> str:
    """The same with the name of whom it is for in front."""
    name = f"<@{owner}> " if owner else ""
    return name + content(text)[: TEXT_CHARS - len(name)]
