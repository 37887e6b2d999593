"""`POST /sora/v1/characters`: makes a character out of a video, to be called in prompts.

Source: docs/gateways.md, "Making a character". It is synchronous and charged.
"""

import re
from dataclasses import dataclass, replace

import httpx

from core.dialects._faults import Circumstances, classify, fault_of, is_html, refuse
from core.dialects._http import Creation, Wire, read_text
from core.dialects._json import Json, document, mapping, text
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError, UserError

_CREATE = "/sora/v1/characters"
_IDLE_SECONDS = 300.0
_LEAST_SECONDS, _MOST_SECONDS = 1, 3
_UNAUTHORIZED = 401
_USERNAME = re.compile(r"[a-z0-9._]{1,100}")
# What shows a real person is refused, and the video is what showed it.
_CIRCUMSTANCES = Circumstances(has_images=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedCharacter:
    """Somebody who can be called into a video by `@username`.

    Attributes:
        permalink: a page for people; "" where the gateway names none.
    """

    id: str
    username: str
    permalink: str = ""


def check_span(start: float, end: float) -> None:
    """Raise UserError for a span that the gateway would not take."""
    if start < 0 or not _LEAST_SECONDS <= end - start <= _MOST_SECONDS:
        raise UserError("character-span", least=_LEAST_SECONDS, most=_MOST_SECONDS)


def payload(source: str, span: tuple[float, float]) -> Json:
    """The body of a creation. A field `model` would be a 404 at some relays."""
    is_link = source.startswith(("http://", "https://"))
    start, end = span
    return {"timestamps": f"{start:g},{end:g}", "url" if is_link else "from_task": source}


def answer(body: Json) -> CreatedCharacter:
    """Read the character that was made; without a name nobody could ever call it.

    Raises:
        JobError: AMBIGUOUS, it may exist all the same.
    """
    username = text(body.get("username")).strip().removeprefix("@")
    if not _USERNAME.fullmatch(username):
        raise JobError(Fault(kind=FaultKind.AMBIGUOUS, maybe_billed=True))
    link = text(body.get("permalink"))
    permalink = link if link.startswith("https://") else ""
    return CreatedCharacter(id=text(body.get("id")), username=username, permalink=permalink)


async def create_character(
    endpoint: Endpoint, http: httpx.AsyncClient, *, source: str, span: tuple[float, float]
) -> CreatedCharacter:
    """Make a character out of what a video shows between two seconds; this costs money.

    `source` is the id of a finished task, or a link to a video with sound in it.

    Raises:
        UserError: the span is too short or too long; nothing was sent.
        JobError: saying why there is none.
    """
    check_span(*span)
    wire = Wire(endpoint, http)
    creation = Creation(path=_CREATE, body=payload(source, span))
    try:
        async with wire.create(
            creation, idle_seconds=_IDLE_SECONDS, circumstances=_CIRCUMSTANCES
        ) as response:
            raw = await read_text(response)
    except JobError as error:
        raise JobError(_meant(error.fault), retry_after=error.retry_after) from error
    if is_html(raw):
        raise JobError(fault_of(raw, response.status_code))
    reply = document(raw)
    refuse(reply, _CIRCUMSTANCES)
    return answer(mapping(reply.get("data")) or reply)


def _meant(fault: Fault) -> Fault:
    """Tell a good key of the wrong group from a bad one: both are a 401 here."""
    if fault.http_status == _UNAUTHORIZED and classify(fault.reason) is FaultKind.UNKNOWN:
        return replace(fault, kind=FaultKind.PERMISSION)
    return fault
