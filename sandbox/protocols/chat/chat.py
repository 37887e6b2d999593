"""POST /v1/chat/completions: a video told as a chat answer."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.media.cache import Studio
from sandbox.orders.intake import Desk
from sandbox.orders.links import Links
from sandbox.orders.order import wait_seconds
from sandbox.protocols.bodies import Asked, read_chat
from sandbox.protocols.chat.edits import dialect_of, write_script
from sandbox.protocols.chat.player import Play, stream, whole
from sandbox.protocols.chat.script import Story
from sandbox.slow_response import Performance, Stage


class ChatDoor:
    """The door for orders over chat."""

    def __init__(self, desk: Desk, studio: Studio) -> None:
        self._desk = desk
        self._studio = studio
        self.routes = [Route("/v1/chat/completions", self.create, methods=["POST"])]

    async def create(self, request: Request) -> Response:
        """Take an order and tell how it goes."""
        return await self._desk.take(request, read_chat, self._tell)

    def _tell(self, asked: Asked, links: Links) -> Response:
        order = asked.order
        if order.picture and "inline" in order.words:
            return Performance(partial(self._show, asked, links))
        return Performance(self._act(asked, links))

    async def _show(self, asked: Asked, links: Links, stage: Stage) -> None:
        """Draw first: the picture itself is a part of the story."""
        picture = b64encode((await self._studio.pictures(asked.order))[0]).decode()
        shown = replace(links, inline=f"data:image/png;base64,{picture}")
        await self._act(asked, shown)(stage)

    def _act(self, asked: Asked, links: Links) -> Callable[[Stage], Awaitable[None]]:
        story = Story(order=asked.order, links=links)
        play = Play(
            script=write_script(story),
            dialect=dialect_of(story),
            order=asked.order,
            seconds=wait_seconds(asked.order, self._desk.options),
        )
        perform = stream if asked.stream and not play.script.whole else whole
        return partial(perform, play)
