"""Buttons as platforms keep them: a short text under a message, which survives restarts.

"remix?of=7f3a&prompt" gives the option `of` and asks for the option `prompt`.
"""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from core.i18n import Locale, translate
from core.platform import Button

# How buttons were written that still stand under older messages, as "remix:7f3a": the command, the
# option that the argument is, and the one that is asked for.
_EARLIER: Mapping[str, tuple[str, str, str]] = {
    "cancel": ("cancel", "job", ""),
    "confirm": ("confirm", "job", ""),
    "retry": ("retry", "job", ""),
    "again": ("again", "job", ""),
    "remix": ("remix", "of", "prompt"),
    "share": ("share", "of", "place"),
    "share-to": ("share", "of", "place"),
}


def pack(button: Button) -> str:
    """All that a button does, without its label."""
    # Not JSON: some platforms keep 64 bytes, and a job's id alone has 32.
    parts = [f"{name}={quote(value, safe='')}" for name, value in button.given.items()]
    return f"{button.command}?{'&'.join([*parts, button.asks] if button.asks else parts)}"


def unpack(text: str) -> Button:
    """The button that was packed, by this version or by an earlier one."""
    command, mark, rest = text.partition("?")
    if not mark:
        return _earlier(text)
    given: dict[str, str] = {}
    asks = ""
    for part in filter(None, rest.split("&")):
        name, is_given, value = part.partition("=")
        if is_given:
            given[name] = unquote(value)
        else:
            asks = name
    return Button(label="", command=command, given=given, asks=asks)


def _earlier(text: str) -> Button:
    name, _, argument = text.partition(":")
    if name not in _EARLIER:
        return Button(label="", command=name)
    command, option, asks = _EARLIER[name]
    return Button(label="", command=command, given={option: argument}, asks=asks)


def send_button(broadcast_id: str, chats: int, locale: Locale) -> Button:
    """Sends a broadcast to so many chats."""
    label, given = translate(locale, "button-send", chats=chats), {"of": broadcast_id}
    return Button(label=label, command="send", given=given, style="primary")


def halt_button(broadcast_id: str, locale: Locale) -> Button:
    """Stops a broadcast."""
    label, given = translate(locale, "button-halt"), {"of": broadcast_id}
    return Button(label=label, command="halt", given=given, style="danger")


def unshare_button(job_id: str, locale: Locale) -> Button:
    """Takes all links to a result back."""
    label, given = translate(locale, "button-unshare"), {"of": job_id}
    return Button(label=label, command="unshare", given=given, style="danger")
