"""/v1/audio/transcriptions: says how long it has listened."""

import io
from dataclasses import dataclass
from functools import partial

import av
from av.error import FFmpegError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.forms import read_form
from sandbox.orders.intake import Intake
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import invalid
from sandbox.protocols.bodies import ParsedRequest
from sandbox.slow_response import ClientConnection, SlowResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSpeech(ParsedRequest):
    """Speech that was understood."""

    seconds: float


class SpeechRoutes:
    """Any model listens."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.routes = [Route("/v1/audio/transcriptions", self.listen, methods=["POST"])]

    async def listen(self, request: Request) -> Response:
        """Words in the file's name do what they do in a prompt."""
        content_type = request.headers.get("content-type", "")
        return await self._intake.take(request, partial(_read, content_type), _respond)


def _read(content_type: str, _: Models, raw: bytes) -> ParsedSpeech:
    parts = {part.name: part for part in read_form(content_type, raw)}
    if "model" not in parts or "file" not in parts or not parts["file"].filename:
        raise invalid(Kind.TALK, "model and file are required")
    file = parts["file"]
    order = PaidOrder(
        kind=Kind.TALK, model=parts["model"].text, prompt=file.filename, ratio="1:1", seconds=0
    )
    return ParsedSpeech(order=order, pictures=(), stream=False, seconds=_seconds(file.content))


def _seconds(content: bytes) -> float:
    try:
        with av.open(io.BytesIO(content), "r") as sound:
            if not sound.streams.audio:
                raise invalid(Kind.TALK, "there is no sound in the file")
            return (sound.duration or 0) / av.time_base
    except FFmpegError as error:
        raise invalid(Kind.TALK, "Invalid file format.") from error


def _respond(parsed: ParsedSpeech, _: object) -> Response:
    if "hang" in parsed.order.words:
        return SlowResponse(ClientConnection.stay_silent)
    seconds = round(parsed.seconds, 1)
    words = f"I heard {seconds} seconds."
    if "order" in parsed.order.words:
        words = "please make_image of a cat"
    text = "" if "silent" in parsed.order.words else words
    return JSONResponse({"text": text, "usage": {"type": "duration", "seconds": seconds}})
