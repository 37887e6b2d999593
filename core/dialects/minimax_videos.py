"""`POST /v2/video_generation` of MiniMax, then `GET /v2/query/video_generation/{id}`.

`DELETE /v2/video_generation/{id}` takes back a task that has not begun.
Source: docs/gateways.md, "minimax_videos".
"""

from collections.abc import Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._codes import all_codes
from core.dialects._content import content_parts
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, mapping
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import TaskReply, cost_of, read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.media import MediaRequest, RemoteAsset, TaskRef

_CREATE = "/v2/video_generation"
_QUERY = "/v2/query/video_generation"


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation: length and resolution are always said, in the maker's capitals."""
    body: dict[str, object] = {
        "model": model.wire_name(request),
        "content": content_parts(model, request.prompt, images),
        "resolution": model.resolution_for(request).upper(),
        "duration": request.seconds,
    }
    if request.ratio:
        body["ratio"] = request.ratio
    if request.seed is not None:
        body["seed"] = request.seed
    return body


def read(body: Json) -> TaskReply:
    """Read one look; all of it stands under `task`."""
    task = mapping(body.get("task"))
    if not task:
        return read_task(body)
    return replace(read_task(task), codes=all_codes(body), cost=cost_of(body))


async def _creation(generation: Generation) -> Creation:
    images = await data_uris(generation.request.images)
    return Creation(path=_CREATE, body=payload(generation.model, generation.request, images))


class MinimaxVideos:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=task_id_of, looks=_looks
        )

    async def cancel(self, task: TaskRef) -> None:
        """Take the task back if it is still queued; a running one is refused, and goes on."""
        await self._wire.withdraw(f"{_CREATE}/{in_path(task)}")


def _looks(task: TaskRef) -> Looks:
    return Looks(ask=at(f"{_QUERY}/{in_path(task)}"), read=read)
