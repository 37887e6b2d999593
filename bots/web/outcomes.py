"""What has come of a form, told once by the page that is shown next.

It is in a cookie, signed with the session's own secret: not in the address, which others can make
up and logs keep, nor in the database, since a link to a result is known to its person alone.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest
from typing import TYPE_CHECKING

from bots.web.visitors import cookie_of, drop_cookie, give_cookie, secret_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from core.people.sessions import Area

_NAME = "said"
_SECONDS = 60
# Proxies give all headers of an answer 4 kB. Besides these two there are the others, and what a
# cookie has around what it says.
_HEADER_BYTES = 4096 - 1200
_MOST_BYTES = 1500
_DONE, _REFUSED = "+", "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOutcome:
    """What is said of a form, and whether what it asked for was done."""

    text: str
    is_done: bool


def note_outcome(
    answer: "Response", request: "Request", url: str, area: "Area", outcome: FormOutcome
) -> None:
    """Let the page that this leads to tell it; what is too long for that is cut."""
    told, text = outcome.text.encode(errors="replace"), outcome.text
    # Four bytes say three.
    room = min((_HEADER_BYTES - len(answer.headers.get("location", ""))) * 3 // 4, _MOST_BYTES)
    if len(told) > room:
        text = told[:room].decode(errors="ignore") + "…"
    # Written as it is: what would be escaped takes more room than it has.
    words = f"{_DONE if outcome.is_done else _REFUSED}{text}"
    said = urlsafe_b64encode(words.encode(errors="replace")).decode().rstrip("=")
    signed = f"{said}.{_signature(secret_of(request, url, area), said)}"
    give_cookie(answer, url, area, name=_NAME, value=signed, seconds=_SECONDS)


def outcome_of(request: "Request", url: str, area: "Area") -> FormOutcome | None:
    """What is to be told; None where there is nothing, or nothing that we have said here."""
    said, _, signature = cookie_of(request, url, area, _NAME).partition(".")
    ours = _signature(secret_of(request, url, area), said)
    if not said or not compare_digest(signature.encode(errors="replace"), ours.encode()):
        return None
    words = urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
    return FormOutcome(text=words[1:], is_done=words.startswith(_DONE))


def forget_outcome(answer: "Response", url: str, area: "Area") -> None:
    """It was told."""
    drop_cookie(answer, url, area, _NAME)


def _signature(secret: str, said: str) -> str:
    words = f"said {said}".encode(errors="replace")
    return digest(secret.encode(errors="replace"), words, sha256).hex()
