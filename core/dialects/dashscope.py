"""`POST …/video-generation/video-synthesis` of DashScope, then `GET /api/v1/tasks/{id}`.

Source: docs/gateways.md, "dashscope".
"""

from collections.abc import Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._content import ROLE_WORDS
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, dig, mapping, text
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import TaskReply, cost_of, read_task
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.media import MediaRequest, RemoteAsset, TaskRef

_CREATE = "/api/v1/services/aigc/video-generation/video-synthesis"
_TASKS = "/api/v1/tasks"
_ASYNC = {"X-DashScope-Async": "enable"}


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation. With frames the shape is theirs, unless one was asked for."""
    said: dict[str, object] = {
        "duration": request.seconds,
        "resolution": model.resolution_for(request).upper(),
        "ratio": request.ratio or ("adaptive" if images and model.adaptive else None),
    }
    parameters = {name: value for name, value in said.items() if value}
    if request.seed is not None:
        parameters["seed"] = request.seed
    if model.watermark:
        parameters["watermark"] = request.watermark
    media = [
        {"type": ROLE_WORDS[model.images.role(index)], "url": url}
        for index, url in enumerate(images)
    ]
    content: dict[str, object] = {"prompt": request.prompt}
    if media:
        content["media"] = media
    return {"model": model.wire_name(request), "input": content, "parameters": parameters}


def read_id(body: Json) -> str:
    """The id in the answer to a creation; "" when there is none."""
    return text(dig(body, "output.task_id"))


def read(body: Json) -> TaskReply:
    """Read one look; how the task is stands under `output`.

    Raises:
        JobError: the answer is a refusal, or the task is not known (yet).
    """
    output = mapping(body.get("output"))
    status = text(output.get("task_status"))
    if not status:
        return read_task(body)
    # Its word for a task that is older than a day, or never was.
    if status.upper() == "UNKNOWN":
        raise JobError(Fault(kind=FaultKind.EXPIRED))
    code, said = text(output.get("code")), text(output.get("message"))
    told: dict[str, object] = {"status": status, "video_url": output.get("video_url")}
    if code or said:
        told["error"] = {"code": code, "message": said}
    return replace(read_task(told), cost=cost_of(body))


async def _creation(generation: Generation) -> Creation:
    images = await data_uris(generation.request.images)
    body = payload(generation.model, generation.request, images)
    return Creation(path=_CREATE, body=body, headers=_ASYNC)


class Dashscope:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=read_id, looks=_looks
        )

    async def cancel(self, task: TaskRef) -> None:
        """Take the task back if it is still pending; a running one goes on."""
        await self._wire.withdraw(f"{_TASKS}/{in_path(task)}/cancel", "POST")


def _looks(task: TaskRef) -> Looks:
    return Looks(ask=at(f"{_TASKS}/{in_path(task)}"), read=read)
