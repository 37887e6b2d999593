"""`POST /v1/audio/transcriptions`: speech as words.

Source: docs/gateways.md, "transcriptions".
"""

import asyncio
import mimetypes
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.catalog import SpeechModel
from core.dialects._faults import Circumstances, fault_of, is_html, refuse
from core.dialects._http import Creation, FilePart, MultipartForm, Wire, read_text
from core.dialects._json import dig, document
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError

TRANSCRIPTIONS = "transcriptions"
_PATH = "/v1/audio/transcriptions"
_CIRCUMSTANCES = Circumstances()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was said; `seconds` is how long it took, where the gateway tells."""

    text: str
    seconds: float | None = None


async def transcribe(
    endpoint: Endpoint, http: httpx.AsyncClient, model: SpeechModel, speech: Path
) -> Transcript:
    """Have a file listened to; this costs money.

    It is sent again only where the gateway cannot have accepted it.

    Raises:
        JobError: saying why there are no words.
    """
    content = await asyncio.to_thread(speech.read_bytes)
    mime = mimetypes.guess_type(speech.name)[0] or "application/octet-stream"
    file = FilePart(name="file", filename=speech.name, mime=mime, content=content)
    form = MultipartForm(texts={"model": model.wire or model.name}, files=(file,))
    async with Wire(endpoint, http).create(
        Creation(path=_PATH, body=form),
        idle_seconds=model.idle_seconds,
        circumstances=_CIRCUMSTANCES,
    ) as response:
        raw = await read_text(response)
    if is_html(raw):
        raise JobError(fault_of(raw, response.status_code))
    reply = document(raw)
    refuse(reply, _CIRCUMSTANCES)
    text = reply.get("text")
    if not isinstance(text, str):
        raise JobError(Fault(kind=FaultKind.BAD_PAYLOAD, maybe_billed=True))
    seconds = dig(reply, "usage.seconds")
    known = seconds if isinstance(seconds, int | float) else None
    return Transcript(text=text.strip(), seconds=known)
