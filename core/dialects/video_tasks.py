"""`POST /v2/videos/generations`, then `GET /v2/videos/generations/{task_id}` until it is done.

Source: provider reference 3.3 (whatai family, "Sora2 unified"), as of 2026-11-20.
"""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote as percent_encode

import httpx

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._creation import create_task
from core.dialects._faults import Circumstances
from core.dialects._flags import separate_names
from core.dialects._http import Wire
from core.dialects._images import data_uris
from core.dialects._json import Json
from core.dialects._poll import poll
from core.dialects._tasks import TaskReply, read_task
from core.dialects.endpoint import Endpoint
from core.media import Accepted, MediaRequest, RemoteAsset, Report, TaskRef

_CREATE = "/v2/videos/generations"


def payload(
    model: Model, request: MediaRequest, images: Sequence[str], hook: Hook | None = None
) -> Json:
    """The body of a creation. `duration` is a string; what was not asked for is left out."""
    prompt = separate_names(request.prompt) if model.characters else request.prompt
    body: dict[str, object] = {"model": model.wire_name(request), "prompt": prompt}
    if images:
        body["images"] = list(images)
    if request.ratio:
        body["aspect_ratio"] = request.ratio
    if request.seconds:
        body["duration"] = str(request.seconds)
    switches = {
        "hd": model.is_hd(request),
        "watermark": request.watermark,
        "private": request.private,
    }
    body |= {name: True for name, is_on in switches.items() if is_on}
    if request.seed is not None:
        body["seed"] = request.seed
    if hook:
        body["notify_hook"] = hook.url
    return body


def answer(reply: TaskReply, task: TaskRef, root: str) -> tuple[RemoteAsset, ...]:
    """What a task that has succeeded made. Without a link the gateway's own copy is tried."""
    if reply.urls:
        return (RemoteAsset(urls=reply.urls),)
    content = f"{root}/v1/videos/{percent_encode(task.id, safe='')}/content"
    return (RemoteAsset(urls=(content,), authorized=True),)


class VideoTasks:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(
        self,
        model: Model,
        request: MediaRequest,
        report: Report,
        task: TaskRef | None = None,
        hook: Hook | None = None,
    ) -> tuple[RemoteAsset, ...]:
        circumstances = Circumstances(has_images=bool(request.images))
        if task is None:
            body = payload(model, request, await data_uris(request.images), hook)
            task = await create_task(self._wire, _CREATE, body, circumstances)
            await report(Accepted(task=task))
        look = partial(self._wire.look, f"{_CREATE}/{percent_encode(task.id, safe='')}")
        pace = self._wire.endpoint.pace
        reply = await poll(look, read_task, report, pace, circumstances, hook=hook)
        return answer(reply, task, self._wire.endpoint.root)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol has no way to stop a task."""
