"""What goes on the wire inside a prompt: Seedance's options.

Our own are put there, other people's are taken out.

Source: docs/gateways.md, "Seedance creation".
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


def without_flags(prompt: str) -> str:
    """Take out what the gateway would read as options: they would change the price."""
    return _FLAG.sub("", prompt).strip()


def with_flags(prompt: str, flags: Mapping[str, str]) -> str:
    """Put options behind a prompt."""
    return " ".join(filter(None, (prompt, *(f"--{name} {flags[name]}" for name in flags))))
