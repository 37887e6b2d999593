"""Puts the gateway together: the routes of all protocols, one ledger behind them."""

import re
from collections.abc import Iterator
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.lists import ListRoutes
from sandbox.media.cache import MediaCache
from sandbox.media.cdn import CdnRoutes
from sandbox.options import SandboxOptions
from sandbox.orders.catalog import load_models
from sandbox.orders.chats import load_chats, speech_names
from sandbox.orders.intake import Intake
from sandbox.orders.ledger import Ledger
from sandbox.orders.models import Models
from sandbox.orders.refusals import CONSOLE_PAGE, unplayable
from sandbox.protocols.characters import CharacterRoutes
from sandbox.protocols.chat.chat import ChatRoutes
from sandbox.protocols.chat.follow import FollowRoutes
from sandbox.protocols.images.images import ImageRoutes
from sandbox.protocols.live.comfyui import ComfyRoutes
from sandbox.protocols.live.fal import FalRoutes
from sandbox.protocols.live.openrouter import OPENROUTER
from sandbox.protocols.live.protocols import ALONE
from sandbox.protocols.live.routes import LiveRoutes
from sandbox.protocols.live.xai import XAI
from sandbox.protocols.seedance.seedance import SeedanceRoutes
from sandbox.protocols.talk.speech import SpeechRoutes
from sandbox.protocols.talk.talk import TalkRoutes
from sandbox.protocols.tasks.tasks import TaskRoutes
from sandbox.protocols.videos.videos import VideoRoutes

API_PATH = re.compile(r"/v\d")


def build(options: SandboxOptions) -> Starlette:
    """The gateway as an ASGI application; reads the ledger of an earlier process."""
    ledger = Ledger(options.state_dir)
    models = load_models(options.models)
    chats = load_chats(options.chats)
    speeches = speech_names(options.speeches)
    cache = MediaCache(options, ledger)
    intake = Intake(options, ledger, models, cache.begin if options.renders_ahead else None)
    images = ImageRoutes(intake, cache)
    chat = ChatRoutes(intake, cache, images.over_chat)
    routes = [
        # Before the others, which would take "models" for the name of a task or a model.
        *ListRoutes(models, chats, speeches).routes,
        # Two protocols of answers share their address with what makes media.
        *TalkRoutes(intake, chats, chat.create, images.gemini).routes,
        *SpeechRoutes(intake).routes,
        *TaskRoutes(intake).routes,
        *_videos(intake, cache),
        *(route for each in ALONE for route in LiveRoutes(intake, each).routes),
        *CharacterRoutes(intake).routes,
        *images.routes,
        *ComfyRoutes(intake, cache).routes,
        *SeedanceRoutes(intake).routes,
        *FollowRoutes(intake).routes,
        *CdnRoutes(intake, cache).routes,
        *InspectionRoutes(intake).routes,
        *FalRoutes(intake).routes,
    ]
    unknown = partial(wrong_address, models)
    nowhere = {404: unknown, 405: unknown}
    app = Starlette(routes=routes, exception_handlers=nowhere)
    app.router.redirect_slashes = False
    return app


def _videos(intake: Intake, cache: MediaCache) -> Iterator[BaseRoute]:
    """Three protocols that share addresses: the model, or the order, says which one is meant."""
    videos = VideoRoutes(intake, cache)
    xai = LiveRoutes(intake, XAI, {"GET": videos.query})
    openrouter = LiveRoutes(intake, OPENROUTER, {"POST": videos.create, "GET": xai.look})
    yield from (*openrouter.routes, *xai.routes, *videos.routes)


class InspectionRoutes:
    """What a test or an operator may look at behind the scenes; no gateway has this."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.routes = [
            Route("/sandbox/ledger", self.ledger),
            Route("/sandbox/requests", self.requests),
        ]

    async def ledger(self, _: Request) -> Response:
        """Every paid creation, oldest first."""
        return JSONResponse([order.model_dump(mode="json") for order in self._intake.ledger])

    async def requests(self, _: Request) -> Response:
        """The last creation bodies, paid or refused, oldest first."""
        return JSONResponse(list(self._intake.requests))


async def wrong_address(models: Models, request: Request, _: Exception) -> Response:
    """JSON under /v1 and its like; everywhere else the console, with 200, as real gateways do.

    Who asks there for a model of a protocol that nobody here speaks is told so.
    """
    path = request.url.path
    if protocol := _unspoken(models, f"{path} {(await request.body()).decode(errors='replace')}"):
        return unplayable(protocol)
    if not API_PATH.match(path):
        return HTMLResponse(CONSOLE_PAGE)
    message = f"Invalid URL ({request.method} {path})"
    error = {"message": message, "type": "invalid_request_error", "param": "", "code": ""}
    return JSONResponse({"error": error}, 404)


def _unspoken(models: Models, text: str) -> str | None:
    """The protocol of the model that a request names, if only others can speak it."""
    for name, protocol in models.unplayable.items():
        if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text):
            return protocol
    return None
