"""Updates that Telegram brings to our own HTTP server, instead of being asked for them."""

import secrets
from dataclasses import dataclass
from json import loads
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import Application

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

    def route(self, app: Application[Any, Any, Any, Any, Any, Any]) -> Route:
        """Answers at the path of the URL, as soon as an update is in the queue."""

        async def take(request: Request) -> Response:
            told = request.headers.get(_HEADER, "").encode()
            if not secrets.compare_digest(told, self.secret.get_secret_value().encode()):
                return Response(status_code=403)
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > _BODY_BYTES:
                    return Response(status_code=413)
            try:
                update = Update.de_json(loads(body), app.bot)
            except (ValueError, TypeError, KeyError, AttributeError):
                return Response(status_code=400)
            await app.update_queue.put(update)
            return Response(status_code=200)

        return Route(urlsplit(self.url).path or "/", take, methods=["POST"])
