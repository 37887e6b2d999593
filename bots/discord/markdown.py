"""Markdown as models write it, in the words that Discord knows of it. Pure."""

import re

from bots.discord.text import LINK
from core.messages.fences import fence_after
from core.messages.tables import with_drawn_tables

# What a phone shows of a line of code before it wraps is less, what a screen shows is more.
_TABLE_CELLS = 60
_CODE = "```"
_INVISIBLE = "\N{ZERO WIDTH SPACE}"
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_QUOTE = re.compile(r"(?: {0,3}>[ \t]?)+(.*)")
_ITEM = re.compile(r"([ \t]*)[-*+][ \t]+(?:\[([ xX])\][ \t]+)?(.*)")
_KNOWN_HEADINGS = 3
_ADDRESS = r"<?((?:[^()\s<>]|\([^()\s<>]*\))*)>?(?:[ \t]+(?:\"[^\"]*\"|'[^']*'))?[ \t]*"
_ESCAPED = re.compile(r"\\([^\w\s])")
_INLINE = re.compile(
    r"(?P<code>(?<!`)(`+)(?!`).+?(?<!`)\2(?!`))"
    r"|(?P<escaped>\\[^\w\s])"
    rf"|!?\[(?P<label>(?:\\.|[^\[\]\\])*)\]\({_ADDRESS}\)"
    r"|(?P<auto><(?:https?://|mailto:)[^\s<>]+>)"
    rf"|(?P<bare>{LINK.pattern})"
    r"|(?<!\w)__(?=\S)(?P<bold>(?:(?!__).)+?)(?<=\S)__(?!\w)"
    r"|(?P<spoiler>\|\|)"
    # What Discord would show as somebody's name, a channel, a time, a picture or a command.
    r"|(?P<named><(?=[@#]|a?:\w+:\d|t:-?\d|/[^<>:]+:\d|id:))"
)


def written(text: str) -> str:
    """A text of Markdown for Discord, which says the same.

    Tables and rules, deep headings, pictures and lists of tasks become what Discord can show; what
    Discord alone would take for a spoiler, small print or somebody's name stays what it is.
    Links have no previews.
    """
    lines, fence = list[str](), ""
    for line in with_drawn_tables(text, _TABLE_CELLS).split("\n"):
        before, fence = fence, fence_after(fence, line)
        if before and fence:
            # Discord ends code at the first three, however many have opened it.
            lines.append(line.replace(_CODE, _INVISIBLE.join(_CODE)))
        elif before or fence:
            lines.append(_fence(line))
        else:
            lines.append(_line(line))
    return "\n".join(lines)


def _fence(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    language = line.strip().lstrip("`~").split()
    return f"{indent}{_CODE}{language[0] if language else ''}"


def _line(line: str) -> str:
    if _RULE.fullmatch(line):
        return "───"
    if heading := _HEADING.fullmatch(line):
        marks, title = heading[1], _inline(heading[2])
        if len(marks) <= _KNOWN_HEADINGS:
            return f"{marks} {title}"
        return f"**{title.replace('**', '')}**" if title else ""
    if quote := _QUOTE.fullmatch(line):
        # Three together would quote all that follows.
        return f"> {_line(quote[1])}"
    if item := _ITEM.fullmatch(line):
        task = {None: "", " ": "☐ "}.get(item[2], "☑ ")
        return f"{item[1]}- {task}{_inline(item[3])}"
    return _inline(f"\\{line}" if line.startswith("-# ") else line)


def _inline(text: str) -> str:
    return _INLINE.sub(_known, text)


def _known(found: re.Match[str]) -> str:
    if found["label"] is not None:
        return _link(found["label"], found[5])
    if found["bare"]:
        return f"<{found['bare']}>"
    if found["bold"]:
        return f"**{_inline(found['bold'])}**"
    if found["spoiler"]:
        return r"\|\|"
    if found["named"]:
        return r"\<"
    return found[0]


def _link(label: str, url: str) -> str:
    if not url.startswith(("https://", "http://")):
        # Discord opens nothing else, and would show the brackets.
        return f"{_inline(label)} ({url})" if label else url
    if not label or _ESCAPED.sub(r"\1", label) == url:
        return f"<{url}>"
    # Nor does it take an address for the name of one.
    name = re.sub("https?://", "", label).replace("||", r"\|\|")
    return f"[{name}](<{url}>)"
