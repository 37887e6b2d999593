"""/v1/images, :generateContent, OpenRouter's chat: a picture is the answer, when it is ready."""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.media.cache import MediaCache
from sandbox.orders.intake import Intake
from sandbox.orders.links import Links
from sandbox.orders.order import wait_seconds
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.images.answers import DrawnPictures, answer
from sandbox.protocols.images.bodies import read_edit, read_gemini, read_generation, read_over_chat
from sandbox.slow_response import ClientConnection, SlowResponse


class ImageRoutes:
    """Orders for pictures in all formats that answer with them."""

    def __init__(self, intake: Intake, cache: MediaCache) -> None:
        self._intake = intake
        self._cache = cache
        self.routes = [
            Route("/v1/images/generations", self.generate, methods=["POST"]),
            Route("/v1/images/edits", self.edit, methods=["POST"]),
        ]

    async def generate(self, request: Request) -> Response:
        """Take an order for pictures from words."""
        return await self._intake.take(request, read_generation, self._respond)

    async def edit(self, request: Request) -> Response:
        """Take an order for pictures from pictures."""
        read = partial(read_edit, request.headers.get("content-type", ""))
        return await self._intake.take(request, read, self._respond)

    async def over_chat(self, request: Request) -> Response:
        """Take an order as OpenRouter has it."""
        return await self._intake.take(request, read_over_chat, self._respond)

    async def gemini(self, request: Request) -> Response:
        """Take an order in Gemini's own format."""
        read = partial(read_gemini, request.path_params["model"])
        return await self._intake.take(request, read, self._respond)

    def _respond(self, parsed: ParsedRequest, links: Links) -> Response:
        return SlowResponse(partial(self._draw, parsed, links))

    async def _draw(
        self, parsed: ParsedRequest, links: Links, connection: ClientConnection
    ) -> None:
        """Draw, and be silent as long as drawing takes elsewhere."""
        order = parsed.order
        if "hang" in order.words:
            await connection.stay_silent()
        await asyncio.sleep(wait_seconds(order, self._intake.options))
        pictures = await self._cache.pictures(order)
        response = answer(DrawnPictures(order=order, links=links, pictures=pictures))
        await connection.open(response.status_code, {"content-type": "application/json"})
        await connection.write(bytes(response.body))
        await connection.close()
