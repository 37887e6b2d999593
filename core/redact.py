"""Makes other people's text safe to show and log: no secrets, no markup, no mentions."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote as percent_encode

_TAGS = re.compile(r"<(style|script|title)\b.*?</\1>|<[^<>]{0,500}>", re.DOTALL | re.IGNORECASE)
# Control signs, what is invisible, what turns the direction of writing, halves of characters.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
# No key and no signature has one of these, so none is cut in two between them.
_SEAM = re.compile(r"[\s<>()\"']")
_KEY = re.compile(r"\b(sk|hk|ak|xai)-[A-Za-z0-9_*-]{6,}", re.IGNORECASE)
_PREFIX = re.compile(r"(?:sk|hk|ak|xai)-", re.IGNORECASE)
# Those of Google and of Replicate, and an id with its secret behind the word of their scheme.
_FORMED_KEY = re.compile(r"\b(?:AIza[\w-]{20,}|r8_[A-Za-z0-9]{20,})")
_PAIRED_KEY = re.compile(r"\b(Key)\s+[\w-]{6,}:[\w-]{6,}", re.IGNORECASE)
_BEARER = re.compile(r"\b(Bearer)\s+[^\s\"',;]{6,}", re.IGNORECASE)
_NAMED_KEY = re.compile(
    r"((?:api.?key|token|令牌|密钥)\\{0,8}[\"']?(?:\s+provided)?\s*[:：]\s*\\{0,8}[\"']?)[\w*.-]{16,}",
    re.IGNORECASE,
)
# Tokens of bots, as chat platforms issue them.
_NUMBERED_TOKEN = re.compile(r"(?<!\d)\d{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
_DOTTED_TOKEN = re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}")
# Name and password before a host, as proxies have them.
_USER = re.compile(r"(://)[^/\s\"'<>@]+@")
_INTERACTION = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.%-]{20,}")
_SIGNATURE = re.compile(
    r"((?:X-Tos-Signature|X-Amz-Signature|X-Tos-Credential|X-Amz-Credential|Signature|sig|token|key)=)"
    r"[^&\s\"'<>)]+",
    re.IGNORECASE,
)
# What a gateway calls us by: who knows it can call.
_HOOK = re.compile(r"(\bhooks?\\?/)[\w.~%-]{8,}", re.IGNORECASE)
# Whoever knows the end of such an address sees the result that it shows, signs in, or fetches a
# file: 32 bytes as base64.
_PAGE = re.compile(r"(/(?:v|in|lent)\\?/)[\w-]{43}(?![\w-])")
# Who knows the id of a task at this place sees its video.
_TASK_PAGE = re.compile(
    r"(asyncdata\.net/(?:web|source|api/share|share)/)[^\s<>\"'`\[\]()]+", re.IGNORECASE
)
_DATA_URI = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=_-]+")
_MENTION = re.compile(r"@(?=\w)")

# Shorter ones would be found in the middle of words.
_LEAST_SECRET_CHARS = 8


@dataclass(slots=True)
class _Known:
    """The secrets of this process itself: keys may have any form, a UUID for example."""

    secrets: set[str] = field(default_factory=set[str])
    pattern: re.Pattern[str] = re.compile(r"(?!)")


_KNOWN = _Known()

LIMIT = 500


def know(*secrets: str) -> None:
    """Take these out of all texts from now on, as they are and as they stand in addresses."""
    known = {secret.strip() for secret in secrets}
    known = {secret for secret in known if len(secret) >= _LEAST_SECRET_CHARS}
    if known <= _KNOWN.secrets:
        return
    _KNOWN.secrets |= known
    forms = {form for each in _KNOWN.secrets for form in (each, percent_encode(each, safe=""))}
    # The longest first: one may begin like another.
    longest = sorted(forms, key=len, reverse=True)
    _KNOWN.pattern = re.compile("|".join(map(re.escape, longest)), re.IGNORECASE)


def _mask(match: re.Match[str]) -> str:
    prefix = _PREFIX.match(match[0])
    return f"{prefix[0]}***" if prefix else "***"


def redact(text: str) -> str:
    """Take keys, tokens and signatures out: our own, and whatever looks like one."""
    text = _KNOWN.pattern.sub(_mask, text)
    text = _KEY.sub(r"\1-***", text)
    text = _FORMED_KEY.sub("***", text)
    text = _PAIRED_KEY.sub(r"\1 ***", text)
    text = _BEARER.sub(r"\1 ***", text)
    text = _NAMED_KEY.sub(r"\1***", text)
    text = _NUMBERED_TOKEN.sub("***", text)
    text = _DOTTED_TOKEN.sub("***", text)
    text = _USER.sub(r"\1", text)
    text = _INTERACTION.sub(r"\1***", text)
    text = _HOOK.sub(r"\1***", text)
    text = _PAGE.sub(r"\1***", text)
    text = _TASK_PAGE.sub(r"\1***", text)
    text = _DATA_URI.sub("data:***", text)
    return _SIGNATURE.sub(r"\1***", text)


def beginning(text: str, most: int) -> str:
    """So many characters at most of what is not redacted yet: no secret is cut in two.

    Only what has no gap at all, like base64, is cut anywhere.
    """
    if len(text) <= most:
        return text
    seams = [found.end() for found in _SEAM.finditer(text, 0, most)]
    return text[: seams[-1]] if seams else text[:most]


def printable(text: str) -> str:
    """Spell out what would steer a terminal, or is not seen there; lines stay lines."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text).replace("\r", "\\r")


def one_line(text: str) -> str:
    """Somebody's words as a part of a line: they begin no other line, and turn nothing around."""
    return " ".join(printable(text).split())


def quote(text: str, limit: int = LIMIT) -> str:
    """Trim a provider's words to one line that can be shown to a user."""
    plain = _CONTROL.sub("", _TAGS.sub(" ", beginning(text, limit * 40)))
    plain = _SPACE.sub(" ", redact(plain)).strip()
    # A zero-width space keeps a gateway's text from calling people.
    plain = _MENTION.sub("@\u200b", plain)
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"
