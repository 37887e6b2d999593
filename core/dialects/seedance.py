"""`POST …/contents/generations/tasks`, then `GET …/tasks/{id}` until it is done.

`DELETE …/tasks/{id}` takes back a task that has not begun. What stands before these paths is a
setting of the gateway. Source: docs/gateways.md, "seedance".
"""

from collections.abc import Iterator, Sequence

import httpx

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._content import content_parts
from core.dialects._flags import with_flags, without_flags
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.media import MediaRequest, RemoteAsset, TaskRef

_TASKS = "/contents/generations/tasks"
_FLAGS = {
    "resolution": "rs",
    "ratio": "ratio",
    "duration": "dur",
    "seed": "seed",
    "watermark": "wm",
}


def payload(
    model: Model, request: MediaRequest, images: Sequence[str], hook: Hook | None = None
) -> Json:
    """The body of a creation. Options are said as the model wants them, and by us alone."""
    options = dict(_options(model, request))
    prompt = without_flags(request.prompt)
    body: dict[str, object] = {"model": model.wire_name(request)}
    if model.options_as == "text":
        flags = {_FLAGS[name]: _word(options[name]) for name in _FLAGS if name in options}
        body["content"] = content_parts(model, with_flags(prompt, flags), images)
    else:
        body |= {"content": content_parts(model, prompt, images), **options}
    if hook is not None:
        body["callback_url"] = hook.url
    return body


def _options(model: Model, request: MediaRequest) -> Iterator[tuple[str, str | int]]:
    if resolution := model.resolution_for(request):
        yield "resolution", resolution
    if request.ratio:
        yield "ratio", request.ratio
    elif request.images and model.adaptive:
        yield "ratio", "adaptive"
    if request.seconds:
        yield "duration", request.seconds
    if request.seed is not None:
        yield "seed", request.seed
    if model.watermark:
        yield "watermark", request.watermark  # what it does by itself is not the same everywhere
    if model.tells_sound and request.sound is not None:
        yield "generate_audio", request.sound


def _word(value: str | int) -> str:
    return str(value).lower()


class Seedance:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)
        self._tasks = endpoint.seedance_path + _TASKS

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=self._creation, read_id=task_id_of, looks=self._looks
        )

    async def cancel(self, task: TaskRef) -> None:
        """Take the task back if it is still queued; most gateways cannot be told."""
        await self._wire.withdraw(self._path(task))

    async def _creation(self, generation: Generation) -> Creation:
        images = await data_uris(generation.request.images)
        body = payload(generation.model, generation.request, images, generation.hook)
        return Creation(path=self._tasks, body=body)

    def _looks(self, task: TaskRef) -> Looks:
        return Looks(ask=at(self._path(task)), read=read_task)

    def _path(self, task: TaskRef) -> str:
        return f"{self._tasks}/{in_path(task)}"
