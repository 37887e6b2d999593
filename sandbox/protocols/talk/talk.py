"""/v1/chat/completions, /v1/responses, :generateContent and /v1/completions, answered in words."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from json import loads
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.orders.chats import Chats
from sandbox.orders.intake import Intake
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder, wait_seconds
from sandbox.orders.refusals import RefusalError, compact, invalid, no_channel
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.chat.sender import JSON_HEADERS, STREAM_HEADERS
from sandbox.protocols.talk.frames import ERROR, WIRES
from sandbox.protocols.talk.questions import AskedQuestion, Json, check, read_question
from sandbox.protocols.talk.replies import TalkReply, compose
from sandbox.slow_response import ClientConnection, SlowResponse

# Words come quicker than videos.
QUICKER = 6
Handle = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuestion(ParsedRequest):
    """A question that was understood."""

    dialect: str
    question: AskedQuestion


class TalkRoutes:
    """Questions over four protocols; two of them share their address with what makes media."""

    def __init__(
        self, intake: Intake, chats: Chats, over_chat: Handle, over_gemini: Handle
    ) -> None:
        self._intake = intake
        self._chats = chats
        self._over_chat = over_chat
        self._over_gemini = over_gemini
        post = ["POST"]
        gemini = "/v1beta/models/{model}"
        self.routes = [
            Route("/v1/chat/completions", self.chat, methods=post),
            Route("/v1/responses", partial(self._answer, "responses"), methods=post),
            Route("/v1/completions", partial(self._answer, "completions"), methods=post),
            Route(f"{gemini}:generateContent", self.gemini, methods=post),
            Route(f"{gemini}:streamGenerateContent", self.gemini_stream, methods=post),
        ]

    async def chat(self, request: Request) -> Response:
        """Answer, or make a video or picture: the model decides."""
        if ("chat_completions", _name(await request.body())) in self._chats:
            return await self._answer("chat_completions", request)
        return await self._over_chat(request)

    async def gemini(self, request: Request) -> Response:
        """Answer, or make a picture: the model decides."""
        if ("gemini_text", request.path_params["model"]) in self._chats:
            return await self._answer("gemini_text", request)
        return await self._over_gemini(request)

    async def gemini_stream(self, request: Request) -> Response:
        """Answer piece by piece."""
        return await self._answer("gemini_text", request)

    async def _answer(self, dialect: str, request: Request) -> Response:
        read = partial(self._read, dialect, request)
        return await self._intake.take(request, read, self._respond)

    def _read(self, dialect: str, request: Request, _: Models, raw: bytes) -> ParsedQuestion:
        name = request.path_params.get("model") or _name(raw)
        table = self._chats.get((dialect, name))
        if table is None:
            raise RefusalError(no_channel(name))
        stream = request.url.path.endswith(":streamGenerateContent")
        question = read_question(dialect, _body(raw), stream=stream)
        if table.thinking_suffix and name.endswith(table.thinking_suffix):
            question = replace(question, thinks=True)
        check(question, table)
        order = PaidOrder(
            kind=Kind.TALK,
            model=name,
            prompt=question.prompt,
            ratio="1:1",
            seconds=0,
            images=question.pictures,
        )
        return ParsedQuestion(
            order=order, pictures=(), stream=question.stream, dialect=dialect, question=question
        )

    def _respond(self, parsed: ParsedQuestion, _: object) -> Response:
        return SlowResponse(partial(self._write, parsed))

    async def _write(self, parsed: ParsedQuestion, connection: ClientConnection) -> None:
        reply = compose(parsed.question, parsed.order)
        seconds = wait_seconds(parsed.order, self._intake.options) / QUICKER
        send = _stream if parsed.stream else _whole
        await send(parsed, reply, seconds, connection)


async def _stream(
    parsed: ParsedQuestion, reply: TalkReply, seconds: float, connection: ClientConnection
) -> None:
    """Send frame by frame, on the clock of the first moment: lateness never adds up."""
    frames = list(WIRES[parsed.dialect].frames(reply, parsed.order))
    await connection.open(200, STREAM_HEADERS)
    now = asyncio.get_running_loop().time
    start = now()
    for nth, frame in enumerate(frames, 1):
        wait = start + seconds * nth / len(frames) - now()
        if wait > 0:
            await asyncio.sleep(wait)
        size = 1 if "bytes" in parsed.order.words else len(frame)
        for at in range(0, len(frame), size):
            await connection.write(frame[at : at + size])
    await _end(reply, connection)


async def _whole(
    parsed: ParsedQuestion, reply: TalkReply, seconds: float, connection: ClientConnection
) -> None:
    await asyncio.sleep(seconds)
    failed = reply.ending == "error"
    body = {"error": ERROR} if failed else WIRES[parsed.dialect].whole(reply, parsed.order)
    if reply.ending in ("cut", "hang"):
        await _end(reply, connection)
    await connection.open(500 if failed else 200, JSON_HEADERS)
    await connection.write(compact(body))
    await connection.close()


async def _end(reply: TalkReply, connection: ClientConnection) -> None:
    match reply.ending:
        case "cut":
            await connection.hang_up()
        case "hang":
            await connection.stay_silent()
        case _:
            await connection.close()


def _body(raw: bytes) -> Json:
    try:
        body = cast("object", loads(raw))
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid(Kind.TALK, "the body is no JSON object")
    return cast("Json", body)


def _name(raw: bytes) -> str:
    try:
        name = _body(raw).get("model")
    except RefusalError:
        return ""
    return name if isinstance(name, str) else ""
