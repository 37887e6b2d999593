"""Updates that Telegram brings to our own HTTP server, instead of being asked for them."""

import logging
import secrets
from dataclasses import dataclass
from json import loads
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.telegram.client import as_update
from bots.telegram.intake import UpdateIntake
from core.errors import StorageError

log = logging.getLogger(__name__)

_HEADER = "x-telegram-bot-api-secret-token"
_BODY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Telegram brings updates, and what it has to know."""

    url: str
    secret: SecretStr

    @classmethod
    def at(cls, url: str, secret: SecretStr | None) -> Self:
        """A webhook there; a secret is made up where the operator has none."""
        return cls(url=url, secret=secret or SecretStr(secrets.token_urlsafe(32)))

    def route(self, intake: UpdateIntake) -> Route:
        """Answers at the path of the URL, as soon as an update is stored.

        Not later: Telegram brings what else was written in a chat, such as the rest of an album,
        only then. What is not stored it brings again.
        """

        async def take(request: Request) -> Response:
            told = request.headers.get(_HEADER, "").encode()
            if not secrets.compare_digest(told, self.secret.get_secret_value().encode()):
                return Response(status_code=403)
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > _BODY_BYTES:
                    return Response(status_code=413)
            return Response(status_code=await _take(bytes(body), intake))

        return Route(urlsplit(self.url).path or "/", take, methods=["POST"])


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
        await intake.take([update])
    except StorageError as error:
        log.warning("an update stays at Telegram, since it cannot be stored: %s", error)
        return 503
    return 200
