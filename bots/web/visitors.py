"""Who looks at a page: the cookie says it, and what changes anything has to come from our pages.

A form carries a key that only the pages of its session have, besides the browser's word for
where it comes from. Cookies are for one area alone: a page of one never acts in the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from core.people.sessions import SESSION_SECONDS, Area, WebSession

if TYPE_CHECKING:
    from core.people.sessions import Sessions

FORM_KEY = "form-key"
"""The field of a form that shows that one of our pages has made it."""


class ForgedFormError(Exception):
    """A form was not made by a page of this session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who has signed in.

    Attributes:
        form_key: what their forms carry, see `FORM_KEY`.
    """

    session: WebSession
    form_key: str


async def visitor_of(request: Request, sessions: "Sessions", area: Area) -> Visitor | None:
    """Who asks for a page of that area; None for who has not signed in. Raises StorageError."""
    secret = secret_of(request, sessions.url(area), area)
    session = await sessions.find(secret)
    if session is None or session.area is not area:
        return None
    return Visitor(session=session, form_key=_form_key(secret))


def check_form(request: Request, form: Mapping[str, object], visitor: Visitor, url: str) -> None:
    """Raise ForgedFormError where a form was not sent from a page of ours, at that address."""
    said = form.get(FORM_KEY)
    is_ours = isinstance(said, str) and compare_digest(said.encode(), visitor.form_key.encode())
    if not (is_ours and is_from_us(request, url)):
        raise ForgedFormError


def is_from_us(request: Request, url: str) -> bool:
    """Whether a browser says that a page of ours at that address has sent this."""
    parts = urlsplit(url)
    return request.headers.getlist("origin") == [f"{parts.scheme}://{parts.netloc}"]


def remember(answer: Response, url: str, area: Area, secret: str) -> None:
    """Give a browser the cookie of a session."""
    give_cookie(answer, url, area, value=secret, seconds=int(SESSION_SECONDS))


def forget(answer: Response, url: str, area: Area) -> None:
    """Take it away again."""
    drop_cookie(answer, url, area)


def secret_of(request: Request, url: str, area: Area) -> str:
    """The cookie of a session as it came; "" without one, or where there are several."""
    return cookie_of(request, url, area)


def give_cookie(  # noqa: PLR0913 - all that a cookie is
    answer: Response, url: str, area: Area, *, name: str = "", value: str, seconds: int
) -> None:
    """Give a browser something for the pages of an area alone, which no script reads."""
    answer.set_cookie(
        _cookie(url, area, name),
        value,
        max_age=seconds,
        path=f"{urlsplit(url).path}/{area}",
        secure=_is_safe(url),
        httponly=True,
        samesite="strict",
    )


def drop_cookie(answer: Response, url: str, area: Area, name: str = "") -> None:
    """Take it away again."""
    answer.delete_cookie(
        _cookie(url, area, name),
        path=f"{urlsplit(url).path}/{area}",
        secure=_is_safe(url),
        httponly=True,
        samesite="strict",
    )


def cookie_of(request: Request, url: str, area: Area, name: str = "") -> str:
    """A cookie of that name, the session's own without one; "" where there is none, or several.

    Who has a page below the same domain can lay theirs beside ours, to have people use it.
    """
    pairs = (
        pair.strip().partition("=")
        for header in request.headers.getlist("cookie")
        for pair in header.split(";")
    )
    found = [value for key, _, value in pairs if key == _cookie(url, area, name)]
    return found[0] if len(found) == 1 else ""


def _cookie(url: str, area: Area, name: str = "") -> str:
    # With this prefix browsers take it over TLS alone.
    ours = "-".join(filter(None, ("cliprelay", area, name)))
    return f"__Secure-{ours}" if _is_safe(url) else ours


def _is_safe(url: str) -> bool:
    return url.startswith("https:")


def _form_key(secret: str) -> str:
    return sha256(f"form {secret}".encode()).hexdigest()
