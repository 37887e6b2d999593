"""`POST /v1/videos` of OpenRouter, then `GET /v1/videos/{id}` until it is completed.

The bytes lie at `/v1/videos/{id}/content` and want the key.
Source: docs/gateways.md, "openrouter".
"""

from collections.abc import Iterator, Sequence
from functools import partial

import httpx

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris, picture_part
from core.dialects._json import Json
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import TaskReply, task_id_of
from core.dialects._videos import VIDEOS, content_of, read_video
from core.dialects.endpoint import Endpoint
from core.media import ImageRole, MediaRequest, RemoteAsset, TaskRef


def payload(
    model: Model, request: MediaRequest, images: Sequence[str], hook: Hook | None = None
) -> Json:
    """The body of a creation; what was not asked for is left out."""
    said: dict[str, object] = {
        "prompt": request.prompt,
        "duration": request.seconds,
        "resolution": _resolution(model.resolution_for(request)),
        "aspect_ratio": request.ratio,
        **dict(_pictured(model, images)),
        "callback_url": hook and hook.url,
    }
    body: dict[str, object] = {"model": model.wire_name(request)}
    if request.seed is not None:
        body["seed"] = request.seed
    if model.tells_sound and request.sound is not None:
        body["generate_audio"] = request.sound
    return body | {name: value for name, value in said.items() if value}


def _resolution(word: str) -> str:
    return word.upper() if word.endswith("k") else word


def _pictured(model: Model, images: Sequence[str]) -> Iterator[tuple[str, list[Json]]]:
    """Frames say which one they are; where there are any, references would count for nothing."""
    parts = [_picture(url, model.images.role(index)) for index, url in enumerate(images)]
    yield "frame_images", [part for part in parts if "frame_type" in part]
    yield "input_references", [part for part in parts if "frame_type" not in part]


def _picture(url: str, role: ImageRole) -> Json:
    part = picture_part(url)
    return part if role is ImageRole.REFERENCE else {**part, "frame_type": role.value}


async def _creation(generation: Generation) -> Creation:
    images = await data_uris(generation.request.images)
    body = payload(generation.model, generation.request, images, generation.hook)
    return Creation(path=VIDEOS, body=body)


def answer(reply: TaskReply) -> tuple[RemoteAsset, ...]:
    """What a job that is completed made: with us only the key opens it."""
    return (RemoteAsset(urls=reply.urls, authorized=True),)


class Openrouter:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=task_id_of, looks=self._looks
        )

    def _looks(self, task: TaskRef) -> Looks:
        # Not the links of the answer: they are this one, on a host that an answer could choose.
        content = f"{content_of(self._wire.endpoint.root, task)}?index=0"
        return Looks(
            ask=at(f"{VIDEOS}/{in_path(task)}"),
            read=partial(read_video, content=content),
            answer=answer,
        )

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol has no way to stop a job."""
