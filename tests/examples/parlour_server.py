"""The parlour itself, on loopback, and whoever sits in its one room."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.server import serve_app
from tests.examples.parlour.adapter import ParlourEvent
from tests.fakes.change_signal import ChangeSignal

TOKEN = "a-word-at-the-door"  # noqa: S105 - nobody's
ROOM, GALLERY = "#films", "#gallery"
ADA, EVE = "@ada", "@eve"
_POLL_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParlourMessage:
    """A message as it stands in the room; `buttons` are what they say, by their data."""

    room: str
    only_for: str
    text: str
    buttons: dict[str, str]
    files: tuple[str, ...]


@dataclass(slots=True)
class ParlourServer:
    """Keeps all, also while the bot is away.

    Attributes:
        history: what each message of the bot's has been, by its name.
        refusals: the answers to the next requests of the bot's.
        done: the last event that the bot has dealt with.
    """

    language: str = "en"
    url: str = ""
    events: list[ParlourEvent] = field(default_factory=list[ParlourEvent])
    history: dict[str, list[ParlourMessage]] = field(
        default_factory=dict[str, list[ParlourMessage]]
    )
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    refusals: list[Response] = field(default_factory=list[Response])
    changed: ChangeSignal = field(default_factory=ChangeSignal)
    done: int = 0

    def say(self, text: str, *pictures: bytes) -> None:
        """Ada writes something."""
        names = [uuid4().hex for _ in pictures]
        self.files.update(zip(names, pictures, strict=True))
        self._happen(text=text, pictures=tuple(names))

    def press(self, data: str, user: str = ADA) -> None:
        """Somebody presses the button with that behind it."""
        self._happen(data=data, user=user)

    def repeat(self) -> None:
        """Forget that the last event was done, as after a broken connection."""
        self.done = self.events[-1].number - 1
        self.changed.notify()

    def _happen(
        self, *, user: str = ADA, text: str = "", data: str = "", pictures: tuple[str, ...] = ()
    ) -> None:
        number = len(self.events) + 1
        event = ParlourEvent(
            number=number,
            room=ROOM,
            user=user,
            language=self.language,
            message=f"theirs-{number}",
            text=text,
            data=data,
            pictures=pictures,
        )
        self.events.append(event)
        self.changed.notify()

    def routes(self) -> list[Route]:
        return [
            Route("/events", self._tell),
            Route("/files", self._keep, methods=["POST"]),
            Route("/files/{name}", self._lend),
            Route("/rooms/{room}/{name}", self._write, methods=["PUT"]),
        ]

    async def _tell(self, request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {TOKEN}":
            return PlainTextResponse("who are you?", 401)
        self.done = max(self.done, int(request.query_params["done"]))
        self.changed.notify()
        try:
            news = await self.changed.until(self._news, _POLL_SECONDS)
        except TimeoutError:
            news = []
        return JSONResponse([event.model_dump(mode="json") for event in news])

    def _news(self) -> list[ParlourEvent]:
        return [event for event in self.events if event.number > self.done]

    async def _keep(self, request: Request) -> Response:
        name = uuid4().hex
        self.files[name] = await request.body()
        return PlainTextResponse(name)

    async def _lend(self, request: Request) -> Response:
        return Response(self.files[request.path_params["name"]])

    async def _write(self, request: Request) -> Response:
        if self.refusals:
            return self.refusals.pop(0)
        body, name = await request.json(), request.path_params["name"]
        message = ParlourMessage(
            room=f"#{request.path_params['room']}",
            only_for=body["only_for"],
            text=body["text"],
            buttons={button["data"]: button["label"] for button in body["buttons"]},
            files=tuple(body["files"]),
        )
        self.history.setdefault(name, []).append(message)
        self.changed.notify()
        return PlainTextResponse(name)


@asynccontextmanager
async def parlour_server(language: str = "en") -> AsyncGenerator[ParlourServer]:
    """Serve while the block runs."""
    server = ParlourServer(language)
    async with serve_app(Starlette(routes=server.routes())) as url:
        server.url = url
        yield server
