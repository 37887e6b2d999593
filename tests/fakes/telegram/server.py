"""Telegram on loopback: a Bot API server for the real client, and the people who use the bot."""

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, TypeVar

from aiogram.methods import (
    DeleteWebhook,
    GetUpdates,
    GetWebhookInfo,
    SendMediaGroup,
    SetWebhook,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.server import serve_app
from tests.fakes.telegram.chat import TelegramChat, TelegramUser
from tests.fakes.telegram.methods import HANDLERS, run
from tests.fakes.telegram.people import People
from tests.fakes.telegram.schema import (
    METHODS,
    BotApiError,
    Json,
    Method,
    ViolationError,
    parse,
)
from tests.fakes.telegram.wire import BodyTooLargeError, RequestBody, read_body

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 - the documentation's own
UPLOAD_BYTES = 50 << 20
PATIENCE_SECONDS = 90.0
Seen = TypeVar("Seen")


@dataclass(slots=True)
class TelegramCall:
    """A request to the Bot API; `status` is 0 until it was answered, `refused` says why not."""

    method: str
    at: float
    params: Json = field(default_factory=Json)
    status: int = 0
    refused: str = ""


@dataclass(slots=True)
class HeldAnswer:
    """Keeps an answer back: `reached` says that all was done, `release` lets the answer go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class TelegramPace:
    """At most so many writes to one chat in any so many seconds."""

    writes: int
    seconds: float


class TelegramServer(People):
    """The server, and everybody on it.

    Attributes:
        calls: every request, oldest first.
        violations: what no correct client would have sent.
        floods: the writes that were too many, beside those that a test refuses.
        endless: whether a download goes on for ever.
        group_flood: how much the bot may write; sends and edits together.
        draft_flood: how often it may show a draft in one chat.
    """

    def __init__(self, token: str = TOKEN) -> None:
        bot = TelegramUser(
            id=int(token.partition(":")[0]), name="Clips", username="clips_bot", is_bot=True
        )
        super().__init__(bot)
        self.token = token
        self.url = ""
        self.calls: list[TelegramCall] = []
        self.violations: list[str] = []
        self.floods: list[str] = []
        self.group_flood = TelegramPace(writes=20, seconds=60)
        self.private_flood = TelegramPace(writes=5, seconds=5)
        self.draft_flood = TelegramPace(writes=1, seconds=0.5)
        self.upload_bytes = UPLOAD_BYTES
        self.endless = False
        self._refusals: defaultdict[str, deque[BotApiError | None]] = defaultdict(deque)
        self._holds: defaultdict[str, deque[HeldAnswer]] = defaultdict(deque)
        self._held: list[HeldAnswer] = []

    def refuse(
        self,
        method: str,
        description: str,
        code: int = 400,
        *,
        parameters: Json | None = None,
        times: int = 1,
        after: int = 0,
        page: str = "",
        acts: bool = False,
    ) -> None:
        """Answer the next calls of that method so; `after` are let through before.

        With a `page` it is not Telegram that answers. What `acts` is done all the same.
        """
        refusal = BotApiError(description, code, parameters, page=page, acts=acts)
        self._refusals[method].extend([None] * after)
        self._refusals[method].extend([refusal] * times)

    def hold(self, method: str) -> HeldAnswer:
        """Keep the answer to the next call of that method back."""
        held = HeldAnswer()
        self._holds[method].append(held)
        self._held.append(held)
        return held

    def called(self, method: str) -> list[TelegramCall]:
        """The calls of that method."""
        return [call for call in self.calls if call.method == method]

    async def until(
        self, predicate: Callable[[], Seen], seconds: float = PATIENCE_SECONDS
    ) -> Seen:
        """Wait until it gives something true, and give that; it is asked at every change."""
        try:
            return await self._changed.until(predicate, seconds)
        except TimeoutError as error:
            error.add_note("The last calls:\n" + "\n".join(map(str, self.calls[-10:])))
            error.add_note(f"Violations: {self.violations}")
            raise

    @property
    def now(self) -> Callable[[], float]:
        """The clock of the limits and of every `at`; set another to let time pass."""
        return self.world.now

    @now.setter
    def now(self, clock: Callable[[], float]) -> None:
        self.world.now = clock

    @property
    def commands(self) -> dict[tuple[str, str], list[Json]]:
        """The menus that were set, by scope and language."""
        return self.world.commands

    def app(self) -> Starlette:
        """Everything that the client can reach."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download),
            ]
        )

    def close(self) -> None:
        """Let nobody wait any more."""
        self.inbox.close()
        for held in self._held:
            held.release.set()

    async def _answer(self, request: Request) -> Response:
        call = TelegramCall(method=request.path_params["method"], at=self.world.now())
        page = ""
        self.calls.append(call)
        try:
            told = {"ok": True, "result": await self._take(call, request)}
            status, headers = 200, {}
        except ViolationError as violation:
            self.violations += [f"{call.method}: {each}" for each in violation.complaints]
            told, status, headers = _refusal(BotApiError(f"Bad Request: {violation}"))
        except BotApiError as refusal:
            call.refused = refusal.description
            told, status, headers = _refusal(refusal)
            page = refusal.page
        self._changed.notify()
        if self._holds[call.method]:
            held = self._holds[call.method].popleft()
            held.reached.set()
            await held.release.wait()
        call.status = status
        self._changed.notify()
        if page:
            return HTMLResponse(page, status)
        return JSONResponse(told, status, headers)

    async def _take(self, call: TelegramCall, request: Request) -> Any:
        body = await self._read(call, request)
        if request.path_params["token"] != self.token:
            raise BotApiError("Unauthorized", 401)
        if "Rich" in call.method and not self.world.knows_rich:
            raise BotApiError("Not Found", 404)
        if call.method not in METHODS:
            self.violations.append(f"{call.method}: no such method")
            raise BotApiError("Not Found", 404)
        call.params, ask = parse(call.method, body.fields, body.uploads, self.world.on_disk)
        refusals = self._refusals[call.method]
        refusal = refusals.popleft() if refusals else None
        if refusal and not refusal.acts:
            raise refusal
        try:
            done = await self._do(call.method, ask)
            if refusal:
                raise refusal
            return done
        finally:
            for upload in body.uploads.values():
                upload.forget()

    async def _read(self, call: TelegramCall, request: Request) -> RequestBody:
        try:
            body = await read_body(request, self.upload_bytes)
        except BodyTooLargeError:
            raise BotApiError("Request Entity Too Large", 413) from None
        call.params = {**body.fields, **body.uploads}
        return body

    async def _do(self, method: str, ask: Method) -> Any:
        match ask:
            case GetUpdates():
                return await self.inbox.poll(ask)
            case SetWebhook():
                return self.inbox.set_webhook(ask)
            case DeleteWebhook():
                return self.inbox.delete_webhook(ask)
            case GetWebhookInfo():
                return self.inbox.describe_webhook()
            case _ if type(ask) not in HANDLERS:
                self.violations.append(f"{method}: the stand-in does not know it")
                raise BotApiError("Not Found", 404)
            case _:
                self._admit(method, ask)
                return run(self.world, ask)

    def _admit(self, method: str, ask: Method) -> None:
        """Refuse what a chat does not take (any more)."""
        if not method.startswith(("send", "edit")) or getattr(ask, "inline_message_id", None):
            return
        chat = self.world.chat(getattr(ask, "chat_id", None))
        if chat.forbidden:
            raise BotApiError(chat.forbidden, 403)
        if method.endswith("Draft"):
            self._count(chat, chat.draft_times, self.draft_flood, 1)
        elif method != "sendChatAction":
            flood = self.private_flood if chat.type == "private" else self.group_flood
            writes = len(ask.media) if isinstance(ask, SendMediaGroup) else 1
            self._count(chat, chat.written, flood, writes)

    def _count(
        self, chat: TelegramChat, written: deque[float], flood: TelegramPace, writes: int
    ) -> None:
        now = self.world.now()
        while written and written[0] <= now - flood.seconds:
            written.popleft()
        excess = len(written) + writes - flood.writes
        if excess > 0 and written:
            free_at = written[min(excess, len(written)) - 1] + flood.seconds
            retry_after = max(1, math.ceil(free_at - now))
            self.floods.append(f"{writes} to {chat.type} {chat.id}, {free_at - now:.3f} s early")
            raise BotApiError(
                f"Too Many Requests: retry after {retry_after}", 429, {"retry_after": retry_after}
            )
        written.extend([now] * writes)

    async def _download(self, request: Request) -> Response:
        path = request.path_params["path"]
        files = [file for file in self.world.files if file.data is not None]
        found = [file for file in files if f"/{path}".endswith(f"/{file.path}")]
        if request.path_params["token"] != self.token or not found:
            told, status, _ = _refusal(BotApiError("Not Found", 404))
            return JSONResponse(told, status)
        if self.endless:
            return StreamingResponse(repeat(bytes(1 << 16)), media_type=found[0].mime)
        return Response(found[0].data, media_type=found[0].mime)


@asynccontextmanager
async def telegram_server(
    token: str = TOKEN, *, strict: bool = True
) -> AsyncGenerator[TelegramServer]:
    """Serve while the block runs; unless it is not strict, violations fail at its end."""
    telegram = TelegramServer(token)
    async with serve_app(telegram.app()) as telegram.url:
        bringing = asyncio.create_task(telegram.inbox.bring())
        try:
            yield telegram
        finally:
            telegram.close()
            bringing.cancel()
            with suppress(asyncio.CancelledError):
                await bringing
    assert not (strict and telegram.violations), telegram.violations


def _refusal(refusal: BotApiError) -> tuple[Json, int, dict[str, str]]:
    told: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    told |= {"parameters": refusal.parameters} if refusal.parameters else {}
    seconds = (refusal.parameters or {}).get("retry_after")
    return told, refusal.code, {"Retry-After": str(seconds)} if seconds else {}
