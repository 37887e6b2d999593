"""`POST /v2/videos/generations`, then `GET /v2/videos/generations/{task_id}` until it is done.

Source: provider reference 3.3 (whatai family, "Sora2 unified"), as of 2026-11-20.
"""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote as percent_encode

import httpx

from core.catalog import Model
from core.dialects._faults import Circumstances, fault_of, is_html
from core.dialects._http import Wire, read_text, refuse
from core.dialects._images import data_uris
from core.dialects._json import Json, mapping, parse
from core.dialects._poll import poll
from core.dialects._tasks import TaskReply, read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.media import Accepted, MediaRequest, RemoteAsset, Report, TaskRef
from core.redact import quote

_CREATE = "/v2/videos/generations"
_CREATE_SECONDS = 120.0


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation. `duration` is a string; what was not asked for is left out."""
    body: dict[str, object] = {"model": model.wire_name(request), "prompt": request.prompt}
    if images:
        body["images"] = list(images)
    if request.ratio:
        body["aspect_ratio"] = request.ratio
    if request.seconds:
        body["duration"] = str(request.seconds)
    if model.is_hd(request):
        body["hd"] = True
    if request.private:
        body["private"] = True
    if request.seed is not None:
        body["seed"] = request.seed
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
        self, model: Model, request: MediaRequest, report: Report, task: TaskRef | None = None
    ) -> tuple[RemoteAsset, ...]:
        if task is None:
            task = await self._create(model, request)
            await report(Accepted(task=task))
        look = partial(self._wire.look, f"{_CREATE}/{percent_encode(task.id, safe='')}")
        circumstances = Circumstances(has_images=bool(request.images))
        reply = await poll(look, read_task, report, self._wire.endpoint.pace, circumstances)
        return answer(reply, task, self._wire.endpoint.root)

    async def _create(self, model: Model, request: MediaRequest) -> TaskRef:
        body = payload(model, request, await data_uris(request.images))
        circumstances = Circumstances(has_images=bool(request.images))
        async with self._wire.create(
            _CREATE, body, idle_seconds=_CREATE_SECONDS, circumstances=circumstances
        ) as response:
            raw = await read_text(response)
        reply = mapping(parse(raw))
        refuse(reply, circumstances)
        if is_html(raw):
            raise JobError(fault_of(raw, response.status_code))
        task_id = task_id_of(reply)
        if not task_id:
            fault = Fault(kind=FaultKind.AMBIGUOUS, reason=quote(raw), maybe_billed=True)
            raise JobError(fault)
        return TaskRef(id=task_id)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol has no way to stop a task."""
