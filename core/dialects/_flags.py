"""What goes on the wire inside a prompt: Seedance's options, and the names of characters.

Our own options are put there, other people's are taken out; a name needs space around it.

Source: docs/gateways.md, "Seedance creation", "Characters in prompts".
"""

import re
from collections.abc import Mapping

_NAMES = (
    "resolution|rs|ratio|rt|duration|dur|frames|framespersecond|fps|seed|camera_?fixed|cf"
    "|watermark|wm"
)
_VALUE = r"(?:\s*[=:：＝]\s*|\s+)(?:[+-]?\d[\w.:]*|(?:true|false|adaptive|keep_ratio)\b)"
# What a keyboard or a chat makes of two hyphens. One long dash is prose unless a value follows.
_DASH = r"\-\u2010-\u2015\u2212\uFE58\uFE63\uFF0D"
_FLAG = re.compile(
    rf"(?<!\s)\s*(?<![{_DASH}])"
    rf"(?:[{_DASH}]{{2,}}(?:{_NAMES})(?!\w|-\w)(?:{_VALUE})?|[\u2013-\u2015](?:{_NAMES}){_VALUE})",
    re.IGNORECASE,
)
# Possessive, or half a name would be one too; a full stop behind it ends the sentence.
_NAME = r"(?<![A-Za-z0-9._%+-])@[A-Za-z0-9_]++(?:\.[A-Za-z0-9_]++)*+"
_GLUED = re.compile(rf"(?<=\S)(?={_NAME})|(?P<name>{_NAME})(?=\S)")


def without_flags(prompt: str) -> str:
    """Take out what the gateway would read as options: they would change the price."""
    return _FLAG.sub("", prompt).strip()


def with_flags(prompt: str, flags: Mapping[str, str]) -> str:
    """Put options behind a prompt."""
    return " ".join(filter(None, (prompt, *(f"--{name} {flags[name]}" for name in flags))))


def separate_names(prompt: str) -> str:
    """Put a space on both sides of each `@username`, or the gateway does not see it."""
    return _GLUED.sub(lambda found: f"{found['name'] or ''} ", prompt)
