"""POST /sora/v1/characters: somebody out of a video, to be called by name in prompts."""

import re
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.options import SandboxOptions
from sandbox.orders.intake import Intake
from sandbox.orders.ledger import Ledger
from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder, fraction_done
from sandbox.orders.refusals import RefusalError, invalid, openai_error
from sandbox.protocols.bodies import ParsedRequest

FIRST = ("brave", "calm", "fuzzy", "jolly", "lucky", "merry", "quiet", "witty")
SECOND = ("badger", "falcon", "gecko", "heron", "lemur", "otter", "panda", "walrus")
SPAN = re.compile(r"(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)")
LONGEST_SPAN = 3


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    timestamps: str
    url: str | None = None
    from_task: str | None = None


class CharacterRoutes:
    """Orders for characters."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.routes = [Route("/sora/v1/characters", self.create, methods=["POST"])]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with the character."""
        return await self._intake.take(request, self._read, _made)

    def _read(self, _: Models, raw: bytes) -> ParsedRequest:
        return read_character(raw, self._intake.ledger, self._intake.options)


def read_character(raw: bytes, ledger: Ledger, options: SandboxOptions) -> ParsedRequest:
    """Understand the body: exactly one of a link and a task that is over."""
    try:
        body = _Body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("model",):
            raise RefusalError(_no_such_path()) from None
        raise invalid(Kind.CHARACTER, f"{first['loc']}: {first['msg']}") from None
    _check_span(body.timestamps)
    if (body.url is None) == (body.from_task is None):
        raise invalid(Kind.CHARACTER, "exactly one of url and from_task is required")
    if body.from_task is not None:
        task = ledger.find_task(body.from_task)
        if task is None or fraction_done(task, options) < 1:
            raise invalid(Kind.CHARACTER, "from_task: no finished task has this id")
    source = body.url or body.from_task or ""
    order = PaidOrder(
        kind=Kind.CHARACTER, model="character", prompt=source, ratio="1:1", seconds=1, count=0
    )
    return ParsedRequest(order=order, pictures=())


def _check_span(timestamps: str) -> None:
    """Refuse what is no "start,end" of one to three seconds."""
    found = SPAN.fullmatch(timestamps)
    if found is None or not 1 <= float(found[2]) - float(found[1]) <= LONGEST_SPAN:
        raise invalid(Kind.CHARACTER, f"timestamps {timestamps!r}: 1 to {LONGEST_SPAN} seconds")


def _no_such_path() -> Response:
    message = "Invalid URL (POST /sora/v1/characters)"
    return openai_error(404, message, kind="invalid_request_error", code="")


def _made(parsed: ParsedRequest, _: Links) -> Response:
    order = parsed.order
    digest = sha256(order.prompt.encode()).digest()
    pair = f"{FIRST[digest[0] % len(FIRST)]}{SECOND[digest[1] % len(SECOND)]}"
    username = f"{pair}.{order.id[:6]}"
    page = f"https://sora.example/profile/{username}"
    return JSONResponse(
        {
            "id": f"ch_{order.id}",
            "username": username,
            "permalink": page,
            "profile_picture_url": f"{page}/picture?se=2030-01-01T00%3A00%3A00Z&sig=c2FuZGJveA",
        }
    )
