"""`POST /v2/videos/generations`, then `GET /v2/videos/generations/{task_id}` until it is done.

A finished video is changed over `/v1/videos/{id}/remix` and followed there.
Source: docs/gateways.md, "video_tasks".
"""

from collections.abc import Sequence
from functools import partial

import httpx

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import TaskReply, read_task, task_id_of
from core.dialects._videos import content_of, look_at, remix
from core.dialects.endpoint import Endpoint
from core.media import MediaRequest, RemoteAsset, TaskRef
from core.names import separate_names

_TASKS = "/v2/videos/generations"


def payload(
    model: Model, request: MediaRequest, images: Sequence[str], hook: Hook | None = None
) -> Json:
    """The body of a creation. `duration` is a string; what was not asked for is left out."""
    prompt = separate_names(request.prompt) if model.characters else request.prompt
    said: dict[str, object] = {
        "images": list(images),
        "aspect_ratio": request.ratio,
        "duration": str(request.seconds or ""),
        "hd": model.is_hd(request),
        "watermark": request.watermark,
        "private": request.private,
        "notify_hook": hook and hook.url,
    }
    body: dict[str, object] = {"model": model.wire_name(request), "prompt": prompt}
    if request.seed is not None:
        body["seed"] = request.seed
    return body | {name: value for name, value in said.items() if value}


def answer(reply: TaskReply, content: str) -> tuple[RemoteAsset, ...]:
    """What a task that has succeeded made. Without a link the gateway's own copy is tried."""
    if reply.urls:
        return (RemoteAsset(urls=reply.urls),)
    return (RemoteAsset(urls=(content,), authorized=True),)


async def _creation(generation: Generation) -> Creation:
    if source := generation.request.source:
        return remix(generation.request.prompt, source)
    images = await data_uris(generation.request.images)
    body = payload(generation.model, generation.request, images, generation.hook)
    return Creation(path=_TASKS, body=body)


class VideoTasks:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire,
            generation,
            create=_creation,
            read_id=task_id_of,
            looks=self._looks_at_change if generation.request.source else self._looks,
        )

    def _looks_at_change(self, task: TaskRef) -> Looks:
        return look_at(self._wire.endpoint.root, task)

    def _looks(self, task: TaskRef) -> Looks:
        content = content_of(self._wire.endpoint.root, task)
        path = f"{_TASKS}/{in_path(task)}"
        return Looks(ask=at(path), read=read_task, answer=partial(answer, content=content))

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol has no way to stop a task."""
