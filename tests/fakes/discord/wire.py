"""The HTTP side of the Discord stand-in: what a request carries, and answers as Discord gives."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast

from aiohttp import BodyPartReader, web
from simcord.backend import Backend
from simcord.backend.models import Interaction

Json = dict[str, Any]


@dataclass(slots=True)
class DiscordUpload:
    """A file as it came, in the shape of a `discord.File`."""

    filename: str
    fp: BytesIO
    size_bytes: int
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class DiscordCall:
    """A request to the API; `status` is 0 until it was answered.

    Attributes:
        path: without the root and the version.
        at: when it came, by the clock of the loop.
        code: Discord's own number of the error.
        answer: what was told.
    """

    method: str
    path: str
    at: float
    params: dict[str, str]
    json: Json | list[Json] | None = None
    files: list[DiscordUpload] = field(default_factory=list[DiscordUpload], repr=False)
    status: int = 0
    code: int = 0
    answer: Json | list[Json] | None = field(default=None, repr=False)

    @property
    def line(self) -> str:
        """What patterns are about: "POST /channels/1/messages"."""
        return f"{self.method} {self.path}"

    @property
    def parts(self) -> list[str]:
        """The path in pieces."""
        return self.path.strip("/").split("/")

    @property
    def body(self) -> Json:
        """The JSON of the request, as far as that is an object."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def token(self) -> str | None:
        """The token of the interaction (or webhook) in the path."""
        match self.parts:
            case ["webhooks", _, token, *_] | ["interactions", _, token, "callback"]:
                return token
            case _:
                return None


@dataclass(frozen=True, slots=True)
class DiscordWrite:
    """Something that the bot has changed.

    Attributes:
        kind: "create", "edit" or "delete" by its own token; "callback", "follow-up" or
            "token-edit" by the one of an interaction.
    """

    kind: str
    channel: int
    message: int
    at: float


def interaction_of(call: DiscordCall, backend: Backend) -> Interaction | None:
    """The interaction whose token is in the path."""
    return backend.interactions.get(backend.interaction_tokens.get(call.token or "", 0))


def write_of(call: DiscordCall, backend: Backend) -> tuple[DiscordWrite, ...]:
    """What an answered request has changed in a channel: one thing or nothing."""
    told = call.answer if isinstance(call.answer, dict) else {}
    message = int(told.get("id", 0))
    record = interaction_of(call, backend)
    match call.method, call.parts:
        case "POST", ["channels", channel, "messages"]:
            return (DiscordWrite("create", int(channel), message, call.at),)
        case "PATCH", ["channels", channel, "messages", _]:
            return (DiscordWrite("edit", int(channel), message, call.at),)
        case "DELETE", ["channels", channel, "messages", deleted]:
            return (DiscordWrite("delete", int(channel), int(deleted), call.at),)
        case "POST", ["interactions", *_] if record:
            return (DiscordWrite("callback", record.channel_id, record.message_id or 0, call.at),)
        case "POST" | "PATCH", ["webhooks", *_] if record:
            kind = "follow-up" if message in record.followup_ids else "token-edit"
            kind = "token-edit" if call.method == "PATCH" else kind
            return (DiscordWrite(kind, record.channel_id, message, call.at),)
        case _:
            return ()


async def read_call(request: web.Request, at: float) -> DiscordCall:
    """Read a request to its end, even if it is too much: who writes does not see an answer."""
    call = DiscordCall(
        method=request.method,
        path="/" + request.match_info["path"],
        at=at,
        params=dict(request.query),
    )
    if request.content_type == "multipart/form-data":
        await _read_form(request, call)
    elif raw := await request.read():
        call.json = json.loads(raw)
    return call


async def _read_form(request: web.Request, call: DiscordCall) -> None:
    uploads: dict[str, DiscordUpload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        assert part.name
        data = bytes(await part.read())
        if part.name == "payload_json":
            call.json = json.loads(data)
        else:
            number = part.name.removeprefix("files[").removesuffix("]")
            uploads[number] = DiscordUpload(part.filename or "", BytesIO(data), len(data))
    for told in cast("list[Json]", call.body.get("attachments") or []):
        if upload := uploads.get(str(told["id"])):
            upload.description = told.get("description")
    call.files = list(uploads.values())


def reply(told: Any, status: int, headers: Mapping[str, str]) -> web.Response:
    """Answer so that the client takes it for JSON: it wants the type without a charset."""
    if told is None:
        return web.Response(status=204, headers=headers)
    return web.Response(
        body=json.dumps(told).encode(),
        status=status,
        headers={"Content-Type": "application/json", **headers},
    )
