"""/v1/images and :generateContent: a picture is the answer, when it is ready."""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.media.cache import Studio
from sandbox.orders.intake import Desk
from sandbox.orders.links import Links
from sandbox.orders.order import wait_seconds
from sandbox.protocols.bodies import Asked
from sandbox.protocols.images.answers import Drawn, answer
from sandbox.protocols.images.bodies import read_edit, read_gemini, read_generation
from sandbox.slow_response import Performance, Stage


class ImageDoor:
    """The door for pictures in both formats."""

    def __init__(self, desk: Desk, studio: Studio) -> None:
        self._desk = desk
        self._studio = studio
        self.routes = [
            Route("/v1/images/generations", self.generate, methods=["POST"]),
            Route("/v1/images/edits", self.edit, methods=["POST"]),
            Route("/v1beta/models/{model}:generateContent", self.gemini, methods=["POST"]),
        ]

    async def generate(self, request: Request) -> Response:
        """Take an order for pictures from words."""
        return await self._desk.take(request, read_generation, self._tell)

    async def edit(self, request: Request) -> Response:
        """Take an order for pictures from pictures."""
        read = partial(read_edit, request.headers.get("content-type", ""))
        return await self._desk.take(request, read, self._tell)

    async def gemini(self, request: Request) -> Response:
        """Take an order in Gemini's own format."""
        read = partial(read_gemini, request.path_params["model"])
        return await self._desk.take(request, read, self._tell)

    def _tell(self, asked: Asked, links: Links) -> Response:
        return Performance(partial(self._perform, asked, links))

    async def _perform(self, asked: Asked, links: Links, stage: Stage) -> None:
        """Draw, and be silent as long as drawing takes elsewhere."""
        order = asked.order
        if "hang" in order.words:
            await stage.stay_silent()
        await asyncio.sleep(wait_seconds(order, self._desk.options))
        pictures = await self._studio.pictures(order)
        response = answer(Drawn(order=order, links=links, pictures=pictures))
        await stage.open(response.status_code, {"content-type": "application/json"})
        await stage.write(bytes(response.body))
        await stage.close()
