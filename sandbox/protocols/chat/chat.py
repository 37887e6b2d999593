"""POST /v1/chat/completions: a video told as a chat answer."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from sandbox.media.cache import MediaCache
from sandbox.orders.intake import Intake
from sandbox.orders.links import Links
from sandbox.orders.order import Kind, wait_seconds
from sandbox.protocols.bodies import ParsedRequest, model_named
from sandbox.protocols.chat.bodies import read_chat
from sandbox.protocols.chat.edits import compose
from sandbox.protocols.chat.sender import TimedAnswer, stream, whole
from sandbox.slow_response import ClientConnection, SlowResponse


class ChatRoutes:
    """Orders over chat."""

    def __init__(
        self,
        intake: Intake,
        cache: MediaCache,
        openrouter_images: Callable[[Request], Awaitable[Response]],
    ) -> None:
        self._openrouter_images = openrouter_images
        self._intake = intake
        self._cache = cache

    async def create(self, request: Request) -> Response:
        """Take an order and answer how it goes, or with the picture itself: as the model does."""
        name = model_named(await request.body())
        if self._intake.models.knows(Kind.OPENROUTER_IMAGES, name):
            return await self._openrouter_images(request)
        return await self._intake.take(request, read_chat, self._respond)

    def _respond(self, parsed: ParsedRequest, links: Links) -> Response:
        order = parsed.order
        if order.picture and "inline" in order.words:
            return SlowResponse(partial(self._show, parsed, links))
        return SlowResponse(self._write(parsed, links))

    async def _show(
        self, parsed: ParsedRequest, links: Links, connection: ClientConnection
    ) -> None:
        """Draw first: the picture itself is a part of the answer."""
        picture = b64encode((await self._cache.pictures(parsed.order))[0]).decode()
        shown = replace(links, inline=f"data:image/png;base64,{picture}")
        await self._write(parsed, shown)(connection)

    def _write(
        self, parsed: ParsedRequest, links: Links
    ) -> Callable[[ClientConnection], Awaitable[None]]:
        timed = TimedAnswer(
            answer=compose(links, parsed.style),
            order=parsed.order,
            seconds=wait_seconds(parsed.order, self._intake.options),
        )
        send = stream if parsed.stream and not timed.answer.whole else whole
        return partial(send, timed)
