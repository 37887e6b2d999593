"""Updates that Telegram brings to our own HTTP server, instead of being asked for them."""

import logging
import secrets
from json import loads
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.telegram.client import as_update
from bots.telegram.connection import Webhook
from bots.telegram.intake import UpdateIntake
from core.errors import StorageError

log = logging.getLogger(__name__)

_HEADER = "x-telegram-bot-api-secret-token"
_BODY_BYTES = 1_000_000


def route(webhook: Webhook, intake: UpdateIntake) -> Route:
    """Answers at the path of the URL, as soon as an update is stored.

    Not later: Telegram brings what else was written in a chat, such as the rest of an album,
    only then. What is not stored it brings again.
    """

    async def take(request: Request) -> Response:
        told = request.headers.get(_HEADER, "").encode()
        if not secrets.compare_digest(told, webhook.secret.get_secret_value().encode()):
            return Response(status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _BODY_BYTES:
                return Response(status_code=413)
        return Response(status_code=await _take(bytes(body), intake))

    return Route(urlsplit(webhook.url).path or "/", take, methods=["POST"])


async def _take(body: bytes, intake: UpdateIntake) -> int:
    """The status of the answer."""
    try:
        update = as_update(loads(body))
    except ValueError:
        return 400
    if update is None:
        return 400
    if intake.is_full:
        return 503
    try:
        await intake.receive([update])
    except StorageError as error:
        log.warning("an update stays at Telegram, since it cannot be stored: %s", error)
        return 503
    return 200
