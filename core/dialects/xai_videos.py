"""`POST /v1/videos/generations` of xAI, then `GET /v1/videos/{request_id}` until it is done.

Source: docs/gateways.md, "xai_videos".
"""

from collections.abc import Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, mapping, text
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import Status, TaskReply, read_task
from core.dialects._videos import VIDEOS
from core.dialects.endpoint import Endpoint
from core.media import ImageRole, MediaRequest, RemoteAsset, TaskRef

_CREATE = f"{VIDEOS}/generations"


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation. Without a shape a first picture keeps its own."""
    said: dict[str, object] = {
        "prompt": request.prompt,
        "duration": request.seconds,
        "aspect_ratio": request.ratio,
        "resolution": model.resolution_for(request),
    }
    pictures: list[Json] = [{"url": url} for url in images]
    if pictures and model.images.role(0) is ImageRole.FIRST_FRAME:
        said["image"] = pictures[0]
    else:
        said["reference_images"] = pictures
    body: dict[str, object] = {"model": model.wire_name(request)}
    if model.tells_sound and request.sound is not None:
        body["generate_audio"] = request.sound
    return body | {name: value for name, value in said.items() if value}


def read_id(body: Json) -> str:
    """The id in the answer to a creation; "" when there is none."""
    return text(body.get("request_id"))


def read(body: Json) -> TaskReply:
    """Read one look. While it runs the answer may be empty, and then says nothing.

    Raises:
        JobError: it is no answer about the request.
    """
    video = mapping(body.get("video"))
    url = text(video.get("url"))
    reply = read_task(body)
    if video and (not url or video.get("respect_moderation") is False):
        return replace(reply, kept_back=True)
    if url:
        return replace(reply, status=Status.SUCCEEDED, urls=(url,))
    return replace(reply, reason=reply.reason or text(body.get("block_reason")))


async def _creation(generation: Generation) -> Creation:
    images = await data_uris(generation.request.images)
    return Creation(path=_CREATE, body=payload(generation.model, generation.request, images))


class XaiVideos:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=read_id, looks=_looks
        )

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol has no way to stop a request."""


def _looks(task: TaskRef) -> Looks:
    return Looks(ask=at(f"{VIDEOS}/{in_path(task)}"), read=read)
