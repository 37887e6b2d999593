"""`POST /v1/video/generations` of new-api relays, then `GET /v1/video/generations/{id}`.

What such a relay does not know itself goes to the maker in `metadata`; where each option of a
model belongs is said in its stanza. Source: docs/gateways.md, "newapi_videos".
"""

import httpx

from core.dialects._fields import filled
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.media import RemoteAsset, TaskRef

_VIDEOS = "/v1/video/generations"


async def _creation(generation: Generation) -> Creation:
    model, request = generation.model, generation.request
    body = filled(model, request, await data_uris(request.images))
    return Creation(path=_VIDEOS, body={"model": model.wire_name(request), **body})


class NewapiVideos:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=task_id_of, looks=_looks
        )

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol has no way to stop a task."""


def _looks(task: TaskRef) -> Looks:
    return Looks(ask=at(f"{_VIDEOS}/{in_path(task)}"), read=read_task)
