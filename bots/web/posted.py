"""Forms as they come in: small, without files, and read as text."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

EVENT = "event"
"""The field of a form that names what it asks for: sent twice, it is done once."""
MOST_FIELDS = 20
_FIELD_BYTES = 10_000
_FORM_BYTES = 50_000
_TOO_MUCH = 413


async def posted(request: Request) -> Mapping[str, str]:
    """A form without files; raises HTTPException where it is larger than ours are, or none."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _FORM_BYTES:
        raise HTTPException(_TOO_MUCH)
    reading = request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=_FIELD_BYTES)
    try:
        async with reading as form:
            return {name: _text(value) for name, value in form.items() if isinstance(value, str)}
    except (MultiPartException, ClientDisconnect) as error:
        raise HTTPException(_TOO_MUCH) from error


def _text(value: str) -> str:
    # A form names its own encoding, and some let through what is no character.
    return value.encode(errors="ignore").decode()
